"""Visitor passes as pages and programs read them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlmodel import Session, col, select

from registry.store import store
from registry.tables.records import NameCheck, Numbered, Person, VisitorPass
from registry.views.labels import labels
from registry.views.pages import MAX_SHOWN, Page, following

Row = TypeVar("Row", bound=Numbered)


@dataclass(frozen=True, slots=True)
class PassLine:
    """A visitor pass. name and phone are whole here: the page masks them. name_fits: evidence.

    allowed: openings in all, None for any number; spent: those that were used.
    """

    id: int
    plate: str
    colour: str
    household: str
    household_id: int | None
    kind: str
    allowed: int | None
    spent: int
    since: datetime
    until: datetime
    name: str
    phone: str
    purpose: str
    by: str
    name_fits: str
    confirmation: str
    recurring: bool
    consent_role: str
    consent_at: datetime | None
    revoked_at: datetime | None


def passes(session: Session, at: datetime, part: str = "") -> tuple[PassLine, ...]:
    """Return the passes that are not over, those that end first on top, at most `MAX_SHOWN`."""
    wanted = (
        select(VisitorPass)
        .where(col(VisitorPass.revoked_at).is_(None), col(VisitorPass.valid_until) > at)
        .order_by(col(VisitorPass.valid_until))
        .limit(MAX_SHOWN)
    )
    if part:
        wanted = wanted.where(col(VisitorPass.plate).contains(part, autoescape=True))
    return _lines(session, session.exec(wanted).all())


def newest(
    session: Session, before: int | None, limit: int, home: int | None = None
) -> Page[PassLine]:
    """Passes, newest first. before: those with smaller numbers; home: of this household only."""
    wanted = select(VisitorPass).order_by(col(VisitorPass.id).desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(col(VisitorPass.id) < before)
    if home is not None:
        wanted = wanted.where(VisitorPass.household_id == home)
    rows = session.exec(wanted).all()
    return Page(_lines(session, rows), following(rows, limit))


def visitor_pass(session: Session, number: int) -> PassLine:
    """A pass by number, over or not; raises RecordMissingError."""
    return _lines(session, [store.get(session, VisitorPass, number)])[0]


def _lines(session: Session, rows: Sequence[VisitorPass]) -> tuple[PassLine, ...]:
    homes = labels(session, (row.household_id for row in rows))
    checks = _by_number(session, NameCheck, (row.name_check_id for row in rows))
    people = _by_number(session, Person, (row.consent_person_id for row in rows))

    def line(row: VisitorPass) -> PassLine:
        check, who = checks.get(row.name_check_id), people.get(row.consent_person_id)
        return PassLine(
            id=store.id_of(row),
            plate=row.plate,
            colour=row.colour.value,
            household=homes.get(row.household_id, ""),
            household_id=row.household_id,
            kind=row.kind.value,
            allowed=row.allowed,
            spent=row.spent,
            since=row.valid_from,
            until=row.valid_until,
            name=row.visitor_name,
            phone=row.visitor_phone,
            purpose=row.purpose,
            by=row.created_by,
            name_fits=check.outcome.value if check else "",
            confirmation=row.confirmation,
            recurring=row.recurring,
            consent_role=who.role.value if who else "",
            consent_at=row.consent_at,
            revoked_at=row.revoked_at,
        )

    return tuple(line(row) for row in rows)


def _by_number(
    session: Session, table: type[Row], numbers: Iterable[int | None]
) -> Mapping[int | None, Row]:
    wanted = {number for number in numbers if number is not None}
    if not wanted:
        return {}
    return {row.id: row for row in session.exec(select(table).where(col(table.id).in_(wanted)))}
