"""A picture that waited somewhere is never told to be much younger than it is."""

import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hardware.cameras import picture_age
from hardware.cameras.picture_age import DRIFT, TOLERANCE_S, PictureArrival, Timeline, follow
from tests.hardware.cameras import camera_line
from tests.hardware.cameras.camera_line import Line, Stall, told
from tests.mutants import seen_red

pytestmark = pytest.mark.slow

SECONDS = 16.0
LATE = 0.05
"""Seconds that a picture of these tests takes from the camera to us when nothing holds it up."""

stall = st.builds(
    Stall,
    at=st.floats(3.0, 12.0),
    lasts=st.floats(0.05, 4.0),
    where=st.sampled_from(["network", "reader"]),
)
early = st.builds(
    Stall, at=st.floats(0.5, 3.0), lasts=st.floats(0.05, 4.0), where=st.just("network")
)
ways = {
    "every": st.sampled_from([0.04, 0.08, 0.1, 0.5, 1.0]),
    "burst": st.floats(0.0005, 0.02),
    "work": st.floats(0.001, 0.02),
    "jitter": st.floats(0.0, 0.02),
    "room": st.integers(1, 200),
    "seed": st.integers(0, 99),
}
lines = st.builds(
    Line,
    clock=st.sampled_from([0.99, 1.0, 1.01]),
    held=st.booleans(),
    backlog=st.floats(0.0, 3.0),
    stalls=st.lists(stall | early, max_size=3),
    shifts=st.lists(st.tuples(st.floats(3.0, 12.0), st.floats(0.5, 60.0)), max_size=1),
    **ways,
) | st.builds(Line, stamped=st.just(False), stalls=st.lists(stall, max_size=1), **ways)


def set_while_late(since: float, lasts: float, ahead: float, every: float = 0.04) -> Line:
    """The camera's clock is set ahead at 3.0 while the network holds pictures back."""
    stalls = [Stall(since, lasts, "network")]
    return Line(
        every, 0.99, burst=1 / 64, work=1 / 64, room=1, stalls=stalls, shifts=[(3.0, ahead)]
    )


@given(lines)
@example(Line(0.04, backlog=3.0, work=0.039, room=200))
@example(set_while_late(1.0, 2.0, 1.0))
@example(set_while_late(1.0, 2.0, 0.7))
@example(set_while_late(3.0, 1.0, 1.0))
@example(set_while_late(3.0, 1.0, 1.0, every=1.0))
def never_younger(line: Line) -> None:
    most = LATE + (TOLERANCE_S if line.stamped else max(TOLERANCE_S, 1.5 * line.every))
    for true, taken in told(line, SECONDS):
        assert taken is None or taken <= true + most


@given(lines)
def soon_told(line: Line) -> None:
    """Where nothing goes wrong, a picture's time is known within seconds, and to a hair."""
    calm = line.calm()
    seen = told(calm, SECONDS)
    late = [pair for pair in seen if pair[0] > 5.0 + 4 * calm.every]
    assert all(taken is not None and taken >= true - 0.1 for true, taken in late)


@given(st.floats(0.05, 0.25), st.sampled_from([0.04, 0.1]))
def never_forgotten(lag: float, every: float) -> None:
    """What waits with us does not become new by waiting there for long."""
    state, true = Timeline(), 0.0
    for number in range(int(40 / every)):
        true = number * every
        late = 0.0 if true < 5.0 else lag
        state = follow(state, PictureArrival(true + late, true + late, true, waited=late == 0.0))
    taken = state.taken(true + lag)
    assert taken is not None
    assert taken == pytest.approx(true, abs=0.01)


def test_what_waits_with_us_does_not_become_new() -> None:
    never_forgotten()


def test_no_picture_is_told_to_be_younger_than_it_is() -> None:
    never_younger()


def test_a_picture_that_did_not_wait_is_known_to_be_new() -> None:
    soon_told()


@given(
    st.sampled_from([0.04, 0.1]),
    st.floats(0.15, 1.5),
    st.floats(0.001, 0.1),
    st.booleans(),
)
def test_a_reader_that_is_too_slow_is_noticed(
    every: float, share: float, work: float, held: bool
) -> None:
    """It has `share` of the pictures' time only: what the camera cannot send, it throws away."""
    line = Line(every=every, work=work + every * (1 + share), room=12, held=held)
    assert line.work > every
    told_times = told(line, SECONDS)
    assert all(taken is None or taken <= true + LATE + TOLERANCE_S for true, taken in told_times)
    assert line.gave_up


@pytest.mark.parametrize("shift", [-95443.7, -5.0, 5.0, 95443.7])
def test_stamps_that_jump_or_wrap_are_learned_anew(shift: float) -> None:
    """32 bits of 90 kHz wrap after 47,721.9 s; a camera that is set to the time jumps."""
    line = Line(every=0.1, shifts=((6.0, shift),))
    pairs = told(line, SECONDS)
    assert all(taken is None or taken <= true + LATE + TOLERANCE_S for true, taken in pairs)
    if shift > 0:
        assert all(t is not None and t >= true - 0.1 for true, t in pairs if true > 8.0)
    else:
        assert line.gave_up


def test_single_stamps_may_be_missing() -> None:
    line = Line(every=0.1, missing=7, stalls=[Stall(8.0, 2.0, "network")])
    pairs = told(line, SECONDS)
    assert all(taken is None or taken <= true + LATE + TOLERANCE_S for true, taken in pairs)
    assert pairs[-1][1] is not None


def test_what_is_older_than_the_newest_picture_is_told_by_its_own_stamp() -> None:
    """A decoder that puts pictures into another order gives back an earlier one."""
    state = Timeline()
    for n in range(20):
        state = follow(state, PictureArrival(n * 0.1 - 0.09, n * 0.1, n * 0.1, waited=True))
    assert state.taken(2.0) == pytest.approx(1.9)
    assert state.taken(2.0, stamp=1.7) == pytest.approx(1.7)


def test_a_picture_is_never_of_the_future() -> None:
    state = Timeline()
    for n in range(20):
        state = follow(state, PictureArrival(n * 0.1 - 0.09, n * 0.1, n * 0.1, waited=True))
    assert state.taken(1.9, stamp=2.4) == 1.9


def test_where_nobody_can_tell_whether_it_waited_the_time_it_took_tells() -> None:
    state = Timeline()
    for n in range(20):
        state = follow(state, PictureArrival(n * 0.1 - 0.09, n * 0.1, n * 0.1))
    assert state.taken(2.0) == pytest.approx(1.9)
    state = Timeline()
    for n in range(20):
        state = follow(state, PictureArrival(n * 0.1 - 0.001, n * 0.1, n * 0.1))
    assert state.taken(2.0) is None


def test_a_stream_that_never_settles_is_given_up() -> None:
    state = Timeline()
    for n in range(200):
        state = follow(state, PictureArrival(n * 0.1, n * 0.1, n * 0.1, waited=False))
        assert state.hopeless(n * 0.1) == (n * 0.1 > 10.1)


MUTANTS = [
    (never_younger, picture_age.Settling.done, "self.waited >= _WAITED and ", ""),
    (never_younger, picture_age.Settling.done, " and now - self.since >= _SETTLED_S", ""),
    (
        never_younger,
        picture_age.Settling.after,
        "abs(sample - self.peak) > _SAME_S",
        "self.peak == inf",
    ),
    (never_forgotten, picture_age.follow, "sample > before.offset and waited", "True"),
    (never_younger, picture_age.follow, "before.last if before.held", "arrival if before.held"),
    (never_younger, picture_age.follow, "_leapt(before, arrival)", "False"),
    (never_younger, picture_age._counted, "if settling.done(now)", "if True"),
    (never_younger, picture_age._step, "or gap <= _silence(before)", "or True"),
    (soon_told, picture_age.follow, "before.offset + DRIFT", "before.offset + 0"),
]


@pytest.mark.parametrize("number", range(len(MUTANTS)))
def test_a_wrong_rule_is_seen(number: int) -> None:
    seen_red(*MUTANTS[number], camera_line, sys.modules[__name__])


def test_the_drift_is_that_of_bad_clocks() -> None:
    assert DRIFT > 0.01
