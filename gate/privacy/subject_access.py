"""What the record holds about one person: to hand over, and to delete on request.

PIPL art. 45 and 47: a person may have a copy of their data, and have it deleted where no law or
dispute keeps it. The plates, and the name and telephone as registered, are given by whoever checked
that the person may ask for them; the request itself goes on record.
"""

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, null, select, update
from sqlmodel import Session, col

from gate.domain.entries import Audited
from gate.domain.ports import Journal, Pictures, UnitOfWork
from gate.privacy import holds
from gate.privacy.erasure import forget_passages
from gate.privacy.visitor_erasure import forget_visitors_of, rows_of
from gate.reports import passage_log
from gate.reports.model import PassageRow
from gate.storage.tables import audit, hold, passage
from registry.store import store
from registry.store.store import Actor
from registry.tables.records import Block, Change, NameCheck, Person, Vehicle, Visit, VisitorPass

_PORTION = 50
_REGISTERS: Final = (Vehicle, VisitorPass, Visit, NameCheck, Block)


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose data: whole plates, and the name with the telephone as registered, or ""."""

    plates: tuple[str, ...]
    name: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class ErasureResult:
    """What was deleted. registered: plates that are on the register still, for people to end."""

    passages: int
    rows: int
    registered: tuple[str, ...]


def export_person(
    journal: Journal, pictures: Pictures, whose: Subject, *, by: str, why: str
) -> bytes:
    """Everything about them as a ZIP: data.json and the pictures. Goes on record first."""
    plates = whose.plates
    with journal.unit() as unit:
        for target in plates or ("",):
            unit.append(Audited(by, "person_exported", target, why))
    with journal.reading() as session:
        rows = _passages(session.connection(), plates)
        data = {
            "plates": list(plates),
            "people": [row.model_dump(mode="json") for row in _people(session, whose)],
            "passages": [asdict(row) for row in rows],
            "register": {plate: _registered(session, plate) for plate in plates},
            "looked_up": _looked_up(session.connection(), plates),
        }
    target_file = io.BytesIO()
    with zipfile.ZipFile(target_file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=1, default=str))
        for name in sorted({name for row in rows for name in _pictures_of(row)}):
            jpeg = pictures.get(name)
            if jpeg is not None:
                archive.writestr(f"{name}.jpg", jpeg)
    return target_file.getvalue()


def forget_person(
    journal: Journal, whose: Subject, *, by: str, why: str, now: datetime
) -> ErasureResult:
    """Take these plates from every ended passage that no hold keeps, and from visitor data.

    The person's own line of the register goes, with what the history says of it. Vehicles stay
    registered, for that is who may enter: the registry pages end that. What was done is on record;
    the request is too, without plates and name.
    """
    with journal.unit() as unit:
        unit.append(Audited(by, "person_forgotten", "", why, {"plates": len(whose.plates)}))
        held = _held(unit.session.connection(), whose.plates)
        free = tuple(plate for plate in whose.plates if plate not in held)
        rows = forget_visitors_of(unit.session, free, now)
        rows += _forget_people(unit, whose, Actor(by, now))
        registered = unit.session.scalars(
            select(col(Vehicle.plate)).where(col(Vehicle.plate).in_(whose.plates))
        ).all()
    passages = _forget_passages(journal, whose.plates, why=why, now=now)
    return ErasureResult(passages, rows, tuple(registered))


def _forget_passages(journal: Journal, plates: Sequence[str], *, why: str, now: datetime) -> int:
    done = 0
    wanted = (
        select(passage.c.number)
        .where(passage.c.plate.in_(plates), passage.c.plate != "")
        .where(passage.c.ended.is_not(None), holds.not_held())
        .limit(_PORTION)
    )
    while True:
        with journal.unit() as unit:
            connection = unit.session.connection()
            numbers = connection.execute(wanted).scalars().all()
            if not numbers:
                return done
            forget_passages(unit, numbers, now, what="person", why=why)
        done += len(numbers)


def _forget_people(unit: UnitOfWork, whose: Subject, by: Actor) -> int:
    """Remove the person's lines and empty what the history of changes says of them."""
    found = _people(unit.session, whose)
    for person in found:
        number = store.identity(person)
        unit.session.connection().execute(
            update(VisitorPass)
            .where(col(VisitorPass.consent_person_id) == person.id)
            .values(consent_person_id=None)
        )
        store.remove(unit.session, person, by)
        unit.session.flush()
        unit.session.connection().execute(
            update(Change)
            .where(col(Change.entity) == Person.__name__, col(Change.entity_id) == number)
            .values(before=null(), after=null())
        )
    return len(found)


def _people(session: Session, whose: Subject) -> list[Person]:
    """Lines of the register with this name and this telephone; sealed, so looked through."""
    if not whose.name or not whose.phone:
        return []
    everybody = session.scalars(select(Person)).all()
    return [one for one in everybody if (one.name, one.phone) == (whose.name, whose.phone)]


def _held(connection: Connection, plates: Sequence[str]) -> frozenset[str]:
    """Plates that a dispute is about, by their own hold or by one of a passage of theirs."""
    direct = select(hold.c.plate).where(hold.c.released.is_(None), hold.c.plate.in_(plates))
    of_passages = (
        select(passage.c.plate)
        .join(hold, hold.c.passage == passage.c.passage)
        .where(hold.c.released.is_(None), passage.c.plate.in_(plates))
    )
    return frozenset(connection.execute(direct.union(of_passages)).scalars())


def _passages(connection: Connection, plates: Sequence[str]) -> list[PassageRow]:
    query = select(passage).where(passage.c.plate.in_(plates), passage.c.plate != "")
    return [passage_log.to_row(row) for row in connection.execute(query.order_by(passage.c.number))]


def _registered(session: Session, plate: str) -> dict[str, list[dict[str, Any]]]:
    return {table.__name__: rows_of(session, table, plate) for table in _REGISTERS}


def _looked_up(connection: Connection, plates: Sequence[str]) -> list[dict[str, Any]]:
    query = select(audit.c.at, audit.c.actor, audit.c.action, audit.c.why)
    query = query.where(audit.c.target.in_(plates)).order_by(audit.c.seq)
    return [dict(row) for row in connection.execute(query).mappings()]


def _pictures_of(row: PassageRow) -> list[str]:
    return [name for name in (row.picture_frame, row.picture_plate) if name]
