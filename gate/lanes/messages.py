"""What a lane is told by people, what it needs of others, and what it must know of itself."""

from dataclasses import dataclass
from typing import Protocol

from gate.cameras.messages import Report
from gate.domain.decision import Answer, Decision
from gate.domain.entries import BarrierAction
from gate.domain.passage import Direction, Instant, LaneId, PassageId
from gate.lanes.machine import Rules
from hardware.station.events import Event as StationEvent
from recognition.reading import Consensus


class Decider(Protocol):
    """The rules with the registry behind them."""

    def decide(
        self, consensus: Consensus | None, direction: Direction, travel: Direction, at: Instant
    ) -> Decision:
        """Answer for what was read; None where nothing was. travel: the way the vehicle goes."""
        ...

    def for_guard(
        self, word: "Answer", seen: Decision, direction: Direction, at: Instant
    ) -> Decision | None:
        """Answer that a guard's word comes to: ADMIT with what the registry knows of the plate.

        None where the word is not enough: something speaks against it that the guard was not told,
        or no reason was given (gate.access.manual_admission).
        """
        ...


class Sign(Protocol):
    """What the driver is told: LED board and voice of the lane."""

    def announce(self, decision: Decision, direction: Direction) -> None:
        """Show and speak the line for this decision; never blocks, never a name."""
        ...


@dataclass(frozen=True, slots=True)
class TakeBack:
    """A guard takes a refusal back: the vehicle still waits, and asks again."""

    passage: PassageId
    actor: str


@dataclass(frozen=True, slots=True)
class Raise:
    """A guard raises the arm by hand. jpeg: what the camera showed then, b"" for nothing."""

    actor: str
    remark: str
    emergency: bool
    jpeg: bytes = b""


@dataclass(frozen=True, slots=True)
class Operate:
    """A person asks something of the barrier. jpeg: as for `Raise`; seconds: of a hold.

    until: monotonic second after which it is too late: the person was told that nothing came of it.
    """

    action: BarrierAction
    actor: str
    remark: str
    until: float
    seconds: float = 0.0
    jpeg: bytes = b""


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """The site's settings were changed: from now on the lane works by these."""

    settings: "LaneSettings"
    rules: Rules


Message = Report | StationEvent | Answer | TakeBack | Raise | Operate | SettingsChanged
"""Everything that a lane is told; None instead of one lets time pass."""


@dataclass(frozen=True, slots=True)
class LaneSettings:
    """What the worker must know of its lane."""

    lane: LaneId
    name: str
    direction: Direction
    has_presence_loop: bool
    open_confidence: float
    min_frames: int
    max_frame_age: float
    least_plate: float = 0.0
