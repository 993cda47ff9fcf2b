"""Tracking: one vehicle keeps its id, two never share one, a parked car is not the moving one."""

from hypothesis import given, settings
from hypothesis import strategies as st

from recognition.reading import Reading
from recognition.tracking import Tracking, TrackingStep, follow, nearest_moving
from tests.recognition.readings import box_at, reading


def run(frames: list[list[Reading]], pace: float = 0.2) -> list[TrackingStep]:
    steps: list[TrackingStep] = []
    tracking = Tracking()
    for number, readings in enumerate(frames):
        steps.append(follow(tracking, readings, number * pace))
        tracking = steps[-1].tracking
    return steps


def approach(text: str, frames: int, x: float = 200.0) -> list[Reading]:
    """A vehicle that drives towards the camera: its plate grows and goes down the picture."""
    return [reading(text, 0.9, box_at(x + 12 * i, 200 + 25 * i, 60 + 9 * i)) for i in range(frames)]


def test_an_approaching_vehicle_keeps_its_id() -> None:
    steps = run([[r] for r in approach("吉A12345", 20)])
    assert {step.joined for step in steps} == {(1,)}
    assert [len(step.started) for step in steps] == [1] + [0] * 19


def test_a_track_ends_when_it_was_not_seen_for_long_and_the_id_is_not_used_again() -> None:
    first = reading("吉A12345")
    steps = run([[first], [first], *[[]] * 10, [first]])
    assert [track.id for step in steps for track in step.ended] == [1]
    assert steps[-1].joined == (2,)


def test_a_short_gap_does_not_end_a_track() -> None:
    frames = [[r] for r in approach("吉A12345", 12)]
    frames[4:7] = [[], [], []]
    assert run(frames)[-1].joined == (1,)


def test_the_next_car_in_the_same_place_is_another_vehicle() -> None:
    tail = [[reading("吉A12345", 0.95, box_at(400, 500 + 5 * i, 200))] for i in range(5)]
    head = [[reading("吉B67890", 0.95, box_at(420, 380 + 5 * i, 150))] for i in range(5)]
    steps = run(tail + head)
    assert steps[4].joined == (1,)
    assert steps[5].joined == (2,)


def test_a_blurred_frame_stays_with_its_vehicle() -> None:
    frames = [[r] for r in approach("吉A12345", 9)]
    frames[4] = [reading("晋A1Z3A6", 0.4, frames[4][0].box)]
    assert {step.joined for step in run(frames)} == {(1,)}


def test_a_parked_car_is_not_taken_for_the_moving_one() -> None:
    parked = [reading("吉C55555", 0.95, box_at(900 + i % 2, 300, 150)) for i in range(80)]
    driving = approach("吉A12345", 20, x=700.0)
    frames = [[r] for r in parked[:60]] + [
        [p, d] for p, d in zip(parked[60:], driving, strict=True)
    ]
    steps = run(frames)
    assert {step.joined[0] for step in steps} == {1}
    assert {step.joined[1] for step in steps[60:]} == {2}
    ahead = nearest_moving(steps[-1].tracking)
    assert ahead is not None
    assert ahead.id == 2
    assert nearest_moving(steps[59].tracking) is None


def test_a_parked_car_that_leaves_moves_again() -> None:
    stay = [[reading("吉C55555", 0.95, box_at(400, 300, 150))] for _ in range(60)]
    leave = [[reading("吉C55555", 0.95, box_at(400 + 30 * i, 300, 150))] for i in range(1, 8)]
    last = run(stay + leave)[-1].tracking
    assert [track.parked for track in last.tracks][-1] is False


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.tuples(st.floats(50, 1800), st.floats(50, 1000)), max_size=3), max_size=15)
)
def test_ids_only_grow_and_every_reading_has_one(places: list[list[tuple[float, float]]]) -> None:
    frames = [[reading("吉A12345", 0.9, box_at(x, y)) for x, y in frame] for frame in places]
    highest = 0
    for step, frame in zip(run(frames), frames, strict=True):
        assert len(step.joined) == len(frame)
        assert len(set(step.joined)) == len(frame)
        for track in step.started:
            assert track.id == highest + 1
            highest = track.id
