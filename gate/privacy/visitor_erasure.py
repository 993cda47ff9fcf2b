"""Taking the persons out of the register's visitor data once its time is over.

What stays is what counts need: that somebody visited this household then. What goes: plate, name,
telephone, purpose, remark, what a visitor said, and the same in the register's history of changes.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, case, null, update
from sqlmodel import Session, SQLModel, col, select

from registry.rules.snapshot import inside_keys
from registry.tables.records import Change, NameCheck, PassUse, Presence, Visit, VisitorPass

_GONE = ""
_HISTORIES = tuple(table.__name__ for table in (VisitorPass, Visit, NameCheck, PassUse, Presence))


def forget_visitors(session: Session, before: datetime, held: frozenset[str]) -> int:
    """Forget visits, passes and name checks that ended before then; return how many rows.

    held: plates of disputes, whose data stays.
    """
    passes = (
        update(VisitorPass)
        .where(col(VisitorPass.valid_until) < before, col(VisitorPass.plate) != _GONE)
        .where(col(VisitorPass.plate).not_in(held))
        .values(plate=_GONE, visitor_name=_GONE, visitor_phone=_GONE, purpose=_GONE, remark=_GONE)
    )
    visits = (
        update(Visit)
        .where(_over(before), col(Visit.plate) != _GONE, col(Visit.plate).not_in(held))
        .values(plate=_GONE, visitor_name=_GONE, visitor_phone=_GONE, purpose=_GONE, remark=_GONE)
    )
    checks = (
        update(NameCheck)
        .where(col(NameCheck.asked_at) < before, col(NameCheck.said) != _GONE)
        .where(col(NameCheck.plate).not_in(held))
        .values(plate=_GONE, said=_GONE)
    )
    _forget_history(session, before, held)
    return sum(_run(session, statement) for statement in (passes, visits, checks))


def forget_visitors_of(session: Session, plates: Sequence[str], now: datetime) -> int:
    """Forget what is over about these plates, on the person's request; return how many rows.

    A pass that still lets somebody in, and a stay that goes on, are for people to end first.
    """
    if not plates:
        return 0
    empty = {"plate": _GONE, "visitor_name": _GONE, "visitor_phone": _GONE}
    empty |= {"purpose": _GONE, "remark": _GONE}
    ended = (col(VisitorPass.valid_until) < now) | col(VisitorPass.revoked_at).is_not(None)
    gone = (
        update(VisitorPass).where(col(VisitorPass.plate).in_(plates), ended).values(empty),
        update(Visit)
        .where(col(Visit.plate).in_(plates), col(Visit.checked_out_at).is_not(None))
        .values(empty),
        update(NameCheck).where(col(NameCheck.plate).in_(plates)).values(plate=_GONE, said=_GONE),
    )
    keys = inside_keys(plates)
    _empty(session, col(Change.entity).in_(_HISTORIES) & col(Change.plate).in_(keys))
    return sum(_run(session, statement) for statement in gone)


def _over(before: datetime) -> ColumnElement[bool]:
    """A stay that ended before then; one that never ended counts from its beginning."""
    return (col(Visit.checked_out_at) < before) | (
        col(Visit.checked_out_at).is_(None) & (col(Visit.checked_in_at) < before)
    )


def _forget_history(session: Session, before: datetime, held: frozenset[str]) -> None:
    """Empty what the history of changes says of visitors; that a change was made stays."""
    old = select(Change.id).where(
        col(Change.at) < before,
        col(Change.entity).in_(_HISTORIES),
        col(Change.after).is_not(None) | col(Change.before).is_not(None),
        col(Change.plate).is_(None) | col(Change.plate).not_in(inside_keys(held)),
    )
    _empty(session, col(Change.id).in_(old))


def _empty(session: Session, which: ColumnElement[bool]) -> None:
    """Empty lines of the history. Who was inside is named by the plate, so that name goes too."""
    name = case((col(Change.entity) == Presence.__name__, _GONE), else_=col(Change.entity_id))
    values = {"before": null(), "after": null(), "plate": None, "entity_id": name}
    _run(session, update(Change).where(which).values(values))


def rows_of(session: Session, table: type[SQLModel], plate: str) -> list[dict[str, Any]]:
    """Every row of a table about a plate, as plain values, for a person who asks."""
    found = session.exec(select(table).where(col(getattr(table, "plate")) == plate))  # noqa: B009
    return [row.model_dump(mode="json") for row in found]


def _run(session: Session, statement: Any) -> int:
    result: CursorResult[tuple[()]] = session.connection().execute(statement)
    return result.rowcount
