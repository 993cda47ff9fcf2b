"""Tries per address: as many as the limit within the span, whatever the clock does."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from gate.console.session.throttle import TRIES, WITHIN, Throttle
from tests.gate.journal.journal_cast import NOON


def test_one_address_does_not_hold_up_another():
    throttle = Throttle()
    assert all(throttle.allows("a", NOON) for _ in range(TRIES))
    assert not throttle.allows("a", NOON)
    assert throttle.allows("b", NOON)
    assert throttle.allows("a", NOON + WITHIN)


@given(st.lists(st.integers(0, 300), max_size=200))
def test_no_span_holds_more_than_the_limit(gaps):
    throttle, seconds, allowed = Throttle(), 0, []
    for gap in gaps:
        seconds += gap // 60
        if throttle.allows("a", NOON + timedelta(seconds=seconds)):
            allowed.append(seconds)
    for start in allowed:
        within = [s for s in allowed if start <= s < start + WITHIN.total_seconds()]
        assert len(within) <= TRIES


def test_a_clock_set_back_locks_nobody_out():
    throttle = Throttle()
    for _ in range(TRIES + 1):
        throttle.allows("a", NOON)
    assert throttle.allows("a", NOON - timedelta(hours=8))


def test_many_addresses_do_not_fill_the_memory():
    throttle = Throttle()
    for number in range(10_000):
        throttle.allows(str(number), NOON)
    assert len(throttle._seen) <= 4096
