"""What a person has set on an arm and only a person ends: read back at start from the record.

A lock or a maintenance that a restart would forget raises the arm over somebody's hands.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from gate.domain.entries import BarrierAction
from gate.storage.tables import audit


@dataclass(frozen=True, slots=True)
class Latches:
    """What was set on an arm when the service last ran."""

    locked: bool
    maintenance: bool


def latches_of(connection: Connection, lane: str) -> Latches:
    """Return what people set on the arm of a lane and have not ended."""
    return Latches(
        locked=_newest(connection, lane, BarrierAction.LOCK, BarrierAction.UNLOCK)
        == BarrierAction.LOCK,
        maintenance=_newest(
            connection, lane, BarrierAction.MAINTENANCE_ON, BarrierAction.MAINTENANCE_OFF
        )
        == BarrierAction.MAINTENANCE_ON,
    )


def standing(connection: Connection) -> frozenset[int]:
    """Return the journal numbers of locks and maintenance that nobody has ended, on all lanes.

    Retention leaves them, however old they are: they are what a start reads back.
    """
    found: set[int] = set()
    for set_, ended in (
        (BarrierAction.LOCK, BarrierAction.UNLOCK),
        (BarrierAction.MAINTENANCE_ON, BarrierAction.MAINTENANCE_OFF),
    ):
        newest = select(func.max(audit.c.seq)).where(audit.c.action.in_((set_, ended)))
        query = select(audit.c.seq).where(audit.c.seq.in_(newest.group_by(audit.c.lane)))
        found.update(connection.execute(query.where(audit.c.action == set_)).scalars())
    return frozenset(found)


def _newest(connection: Connection, lane: str, *actions: str) -> str | None:
    query = select(audit.c.action).where(audit.c.action.in_(actions), audit.c.lane == lane)
    return connection.execute(query.order_by(audit.c.seq.desc()).limit(1)).scalar()
