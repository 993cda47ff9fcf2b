"""What the journal keeps: one frozen class per kind of entry, plain values only.

An entry is written once, chained by hash and never changed. Tables that pages query (passages,
openings, alarms) are projections of entries; the spool holds entries too, so that what could not be
written into the database is projected later by the same code. `at` is given to the journal beside
the entry, with the clock's two readings.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from gate.domain.decision import Decision
from gate.domain.passage import (
    Direction,
    Instant,
    LaneId,
    OrderId,
    PassageEnd,
    PassageId,
    Picture,
    Trigger,
)


@dataclass(frozen=True, slots=True)
class PassageStarted:
    """A vehicle came before the arm."""

    passage: PassageId
    lane: LaneId
    direction: Direction
    trigger: Trigger


@dataclass(frozen=True, slots=True)
class PassageRead:
    """What the votes came to. votes: (text, confidence, frame number) of the readings.

    x, y, width: middle and width of the plate in the newest of them, in pixels of the picture; 0
    where that is not known.
    """

    passage: PassageId
    lane: LaneId
    text: str
    confidence: float
    frames: int
    agreeing: int
    colour: str
    candidates: tuple[tuple[str, float], ...]
    votes: tuple[tuple[str, float, int], ...]
    picture: Picture
    width: float = 0.0
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True, slots=True)
class PassageDecided:
    """The answer and who gave it: by is "auto" or a user's name. millis: stage -> milliseconds."""

    passage: PassageId
    lane: LaneId
    decision: Decision
    by: str
    remark: str = ""
    corrected_from: str = ""
    millis: dict[str, float] = field(default_factory=dict, hash=False)
    picture: Picture = field(default_factory=Picture)


@dataclass(frozen=True, slots=True)
class OpeningOrdered:
    """An arm is about to be raised. Written, and committed, before any byte goes out.

    visitor_pass: the pass that this opening spends. plate: for presence and pairing of the visit.
    """

    order: OrderId
    passage: PassageId
    lane: LaneId
    direction: Direction
    by: str
    reason: str
    plate: str
    visitor_pass: int | None = None
    remark: str = ""
    emergency: bool = False


@dataclass(frozen=True, slots=True)
class OpeningEnded:
    """What became of it: raised, failed, expired, refused or indeterminate; bytes as hex."""

    order: OrderId
    passage: PassageId
    lane: LaneId
    outcome: str
    why: str = ""
    sent: str = ""
    received: str = ""
    millis: dict[str, float] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class PassageEnded:
    """The vehicle passed, backed out, was refused, or was lost from sight."""

    passage: PassageId
    lane: LaneId
    end: PassageEnd
    why: str = ""


@dataclass(frozen=True, slots=True)
class AlarmRaised:
    """Something needs a person: tailgating, link down, arm forced, camera gone, ..."""

    alarm: str
    lane: LaneId | None
    kind: str
    evidence: dict[str, object] = field(hash=False)


@dataclass(frozen=True, slots=True)
class AlarmAcknowledged:
    """A person saw it."""

    alarm: str
    by: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class ArmChanged:
    """The arm's position, mode or link changed."""

    lane: LaneId
    position: str
    mode: str
    link: str
    presence: str


@dataclass(frozen=True, slots=True)
class GuardActed:
    """A person moved something other than one raise: hold, release, lower, lock, fire reset.

    picture: sha256 of what the lane's camera showed then, "" where it showed nothing.
    """

    lane: LaneId
    by: str
    action: str
    remark: str = ""
    picture: str = ""


@dataclass(frozen=True, slots=True)
class Audited:
    """Log-ins, look-ups, changes, exports: who, what, on what, why, with before and after."""

    by: str
    action: str
    target: str = ""
    why: str = ""
    detail: dict[str, object] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class MisfitNoted:
    """A fact did not fit the lane's state and changed nothing."""

    lane: LaneId
    fact: str
    state: str


@dataclass(frozen=True, slots=True)
class ServiceNoted:
    """Start, stop, crash recovery, clock jump, spool drained, purge: the service about itself."""

    what: str
    detail: dict[str, object] = field(default_factory=dict, hash=False)


Entry = (
    PassageStarted
    | PassageRead
    | PassageDecided
    | OpeningOrdered
    | OpeningEnded
    | PassageEnded
    | AlarmRaised
    | AlarmAcknowledged
    | ArmChanged
    | GuardActed
    | Audited
    | MisfitNoted
    | ServiceNoted
)


@dataclass(frozen=True, slots=True)
class Record:
    """An entry of the journal as it was written. entry: None once retention removed its body."""

    seq: int
    at: Instant
    kind: str
    lane: str
    passage: str
    entry: Entry | None


class BarrierAction(StrEnum):
    """What a person may ask of a barrier, besides a raise. The words are stored in `GuardActed`."""

    LOWER = "lower"
    HOLD = "hold"
    RELEASE_HOLD = "release_hold"
    LOCK = "lock"
    UNLOCK = "unlock"
    MAINTENANCE_ON = "maintenance_on"
    MAINTENANCE_OFF = "maintenance_off"
    RESET_FIRE = "reset_fire"
    RESET_FAULT = "reset_fault"
