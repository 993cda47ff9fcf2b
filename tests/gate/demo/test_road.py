"""The demo's physics: nobody drives through an arm, and no arm comes down on anybody."""

from hypothesis import given, settings
from hypothesis import strategies as st

from gate.demo.road import (
    ARM_AT,
    LENGTH,
    SAFETY,
    Arm,
    DemoRoad,
    DemoVehicle,
    Doing,
    Fate,
)

STEP = 0.05
relays = st.lists(st.tuples(st.booleans(), st.integers(1, 60)), min_size=1, max_size=25)
newcomers = st.lists(st.tuples(st.integers(0, 900), st.booleans()), max_size=5)


def _run(road: DemoRoad, relay: list[tuple[bool, int]], comers: list[tuple[int, bool]]):
    """Yield (arm before, noses before) after each step of a run with vehicles coming in."""
    waiting = sorted(comers)
    number = 0
    for energised, steps in relay:
        for _ in range(steps):
            if waiting and waiting[0][0] <= number and _room(road):
                _, tailgates = waiting.pop(0)
                road.vehicles.append(DemoVehicle(str(number), patience=6.0, tailgates=tailgates))
            before = (road.arm.raised, {id(v): v.nose for v in road.vehicles})
            road.step(STEP, energised=energised)
            number += 1
            yield before


def _room(road: DemoRoad) -> bool:
    return all(v.rear < 20 and v.doing is not Doing.BACKING for v in road.vehicles)


@settings(max_examples=80, deadline=None)
@given(relays, newcomers)
def test_no_nose_passes_the_arm_unless_it_is_up(relay, comers) -> None:
    road = DemoRoad()
    for raised, noses in _run(road, relay, comers):
        for vehicle in road.vehicles:
            was = noses.get(id(vehicle), vehicle.nose)
            if was > ARM_AT >= vehicle.nose:
                assert raised >= 1.0


@settings(max_examples=80, deadline=None)
@given(relays, newcomers)
def test_the_arm_never_moves_down_onto_the_safety_loop(relay, comers) -> None:
    road = DemoRoad()
    for raised, noses in _run(road, relay, comers):
        on_loop = any(n < SAFETY[1] and n + LENGTH > SAFETY[0] for n in noses.values())
        assert not (on_loop and road.arm.raised < raised)


@settings(max_examples=80, deadline=None)
@given(relays, newcomers)
def test_vehicles_never_touch(relay, comers) -> None:
    road = DemoRoad()
    for _ in _run(road, relay, comers):
        for ahead, behind in zip(road.vehicles, road.vehicles[1:], strict=False):
            if ahead.doing is not Doing.BACKING:
                assert behind.nose >= ahead.rear


def test_a_falling_arm_goes_up_again_when_something_comes_under_it() -> None:
    arm = Arm(raised=0.6)
    arm.step(0.1, energised=False, under=False)
    assert arm.raised < 0.6
    low = arm.raised
    arm.step(0.1, energised=False, under=True)
    assert arm.raised > low


def _fates(road: DemoRoad, seconds: float, energised: bool = False) -> list[tuple[str, Fate]]:
    ended: list[tuple[str, Fate]] = []
    for _ in range(int(seconds / STEP)):
        ended += [(v.name, fate) for v, fate in road.step(STEP, energised=energised)]
    return ended


def test_a_driver_whom_nobody_answers_gives_up_and_frees_the_lane() -> None:
    road = DemoRoad(vehicles=[DemoVehicle("one", patience=8.0)])
    assert _fates(road, 40.0) == [("one", Fate.BACKED_OUT)]
    assert road.free


def test_two_drivers_whom_nobody_answers_give_up_one_after_the_other() -> None:
    road = DemoRoad(vehicles=[DemoVehicle("one", patience=8.0)])
    _fates(road, 5.0)
    road.vehicles.append(DemoVehicle("two", patience=8.0, tailgates=True))
    assert {name for name, _ in _fates(road, 60.0)} == {"one", "two"}
    assert road.free


def test_a_pulse_lets_the_waiting_driver_pass_and_the_arm_comes_down_again() -> None:
    road = DemoRoad(vehicles=[DemoVehicle("one", patience=60.0)])
    assert _fates(road, 8.0) == []
    assert road.arm.down
    assert _fates(road, 0.5, energised=True) == []
    assert _fates(road, 12.0) == [("one", Fate.PASSED)]
    assert road.arm.down


def test_a_pulse_for_nobody_is_forgotten_and_the_next_driver_waits_for_his_own() -> None:
    road = DemoRoad()
    _fates(road, 0.5, energised=True)
    _fates(road, 30.0)
    assert road.arm.down
    road.vehicles.append(DemoVehicle("one", patience=5.0))
    assert _fates(road, 30.0) == [("one", Fate.BACKED_OUT)]


def test_a_tailgater_slips_through_behind_the_one_it_was_raised_for() -> None:
    road = DemoRoad(vehicles=[DemoVehicle("one", patience=60.0)])
    _fates(road, 6.0)
    road.vehicles.append(DemoVehicle("two", patience=60.0, tailgates=True))
    _fates(road, 4.0)
    _fates(road, 0.5, energised=True)
    assert _fates(road, 20.0) == [("one", Fate.PASSED), ("two", Fate.PASSED)]


def test_an_honest_driver_behind_another_stops_for_his_own_raise() -> None:
    road = DemoRoad(vehicles=[DemoVehicle("one", patience=60.0)])
    _fates(road, 6.0)
    road.vehicles.append(DemoVehicle("two", patience=60.0))
    _fates(road, 4.0)
    _fates(road, 0.5, energised=True)
    assert _fates(road, 20.0) == [("one", Fate.PASSED)]
    assert [v.name for v in road.vehicles] == ["two"]


def test_a_held_arm_lets_everybody_through() -> None:
    road = DemoRoad(vehicles=[DemoVehicle("one", patience=60.0)])
    assert _fates(road, 15.0, energised=True) == [("one", Fate.PASSED)]
    road.vehicles.append(DemoVehicle("two", patience=60.0))
    assert _fates(road, 15.0, energised=True) == [("two", Fate.PASSED)]
