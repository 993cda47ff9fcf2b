"""The arm's safety over random lives, and proof that each property catches a wrong machine.

`python -m tests.hardware.barrier.million` runs the same lives for a million steps.
"""

from random import Random

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from hardware.barrier import events as f
from hardware.barrier.inputs import InputName, InputSnapshot, Signal
from hardware.barrier.machine import start, step
from hardware.barrier.model import OrderId
from tests.hardware.barrier.arm_life import LIVES, Life
from tests.hardware.barrier.arm_mutants import MUTANTS, Mutant
from tests.hardware.barrier.arm_oracle import Broken, Oracle

STEPS = 2000


@pytest.mark.parametrize("name", LIVES)
def test_no_rule_breaks_in_a_random_life(name):
    life = Life(LIVES[name], Random(f"suite-{name}"))
    while life.told < STEPS:
        life.step()
    assert any(what.startswith("pulse") for what in life.oracle.counts)


@pytest.mark.parametrize("mutant", MUTANTS, ids=[mutant.name for mutant in MUTANTS])
def test_each_property_catches_its_mutant(mutant: Mutant, monkeypatch):
    mutant.story()
    mutant.patch(monkeypatch)
    with pytest.raises(Broken, match=mutant.caught_by):
        mutant.story()


_SIGNALS = st.sampled_from([Signal.OFF, Signal.OFF, Signal.OFF, Signal.ON, Signal.UNKNOWN])
_GAPS = st.sampled_from([0.0, 0.05, 0.05, 0.05, 0.1, 0.29, 0.3, 1.0, 7.0])


class ArmMachine(RuleBasedStateMachine):
    """Hypothesis tells the facts, and shrinks what breaks to the shortest story."""

    @initialize(name=st.sampled_from(sorted(LIVES)))
    def begin(self, name):
        self.settings = LIVES[name]
        self.barrier = start(self.settings)
        self.oracle = Oracle(self.settings)
        self.now, self.count = 100.0, 0
        self.answers: list[f.Fact] = []
        self.tell(f.LinkUp())

    def tell(self, fact):
        self.oracle.told(fact, self.now)
        self.barrier, orders = step(self.barrier, fact, self.now)
        self.oracle.judge(fact, orders, self.barrier)
        for order in orders:
            if isinstance(order, f.Pulse):
                self.answers.append(f.PulseDone(order.order_id, confirmed=True))
            elif isinstance(order, f.Release):
                self.answers.append(f.ReleaseDone())

    @rule(gap=_GAPS, safety=_SIGNALS, fire=_SIGNALS, up=st.booleans(), down=st.booleans())
    def read(self, gap, safety, fire, up, down):
        self.now += gap
        signals = {InputName.SAFETY: safety, InputName.BEHIND: safety, InputName.FIRE: fire}
        for name, on in ((InputName.ARM_UP, up), (InputName.ARM_DOWN, down and not up)):
            signals[name] = Signal.ON if on else Signal.OFF
        self.tell(f.Inputs(InputSnapshot(self.now, signals)))

    @rule(lost=st.booleans())
    def inputs_go_and_come(self, lost):
        self.tell(f.InputsLost("refused", "board") if lost else f.InputsBack())

    @rule(reads=st.integers(5, 40), up=st.booleans())
    def all_is_quiet(self, reads, up):
        signals = dict.fromkeys(InputName, Signal.OFF)
        signals[InputName.ARM_UP if up else InputName.ARM_DOWN] = Signal.ON
        for _ in range(reads):
            self.now += 0.05
            self.tell(f.Inputs(InputSnapshot(self.now, signals)))
            self.answer()

    @precondition(lambda self: self.answers)
    @rule()
    def answer(self):
        while self.answers:
            self.tell(self.answers.pop(0))

    @precondition(lambda self: self.answers)
    @rule()
    def fail(self):
        fact = self.answers.pop(0)
        done = isinstance(fact, f.PulseDone)
        self.tell(f.PulseFailed(fact.order_id, "silent") if done else f.ReleaseFailed())

    @rule(seconds=st.sampled_from([-0.1, 0.05, 2.0]))
    def ask_raise(self, seconds):
        self.count += 1
        self.tell(f.RaiseRequested(OrderId(f"up{self.count}"), self.now + seconds))

    @rule()
    def ask_lower(self):
        self.count += 1
        self.tell(f.LowerRequested(OrderId(f"down{self.count}")))

    @rule(seconds=st.sampled_from([1.0, 60.0]))
    def ask_hold(self, seconds):
        self.count += 1
        self.tell(f.HoldRequested(OrderId(f"hold{self.count}"), self.now + seconds))

    @rule(
        fact=st.sampled_from(
            [
                f.HoldReleased(),
                f.LockRequested(),
                f.Unlocked(),
                f.FireSignal(on=True),
                f.FireSignal(on=False),
                f.FireReset("guard"),
                f.FaultReset("guard"),
                f.MaintenanceOn(),
                f.MaintenanceOff(),
                f.LinkDown(),
                f.LinkUp(),
                f.Tick(),
            ]
        )
    )
    def say(self, fact):
        if isinstance(fact, f.LinkDown):
            self.answers.clear()
        self.tell(fact)

    @rule(seconds=st.sampled_from([-3600.0, -0.5, 3600.0]))
    def clock_jumps(self, seconds):
        self.now += seconds


ArmMachine.TestCase.settings = settings(
    max_examples=30,
    stateful_step_count=35,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.too_slow],
)
TestArmMachine = ArmMachine.TestCase
