"""What the record holds about one person's vehicles: to hand over, and to delete on request.

PIPL art. 45 and 47: a person may have a copy of their data, and have it deleted where no law or
dispute keeps it. The plates are given by whoever checked that the person may ask for them; the
request itself goes on record.
"""

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, delete, select
from sqlmodel import Session

from gate import holds, report_log
from gate.entries import Audited
from gate.forgetting import forget_passages
from gate.forgetting_visitors import rows_of
from gate.journal import Journal
from gate.ports import Pictures
from gate.report_values import PassageRow
from gate.tables import audit, inside, passage
from registry.records import Block, NameCheck, Vehicle, Visit, VisitorPass

_PORTION = 50
_REGISTERS: Final = (Vehicle, VisitorPass, Visit, NameCheck, Block)


def export_person(
    journal: Journal, pictures: Pictures, plates: Sequence[str], *, by: str, why: str
) -> bytes:
    """Everything about these plates as a ZIP: data.json and the pictures. Goes on record first."""
    with journal.unit() as unit:
        for plate in plates:
            unit.append(Audited(by, "person_exported", plate, why))
    with journal.reading() as session:
        rows = _passages(session.connection(), plates)
        data = {
            "plates": list(plates),
            "passages": [asdict(row) for row in rows],
            "register": {plate: _registered(session, plate) for plate in plates},
            "looked_up": _looked_up(session.connection(), plates),
        }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=1, default=str))
        for name in sorted({name for row in rows for name in _pictures_of(row)}):
            jpeg = pictures.get(name)
            if jpeg is not None:
                archive.writestr(f"{name}.jpg", jpeg)
    return target.getvalue()


def forget_person(
    journal: Journal, plates: Sequence[str], *, by: str, why: str, now: datetime
) -> int:
    """Take these plates from every ended passage that no hold keeps; return how many passages.

    The register's own rows are the registry pages' to delete. The purge is on record; the request
    is too, without the plates.
    """
    with journal.unit() as unit:
        unit.append(Audited(by, "person_forgotten", "", why, {"plates": len(plates)}))
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
                connection.execute(delete(inside).where(inside.c.plate.in_(plates)))
                return done
            forget_passages(unit, numbers, now, what="person", why=why)
        done += len(numbers)


def _passages(connection: Connection, plates: Sequence[str]) -> list[PassageRow]:
    query = select(passage).where(passage.c.plate.in_(plates), passage.c.plate != "")
    return [report_log.to_row(row) for row in connection.execute(query.order_by(passage.c.number))]


def _registered(session: Session, plate: str) -> dict[str, list[dict[str, Any]]]:
    return {table.__name__: rows_of(session, table, plate) for table in _REGISTERS}


def _looked_up(connection: Connection, plates: Sequence[str]) -> list[dict[str, Any]]:
    query = select(audit.c.at, audit.c.actor, audit.c.action, audit.c.why)
    query = query.where(audit.c.target.in_(plates)).order_by(audit.c.seq)
    return [dict(row) for row in connection.execute(query).mappings()]


def _pictures_of(row: PassageRow) -> list[str]:
    return [name for name in (row.picture_frame, row.picture_plate) if name]
