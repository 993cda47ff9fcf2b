"""What the page of the visitor log asks of the register. No page in here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, select

from registry.store import store
from registry.tables.records import NameCheck, Visit

MOST: Final = 300


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One stay. outcome: how the owner's name fitted, "" where it was not asked."""

    plate: str
    household: str
    purpose: str
    came: datetime | None
    left: datetime | None
    due: datetime | None
    outcome: str
    by: str


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One name check. said: whole; the page masks it, for it may be the owner's name."""

    at: datetime
    by: str
    household: str
    plate: str
    said: str
    outcome: str


def visits(session: Session, since: datetime, part: str = "") -> tuple[VisitLine, ...]:
    """Return visits that began since, newest first; part: of the plate."""
    wanted = select(Visit).where(col(Visit.checked_in_at) >= since)
    if part:
        wanted = wanted.where(col(Visit.plate).contains(part, autoescape=True))
    newest = wanted.order_by(col(Visit.checked_in_at).desc()).limit(MOST)
    return tuple(_visit(session, row) for row in session.exec(newest).all())


def _visit(session: Session, row: Visit) -> VisitLine:
    check = session.get(NameCheck, row.name_check_id) if row.name_check_id else None
    return VisitLine(
        plate=row.plate,
        household=store.label_of(session, row.household_id) if row.household_id else "",
        purpose=row.purpose,
        came=row.checked_in_at,
        left=row.checked_out_at,
        due=row.due_at,
        outcome=check.outcome.value if check else "",
        by=row.registered_by,
    )


def checks(session: Session, since: datetime, part: str = "") -> tuple[CheckLine, ...]:
    """Return name checks since, newest first; part: of the plate."""
    wanted = select(NameCheck).where(col(NameCheck.asked_at) >= since)
    if part:
        wanted = wanted.where(col(NameCheck.plate).contains(part, autoescape=True))
    newest = wanted.order_by(col(NameCheck.id).desc()).limit(MOST)
    return tuple(
        CheckLine(
            at=row.asked_at,
            by=row.asked_by,
            household=store.label_of(session, row.household_id),
            plate=row.plate,
            said=row.said,
            outcome=row.outcome.value,
        )
        for row in session.exec(newest).all()
    )
