"""What the barrier is told and what it orders: facts in, orders out; all frozen values.

Instants are monotonic seconds of the lane's clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from hardware.barrier.inputs import InputSnapshot
from hardware.barrier.model import (
    AlarmKind,
    ArmMotion,
    Cause,
    OrderId,
    OutcomeKind,
    OutcomeReason,
    Relay,
)

__all__ = [
    "Alarm",
    "Command",
    "Fact",
    "FaultReset",
    "FireReset",
    "FireSignal",
    "HoldReleased",
    "HoldRequested",
    "Inputs",
    "InputsBack",
    "InputsLost",
    "LinkDown",
    "LinkUp",
    "LockRequested",
    "LowerRequested",
    "MaintenanceOff",
    "MaintenanceOn",
    "Order",
    "Outcome",
    "PositionStated",
    "Pulse",
    "PulseDone",
    "PulseFailed",
    "RaiseRequested",
    "RelayStuck",
    "Release",
    "ReleaseDone",
    "ReleaseFailed",
    "Tick",
    "Unlocked",
]

# Facts: what happened.


@dataclass(frozen=True, slots=True)
class LinkUp:
    """The board answers (again)."""


@dataclass(frozen=True, slots=True)
class LinkDown:
    """The board does not answer, or (ENDED) this program lets it go for good."""

    why: OutcomeReason = OutcomeReason.LINK_DOWN


@dataclass(frozen=True, slots=True)
class Inputs:
    """The inputs were read (or failed to be: then their signals are UNKNOWN)."""

    snapshot: InputSnapshot


@dataclass(frozen=True, slots=True)
class InputsLost:
    """The inputs have not been read for too long to know the arm by them; `why` names the board."""

    why: str
    board: str


@dataclass(frozen=True, slots=True)
class InputsBack:
    """The inputs are read again."""


@dataclass(frozen=True, slots=True)
class RelayStuck:
    """A relay of this arm stays, or may stay, energised though it was released again and again."""

    relay: Relay
    channel: int
    board: str


@dataclass(frozen=True, slots=True)
class RaiseRequested:
    """Somebody who may has decided that the arm goes up, before `expires_at`."""

    order_id: OrderId
    expires_at: float


@dataclass(frozen=True, slots=True)
class LowerRequested:
    """Somebody wants the arm down, if and when that is safe."""

    order_id: OrderId


@dataclass(frozen=True, slots=True)
class HoldRequested:
    """A person wants the arm up until `until`, at most the cap of the settings."""

    order_id: OrderId
    until: float


@dataclass(frozen=True, slots=True)
class HoldReleased:
    """The hold is over; the arm is not moved by that."""


@dataclass(frozen=True, slots=True)
class LockRequested:
    """A person wants the arm to stay down: requests to raise are refused, fire is not."""


@dataclass(frozen=True, slots=True)
class Unlocked:
    """The lock is over."""


@dataclass(frozen=True, slots=True)
class FireSignal:
    """A fire signal that does not come over this board (another board, a person's hand)."""

    on: bool


@dataclass(frozen=True, slots=True)
class FireReset:
    """A person states that the fire is over; counts only when the signal is gone."""

    by: str


@dataclass(frozen=True, slots=True)
class FaultReset:
    """A person has looked at the arm and takes the fault back."""

    by: str


@dataclass(frozen=True, slots=True)
class PositionStated:
    """A person says where the arm is; counts only where no limit switch tells."""

    is_open: bool
    by: str


@dataclass(frozen=True, slots=True)
class MaintenanceOn:
    """Somebody works on the arm: Gate orders nothing but a raise for fire."""


@dataclass(frozen=True, slots=True)
class MaintenanceOff:
    """The work is over; the arm is not moved by that."""


@dataclass(frozen=True, slots=True)
class PulseDone:
    """The pulse went out; `confirmed` where the board acknowledged it."""

    order_id: OrderId
    confirmed: bool


@dataclass(frozen=True, slots=True)
class PulseFailed:
    """The pulse did not go well; `maybe_sent` unless it is certain that no byte left.

    `late`: it was not sent because its time was over.
    """

    order_id: OrderId
    why: str
    maybe_sent: bool = True
    late: bool = False


@dataclass(frozen=True, slots=True)
class ReleaseDone:
    """The relays were released."""


@dataclass(frozen=True, slots=True)
class ReleaseFailed:
    """The relays could not be released; they may be energised."""


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed."""


Command = (
    RaiseRequested
    | LowerRequested
    | HoldRequested
    | HoldReleased
    | LockRequested
    | Unlocked
    | MaintenanceOn
    | MaintenanceOff
    | FireSignal
    | FireReset
    | FaultReset
    | PositionStated
)
"""What may be asked of a barrier from outside."""

Fact = (
    LinkUp
    | LinkDown
    | Inputs
    | InputsLost
    | InputsBack
    | RelayStuck
    | RaiseRequested
    | LowerRequested
    | HoldRequested
    | HoldReleased
    | LockRequested
    | Unlocked
    | FireSignal
    | FireReset
    | FaultReset
    | PositionStated
    | MaintenanceOn
    | MaintenanceOff
    | PulseDone
    | PulseFailed
    | ReleaseDone
    | ReleaseFailed
    | Tick
)


# Orders: what is to be done or told.


@dataclass(frozen=True, slots=True)
class Pulse:
    """Energise one relay for `ms`, unless it is `expires_at` or later. Answer with a fact."""

    order_id: OrderId
    relay: Relay
    motion: ArmMotion
    cause: Cause
    ms: int
    expires_at: float


@dataclass(frozen=True, slots=True)
class Release:
    """Release every relay of this arm. Answer with ReleaseDone or ReleaseFailed."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a request ended."""

    order_id: OrderId
    kind: OutcomeKind
    why: OutcomeReason


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something a person has to know, with what it was seen by."""

    kind: AlarmKind
    evidence: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


Order = Pulse | Release | Outcome | Alarm
