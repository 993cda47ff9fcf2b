"""Alarms by how much they matter, and whether what they tell of is over. Pure.

Rules of this file:
- Grave is what may hurt somebody or lets strangers in: it sounds until a person takes it on.
- An alarm that nobody knows is serious, not a notice.
- "Recovered" is said only where the lane as it is now shows it; an event has nothing to recover.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol


class LaneNow(Protocol):
    """What of a lane as it is now tells that a cause is over; see gate.domain.ports.LaneView."""

    @property
    def arm(self) -> str: ...
    @property
    def mode(self) -> str: ...
    @property
    def link(self) -> str: ...
    @property
    def presence(self) -> str: ...
    @property
    def camera(self) -> str: ...
    @property
    def board_faults(self) -> Mapping[str, str]: ...


class Severity(StrEnum):
    """How much an alarm matters, gravest first."""

    GRAVE = "grave"
    SERIOUS = "serious"
    NOTICE = "notice"


_GRAVE: Final = frozenset(
    (
        *("arm_forced", "arm_dropped", "presence_while_closing", "arm_reversed", "fire"),
        *("needs_person", "lower_timeout", "relay_stuck", "tailgating", "hold_lost"),
    )
)
_NOTICE: Final = frozenset({"raise_retried", "hold_ended", "fire_reset_refused"})

_ARM_WORKS: Final = frozenset({"open", "closed", "opening", "closing"})


def _arm_works(view: LaneNow) -> bool:
    return view.arm in _ARM_WORKS and view.link == "up"


_OVER: Final[Mapping[str, Callable[[LaneNow], bool]]] = {
    "link_down": lambda view: view.link == "up",
    "camera": lambda view: view.camera == "live",
    "fire": lambda view: view.mode != "fire",
    "loop_stuck": lambda view: view.presence == "clear",
    "loop_suspect": lambda view: view.presence == "clear",
    "open_too_long": lambda view: view.arm == "closed",
    "lower_timeout": lambda view: view.arm == "closed",
    "arm_forced": lambda view: view.arm == "closed",
    "arm_dropped": _arm_works,
    "raise_timeout": _arm_works,
    "pulse_failed": _arm_works,
    "switches_disagree": _arm_works,
    "inputs_unread": lambda view: "inputs_unread" not in view.board_faults and view.link == "up",
    "relay_stuck": lambda view: "relay_stuck" not in view.board_faults and view.link == "up",
}
"""What shows that the cause is over; kinds that are events are not here."""


def severity_of(kind: str) -> Severity:
    """Return how much a kind of alarm matters."""
    if kind in _GRAVE:
        return Severity.GRAVE
    return Severity.NOTICE if kind in _NOTICE else Severity.SERIOUS


def has_recovered(kind: str, views: Collection[LaneNow]) -> bool | None:
    """Whether the cause is over on all these lanes as they are now; None where nothing can tell."""
    over = _OVER.get(kind)
    if over is None or not views:
        return None
    return all(over(view) for view in views)


@dataclass(frozen=True, slots=True)
class AlarmGroup:
    """The alarms of one kind that nobody has acknowledged.

    lanes: where, each once. newest: seq of the newest, up to which they are acknowledged together.
    evidence: of the newest. first, last: when the oldest and the newest were raised.
    """

    kind: str
    n: int
    lanes: tuple[str, ...]
    newest: int
    evidence: Mapping[str, object]
    first: datetime
    last: datetime

    @property
    def severity(self) -> Severity:
        """How much they matter."""
        return severity_of(self.kind)


def by_gravity(groups: Collection[AlarmGroup]) -> tuple[AlarmGroup, ...]:
    """Return groups gravest first, the newest first among equals."""
    order = list(Severity)
    return tuple(sorted(groups, key=lambda one: (order.index(one.severity), -one.newest)))


def loudest(groups: Collection[AlarmGroup], over: Collection[str] = ()) -> Severity | None:
    """Return the tone that standing alarms ask for; None for silence.

    over: kinds whose cause is over. They stay on the list, and a grave one goes on sounding: that
    an arm is down again does not tell what it came down on.
    """
    order = list(Severity)
    asks = [
        Severity.NOTICE if one.kind in over and one.severity is Severity.SERIOUS else one.severity
        for one in groups
    ]
    return min(asks, key=order.index, default=None)
