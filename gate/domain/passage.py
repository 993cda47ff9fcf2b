"""The words of the gate: ids, reasons, decisions, and the facts and orders of a lane.

Pure: frozen values only. Facts say what happened, orders say what to do; `gate.lanes.machine.step`
turns the one into the other, `gate.lanes.thread` feeds and obeys it.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import NewType

LaneId = NewType("LaneId", str)
PassageId = NewType("PassageId", str)
OrderId = NewType("OrderId", str)


@dataclass(frozen=True, slots=True, order=True)
class Instant:
    """A moment, on two clocks: monotonic seconds for durations, aware UTC for the record."""

    monotonic: float
    utc: datetime

    def __post_init__(self) -> None:
        """Refuse a naive time: a record without a zone is worthless after the next clock change."""
        if self.utc.utcoffset() != UTC.utcoffset(None):
            raise ValueError(f"Instant.utc must be aware UTC, got {self.utc!r}")


class Direction(StrEnum):
    """Which way a lane leads, seen from the community."""

    IN = "in"
    OUT = "out"


class Trigger(StrEnum):
    """What started a passage."""

    LOOP = "loop"
    CAMERA = "camera"
    GUARD = "guard"


class Verdict(StrEnum):
    """What a decision comes to. There is no fourth way."""

    ADMIT = "admit"
    REFUSE = "refuse"
    ASK_GUARD = "ask_guard"


class Reason(StrEnum):
    """Why. Each has a text and a line to read aloud in gate/i18n/locale/*/reasons.json."""

    RESIDENT = "resident"
    VISITOR = "visitor"
    LISTED = "listed"
    EMERGENCY = "emergency"
    SECOND_CAR_AS_VISITOR = "second_car_as_visitor"
    EXIT_FREE = "exit_free"
    EXIT_WITHOUT_ENTRY = "exit_without_entry"
    BY_HAND = "by_hand"
    GUARD_ADMITTED = "guard_admitted"
    VISITOR_UNCHECKED = "visitor_unchecked"
    IN_GRACE = "in_grace"
    BLOCKED = "blocked"
    BLOCKED_LEAVING = "blocked_leaving"
    WRONG_WAY = "wrong_way"
    REPEAT_ENTRY = "repeat_entry"
    GUARD_REFUSED = "guard_refused"
    UNKNOWN_PLATE = "unknown_plate"
    NEAR_MATCH = "near_match"
    UNSURE = "unsure"
    PICTURE_OLD = "picture_old"
    NO_PLATE = "no_plate"
    PLATE_WAS_THERE = "plate_was_there"
    MALFORMED = "malformed"
    COLOUR_CONTRADICTS = "colour_contradicts"
    SAME_NUMBER = "same_number"
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    PASS_EXPIRED = "pass_expired"
    PASS_SPENT = "pass_spent"
    PASS_NOT_YET = "pass_not_yet"
    OUT_OF_HOURS = "out_of_hours"
    SPACE_TAKEN = "space_taken"
    FULL = "full"
    REGISTRY_AWAY = "registry_away"
    CLOCK_IN_DOUBT = "clock_in_doubt"


@dataclass(frozen=True, slots=True)
class CandidatePlate:
    """A plate that a guard may mean: its text, how sure (0..1), and whether it is registered.

    blocked: it stands on the block list, which a guard must see before choosing it, and why.
    standing: the register's word for it then, "" where that is not known.
    """

    text: str
    confidence: float
    registered: bool
    label: str = ""
    blocked: bool = False
    block_reason: str = ""
    standing: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """One answer for one passage.

    plate: the whole normalised key or "" where none was read. standing: the registry's word for
    it (resident, visitor, blocked, unknown, ...). household: label such as 3-2-501 or "".
    vehicle_kind: registry's kind. visitor_pass: the pass that an opening spends, or None.
    candidates: what the guard is shown, best first.
    evidence: JSON-able facts behind the answer (thresholds, votes).
    """

    verdict: Verdict
    reason: Reason
    plate: str = ""
    plate_class: str = ""
    standing: str = ""
    household: str = ""
    vehicle_kind: str = ""
    visitor_pass: int | None = None
    candidates: tuple[CandidatePlate, ...] = ()
    evidence: dict[str, object] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Picture:
    """Pictures of a passage by content: sha256 hex of the frame's and the cut-out's JPEG, or ""."""

    frame: str = ""
    plate: str = ""


# --- facts: what a lane is told -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class VehicleArrived:
    """A vehicle stands before the arm: the presence loop closed, or the camera tracks a plate."""

    at: Instant
    trigger: Trigger


@dataclass(frozen=True, slots=True)
class PlateSeen:
    """The vote over the readings so far changed, or grew surer. `settled`: no more will come."""

    at: Instant
    passage: PassageId
    text: str
    confidence: float
    settled: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """The answer to a Decide order.

    valid_until: the monotonic second at which the newest picture it rests on is too old to open by.
    """

    at: Instant
    passage: PassageId
    decision: Decision
    valid_until: float


@dataclass(frozen=True, slots=True)
class GuardAnswered:
    """A guard decided an asking passage: the decision carries ADMIT or REFUSE.

    ASK_GUARD takes a refusal back while the vehicle still waits.
    """

    at: Instant
    passage: PassageId
    guard: str
    decision: Decision
    remark: str = ""


@dataclass(frozen=True, slots=True)
class RaiseByHand:
    """A guard raises the arm with a reason, with or without a vehicle before it.

    unchecked: for a visitor whose owner's name nobody checked.
    """

    at: Instant
    order: OrderId
    guard: str
    remark: str
    emergency: bool = False
    unchecked: bool = False

    @property
    def reason(self) -> Reason:
        """What the opening goes on record as."""
        if self.emergency:
            return Reason.EMERGENCY
        return Reason.VISITOR_UNCHECKED if self.unchecked else Reason.BY_HAND


@dataclass(frozen=True, slots=True)
class OpeningEnded:
    """What became of an order to raise."""

    at: Instant
    order: OrderId
    raised: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class VehiclePassed:
    """The vehicle went through."""

    at: Instant


@dataclass(frozen=True, slots=True)
class VehicleBackedOut:
    """The vehicle went away without passing."""

    at: Instant


@dataclass(frozen=True, slots=True)
class Ticked:
    """Time went on."""

    at: Instant


Fact = (
    VehicleArrived
    | PlateSeen
    | Decided
    | GuardAnswered
    | RaiseByHand
    | OpeningEnded
    | VehiclePassed
    | VehicleBackedOut
    | Ticked
)

# --- orders: what a lane wants done -------------------------------------------------------------


class PassageEnd(StrEnum):
    """How a passage ended."""

    PASSED = "passed"
    BACKED_OUT = "backed_out"
    REFUSED = "refused"
    NOT_SEEN = "not_seen"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class StartPassage:
    """Open a record for this vehicle and look for its plate."""

    at: Instant
    passage: PassageId
    trigger: Trigger


@dataclass(frozen=True, slots=True)
class Decide:
    """Ask the rules, with the evidence gathered so far."""

    at: Instant
    passage: PassageId


@dataclass(frozen=True, slots=True)
class OpenBarrier:
    """Commit the opening, then raise the arm, unless `expires` has passed."""

    at: Instant
    passage: PassageId
    order: OrderId
    decision: Decision
    by: str
    expires: float
    remark: str = ""


@dataclass(frozen=True, slots=True)
class AskGuard:
    """Put the passage before a person; nothing is decided by a time-out.

    by: who puts it there again, for a refusal that is taken back.
    """

    at: Instant
    passage: PassageId
    decision: Decision
    by: str = "auto"
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Refuse:
    """Tell driver and guard that the arm stays down."""

    at: Instant
    passage: PassageId
    decision: Decision
    by: str
    remark: str = ""


@dataclass(frozen=True, slots=True)
class EndPassage:
    """Close the record of this vehicle."""

    at: Instant
    passage: PassageId
    end: PassageEnd
    why: str = ""


@dataclass(frozen=True, slots=True)
class NoteMisfit:
    """A fact did not fit the state: it changed nothing and is journalled."""

    at: Instant
    fact: str
    state: str


Order = StartPassage | Decide | OpenBarrier | AskGuard | Refuse | EndPassage | NoteMisfit
