"""Facts that a lane is told, and orders that it gives. Frozen values; pure.

Facts say what happened, orders say what to do; `gate.lanes.machine.step` turns the one into the
other, `gate.lanes.thread` feeds and obeys it.
"""

from dataclasses import dataclass

from gate.domain.decision import Decision, Reason
from gate.domain.passage import Instant, OrderId, PassageEnd, PassageId, Trigger


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
class DecisionMade:
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
class OpeningFinished:
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
    | DecisionMade
    | GuardAnswered
    | RaiseByHand
    | OpeningFinished
    | VehiclePassed
    | VehicleBackedOut
    | Ticked
)


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
class NoteUnexpected:
    """A fact did not fit the state: it changed nothing and is journalled."""

    at: Instant
    fact: str
    state: str


Order = StartPassage | Decide | OpenBarrier | AskGuard | Refuse | EndPassage | NoteUnexpected
