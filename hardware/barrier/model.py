"""The words of the arm, and what is declared about one: positions, modes, reasons, settings.

Instants are monotonic seconds. "Raise" and "lower" speak of the arm,
"energise" and "release" of a relay; nobody opens or closes a relay here.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType

from hardware.barrier.inputs import InputName

__all__ = [
    "AlarmKind",
    "ArmMotion",
    "BarrierSettings",
    "BoardLink",
    "Cause",
    "Controller",
    "Mode",
    "OrderId",
    "OutcomeKind",
    "OutcomeReason",
    "Position",
    "PresenceState",
    "Relay",
]

OrderId = NewType("OrderId", str)


class Position(StrEnum):
    """Where the arm is, as far as Gate knows."""

    UNKNOWN = "unknown"
    CLOSED = "closed"
    OPENING = "opening"
    OPEN = "open"
    CLOSING = "closing"
    STOPPED = "stopped"
    FAULT = "fault"


class Mode(StrEnum):
    """Who has the say; the first that applies, in this order: fire, maintenance, held, locked."""

    AUTOMATIC = "automatic"
    HELD_OPEN = "held_open"
    LOCKED = "locked"
    FIRE = "fire"
    MAINTENANCE = "maintenance"


class BoardLink(StrEnum):
    """Whether the board answers."""

    UP = "up"
    DOWN = "down"


class PresenceState(StrEnum):
    """Whether something is under the arm. UNKNOWN is treated as PRESENT everywhere."""

    CLEAR = "clear"
    PRESENT = "present"
    UNKNOWN = "unknown"


class Controller(StrEnum):
    """What the barrier's own controller understands."""

    SEPARATE = "separate"  # One contact raises, another lowers.
    RAISE_ONLY = "raise_only"  # One contact raises; it closes by itself.
    ONE_BUTTON = "one_button"  # One contact steps raise, (stop,) lower: not idempotent.


class Relay(StrEnum):
    """Which contact of the barrier controller a pulse is for. One button is wired as RAISE."""

    RAISE = "raise"
    LOWER = "lower"
    STOP = "stop"


class ArmMotion(StrEnum):
    """What a pulse makes the arm do. EITHER: one button, and the position is not known."""

    RAISE = "raise"
    LOWER = "lower"
    STOP = "stop"
    EITHER = "either"


class Cause(StrEnum):
    """Why a pulse was ordered."""

    REQUEST = "request"
    HOLD = "hold"
    FIRE = "fire"
    PRESENCE = "presence"
    RAISE_TIMEOUT = "raise_timeout"
    LOWER_TIMEOUT = "lower_timeout"
    MAINTENANCE = "maintenance"


class OutcomeKind(StrEnum):
    """How a request ended. INDETERMINATE: bytes may have reached the board; never sent again."""

    RAISED = "raised"
    LOWERED = "lowered"
    REFUSED = "refused"
    EXPIRED = "expired"
    FAILED = "failed"
    INDETERMINATE = "indeterminate"


class OutcomeReason(StrEnum):
    """The reason of an outcome."""

    CONFIRMED = "confirmed"  # The board acknowledged the pulse.
    SENT = "sent"  # Sent to a board that never acknowledges.
    ALREADY_OPEN = "already_open"
    ALREADY_CLOSED = "already_closed"
    LATE = "late"
    LINK_DOWN = "link_down"
    ENDED = "ended"  # This program stopped.
    NO_ANSWER = "no_answer"
    NOT_SENT = "not_sent"
    SUPERSEDED = "superseded"
    OPEN_BEATS_CLOSE = "open_beats_close"
    FIRE = "fire"
    HELD_OPEN = "held_open"
    LOCKED = "locked"
    MAINTENANCE = "maintenance"
    FAULT = "fault"
    MOVING = "moving"
    PRESENT = "present"
    PRESENCE_UNKNOWN = "presence_unknown"
    INPUTS_STALE = "inputs_stale"
    NOT_CLEAR_LONG_ENOUGH = "not_clear_long_enough"
    POSITION_UNKNOWN = "position_unknown"
    NO_LOWER_CONTACT = "no_lower_contact"
    CANNOT_HOLD = "cannot_hold"


class AlarmKind(StrEnum):
    """What a person has to be told about the arm."""

    ARM_FORCED = "arm_forced"  # It left the bottom, or arrived at the top, without an order.
    ARM_DROPPED = "arm_dropped"  # It left the top, or arrived at the bottom, without an order.
    RAISE_RETRIED = "raise_retried"
    RAISE_TIMEOUT = "raise_timeout"
    LOWER_TIMEOUT = "lower_timeout"
    PRESENCE_WHILE_CLOSING = "presence_while_closing"
    PULSE_FAILED = "pulse_failed"
    NEEDS_PERSON = "needs_person"  # A one-button arm that Gate must not touch blindly.
    FIRE = "fire"
    FIRE_RESET_REFUSED = "fire_reset_refused"
    HOLD_ENDED = "hold_ended"
    HOLD_LOST = "hold_lost"
    ARM_REVERSED = "arm_reversed"  # It came up again by itself while it was being lowered.
    LOOP_SUSPECT = "loop_suspect"  # A guard loop let go after long, and nothing was seen to leave.
    SWITCHES_DISAGREE = "switches_disagree"
    INPUTS_UNREAD = "inputs_unread"  # The board answers, but not what its inputs are.
    RELAY_STUCK = "relay_stuck"  # A relay of the arm does not let go.


@dataclass(frozen=True, slots=True)
class BarrierSettings:
    """What is declared about one barrier; times in seconds, pulses in milliseconds.

    `raise_within` and `lower_within` are the longest travel times. `arm_up` and `arm_down` say
    whether those limit switches are wired. `guards` are the inputs that must all be off before the
    arm may come down; one that is not wired keeps Gate from ever lowering. `safety_permanent` is
    the installer's word that the safety loop's detector stands in permanent presence mode (a
    limited one lets go under a parked car after about ten minutes): without it Gate never lowers.
    A guard that was on for `suspect_after` and goes off while no other loop changes is taken for
    such a detector all the same: Gate does not lower until a person has looked, or another vehicle
    has come and gone.
    `own_safety` is the installer's word that the barrier's own controller has a safety loop and
    reverses by itself: a one-button arm that comes down cannot be told to go up again, so without
    it Gate never lowers one.
    `self_close` is the longest time in which a self-closing arm is down once nobody is under it;
    None where Gate may not assume it.
    """

    controller: Controller = Controller.SEPARATE
    closes_itself: bool = False
    arm_up: bool = False
    arm_down: bool = False
    stop_wired: bool = False
    own_safety: bool = False
    guards: frozenset[InputName] = frozenset({InputName.SAFETY})
    safety_permanent: bool = False
    raise_within: float = 6.0
    lower_within: float = 6.0
    self_close: float | None = None
    suspect_after: float = 240.0
    clear_for: float = 1.0
    fresh_for: float = 0.3
    dead_time: float = 0.1
    lower_patience: float = 10.0
    answer_within: float = 2.0
    hold_cap: float = 4 * 3600.0
    hold_renewal: float = 5.0
    pulse_ms: int = 500

    def __post_init__(self) -> None:
        if self.clear_for < 1.0:
            raise ValueError("clear_for: the loop must be clear for at least 1 s before lowering")
        if not 0 < self.fresh_for <= 0.3:
            raise ValueError("fresh_for: inputs older than 0.3 s say nothing about the arm")
        if self.dead_time < 0.05:
            raise ValueError("dead_time: leave at least 0.05 s between two relays")
        if not 100 <= self.pulse_ms <= 2000:
            raise ValueError("pulse_ms: use 100 to 2000 ms")
        if self.controller is Controller.RAISE_ONLY and not self.closes_itself:
            raise ValueError("raise_only: such a controller must be declared closes_itself")
        if self.suspect_after < 30:
            raise ValueError("suspect_after: a vehicle may well stand under the arm for 30 s")
        if not self.guards:
            raise ValueError("guards: name at least the safety loop")
        if min(self.raise_within, self.lower_within, self.hold_cap, self.hold_renewal) <= 0:
            raise ValueError("travel and hold times must be above zero")

    @property
    def can_lower(self) -> bool:
        """Say whether Gate may lower this arm at all."""
        if self.controller is Controller.ONE_BUTTON:
            return self.own_safety
        return self.controller is Controller.SEPARATE

    @property
    def one_button(self) -> bool:
        """Say whether a pulse steps the controller instead of naming a direction."""
        return self.controller is Controller.ONE_BUTTON
