"""The words of the station: one arm as wired, its state as shown, and what it reports.

Instants are monotonic seconds of the station's clock.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType

from hardware.barrier.inputs import InputName, InputWiring, Signal
from hardware.barrier.model import (
    AlarmKind,
    BarrierSettings,
    BoardLink,
    Controller,
    Mode,
    OrderId,
    OutcomeKind,
    OutcomeReason,
    Position,
    PresenceState,
    Relay,
)
from hardware.barrier.passing import PassageSeen, PassageSettings

__all__ = [
    "ArmSettings",
    "ArmState",
    "ArmStateChanged",
    "BarrierAlarm",
    "BoardFault",
    "Event",
    "InputChanged",
    "LinkChanged",
    "OrderOutcome",
]


@dataclass(frozen=True, slots=True)
class ArmSettings:
    """One arm as it is wired to a board: relay channels (from 1), inputs, what is declared.

    Whether limit switches and a stop contact are wired is taken from here, not from `barrier`. A
    one-button controller hangs on `raise_channel`.
    """

    raise_channel: int
    lower_channel: int | None = None
    stop_channel: int | None = None
    inputs: Mapping[InputName, InputWiring] = field(default_factory=dict)
    barrier: BarrierSettings = field(default_factory=BarrierSettings)
    passage: PassageSettings = field(default_factory=PassageSettings)

    def __post_init__(self) -> None:
        """Refuse a wiring that contradicts itself."""
        used = [c for c in (self.raise_channel, self.lower_channel, self.stop_channel) if c]
        if len(set(used)) != len(used):
            raise ValueError(f"relay channels {used}: each contact needs a relay of its own")
        separate = self.barrier.controller is Controller.SEPARATE
        if separate != (self.lower_channel is not None):
            raise ValueError("lower_channel: wanted for controller separate, and only for that")

    @property
    def relays(self) -> Mapping[Relay, int]:
        """Which board channel stands for which contact."""
        wired = {
            Relay.RAISE: self.raise_channel,
            Relay.LOWER: self.lower_channel,
            Relay.STOP: self.stop_channel,
        }
        return {relay: channel for relay, channel in wired.items() if channel is not None}

    @property
    def wired_barrier(self) -> BarrierSettings:
        """The barrier's settings with what the wiring says filled in."""
        return replace(
            self.barrier,
            arm_up=InputName.ARM_UP in self.inputs,
            arm_down=InputName.ARM_DOWN in self.inputs,
            stop_wired=self.stop_channel is not None,
        )


class BoardFault(StrEnum):
    """What a board that answers does not do: an arm on it does not work by itself."""

    INPUTS_UNREAD = "inputs_unread"  # It does not tell its inputs.
    WRITES_FAIL = "writes_fail"  # It did not carry out the last pulse or release.
    RELAY_STUCK = "relay_stuck"  # A relay of the arm does not let go.


@dataclass(frozen=True, slots=True)
class ArmState:
    """One arm as it is known at this moment; what pages show.

    `why` says why the link is down. `faults`: what the board does not do though its link is up,
    each with the board's place and what it said.
    """

    position: Position
    mode: Mode
    link: BoardLink
    presence: PresenceState
    inputs: Mapping[InputName, Signal]
    inputs_age: float | None
    hold_until: float | None
    locked: bool
    maintenance: bool
    changed_at: float
    why: str = ""
    faults: Mapping[BoardFault, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class ArmStateChanged:
    """Position, mode, link, presence or the board's faults are others than before."""

    state: ArmState


@dataclass(frozen=True, slots=True)
class OrderOutcome:
    """How an order ended, with the bytes of its exchange in hex (empty where none went out)."""

    order_id: OrderId
    outcome: OutcomeKind
    why: OutcomeReason
    sent_hex: str
    received_hex: str
    at: float


@dataclass(frozen=True, slots=True)
class InputChanged:
    """One debounced input; `on` is None when it can no longer be read."""

    name: InputName
    on: bool | None
    at: float


@dataclass(frozen=True, slots=True)
class BarrierAlarm:
    """Something about the arm that a person has to know."""

    kind: AlarmKind
    evidence: Mapping[str, str]
    at: float


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """The board answers (again), or does not; `why` is the trouble's word with place and remedy."""

    up: bool
    why: str
    at: float


Event = ArmStateChanged | OrderOutcome | InputChanged | BarrierAlarm | LinkChanged | PassageSeen
