"""A press that was held up on the line is known as late, whatever the page's clock counts from."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.console.session.event_age import MOST, Lateness
from tests.mutants import seen_red

SECONDS = st.floats(0, 1e6)
DELAYS = st.floats(0, 2 * MOST)


@given(SECONDS, SECONDS, st.lists(DELAYS, max_size=19), DELAYS)
def a_press_is_late_by_how_long_it_was_under_way(begun, opened, stamps, delay):
    """begun: our clock when the page's began. One stamp came at once, the others were held up."""
    event_age = Lateness()
    for under_way in (0.0, *stamps):
        event_age.stamp("page", opened, begun + opened + under_way)
    late = event_age.late("page", opened, begun + opened + delay)
    assert late is (delay > MOST) or abs(delay - MOST) < 1e-3


def test_a_press_is_late_by_how_long_it_was_under_way():
    a_press_is_late_by_how_long_it_was_under_way()


@pytest.mark.parametrize(
    ("old", "new"), [("min(offsets)", "max(offsets)"), ("> self._most", "< self._most")]
)
def test_the_property_sees_a_wrong_measure(old, new):
    seen_red(a_press_is_late_by_how_long_it_was_under_way, Lateness.late, old, new)


def test_a_page_that_told_no_time_is_not_judged_and_a_closed_one_is_forgotten():
    event_age = Lateness()
    assert not event_age.late("page", 0.0, 1e6)
    event_age.stamp("page", 0.0, 5.0)
    assert event_age.late("page", 0.0, 5.0 + 2 * MOST)
    event_age.forget("page")
    assert not event_age.late("page", 0.0, 5.0 + 2 * MOST)


def test_a_clock_that_drifts_is_followed():
    event_age = Lateness()
    for tick in range(2000):
        event_age.stamp("page", tick * 30.0, tick * 30.0 * 1.0002)
    assert not event_age.late("page", 1999 * 30.0, 1999 * 30.0 * 1.0002)
