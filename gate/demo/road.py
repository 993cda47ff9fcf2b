"""The physics of one lane: an arm, its loops, and drivers who obey them. Pure.

Distances are metres from the camera along the lane, as in `view`; vehicles come from large to
small. Time is handed in.
Rules:
1. Nobody drives through an arm that is not up.
2. An honest driver goes when the arm rose for him; a tailgater goes when it is up.
3. The arm's own controller raises it while its relay is energised, and lowers it when the loop
   under it has been clear for a second; it never lowers it onto that loop.
4. A driver whose patience ends backs out, so that the lane is free again.
"""

from dataclasses import dataclass, field
from enum import StrEnum

START, GONE = 24.0, -9.0
STOP, ARM_AT = 5.0, 3.1
PRESENCE, SAFETY, BEHIND = (4.7, 6.4), (1.7, 3.4), (-2.9, -1.3)
LENGTH = 4.7

_CRUISE, _THROUGH, _BRAKE, _PUSH, _BACK = 6.0, 3.6, 2.6, 2.0, 2.2
_RISE_S, _FALL_S, _CLEAR_S, _EMPTY_S = 1.3, 1.7, 1.0, 12.0
_SHOWN_UP_S = 4.0


class Doing(StrEnum):
    """What a driver does."""

    COMING = "coming"
    WAITING = "waiting"
    DRIVING = "driving"
    BACKING = "backing"


class Fate(StrEnum):
    """How it ended for a driver."""

    PASSED = "passed"
    BACKED_OUT = "backed_out"


@dataclass(slots=True)
class Arm:
    """An arm with a controller that lowers it by itself. raised: 0 down .. 1 upright."""

    raised: float = 0.0
    wanted_up: bool = False
    crossed: bool = False
    clear_s: float = 0.0
    up_s: float = 0.0

    @property
    def up(self) -> bool:
        """Whether the upper limit switch is closed."""
        return self.raised >= 1.0

    @property
    def down(self) -> bool:
        """Whether the lower limit switch is closed."""
        return self.raised <= 0.0

    def step(self, seconds: float, *, energised: bool, under: bool) -> None:
        """Move on. energised: the raise relay; under: something is on the safety loop."""
        if energised and not self.wanted_up:
            self.wanted_up, self.crossed = True, False
        if under:
            self.wanted_up = self.wanted_up or not self.down
            self.crossed = True
        self.clear_s = 0.0 if under or energised else self.clear_s + seconds
        self.up_s = self.up_s + seconds if self.up else 0.0
        done = self.crossed and self.clear_s >= _CLEAR_S
        forgotten = self.up_s >= _EMPTY_S and self.clear_s >= _EMPTY_S
        if self.up and (done or forgotten):
            self.wanted_up = False
        change = seconds / _RISE_S if self.wanted_up else -seconds / _FALL_S
        self.raised = min(1.0, max(0.0, self.raised + change))


@dataclass(slots=True)
class DemoVehicle:
    """A vehicle in the lane. name: for records; patience: seconds at the arm before it gives up."""

    name: str
    patience: float
    tailgates: bool = False
    nose: float = START
    speed: float = _CRUISE
    doing: Doing = Doing.COMING
    waited: float = 0.0
    called: bool = False

    @property
    def rear(self) -> float:
        """Where its tail is."""
        return self.nose + LENGTH

    def over(self, loop: tuple[float, float]) -> bool:
        """Whether it is on a loop."""
        return self.nose < loop[1] and self.rear > loop[0]


@dataclass(slots=True)
class DemoRoad:
    """One lane. Vehicles stand in the order in which they came."""

    arm: Arm = field(default_factory=Arm)
    vehicles: list[DemoVehicle] = field(default_factory=list)

    def occupied(self, loop: tuple[float, float]) -> bool:
        """Whether a vehicle is on the loop."""
        return any(vehicle.over(loop) for vehicle in self.vehicles)

    @property
    def free(self) -> bool:
        """Whether another vehicle may come: the last one is through, or on its way through."""
        return all(v.nose < STOP - 3.0 and v.doing is Doing.DRIVING for v in self.vehicles)

    @property
    def moving(self) -> bool:
        """Whether the picture changes."""
        still = all(v.doing is Doing.WAITING for v in self.vehicles)
        return not still or not (self.arm.up or self.arm.down)

    @property
    def first(self) -> DemoVehicle | None:
        """The vehicle that the arm is for."""
        return next((v for v in self.vehicles if v.doing is not Doing.DRIVING), None)

    def step(self, seconds: float, *, energised: bool) -> list[tuple[DemoVehicle, Fate]]:
        """Let time pass (at most 0.2 s a step); return who left the lane, and how."""
        first = self.first
        if energised and first is not None and first.nose <= STOP + 0.5:
            first.called = True
        self.arm.step(seconds, energised=energised, under=self.occupied(SAFETY))
        ahead: DemoVehicle | None = None
        for vehicle in self.vehicles:
            self._drive(vehicle, ahead, seconds)
            ahead = vehicle
        left = [(v, fate) for v in self.vehicles if (fate := _fate(v)) is not None]
        self.vehicles = [v for v in self.vehicles if _fate(v) is None]
        return left

    def _drive(self, vehicle: DemoVehicle, ahead: DemoVehicle | None, seconds: float) -> None:
        match vehicle.doing:
            case Doing.COMING:
                self._come(vehicle, ahead, seconds)
            case Doing.WAITING:
                self._wait(vehicle, ahead, seconds)
            case Doing.DRIVING if not self.arm.up and vehicle.nose > ARM_AT + 0.2:
                vehicle.doing, vehicle.speed = Doing.WAITING, 0.0
            case Doing.DRIVING:
                faster = min(_THROUGH, vehicle.speed + _PUSH * seconds)
                room = vehicle.nose - ahead.rear - 0.6 if ahead is not None else 99.0
                vehicle.speed = max(0.0, min(faster, room / max(seconds, 1e-6)))
                vehicle.nose -= vehicle.speed * seconds
            case Doing.BACKING:
                vehicle.speed = min(_BACK, vehicle.speed + seconds)
                vehicle.nose += vehicle.speed * seconds

    def _come(self, vehicle: DemoVehicle, ahead: DemoVehicle | None, seconds: float) -> None:
        """Brake so as to stand at the line, or behind who is there."""
        line = STOP if ahead is None else max(STOP, ahead.rear + 0.8)
        if vehicle.tailgates and self._may_follow(vehicle, ahead):
            vehicle.doing = Doing.DRIVING
            return
        room = vehicle.nose - line
        if room <= 0.01 and ahead is not None:
            # Whoever stands behind another turns away first: nobody can back out into him.
            vehicle.waited += seconds
            if vehicle.waited >= vehicle.patience / 2 and self.vehicles[-1] is vehicle:
                vehicle.doing, vehicle.speed = Doing.BACKING, 0.0
                return
        vehicle.speed = max(0.25, min(_CRUISE, (2 * _BRAKE * max(room, 0.0)) ** 0.5))
        vehicle.nose = (
            max(line, vehicle.nose - vehicle.speed * seconds) if room > 0 else vehicle.nose
        )
        if vehicle.nose <= STOP + 0.01:
            vehicle.doing, vehicle.speed = Doing.WAITING, 0.0

    def _may_follow(self, vehicle: DemoVehicle, ahead: DemoVehicle | None) -> bool:
        close = ahead is not None and ahead.doing is Doing.DRIVING
        return self.arm.up and close and vehicle.nose < STOP + LENGTH + 2.0

    def _wait(self, vehicle: DemoVehicle, ahead: DemoVehicle | None, seconds: float) -> None:
        vehicle.waited += seconds
        shown = vehicle.called or min(self.arm.up_s, vehicle.waited) >= _SHOWN_UP_S
        follows = vehicle.tailgates and self._may_follow(vehicle, ahead)
        if self.arm.up and (shown or follows):
            vehicle.doing = Doing.DRIVING
        elif vehicle.waited >= vehicle.patience and self.arm.down and self.vehicles[-1] is vehicle:
            vehicle.doing = Doing.BACKING


def _fate(vehicle: DemoVehicle) -> Fate | None:
    if vehicle.nose < GONE:
        return Fate.PASSED
    if vehicle.doing is Doing.BACKING and vehicle.nose > START:
        return Fate.BACKED_OUT
    return None
