"""Legal holds: they keep passages (by id, or by plate and time) from being purged until released.

A person places and releases them in a unit of work; both are on record in the journal too.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, insert, or_, select, update

from gate.domain.entries import Audited
from gate.domain.errors import GateError
from gate.domain.passage import PassageId
from gate.domain.ports import UnitOfWork
from gate.storage.tables import hold, passage


class HoldUnclearError(GateError):
    """A hold names neither a passage nor a plate, or one that is not there, or has no reason."""


@dataclass(frozen=True, slots=True)
class Hold:
    """since/until: passages that began in that time; until None: later ones too."""

    id: int
    passage: str
    plate: str
    since: datetime
    until: datetime | None
    placed: datetime
    actor: str
    why: str
    released: datetime | None
    released_by: str


def place_hold(
    unit: UnitOfWork,
    *,
    by: str,
    why: str,
    now: datetime,
    of: PassageId | None = None,
    plate: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> int:
    """Keep passages from being purged; return the hold's id. Raises HoldUnclearError."""
    if not why.strip() or (of is None) == (not plate):
        raise HoldUnclearError("a hold names one passage or one plate, and says why")
    connection = unit.session.connection()
    if of and not connection.execute(select(exists().where(passage.c.passage == of))).scalar():
        raise HoldUnclearError(f"there is no passage {of!r}; a hold on it would keep nothing")
    values = {
        "passage": of or "",
        "plate": plate,
        "since": since or datetime.fromtimestamp(0, now.tzinfo),
        "until": until,
        "placed": now,
        "actor": by,
        "why": why,
    }
    made = connection.execute(insert(hold).values(values).returning(hold.c.id))
    number = int(made.scalar_one())
    unit.append(Audited(by, "hold_placed", of or plate, why, {"hold": number}))
    return number


def release_hold(unit: UnitOfWork, number: int, *, by: str, why: str, now: datetime) -> bool:
    """End a hold; False if there is no such hold, or it was ended before."""
    ending = update(hold).where(hold.c.id == number, hold.c.released.is_(None))
    done = unit.session.connection().execute(ending.values(released=now, released_by=by))
    if done.rowcount:
        unit.append(Audited(by, "hold_released", str(number), why))
    return bool(done.rowcount)


def holds(connection: Connection, *, all_of_them: bool = False) -> tuple[Hold, ...]:
    """Holds, newest first; only those in force unless told otherwise."""
    query = select(hold).order_by(hold.c.id.desc())
    if not all_of_them:
        query = query.where(hold.c.released.is_(None))
    return tuple(Hold(**row) for row in _mappings(connection, query))


def not_held() -> ColumnElement[bool]:
    """The condition on `passage` that no hold keeps it."""
    in_time = and_(
        hold.c.since <= passage.c.started,
        or_(hold.c.until.is_(None), hold.c.until > passage.c.started),
    )
    same = or_(
        and_(hold.c.passage != "", hold.c.passage == passage.c.passage),
        and_(hold.c.plate != "", hold.c.plate == passage.c.plate, in_time),
    )
    return ~exists().where(hold.c.released.is_(None), same)


def _mappings(connection: Connection, query: Any) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(query).mappings()]
