"""The arm, rule by rule. The properties over random lives are in test_barrier_properties."""

from dataclasses import replace

import pytest

from hardware.barrier import events as f
from hardware.barrier.guards import mode, presence
from hardware.barrier.inputs import InputName, Signal
from hardware.barrier.model import (
    AlarmKind,
    ArmMotion,
    BarrierSettings,
    Cause,
    Controller,
    Mode,
    OrderId,
    OutcomeKind,
    OutcomeReason,
    Position,
    PresenceState,
    Relay,
)
from tests.hardware.barrier.arm_bench import ArmBench

WITH_SWITCHES = BarrierSettings(arm_up=True, arm_down=True, safety_permanent=True)
PATIENT = replace(WITH_SWITCHES, suspect_after=30.0)
WITHOUT_SWITCHES = BarrierSettings(safety_permanent=True)
SELF_CLOSING = BarrierSettings(
    controller=Controller.RAISE_ONLY, closes_itself=True, arm_up=True, arm_down=True
)
ONE_BUTTON = BarrierSettings(
    controller=Controller.ONE_BUTTON,
    arm_up=True,
    arm_down=True,
    safety_permanent=True,
    own_safety=True,
)


def closed_arm(settings: BarrierSettings = WITH_SWITCHES) -> ArmBench:
    bench = ArmBench(settings)
    bench.tell(f.LinkUp())
    bench.see(down=True, seconds=0.3)
    return bench


def open_arm(settings: BarrierSettings = WITH_SWITCHES) -> ArmBench:
    bench = closed_arm(settings)
    bench.ask_raise("first")
    bench.see(down=False, seconds=1.0)
    bench.see(up=True)
    bench.quiet()
    bench.forget()
    return bench


def test_start_releases_the_relays_and_moves_nothing():
    bench = ArmBench(WITH_SWITCHES)
    bench.tell(f.LinkUp())
    bench.see(down=True, seconds=5.0)
    assert bench.orders == [f.Release()]
    assert bench.barrier.position is Position.CLOSED


def test_a_raise_is_sent_and_acknowledged():
    bench = closed_arm()
    bench.ask_raise("a", seconds=3.0)
    assert bench.pulses[-1].relay is Relay.RAISE
    assert bench.outcome("a") == (OutcomeKind.RAISED, OutcomeReason.CONFIRMED)
    assert bench.barrier.position is Position.OPENING
    bench.see(down=False, seconds=1.0)
    bench.see(up=True)
    assert bench.barrier.position is Position.OPEN


def test_without_switches_the_arm_is_open_after_its_travel_time():
    bench = ArmBench(WITHOUT_SWITCHES)
    bench.tell(f.LinkUp())
    bench.see(seconds=0.2)
    bench.ask_raise("a")
    bench.see(seconds=WITHOUT_SWITCHES.raise_within + 0.1)
    assert bench.barrier.position is Position.OPEN


def test_a_late_raise_is_never_sent():
    bench = closed_arm()
    bench.ask_raise("late", seconds=0.0)
    assert bench.outcome("late") == (OutcomeKind.EXPIRED, OutcomeReason.LATE)
    assert bench.pulses == []


def test_a_raise_on_a_dead_wire_is_refused_and_not_replayed():
    bench = closed_arm()
    bench.tell(f.LinkDown())
    bench.ask_raise("dead")
    assert bench.outcome("dead") == (OutcomeKind.REFUSED, OutcomeReason.LINK_DOWN)
    bench.tell(f.LinkUp())
    bench.see(down=True, seconds=5.0)
    assert bench.pulses == []


def test_an_order_is_taken_once():
    bench = closed_arm()
    bench.ask_raise("a")
    bench.ask_raise("a")
    assert len(bench.pulses) == 1


def test_the_arm_is_lowered_when_the_loop_was_clear_long_enough():
    bench = open_arm()
    bench.see(up=True, safety=True)
    bench.tell(f.LowerRequested(OrderId("down")))
    bench.see(up=True, safety=False, seconds=0.9)
    assert bench.pulses == []
    bench.see(up=True, safety=False, seconds=0.3)
    assert bench.pulses[-1].motion is ArmMotion.LOWER
    assert bench.outcome("down") == (OutcomeKind.LOWERED, OutcomeReason.CONFIRMED)


@pytest.mark.parametrize(
    "signals",
    [{"safety": True}, {"safety": None}, {"fire": None}],
    ids=["somebody there", "loop not read", "fire wire not read"],
)
def test_a_blocked_or_unknown_way_keeps_the_arm_up_for_ever(signals):
    bench = open_arm()
    bench.see(up=True, **signals)
    bench.tell(f.LowerRequested(OrderId("down")))
    bench.see(up=True, seconds=60.0, **signals)
    assert bench.pulses == []
    assert bench.outcome("down")[0] is OutcomeKind.EXPIRED
    assert bench.barrier.position is Position.OPEN


def test_stale_inputs_keep_the_arm_up():
    bench = open_arm()
    bench.see(up=True, seconds=2.0)
    bench.wait(0.31)
    bench.tell(f.LowerRequested(OrderId("down")))
    bench.wait(20.0)
    assert bench.pulses == []
    assert bench.outcome("down") == (OutcomeKind.EXPIRED, OutcomeReason.INPUTS_STALE)


def test_a_gap_between_reads_starts_the_clear_time_anew():
    bench = open_arm()
    bench.see(up=True, seconds=0.9)
    bench.wait(0.5)
    bench.tell(f.LowerRequested(OrderId("down")))
    bench.see(up=True, seconds=0.5)
    assert bench.pulses == []


def test_a_detector_that_may_let_go_under_a_car_is_not_believed():
    bench = open_arm(BarrierSettings(arm_up=True, arm_down=True))
    bench.see(up=True, seconds=5.0)
    bench.tell(f.LowerRequested(OrderId("down")))
    bench.see(up=True, seconds=15.0)
    assert bench.pulses == []
    assert presence(bench.barrier, bench.now) is PresenceState.UNKNOWN


def test_somebody_under_a_closing_arm_raises_it_after_the_dead_time():
    bench = closing_arm()
    released = bench.now
    bench.see(safety=True)
    bench.quiet()
    alarm, release, pulse = bench.orders[:3]
    assert isinstance(alarm, f.Alarm)
    assert alarm.kind is AlarmKind.PRESENCE_WHILE_CLOSING
    assert isinstance(release, f.Release)
    assert isinstance(pulse, f.Pulse)
    assert (pulse.relay, pulse.cause) == (Relay.RAISE, Cause.PRESENCE)
    assert bench.sent_at[pulse.order_id] - released >= WITH_SWITCHES.dead_time


def closing_arm(settings: BarrierSettings = WITH_SWITCHES) -> ArmBench:
    bench = open_arm(settings)
    bench.see(up=True, seconds=1.2)
    bench.tell(f.LowerRequested(OrderId("down")))
    assert bench.barrier.position is Position.CLOSING
    bench.forget()
    return bench


def test_lost_sight_of_the_loop_raises_an_arm_that_gate_is_lowering():
    bench = closing_arm()
    bench.wait(0.35)
    bench.quiet()
    assert bench.pulses[-1].cause is Cause.PRESENCE


def test_open_beats_close():
    bench = closing_arm()
    bench.see(up=False)
    bench.ask_raise("a", seconds=3.0)
    bench.quiet()
    assert bench.pulses[-1].order_id == "a"
    bench.tell(f.LowerRequested(OrderId("again")))
    bench.see(seconds=3.0)
    assert [p.motion for p in bench.pulses] == [ArmMotion.RAISE]


def test_a_waiting_lowering_is_given_up_for_a_raise():
    bench = open_arm()
    bench.see(up=True, safety=True)
    bench.tell(f.LowerRequested(OrderId("down")))
    bench.ask_raise("a")
    assert bench.outcome("down") == (OutcomeKind.REFUSED, OutcomeReason.OPEN_BEATS_CLOSE)


def test_fire_raises_latches_and_needs_a_person():
    bench = closed_arm()
    bench.see(down=True, fire=True)
    bench.quiet()
    assert bench.pulses[-1].cause is Cause.FIRE
    bench.see(up=True, fire=True, seconds=2.0)
    bench.tell(f.FireReset("wang"))
    assert mode(bench.barrier) is Mode.FIRE
    bench.see(up=True, fire=False, seconds=2.0)
    bench.tell(f.LowerRequested(OrderId("down")))
    assert bench.outcome("down") == (OutcomeKind.REFUSED, OutcomeReason.FIRE)
    bench.tell(f.FireReset("wang"))
    assert mode(bench.barrier) is Mode.AUTOMATIC
    assert bench.barrier.position is Position.OPEN


def test_fire_raises_a_locked_arm_and_one_in_maintenance():
    for word in (f.LockRequested(), f.MaintenanceOn()):
        bench = closed_arm()
        bench.tell(word)
        bench.quiet()
        bench.tell(f.FireSignal(on=True))
        bench.quiet()
        assert bench.pulses[-1].cause is Cause.FIRE


def test_fire_raises_again_after_a_lost_link_and_nothing_else_does():
    bench = closed_arm()
    bench.tell(f.FireSignal(on=True))
    bench.quiet()
    bench.tell(f.LinkDown())
    bench.wait(60.0)
    bench.forget()
    bench.tell(f.LinkUp())
    bench.see(down=True, seconds=0.3)
    assert [p.cause for p in bench.pulses] == [Cause.FIRE]


def test_a_lock_refuses_raises():
    bench = closed_arm()
    bench.tell(f.LockRequested())
    bench.ask_raise("a")
    assert bench.outcome("a") == (OutcomeKind.REFUSED, OutcomeReason.LOCKED)
    bench.tell(f.Unlocked())
    bench.ask_raise("b")
    assert bench.outcome("b")[0] is OutcomeKind.RAISED


def test_a_hold_raises_has_a_cap_and_does_not_lower_at_its_end():
    settings = BarrierSettings(arm_up=True, arm_down=True, safety_permanent=True, hold_cap=30.0)
    bench = closed_arm(settings)
    bench.tell(f.HoldRequested(OrderId("hold"), bench.now + 3600.0))
    bench.quiet()
    assert bench.outcome("hold")[0] is OutcomeKind.RAISED
    bench.see(up=True, seconds=29.0)
    bench.tell(f.LowerRequested(OrderId("down")))
    assert bench.outcome("down") == (OutcomeKind.REFUSED, OutcomeReason.HELD_OPEN)
    bench.see(up=True, seconds=2.0)
    assert bench.alarms[-1] is AlarmKind.HOLD_ENDED
    assert mode(bench.barrier) is Mode.AUTOMATIC
    bench.see(up=True, seconds=30.0)
    assert bench.barrier.position is Position.OPEN


def test_a_hold_on_a_self_closing_arm_is_renewed():
    bench = closed_arm(SELF_CLOSING)
    bench.tell(f.HoldRequested(OrderId("hold"), bench.now + 60.0))
    bench.see(up=True, seconds=21.0)
    assert [p.cause for p in bench.pulses] == [Cause.HOLD] * 5


def test_a_hold_ends_with_the_link():
    bench = open_arm()
    bench.tell(f.HoldRequested(OrderId("hold"), bench.now + 60.0))
    bench.quiet()
    bench.tell(f.LinkDown())
    assert AlarmKind.HOLD_LOST in bench.alarms
    bench.forget()
    bench.tell(f.LinkUp())
    bench.see(down=True, seconds=5.0)
    assert bench.pulses == []


def test_an_arm_opened_by_hand_is_reported_and_not_fought():
    bench = closed_arm()
    bench.see(down=False, seconds=0.5)
    bench.see(up=True, seconds=30.0)
    assert bench.alarms == [AlarmKind.ARM_FORCED]
    assert bench.pulses == []
    assert bench.barrier.position is Position.OPEN


def test_an_arm_lowered_by_hand_ends_the_hold_and_is_not_raised_again():
    bench = open_arm()
    bench.tell(f.HoldRequested(OrderId("hold"), bench.now + 600.0))
    bench.see(up=True, seconds=1.0)
    bench.forget()
    bench.see(up=False, seconds=3.0)
    bench.see(down=True, seconds=30.0)
    assert bench.alarms == [AlarmKind.ARM_DROPPED, AlarmKind.HOLD_LOST]
    assert bench.pulses == []


def test_not_up_in_time_is_tried_once_more_and_then_a_fault_that_never_lowers():
    bench = closed_arm()
    bench.see(down=True, presence=True)
    bench.ask_raise("a")
    bench.see(down=True, presence=True, seconds=2 * WITH_SWITCHES.raise_within + 1.0)
    assert [p.cause for p in bench.pulses] == [Cause.REQUEST, Cause.RAISE_TIMEOUT]
    assert bench.alarms == [AlarmKind.RAISE_RETRIED, AlarmKind.RAISE_TIMEOUT]
    assert bench.barrier.position is Position.FAULT
    bench.tell(f.LowerRequested(OrderId("down")))
    assert bench.outcome("down") == (OutcomeKind.REFUSED, OutcomeReason.FAULT)
    bench.tell(f.FaultReset("li"))
    bench.see(down=True)
    assert bench.barrier.position is Position.CLOSED


@pytest.mark.parametrize("was_there", [True, False])
def test_a_late_second_pulse_is_not_given_to_whoever_came_meanwhile(was_there: bool):
    bench = closed_arm()
    bench.see(down=True, presence=was_there)
    bench.ask_raise("a")
    bench.see(down=True, presence=was_there, seconds=1.0)
    bench.see(down=True, presence=False, seconds=1.0)
    bench.see(down=True, presence=True, seconds=2 * WITH_SWITCHES.raise_within)
    assert [p.cause for p in bench.pulses] == [Cause.REQUEST]
    assert bench.alarms == [AlarmKind.RAISE_TIMEOUT]
    assert bench.barrier.position is Position.FAULT


def test_no_second_pulse_while_somebody_works_on_the_arm():
    bench = closed_arm()
    bench.see(down=True, presence=True)
    bench.ask_raise("a")
    bench.see(down=True, presence=True, seconds=1.0)
    bench.tell(f.MaintenanceOn())
    bench.see(down=True, presence=True, seconds=2 * WITH_SWITCHES.raise_within)
    assert [p.cause for p in bench.pulses] == [Cause.REQUEST]


def test_not_down_in_time_raises_and_faults():
    bench = closing_arm()
    bench.see(seconds=WITH_SWITCHES.lower_within + 0.5)
    assert bench.pulses[-1].cause is Cause.LOWER_TIMEOUT
    assert bench.barrier.position is Position.FAULT


def test_a_fault_can_still_be_raised():
    bench = closed_arm()
    bench.ask_raise("a")
    bench.see(down=True, seconds=15.0)
    bench.ask_raise("b")
    assert bench.outcome("b")[0] is OutcomeKind.RAISED


def test_both_switches_on_is_a_fault():
    bench = closed_arm()
    bench.see(down=True, up=True)
    assert bench.alarms == [AlarmKind.SWITCHES_DISAGREE]
    assert bench.barrier.position is Position.FAULT


def test_a_pulse_that_may_have_gone_out_is_indeterminate_and_never_repeated():
    bench = closed_arm()
    bench.answers = False
    bench.ask_raise("a")
    pulse = bench.pulses[-1]
    bench.tell(f.PulseFailed(pulse.order_id, "no answer"))
    assert bench.outcome("a") == (OutcomeKind.INDETERMINATE, OutcomeReason.NO_ANSWER)
    bench.answers = True
    bench.see(down=True, seconds=30.0)
    assert len(bench.pulses) == 1
    assert bench.releases >= 2


def test_a_pulse_without_an_answer_fact_ends_by_itself():
    bench = closed_arm()
    bench.answers = False
    bench.ask_raise("a")
    bench.wait(WITH_SWITCHES.answer_within + 0.1)
    assert bench.outcome("a")[0] is OutcomeKind.INDETERMINATE


def test_the_relay_is_released_after_each_pulse():
    bench = closed_arm()
    before = bench.releases
    bench.ask_raise("a")
    bench.see(down=True, seconds=0.7)
    assert bench.releases == before + 1
    assert bench.barrier.live is None


def test_one_button_raises_only_what_is_surely_down():
    bench = closed_arm(ONE_BUTTON)
    bench.ask_raise("a")
    assert bench.outcome("a")[0] is OutcomeKind.RAISED
    bench.see(up=True)
    bench.ask_raise("b")
    assert bench.outcome("b") == (OutcomeKind.RAISED, OutcomeReason.ALREADY_OPEN)
    assert len(bench.pulses) == 1


def test_one_button_is_not_pulsed_blindly_over_somebody():
    bench = ArmBench(ONE_BUTTON)
    bench.tell(f.LinkUp())
    bench.see(safety=True, seconds=1.0)
    bench.ask_raise("a", seconds=3.0)
    bench.see(safety=True, seconds=4.0)
    assert bench.outcome("a") == (OutcomeKind.EXPIRED, OutcomeReason.PRESENT)
    assert bench.pulses == []
    assert AlarmKind.NEEDS_PERSON in bench.alarms


def test_one_button_gets_no_retry():
    bench = closed_arm(ONE_BUTTON)
    bench.ask_raise("a")
    bench.see(down=True, seconds=30.0)
    assert len(bench.pulses) == 1
    assert bench.barrier.position is Position.FAULT


def test_one_button_is_left_alone_while_it_closes():
    bench = closing_arm(ONE_BUTTON)
    bench.see(safety=True, seconds=1.0)
    assert bench.pulses == []
    assert bench.alarms == [AlarmKind.NEEDS_PERSON]


def test_gate_never_lowers_what_closes_by_itself_without_a_contact_for_it():
    bench = open_arm(SELF_CLOSING)
    bench.tell(f.LowerRequested(OrderId("down")))
    assert bench.outcome("down") == (OutcomeKind.REFUSED, OutcomeReason.NO_LOWER_CONTACT)
    bench.see(up=False)
    assert bench.barrier.position is Position.CLOSING
    bench.see(safety=True)
    bench.quiet()
    assert bench.pulses[-1].cause is Cause.PRESENCE


def test_maintenance_refuses_and_is_quiet():
    bench = open_arm()
    bench.tell(f.MaintenanceOn())
    bench.ask_raise("a")
    assert bench.outcome("a") == (OutcomeKind.REFUSED, OutcomeReason.MAINTENANCE)
    bench.see(up=False, seconds=30.0)
    assert bench.pulses == []


def test_maintenance_stops_a_moving_arm_where_a_stop_is_wired():
    settings = BarrierSettings(arm_up=True, arm_down=True, safety_permanent=True, stop_wired=True)
    bench = closing_arm(settings)
    bench.see(up=False)
    bench.tell(f.MaintenanceOn())
    bench.see(up=False, seconds=0.3)
    assert bench.pulses[-1].relay is Relay.STOP
    assert bench.barrier.position is Position.STOPPED


def test_a_clock_that_ran_back_drops_what_waits_and_believes_no_input():
    bench = open_arm()
    bench.see(up=True, safety=True)
    bench.tell(f.LowerRequested(OrderId("down")))
    bench.now -= 3600.0
    bench.tell(f.Tick())
    assert bench.outcome("down") == (OutcomeKind.EXPIRED, OutcomeReason.LATE)
    assert presence(bench.barrier, bench.now) is PresenceState.UNKNOWN


def test_a_snapshot_from_the_future_tells_nothing():
    bench = open_arm()
    bench.see(up=True, seconds=2.0, ahead=0.2)
    assert presence(bench.barrier, bench.now) is PresenceState.UNKNOWN
    assert bench.barrier.snapshot is not None
    assert bench.barrier.snapshot[InputName.SAFETY] is Signal.UNKNOWN


def test_position_can_be_stated_only_where_nothing_tells():
    bare = ArmBench(WITHOUT_SWITCHES)
    bare.tell(f.LinkUp())
    bare.tell(f.PositionStated(is_open=False, by="li"))
    assert bare.barrier.position is Position.CLOSED
    wired = ArmBench(WITH_SWITCHES)
    wired.tell(f.LinkUp())
    wired.tell(f.PositionStated(is_open=False, by="li"))
    assert wired.barrier.position is Position.UNKNOWN


def test_settings_refuse_what_would_be_dangerous():
    for wrong in ({"clear_for": 0.5}, {"fresh_for": 1.0}, {"dead_time": 0.0}, {"pulse_ms": 5000}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            BarrierSettings(**wrong)


def test_a_loop_that_lets_go_under_a_parked_car_is_not_believed_until_somebody_looked():
    bench = open_arm(PATIENT)
    bench.see(up=True, safety=True, seconds=PATIENT.suspect_after + 1.0)
    bench.see(up=True, seconds=3.0)
    assert bench.alarms == [AlarmKind.LOOP_SUSPECT]
    bench.tell(f.LowerRequested(OrderId("down")))
    bench.see(up=True, seconds=11.0)
    assert bench.outcome("down") == (OutcomeKind.EXPIRED, OutcomeReason.PRESENCE_UNKNOWN)
    bench.tell(f.FaultReset("li"))
    bench.tell(f.LowerRequested(OrderId("again")))
    assert bench.outcome("again")[0] is OutcomeKind.LOWERED


def test_a_car_that_stood_long_and_is_seen_to_leave_is_believed():
    bench = open_arm(PATIENT)
    bench.see(up=True, safety=True, behind=False, seconds=PATIENT.suspect_after + 1.0)
    bench.see(up=True, safety=True, behind=True, seconds=2.0)
    bench.see(up=True, safety=False, behind=True, seconds=2.0)
    bench.tell(f.LowerRequested(OrderId("down")))
    assert bench.outcome("down")[0] is OutcomeKind.LOWERED
