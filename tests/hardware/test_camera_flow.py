"""A picture that waited in a buffer is not taken for a new one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.camera_flow import Flow, flow


def steady(count: int, every: float, start: float = 0.0) -> tuple[Flow, float]:
    """A camera that works, its pictures fetched as they come."""
    state, now = Flow(), start
    for _ in range(count):
        now += every
        state = flow(state, now - every * 0.9, now)
    return state, now


@pytest.mark.parametrize("every", [0.04, 0.1, 1.0])
def test_a_camera_of_any_rate_brings_new_pictures(every: float) -> None:
    state, now = Flow(), 0.0
    for _ in range(50):
        now += every
        state = flow(state, now - every * 0.9, now)
        assert state.taken(now) == now


@given(st.sampled_from([0.04, 0.125]), st.floats(1.0, 20.0), st.floats(0.001, 0.01))
def test_after_a_stall_no_picture_looks_younger_than_it_is(
    every: float, stall: float, burst: float
) -> None:
    """What was taken during the stall comes in a burst; then pictures come as they are taken."""
    state, now = steady(30, every)
    true_times = [now + every * n for n in range(1, int(stall / every) + 1)]
    now += stall
    for taken in true_times:
        state = flow(state, now, now + burst)
        now += burst
        assert state.taken(now) <= max(taken, now - every) + 1e-6
    for _ in range(3):
        state = flow(state, now, now + every)
        now += every
    assert state.taken(now) == now


def test_a_reader_that_was_away_gets_no_new_picture_at_once() -> None:
    state, now = steady(30, 0.1)
    state = flow(state, now + 3.0, now + 3.001)
    assert state.taken(now + 3.001) == now


def test_pictures_are_new_again_after_the_time_of_the_stall_at_the_latest() -> None:
    """Also where the reader is so slow that it never waits."""
    state, now = steady(30, 0.1)
    state = flow(state, now + 2.0, now + 2.0)
    now += 2.0
    end = now + 2.1
    while now < end:
        now += 0.1
        state = flow(state, now, now)
    assert state.taken(now) == now
