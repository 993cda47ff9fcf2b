"""Loops, limit switches, buttons and the fire contact: raw levels in, one debounced snapshot out.

Rules:
1. An input that is not in the plan is ABSENT: declared by configuration, never guessed.
2. A read that failed makes every wired input UNKNOWN at once; whoever guards the arm takes UNKNOWN
   for "somebody is there" (hardware facts, loop detectors: input read failure = present).
3. A new level is believed after it stood unchanged for the input's debounce time. The safety loop
   turning on is believed at once: only the dangerous direction has to prove itself.
4. A snapshot is as old as the start of the read it came from.

Normally-closed contacts are read so that a cut wire counts as ON: wire the safety loop that way.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

__all__ = [
    "Debounce",
    "InputContact",
    "InputName",
    "InputSnapshot",
    "InputWiring",
    "Signal",
    "debounce",
    "unread",
]


class InputName(StrEnum):
    """What a wire tells. The loops are named in the direction of travel."""

    PRESENCE = "presence"  # A vehicle stands before the arm.
    SAFETY = "safety"  # Something is under the arm.
    BEHIND = "behind"  # A vehicle is just past the arm.
    ARM_UP = "arm_up"  # Limit switch: the arm is fully up.
    ARM_DOWN = "arm_down"  # Limit switch: the arm is fully down.
    FIRE = "fire"  # The fire panel wants the way free.
    BUTTON = "button"  # The guard's button in the hut.


class Signal(StrEnum):
    """What is known of one input."""

    ON = "on"
    OFF = "off"
    UNKNOWN = "unknown"  # Wired, but not read or not yet steady.
    ABSENT = "absent"  # Declared: there is no such wire.


class InputContact(StrEnum):
    """How the contact behind a channel rests."""

    NORMALLY_OPEN = "normally_open"
    NORMALLY_CLOSED = "normally_closed"


@dataclass(frozen=True, slots=True)
class InputWiring:
    """One wire: board channel (from 1, as printed on boards), resting contact, debounce in ms."""

    channel: int
    contact: InputContact = InputContact.NORMALLY_OPEN
    debounce_ms: int = 40

    def __post_init__(self) -> None:
        if not 1 <= self.channel <= 64:
            raise ValueError(f"input channel {self.channel}: channels count from 1 to 64")
        if not 0 <= self.debounce_ms <= 5000:
            raise ValueError(f"debounce {self.debounce_ms} ms: use 0 to 5000")

    def is_on(self, closed: bool) -> bool:
        """Say what a closed (True) or open contact means on this wire."""
        return closed if self.contact is InputContact.NORMALLY_OPEN else not closed


@dataclass(frozen=True, slots=True)
class InputSnapshot:
    """All inputs of one lane as of `taken_at` (monotonic seconds, start of the read)."""

    taken_at: float
    signals: Mapping[InputName, Signal]

    def __getitem__(self, name: InputName) -> Signal:
        return self.signals.get(name, Signal.ABSENT)


@dataclass(frozen=True, slots=True)
class _Settling:
    """One input on its way: what is believed, what was last seen, and since when."""

    believed: Signal = Signal.UNKNOWN
    seen: bool | None = None
    since: float = 0.0


@dataclass(frozen=True, slots=True)
class Debounce:
    """The memory between two reads of one lane's inputs."""

    plan: Mapping[InputName, InputWiring]
    settling: Mapping[InputName, _Settling] = field(default_factory=lambda: MappingProxyType({}))


def unread(plan: Mapping[InputName, InputWiring], at: float) -> InputSnapshot:
    """Return what is known before anything was read: wired inputs are UNKNOWN."""
    return InputSnapshot(at, MappingProxyType(dict.fromkeys(plan, Signal.UNKNOWN)))


def debounce(
    memory: Debounce, closed: Mapping[int, bool] | None, at: float
) -> tuple[Debounce, InputSnapshot]:
    """Take one read of the board and return the new memory and the snapshot.

    `closed` maps board channels (from 1) to "contact closed"; None means the read failed. A channel
    that is missing from it is UNKNOWN. `at` is the monotonic second at which the read began.
    """
    levels = closed or {}
    settling = {
        name: _settle(name, wiring, memory.settling.get(name), levels.get(wiring.channel), at)
        for name, wiring in memory.plan.items()
    }
    signals = {name: one.believed for name, one in settling.items()}
    return (
        Debounce(memory.plan, MappingProxyType(settling)),
        InputSnapshot(at, MappingProxyType(signals)),
    )


def _settle(
    name: InputName, wiring: InputWiring, before: _Settling | None, closed: bool | None, at: float
) -> _Settling:
    if closed is None:
        return _Settling()
    on = wiring.is_on(closed)
    known = before or _Settling()
    # A clock that ran backwards restarts the wait: time that cannot be measured proves nothing.
    since = known.since if known.seen is on and at >= known.since else at
    steady = (at - since) * 1000 >= wiring.debounce_ms
    if steady or (on and name is InputName.SAFETY):
        return _Settling(Signal.ON if on else Signal.OFF, on, since)
    return _Settling(known.believed, on, since)
