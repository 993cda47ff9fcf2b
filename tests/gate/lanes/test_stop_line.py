"""A plate behind the vehicle at the stop line opens nothing, once the lane has seen some pass."""

from math import hypot
from statistics import median

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.lanes.stop_line import (
    ENOUGH,
    REACH,
    REMEMBERED,
    SHARE,
    SHARE_TWO_LINES,
    Spot,
    StopLine,
    stop_line,
)

LENGTH_M, GAP_M, LOOP_M = 4.7, 1.0, 1.7


def spot(width: float, x: float = 900.0, y: float = 500.0) -> Spot:
    return x, y, width


def test_a_new_lane_goes_by_the_setting() -> None:
    few = stop_line([spot(150.0)] * (ENOUGH - 1))
    assert few.least(60.0, two_lines=False) == 60.0
    assert few.learnt(spot(150.0)).least(60.0, two_lines=False) == pytest.approx(90.0)


def test_the_setting_is_never_undercut() -> None:
    assert stop_line([spot(150.0)] * ENOUGH).least(120.0, two_lines=False) == 120.0


def test_what_was_not_measured_teaches_nothing() -> None:
    assert StopLine().learnt(spot(0.0)) == StopLine()


def test_the_memory_is_bounded_and_follows_a_camera_that_was_moved() -> None:
    line = stop_line([spot(100.0)] * REMEMBERED + [spot(200.0)] * REMEMBERED)
    assert len(line.spots) == REMEMBERED
    assert line.least(0.0, two_lines=False) == pytest.approx(120.0)


@given(st.floats(2.6, 6.8), st.lists(st.floats(0.0, LOOP_M), min_size=ENOUGH, max_size=REMEMBERED))
def test_who_stops_on_the_loop_is_read_and_who_stands_behind_is_not(
    camera_m: float, short_by: list[float]
) -> None:
    """Widths go with one over the distance; drivers stop anywhere on the loop."""
    width = 1000.0
    line = stop_line(spot(width / (camera_m + short)) for short in short_by)
    least = line.least(0.0, two_lines=False)
    usual = width / median(one[2] for one in line.spots)
    assert width / (usual + LENGTH_M + GAP_M) < least <= width / (camera_m + LOOP_M)


@given(
    st.floats(2.6, 6.8),
    st.lists(st.tuples(st.floats(0.0, LOOP_M), st.floats(-0.5, 0.5)), min_size=ENOUGH),
    st.floats(0.0, LOOP_M),
    st.floats(-0.5, 0.5),
)
def test_a_plate_in_the_lane_is_at_the_line_and_one_in_the_next_lane_is_not(
    camera_m: float, taught: list[tuple[float, float]], short: float, aside: float
) -> None:
    """A camera straight before the lane, 1.8 m above plates; the next lane is 2.8 m to the side."""

    def seen(short_m: float, aside_m: float) -> Spot:
        away = camera_m + short_m
        return 960 + 1000 * aside_m / away, 540 + 1000 * 1.8 / (away + 10), 440 / away

    line = stop_line(seen(*one) for one in taught)
    assert line.is_at(seen(short, aside))
    assert not line.is_at(seen(short, aside + 2.8 + 0.5))


def test_where_plates_are_is_not_known_before_enough_have_passed_or_from_old_records() -> None:
    assert stop_line([spot(150.0)] * (ENOUGH - 1)).is_at(spot(150.0, x=10.0))
    old = stop_line([spot(150.0, 0.0, 0.0)] * ENOUGH)
    assert old.is_at(spot(150.0, x=10.0))
    assert not stop_line([spot(150.0)] * ENOUGH).is_at(spot(150.0, x=10.0))


SPOTS = st.tuples(st.just(0.0) | st.floats(0, 1920), st.just(0.0) | st.floats(0, 1080),
                  st.floats(-1, 400))  # fmt: skip


@given(st.lists(SPOTS, max_size=REMEMBERED + 9), SPOTS, st.booleans())
def test_a_line_taught_one_by_one_answers_as_one_worked_out_anew(
    taught: list[Spot], asked: Spot, two_lines: bool
) -> None:
    """What a line knows of the usual place and width is that of its own last vehicles, always."""
    one_by_one = StopLine()
    for one in taught:
        one_by_one = one_by_one.learnt(one)
    line = stop_line(taught)
    assert line == one_by_one
    last = [one for one in taught if one[2] > 0][-REMEMBERED:]
    placed = [one for one in last if one[0] or one[1]]
    width = median(one[2] for one in last) if last else 0.0
    share = SHARE_TWO_LINES if two_lines else SHARE
    known = len(last) >= ENOUGH
    for answers in (line, one_by_one):
        assert answers.is_known == (len(placed) >= ENOUGH)
        least = max(60.0, share * width) if known else 60.0
        assert answers.least(60.0, two_lines=two_lines) == least
        if answers.is_known:
            usual = median(one[0] for one in placed), median(one[1] for one in placed)
            near = hypot(asked[0] - usual[0], asked[1] - usual[1]) <= REACH * width
            assert answers.is_at(asked) == near
        else:
            assert answers.is_at(asked)
