"""Wrong copies of the barrier's parts, each with a story in which it shows.

The right machine lives through every story; the wrong one must be caught by the named property.
Where the machine has two defences, the mutant takes both away.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from hardware.barrier import automatic as will
from hardware.barrier import events as f
from hardware.barrier import guards, machine
from hardware.barrier.inputs import InputName, InputSnapshot, Signal
from hardware.barrier.model import (
    BarrierSettings,
    Controller,
    Mode,
    OrderId,
    OutcomeKind,
    OutcomeReason,
    PresenceState,
    Relay,
)
from hardware.barrier.step import StepContext
from hardware.barrier.transitions import TransitionTrigger
from tests.hardware.barrier.arm_bench import ArmBench

__all__ = ["MUTANTS", "Mutant"]

Patch = Callable[[pytest.MonkeyPatch], None]
Story = Callable[[], None]

BARE = BarrierSettings(safety_permanent=True, raise_within=1.0, lower_within=3.0)
SWITCHED = replace(BARE, arm_up=True, arm_down=True)
ONE_BUTTON = replace(SWITCHED, controller=Controller.ONE_BUTTON, own_safety=True)
DOWN = f.LowerRequested(OrderId("down"))


@dataclass(frozen=True)
class Mutant:
    """One wrong copy, the story that shows it, and the property that catches it."""

    name: str
    patch: Patch
    story: Story
    caught_by: str


# Stories.


def raised(settings: BarrierSettings = BARE, clear: float = 2.0) -> ArmBench:
    """Return an arm that is up, with the way clear for some time."""
    bench = ArmBench(settings)
    bench.tell(f.LinkUp())
    bench.see(down=True, seconds=0.3)
    bench.ask_raise("up")
    bench.see(up=True, safety=True, seconds=2.0)
    bench.see(up=True, seconds=clear)
    return bench


def unread_loop() -> None:
    bench = raised(clear=0.1)
    bench.tell(DOWN)
    bench.see(safety=None, seconds=3.0)


def limited_detector() -> None:
    bench = raised(replace(BARE, safety_permanent=False))
    bench.tell(DOWN)
    bench.see(seconds=2.0)


def old_inputs() -> None:
    bench = raised()
    bench.now += 1.0
    bench.tell(DOWN)


def short_clear() -> None:
    bench = raised(clear=0.4)
    bench.tell(DOWN)


def gap_in_the_reads() -> None:
    bench = raised(clear=0.6)
    bench.now += 0.5
    bench.see(seconds=0.1)
    bench.tell(DOWN)


def parked_under_the_arm() -> None:
    bench = raised(replace(BARE, suspect_after=30.0))
    bench.see(safety=True, seconds=31.0)
    bench.see(seconds=2.0)
    bench.tell(DOWN)


def clock_back() -> None:
    bench = raised(clear=0.6)
    bench.now -= 0.2
    bench.see(seconds=0.7)
    bench.tell(DOWN)


def fire_then_lower() -> None:
    bench = raised()
    bench.tell(f.FireSignal(on=True))
    bench.see(seconds=2.0)
    bench.tell(DOWN)


def hold_then_lower() -> None:
    bench = raised()
    bench.tell(f.HoldRequested(OrderId("hold"), bench.now + 60.0))
    bench.see(seconds=2.0)
    bench.tell(DOWN)


def maintenance_then_lower() -> None:
    bench = raised()
    bench.tell(f.MaintenanceOn())
    bench.see(seconds=1.0)
    bench.tell(DOWN)


def fault_then_lower() -> None:
    bench = raised(SWITCHED)
    bench.see(up=True, down=True)
    bench.see(up=True, seconds=2.0)
    bench.tell(DOWN)


def fire_wire_unread() -> None:
    bench = raised()
    bench.see(fire=None, seconds=2.0)
    bench.tell(DOWN)


def lower_and_raise() -> None:
    bench = raised(clear=0.5)
    bench.tell(DOWN)
    bench.ask_raise("again", seconds=2.0)
    bench.see(seconds=1.0)


def car_under_a_closing_arm() -> None:
    bench = raised()
    bench.tell(DOWN)
    bench.see(safety=True, seconds=1.0)


def fire_reset_in_the_fire() -> None:
    bench = raised()
    bench.see(fire=True)
    bench.tell(f.FireReset("guard"))


def fire_signal_ends() -> None:
    bench = raised()
    bench.see(fire=True, seconds=1.0)
    bench.see(fire=False, seconds=1.0)


def fire_on_a_closed_arm() -> None:
    bench = ArmBench(SWITCHED)
    bench.tell(f.LinkUp())
    bench.see(down=True, seconds=1.0)
    bench.see(down=True, fire=True, seconds=8.0)


def late_raise() -> None:
    bench = raised()
    bench.tell(DOWN)
    bench.tell(f.RaiseRequested(OrderId("again"), bench.now + 0.05))
    bench.see(seconds=1.0)


def one_button_unknown() -> None:
    bench = ArmBench(ONE_BUTTON)
    bench.tell(f.LinkUp())
    bench.see(safety=True, seconds=0.5)
    bench.ask_raise("up")


def one_button_stuck() -> None:
    bench = ArmBench(ONE_BUTTON)
    bench.tell(f.LinkUp())
    bench.see(down=True, seconds=0.5)
    bench.ask_raise("up")
    bench.see(down=True, seconds=5.0)


def inputs_go() -> None:
    bench = raised(SWITCHED)
    bench.tell(f.InputsLost("refused", "board"))


def inputs_go_while_it_rises() -> None:
    bench = ArmBench(SWITCHED)
    bench.tell(f.LinkUp())
    bench.see(down=True, seconds=0.3)
    bench.tell(f.InputsLost("refused", "board"))
    bench.ask_raise("up")
    bench.see(seconds=5.0)


def relay_stays_energised() -> None:
    bench = raised()
    bench.tell(f.RelayStuck(Relay.RAISE, 1, "board"))


# Patches.


def _swap(where: object, name: str, wrong: Callable[..., Any]) -> Patch:
    return lambda monkeypatch: monkeypatch.setattr(where, name, wrong)


def _optimist(barrier, now):
    """Take an unknown loop for a clear one, and any detector's word."""
    if barrier.snapshot is None:
        return PresenceState.UNKNOWN
    signals = [barrier.snapshot[name] for name in barrier.settings.guards]
    return PresenceState.PRESENT if Signal.ON in signals else PresenceState.CLEAR


def _unknown_is_clear(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(guards, "presence", _optimist)
    right = guards.clear_since

    def wrong(barrier, snapshot):
        signals = {k: Signal.OFF if v is Signal.UNKNOWN else v for k, v in snapshot.signals.items()}
        return right(barrier, InputSnapshot(snapshot.taken_at, signals))

    patch.setattr(guards, "clear_since", wrong)


def _old_is_fresh(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(guards, "fresh", lambda barrier, now: barrier.snapshot is not None)
    patch.setattr(will, "_while_fresh", lambda turn, wish: wish)


def _clear_over_gaps(barrier, snapshot):
    if any(snapshot[name] is not Signal.OFF for name in barrier.settings.guards):
        return None
    return barrier.clear_since if barrier.clear_since is not None else snapshot.taken_at


def _no_clock_check(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(StepContext, "check_clock", lambda turn: None)
    patch.setattr(guards, "clear_since", _clear_over_gaps)


def _without(refusal: OutcomeReason) -> Patch:
    right = guards.may_lower_some_day

    def wrong(barrier):
        why = right(barrier)
        return None if why is refusal else why

    return _swap(guards, "may_lower_some_day", wrong)


def _fire_ignored(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(guards, "refusal_to_lower", _fire_wire_ignored)
    _without(OutcomeReason.FIRE)(patch)


def _fire_wire_ignored(barrier, now):
    return guards.may_lower_some_day(barrier) or guards._refusal_by_presence(barrier, now)


def _close_beats_open(patch: pytest.MonkeyPatch) -> None:
    """Put lowering first and forget to give it up for a raise."""

    right = will._send

    def send(turn):
        if turn.b.flight is None and not turn.b.releasing and turn.b.lowering is not None:
            will._send_lower(turn, turn.b.lowering)
        else:
            right(turn)

    def wish_raise(turn, wish):
        turn.drop_raising(OutcomeKind.REFUSED, OutcomeReason.SUPERSEDED)
        turn.b = replace(turn.b, raising=wish)

    patch.setattr(will, "_send", send)
    patch.setattr(guards, "_raise_is_pending", lambda barrier: False)
    patch.setattr(StepContext, "wish_raise", wish_raise)


def _hasty(turn, relay):
    """Forget the dead time, not the release."""
    if guards.must_free_first(turn.b, relay):
        turn.release_unless_quiet()
        return False
    return not turn.b.releasing


def _fire_ends_with_its_signal(patch: pytest.MonkeyPatch) -> None:
    right = machine._inputs

    def wrong(turn, told):
        right(turn, told)
        if turn.b.snapshot is not None and turn.b.snapshot[InputName.FIRE] is Signal.OFF:
            turn.b = replace(turn.b, fire_latched=False)

    patch.setattr(machine, "_inputs", wrong)


def _reset_anyhow(turn, by):
    turn.b = replace(turn.b, fire_latched=False)


def _no_fire(patch: pytest.MonkeyPatch) -> None:
    right = will._keep_open
    patch.setattr(
        will, "_keep_open", lambda turn: guards.mode(turn.b) is not Mode.FIRE and right(turn)
    )


def _patient(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(will, "_expire", lambda turn: None)


def _retry_one_button(turn):
    wish = turn.own_wish(will.Cause.RAISE_TIMEOUT, turn.now + 2.0)
    turn.move(will.TransitionTrigger.DOWN_SEEN)
    turn.wish_raise(wish)


def _step_ignored(step: TransitionTrigger) -> Patch:
    right = StepContext.move
    return _swap(StepContext, "move", lambda turn, change: change is step or right(turn, change))


def _unread_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(
        machine, "_inputs_lost", lambda turn, fact: turn.move(TransitionTrigger.INPUTS_LOST)
    )


MUTANTS = (
    Mutant(
        "an arm is believed unseen",
        _step_ignored(TransitionTrigger.INPUTS_LOST),
        inputs_go,
        "an arm that nobody can see is nowhere",
    ),
    Mutant(
        "an arm is timed unseen",
        _unread_is_forgotten,
        inputs_go_while_it_rises,
        "an arm that nobody can see is not late",
    ),
    Mutant(
        "a stuck relay is nothing",
        _step_ignored(TransitionTrigger.RELAY_STUCK),
        relay_stays_energised,
        "a stuck relay is a fault",
    ),
    Mutant("unknown is clear", _unknown_is_clear, unread_loop, "nothing is lowered on somebody"),
    Mutant(
        "limited detector believed",
        _swap(guards, "presence", _optimist),
        limited_detector,
        "a limited loop detector is not believed",
    ),
    Mutant("old inputs believed", _old_is_fresh, old_inputs, "nothing is lowered on stale inputs"),
    Mutant(
        "leave to lower does not end",
        _swap(will, "_while_fresh", lambda turn, wish: wish),
        car_under_a_closing_arm,
        "leave to lower ends",
    ),
    Mutant(
        "clear for a moment is enough",
        _swap(guards, "clear_long_enough", lambda barrier: True),
        short_clear,
        "the loop was clear long enough",
    ),
    Mutant(
        "clear time counted over gaps",
        _swap(guards, "clear_since", _clear_over_gaps),
        gap_in_the_reads,
        "the loop was clear long enough",
    ),
    Mutant(
        "a loop that let go believed",
        _swap(guards, "with_loops", lambda barrier, snapshot: barrier),
        parked_under_the_arm,
        "a loop that let go by itself is not believed",
    ),
    Mutant("clock not watched", _no_clock_check, clock_back, "the loop was clear long enough"),
    Mutant("fire ignored", _fire_ignored, fire_then_lower, "nothing is lowered in a fire"),
    Mutant(
        "fire wire ignored",
        _swap(guards, "refusal_to_lower", _fire_wire_ignored),
        fire_wire_unread,
        "nothing is lowered with fire unread",
    ),
    Mutant(
        "hold ignored",
        _without(OutcomeReason.HELD_OPEN),
        hold_then_lower,
        "a held arm is not lowered",
    ),
    Mutant(
        "maintenance ignored",
        _without(OutcomeReason.MAINTENANCE),
        maintenance_then_lower,
        "maintenance is left alone",
    ),
    Mutant(
        "fault ignored", _without(OutcomeReason.FAULT), fault_then_lower, "a fault is never lowered"
    ),
    Mutant("close beats open", _close_beats_open, lower_and_raise, "open beats close"),
    Mutant(
        "opposite relay not released first",
        _swap(guards, "must_free_first", lambda barrier, relay: False),
        car_under_a_closing_arm,
        "two relays are never energised together",
    ),
    Mutant(
        "no dead time",
        _swap(StepContext, "ready", _hasty),
        car_under_a_closing_arm,
        "a dead time lies between two relays",
    ),
    Mutant(
        "nobody is protected",
        _swap(will, "_protect", lambda turn: None),
        car_under_a_closing_arm,
        "a closing arm is raised for whoever is under it",
    ),
    Mutant(
        "fire reset while it burns",
        _swap(machine, "_fire_reset", _reset_anyhow),
        fire_reset_in_the_fire,
        "fire stays until the signal is gone and a person resets it",
    ),
    Mutant(
        "fire ends with its signal",
        _fire_ends_with_its_signal,
        fire_signal_ends,
        "fire stays until the signal is gone and a person resets it",
    ),
    Mutant("fire does not raise", _no_fire, fire_on_a_closed_arm, "fire raises the arm"),
    Mutant("late orders sent", _patient, late_raise, "nothing is sent late"),
    Mutant(
        "one button pulsed blindly",
        _swap(guards, "blind_pulse_refusal", lambda barrier, now: None),
        one_button_unknown,
        "nothing is lowered on somebody",
    ),
    Mutant(
        "one button retried",
        _swap(will, "_raise_time_over", _retry_one_button),
        one_button_stuck,
        "one button gets no retry",
    ),
)
