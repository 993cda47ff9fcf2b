"""The emulated arm and cars behave as the facts say barriers and drivers do."""

import pytest

from hardware.emulators.arm import ArmKind, Contact, EmulatedArm
from hardware.emulators.cars import Behaviour, Car, Loop, Road


def press(arm: EmulatedArm, contact: Contact, at: float) -> None:
    arm.contact(contact, True, at)
    arm.contact(contact, False, at + 0.1)


def test_separate_contacts_raise_stop_and_lower():
    arm = EmulatedArm(travel=2.0)
    press(arm, Contact.RAISE, 0.0)
    arm.advance(1.0)
    assert arm.angle == pytest.approx(0.5)
    press(arm, Contact.STOP, 1.0)
    arm.advance(9.0)
    assert arm.angle == pytest.approx(0.5)
    press(arm, Contact.LOWER, 9.0)
    arm.advance(10.5)
    assert (arm.is_down, arm.moving) == (True, 0)


def test_one_button_steps_and_reverses_while_it_falls():
    arm = EmulatedArm(ArmKind.ONE_BUTTON, travel=1.0)
    press(arm, Contact.RAISE, 0.0)
    arm.advance(2.0)
    assert arm.is_up
    press(arm, Contact.RAISE, 2.0)
    assert arm.moving == -1
    press(arm, Contact.RAISE, 2.5)
    assert arm.moving == 1
    press(arm, Contact.RAISE, 2.7)
    assert arm.moving == 0


def test_a_self_closing_arm_waits_for_the_car_and_comes_down():
    arm = EmulatedArm(ArmKind.SELF_CLOSING, travel=1.0, self_close=2.0)
    press(arm, Contact.RAISE, 0.0)
    arm.advance(1.5)
    arm.occupied = True
    for second in range(2, 10):
        arm.advance(float(second))
    assert arm.is_up
    arm.occupied = False
    for tick in range(100, 150):
        arm.advance(tick / 10)
    assert arm.is_down


def test_coming_down_on_somebody_is_counted_and_own_safety_prevents_it():
    for own_safety, hits in ((False, 1), (True, 0)):
        arm = EmulatedArm(travel=1.0, own_safety=own_safety, angle=1.0)
        press(arm, Contact.LOWER, 0.0)
        arm.occupied = True
        for tick in range(1, 12):
            arm.advance(tick / 10)
        assert arm.hits == hits


def test_two_contacts_at_once_are_counted():
    arm = EmulatedArm()
    arm.contact(Contact.RAISE, True, 0.0)
    arm.contact(Contact.LOWER, True, 0.1)
    assert arm.together == 1


def test_a_jammed_arm_does_not_move_and_a_hand_moves_any():
    arm = EmulatedArm(jammed=True)
    press(arm, Contact.RAISE, 0.0)
    arm.advance(10.0)
    assert arm.is_down
    arm.push(1.0, 11.0)
    assert arm.is_up


def drive(behaviour: Behaviour, open_after: float, seconds: float = 40.0) -> list[tuple[str, bool]]:
    """Let one car come to an arm that opens; return the loops' changes in order."""
    road = Road([Car(behaviour)])
    seen: list[tuple[str, bool]] = []
    on = dict.fromkeys(Loop, False)
    for tick in range(int(seconds * 20)):
        now = tick / 20
        road.advance(now, 1.0 if now > open_after else 0.0)
        for loop in Loop:
            if road.occupied(loop) is not on[loop]:
                on[loop] = not on[loop]
                seen.append((loop.value, on[loop]))
    return seen


def test_a_car_passes_the_loops_in_order():
    assert drive(Behaviour.ENTERS, 8.0) == [
        ("presence", True),
        ("safety", True),
        ("presence", False),
        ("behind", True),
        ("safety", False),
        ("behind", False),
    ]


def test_a_car_waits_on_the_presence_loop_only():
    assert drive(Behaviour.ENTERS, 1e9) == [("presence", True)]


def test_a_car_that_backs_out_never_reaches_the_loop_behind():
    seen = drive(Behaviour.BACKS_OUT, 8.0)
    assert ("behind", True) not in seen
    assert seen[-1] == ("presence", False)


def test_a_car_from_the_far_side_comes_over_the_loop_behind():
    assert drive(Behaviour.WRONG_WAY, 0.0)[0] == ("behind", True)


def test_a_car_that_breaks_through_does_not_wait():
    assert ("behind", True) in drive(Behaviour.BREAKS_THROUGH, 1e9)


def test_cars_queue():
    road = Road([Car(), Car(front=-25.0)])
    for tick in range(400):
        road.advance(tick / 20, 0.0)
    first, second = road.cars
    assert first.waiting
    assert second.front < first.rear
