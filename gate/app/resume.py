"""What the journal still knows of each lane: its stop line, and what its arm was left with."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, select

from gate.domain.entries import ArmChanged, PassageRead
from gate.domain.passage import LaneId
from gate.journal.latches import latches_of
from gate.journal.store import newest, of_passage, readable
from gate.lanes.stop_line import REMEMBERED, Spot, StopLine, stop_line
from gate.storage.encryption import Keyring
from gate.storage.tables import opening
from hardware.barrier.model import Mode


def remembered(connection: Connection, lane: str, keyring: Keyring) -> StopLine:
    """Return the line as the last vehicles that were let in by their plate taught it."""
    raised = (
        select(opening.c.passage)
        .where(opening.c.lane == lane, opening.c.actor == "auto", opening.c.outcome == "raised")
        .order_by(opening.c.seq.desc())
        .limit(REMEMBERED)
    )
    passages = connection.execute(raised).scalars().all()
    read = (_spot(connection, one, keyring) for one in reversed(passages))
    return stop_line(read)


def _spot(connection: Connection, passage: str, keyring: Keyring) -> Spot:
    for kept in of_passage(connection, passage):
        if kept.link.header.kind == PassageRead.__name__:
            entry = readable(kept, keyring)
            if isinstance(entry, PassageRead):
                return entry.x, entry.y, entry.width
    return 0.0, 0.0, 0.0


def fire_was_on(connection: Connection, lane: str, keyring: Keyring) -> bool:
    """Return whether the arm was held up by a fire signal when the service last ran."""
    kept = newest(connection, ArmChanged.__name__, lane)
    said = readable(kept, keyring) if kept is not None else None
    return isinstance(said, ArmChanged) and said.mode == Mode.FIRE.value


@dataclass(frozen=True, slots=True)
class LeftArm:
    """How the last run left an arm: held up by fire, locked or maintained by a person."""

    fire: bool
    locked: bool
    maintenance: bool


def left_arms(
    connection: Connection, lanes: Iterable[str], keyring: Keyring
) -> Mapping[LaneId, LeftArm]:
    """Return how the arm of each lane was left; read before a station starts and changes it."""
    found: dict[LaneId, LeftArm] = {}
    for lane in lanes:
        latches = latches_of(connection, lane)
        fire = fire_was_on(connection, lane, keyring)
        found[LaneId(lane)] = LeftArm(fire, latches.locked, latches.maintenance)
    return found
