"""Random lives of one barrier: people, cars, a bad wire, a bad clock; an oracle looks on."""

from dataclasses import replace
from random import Random

from hardware.barrier import events as f
from hardware.barrier.inputs import InputName, InputSnapshot, Signal
from hardware.barrier.machine import next_due, start, step
from hardware.barrier.model import BarrierSettings, Controller, OrderId, Position, Relay
from hardware.emulators.arm import ArmKind, Contact, EmulatedArm
from tests.hardware.barrier.arm_oracle import Oracle

__all__ = ["LIVES", "Life"]

_TRUSTED = BarrierSettings(
    safety_permanent=True,
    raise_within=2.0,
    lower_within=2.0,
    hold_cap=20.0,
    lower_patience=4.0,
    suspect_after=30.0,
)
_SWITCHES = replace(_TRUSTED, arm_up=True, arm_down=True)
LIVES: dict[str, BarrierSettings] = {
    "switches": replace(_SWITCHES, stop_wired=True),
    "no switches": _TRUSTED,
    "two guards": replace(
        _SWITCHES, guards=frozenset({InputName.SAFETY, InputName.BEHIND}), clear_for=1.5
    ),
    "limited detector": replace(_SWITCHES, safety_permanent=False),
    "closes itself": replace(_SWITCHES, closes_itself=True, self_close=5.0),
    "raise only": replace(
        _TRUSTED, controller=Controller.RAISE_ONLY, closes_itself=True, self_close=5.0
    ),
    "one button": replace(_SWITCHES, controller=Controller.ONE_BUTTON, own_safety=True),
    "one button, no switches": replace(_TRUSTED, controller=Controller.ONE_BUTTON, own_safety=True),
}
_KINDS = {Controller.ONE_BUTTON: ArmKind.ONE_BUTTON, Controller.RAISE_ONLY: ArmKind.SELF_CLOSING}
_DOUBTFUL = (InputName.SAFETY, InputName.BEHIND, InputName.PRESENCE, InputName.FIRE)
_LOOPS = (InputName.SAFETY, InputName.BEHIND, InputName.PRESENCE)


class Life:
    """One life. `step` tells the barrier one random fact; Broken comes out when a rule breaks."""

    def __init__(self, settings: BarrierSettings, random: Random) -> None:
        self.random = random
        self.settings = settings
        self.barrier = start(settings)
        self.oracle = Oracle(settings)
        self.now = 1000.0
        self.told = 0
        kind = _KINDS.get(settings.controller, ArmKind.SEPARATE)
        if settings.closes_itself:
            kind = ArmKind.SELF_CLOSING
        # The arm's own time never jumps.
        self.arm = EmulatedArm(kind, travel=1.0, own_safety=settings.own_safety)
        self.arm_time = 0.0
        self.on: set[InputName] = set()
        self.fire = False
        self.orders = 0
        self.trouble = 0.0
        self.read_at = self.now
        self._waiting: list[f.Fact] = []
        self._tell(f.LinkUp())

    def step(self) -> None:
        """Tell one fact, chosen at random."""
        if self._waiting:
            self._tell(self._waiting.pop(0))
            return
        dice = self.random.random()
        if dice < 0.06 and (self.barrier.lowering is not None or self._could_be_lowered()):
            self._at_the_worst_moment()
        elif dice < 0.90:
            self._pass_and_read()
        elif dice < 0.93:
            self._tell(self._repair())
        elif dice < 0.99:
            self._tell(self._wish())
        else:
            self._tell(self._trouble())

    def _pass_and_read(self) -> None:
        self._wander()
        dice = self.random.random()
        if dice < 0.97:
            self._pass(0.05)
        elif dice < 0.995:
            self._pass(self.random.uniform(0.0, 0.5))
        else:
            self._pass(self.random.uniform(0.5, 6.0))
        if self.random.random() < 0.06:
            self._tell(f.Tick())
            return
        back = 0.0 if self.random.random() < 0.98 else self.random.uniform(-0.2, 0.6)
        self._tell(f.Inputs(InputSnapshot(self.now - back, self._signals())))

    def _pass(self, seconds: float) -> None:
        due = next_due(self.barrier)
        if due is not None and self.now < due < self.now + seconds and self.random.random() < 0.8:
            seconds = due - self.now
        self.now += seconds
        self.arm_time += seconds
        self.arm.occupied = InputName.SAFETY in self.on
        self.arm.advance(self.arm_time)

    def _wander(self) -> None:
        for name, comes in ((_LOOPS[0], 0.01), (_LOOPS[1], 0.01), (_LOOPS[2], 0.02)):
            if self.random.random() < (0.06 if name in self.on else comes):
                self.on ^= {name}
        if self.random.random() < (0.08 if self.fire else 0.0004):
            self.fire = not self.fire

    def _signals(self) -> dict[InputName, Signal]:
        levels = {name: name in self.on for name in _LOOPS} | {InputName.FIRE: self.fire}
        if self.settings.arm_up:
            levels[InputName.ARM_UP] = self.arm.is_up
        if self.settings.arm_down:
            levels[InputName.ARM_DOWN] = self.arm.is_down
        signals = {name: Signal.ON if on else Signal.OFF for name, on in levels.items()}
        if self.random.random() < 0.004:
            return dict.fromkeys(signals, Signal.UNKNOWN)
        if self.random.random() < 0.004:
            name = self.random.choice(sorted(signals))
            signals[name] = self.random.choice((Signal.ON, Signal.OFF, Signal.UNKNOWN))
        return signals

    def _could_be_lowered(self) -> bool:
        idle = self.barrier.raising is None and self.barrier.flight is None
        return self.barrier.position is Position.OPEN and idle

    def _at_the_worst_moment(self) -> None:
        """Bring together a lowering and what forbids it."""
        self.orders += 1
        now, number = self.now, self.orders
        choice = self.random.random()
        if choice < 0.50:
            self._tell(f.LowerRequested(OrderId(f"down{number}")))
        elif choice < 0.72:
            self._pass(self.random.uniform(0.25, 1.2))
            self._tell(f.LowerRequested(OrderId(f"down{number}")))
        elif choice < 0.94:
            self._pass(0.05)
            self._tell(f.Inputs(InputSnapshot(self.now, self._doubtful())))
        else:
            rare = (
                f.RaiseRequested(OrderId(f"up{number}"), now + 2.0),
                f.HoldRequested(OrderId(f"hold{number}"), now + 3.0),
                f.MaintenanceOn(),
                f.FireSignal(on=True),
            )
            self._tell(self.random.choices(rare, (6, 2, 1, 1))[0])

    def _doubtful(self) -> dict[InputName, Signal]:
        """Let a few wires tell something else, or nothing, for one read or for some time."""
        signals = self._signals()
        for name in self.random.sample(_DOUBTFUL, 2):
            signals[name] = self.random.choice((Signal.ON, Signal.UNKNOWN, Signal.UNKNOWN))
        return signals

    def _repair(self) -> f.Fact:
        """Let somebody put right what keeps the arm from living an ordinary life."""
        if not self.oracle.link:
            return f.LinkUp()
        if self.oracle.fire_latched:
            return f.FireSignal(on=False) if self.oracle.fire_told else f.FireReset("guard")
        if self.oracle.maintenance:
            return f.MaintenanceOff()
        if self.oracle.fault:
            self.arm.jammed = False
            return f.FaultReset("guard")
        return f.Unlocked() if self.barrier.locked else f.Tick()

    def _wish(self) -> f.Fact:
        self.orders += 1
        choice = self.random.random()
        if choice < 0.25:
            order = self.orders if self.random.random() < 0.95 else max(1, self.orders - 3)
            return f.RaiseRequested(
                OrderId(f"up{order}"), self.now + self.random.choice((-0.1, 0.05, 1.0, 3.0))
            )
        if choice < 0.85:
            return f.LowerRequested(OrderId(f"down{self.orders}"))
        rare: list[f.Fact] = [
            f.HoldRequested(
                OrderId(f"hold{self.orders}"), self.now + self.random.choice((-1.0, 2.0, 60.0))
            ),
            f.HoldReleased(),
            f.HoldReleased(),
            f.Unlocked(),
            f.Unlocked(),
            f.MaintenanceOff(),
            f.MaintenanceOff(),
            f.FireReset("guard"),
            f.FireReset("guard"),
            f.FireSignal(on=False),
            f.FireSignal(on=False),
            f.FaultReset("guard"),
            f.FaultReset("guard"),
            f.PositionStated(self.random.random() < 0.5, "guard"),
        ]
        seldom: list[f.Fact] = [f.LockRequested(), f.MaintenanceOn(), f.FireSignal(on=True)]
        return self.random.choice(seldom if self.random.random() < 0.08 else rare)

    def _trouble(self) -> f.Fact:
        choice = self.random.random()
        if choice < 0.10:
            return f.LinkDown()
        if choice < 0.40:
            return f.LinkUp()
        if choice < 0.50:
            self.now += self.random.choice((-3600.0, -1.0, -0.06, 0.2, 5.0, 3600.0))
        elif choice < 0.60:
            self.arm.push(self.random.choice((0.0, 0.5, 1.0)), self.arm_time)
        elif choice < 0.65:
            self.arm.jammed = not self.arm.jammed
        elif choice < 0.70:
            self.trouble = self.random.choice((0.0, 0.0, 0.1, 0.7))
        elif choice < 0.73:
            return self._parked()
        elif choice < 0.76:
            return f.PulseDone(OrderId("nobody"), confirmed=True)
        elif choice < 0.92:
            return self._board_trouble()
        return f.Tick()

    def _board_trouble(self) -> f.Fact:
        """Let the board keep its inputs to itself, tell them again, or hold a relay fast."""
        stuck = f.RelayStuck(self.random.choice(list(Relay)), 1, "board")
        said: list[f.Fact] = [f.InputsLost("refused", "board"), f.InputsBack(), stuck]
        return self.random.choices(said, (4, 4, 1))[0]

    def _parked(self) -> f.Fact:
        """Let a car stand under the arm until a detector in limited presence lets it go."""
        self.on.add(InputName.SAFETY)
        self._tell(f.Inputs(InputSnapshot(self.now, self._signals())))
        self.now += 40.0
        self.arm_time += 40.0
        last = f.Inputs(InputSnapshot(self.now, self._signals()))
        self.on.discard(InputName.SAFETY)
        return last

    def _tell(self, fact: f.Fact) -> None:
        self.told += 1
        self.oracle.told(fact, self.now)
        self.barrier, orders = step(self.barrier, fact, self.now)
        self.oracle.judge(fact, orders, self.barrier)
        for order in orders:
            self._obey(order)

    def _obey(self, order: f.Order) -> None:
        fails = self.random.random() < self.trouble
        if isinstance(order, f.Pulse):
            if not fails or self.random.random() < 0.5:
                self.arm.contact(Contact(order.relay), True, self.arm_time)
            if self.random.random() < 0.995:
                self._waiting.append(
                    f.PulseFailed(order.order_id, "silent", self.random.random() < 0.8)
                    if fails
                    else f.PulseDone(order.order_id, confirmed=True)
                )
        elif isinstance(order, f.Release):
            for contact in Contact:
                self.arm.contact(contact, False, self.arm_time)
            self._waiting.append(f.ReleaseFailed() if fails else f.ReleaseDone())
