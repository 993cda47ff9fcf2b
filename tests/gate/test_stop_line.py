"""A plate behind the vehicle at the stop line opens nothing, once the lane has seen some pass."""

from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.stop_line import ENOUGH, REMEMBERED, StopLine, stop_line

LENGTH_M, GAP_M, LOOP_M = 4.7, 1.0, 1.7


def test_a_new_lane_goes_by_the_setting() -> None:
    few = stop_line([150.0] * (ENOUGH - 1))
    assert few.least(60.0, two_lines=False) == 60.0
    assert few.learnt(150.0).least(60.0, two_lines=False) == pytest.approx(90.0)


def test_the_setting_is_never_undercut() -> None:
    assert stop_line([150.0] * ENOUGH).least(120.0, two_lines=False) == 120.0


def test_what_was_not_measured_teaches_nothing() -> None:
    assert StopLine().learnt(0.0) == StopLine()


def test_the_memory_is_bounded_and_follows_a_camera_that_was_moved() -> None:
    line = stop_line([100.0] * REMEMBERED + [200.0] * REMEMBERED)
    assert len(line.widths) == REMEMBERED
    assert line.least(0.0, two_lines=False) == pytest.approx(120.0)


@given(st.floats(2.6, 6.8), st.lists(st.floats(0.0, LOOP_M), min_size=ENOUGH, max_size=REMEMBERED))
def test_who_stops_on_the_loop_is_read_and_who_stands_behind_is_not(
    camera_m: float, short_by: list[float]
) -> None:
    """Widths go with one over the distance; drivers stop anywhere on the loop."""
    width = 1000.0
    line = stop_line(width / (camera_m + short) for short in short_by)
    least = line.least(0.0, two_lines=False)
    usual = width / median(line.widths)
    assert width / (usual + LENGTH_M + GAP_M) < least <= width / (camera_m + LOOP_M)
