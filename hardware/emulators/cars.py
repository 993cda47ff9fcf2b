"""Emulated cars on the loops of one lane. Pure: time and the arm's angle are given from outside.

The lane is a line in metres, positive in the direction of travel; the arm stands at 0. A car knows
its front and its length, waits before the arm until it is up, and then behaves as it was told.
"""

from dataclasses import dataclass, field
from enum import StrEnum

__all__ = ["LOOPS", "Behaviour", "Car", "Loop", "Road"]

_FAR = 15.0
_STOP_LINE = -1.4  # Where the front of a waiting car stands: on the presence loop, off the next.
_CLEAR = 0.9  # How far up the arm must be for a driver to go.


class Loop(StrEnum):
    """The loops of a lane in the direction of travel."""

    PRESENCE = "presence"
    SAFETY = "safety"
    BEHIND = "behind"


LOOPS: dict[Loop, tuple[float, float]] = {
    Loop.PRESENCE: (-4.0, -1.8),
    Loop.SAFETY: (-0.9, 1.2),
    Loop.BEHIND: (2.6, 4.6),
}


class Behaviour(StrEnum):
    """What a driver does."""

    ENTERS = "enters"
    BACKS_OUT = "backs_out"  # Goes under the open arm, then back.
    TAILGATES = "tailgates"  # Does not wait for the arm of its own.
    WRONG_WAY = "wrong_way"  # Comes from the far side.
    STALLS = "stalls"  # Stops under the arm for a while.
    BREAKS_THROUGH = "breaks_through"  # Does not wait for the arm at all.


@dataclass(slots=True)
class Car:
    """One car. `front` and `length` in metres, `speed` in metres a second."""

    behaviour: Behaviour = Behaviour.ENTERS
    length: float = 4.4
    speed: float = 3.0
    stall: float = 8.0
    front: float = -_FAR
    name: str = ""
    _reversing: bool = False
    _stalled: float = 0.0

    def __post_init__(self) -> None:
        if self.behaviour is Behaviour.WRONG_WAY:
            self.front = _FAR + self.length

    @property
    def rear(self) -> float:
        """Where the car ends."""
        return self.front - self.length

    @property
    def gone(self) -> bool:
        """Whether it has left the lane on either side."""
        leaving = self._reversing or self.behaviour is Behaviour.WRONG_WAY
        return self.front < -_FAR if leaving else self.rear > _FAR

    @property
    def waiting(self) -> bool:
        """Whether it stands at the line before the arm."""
        return abs(self.front - _STOP_LINE) < 1e-6

    def covers(self, loop: Loop) -> bool:
        """Whether it stands over a loop."""
        start, end = LOOPS[loop]
        return self.front > start and self.rear < end

    def drive(self, seconds: float, angle: float, ahead: float) -> None:
        """Go on for `seconds`; `ahead` is the rear of the car in front (or infinity)."""
        way = self.speed * seconds
        if self._reversing or self.behaviour is Behaviour.WRONG_WAY:
            self.front -= way
            return
        target = min(self.front + way, self._limit(angle), max(self.front, ahead - 1.0))
        if self.behaviour is Behaviour.STALLS and target > 0.5 and self._stalled < self.stall:
            self._stalled += seconds
            target = max(self.front, 0.5)
        self.front = max(self.front, target)
        self._reversing = self.behaviour is Behaviour.BACKS_OUT and self.front > 0.4

    def _limit(self, angle: float) -> float:
        """How far it may go for the arm; whoever is past the line goes on."""
        waits = self.behaviour is not Behaviour.BREAKS_THROUGH
        past = self.front > _STOP_LINE + 1e-6
        return _STOP_LINE if waits and not past and angle < _CLEAR else 1e9


@dataclass(slots=True)
class Road:
    """The cars of one lane, the first to arrive first."""

    cars: list[Car] = field(default_factory=list)
    passed: list[Car] = field(default_factory=list)
    _at: float | None = None

    def send(self, car: Car) -> None:
        """Let a car come."""
        self.cars.append(car)

    def occupied(self, loop: Loop) -> bool:
        """Whether any car stands over a loop."""
        return any(car.covers(loop) for car in self.cars)

    def advance(self, now: float, angle: float) -> None:
        """Let time pass up to `now`, with the arm at `angle` (0.0 down to 1.0 up)."""
        elapsed = 0.0 if self._at is None else max(0.0, now - self._at)
        self._at = now
        ahead = 1e9
        for car in self.cars:
            car.drive(elapsed, angle, ahead)
            if car.behaviour is not Behaviour.WRONG_WAY:
                ahead = car.rear
        self.passed += [car for car in self.cars if car.gone]
        self.cars = [car for car in self.cars if not car.gone]
