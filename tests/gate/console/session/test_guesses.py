"""Tries by guesser: as many as the limit, whatever the clock does and however many come at once."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.console.session.guesses import FAILURES, WAIT, Guesser, Guesses, network
from tests.gate.journal.journal_cast import NOON

GUARD = Guesser("guard", "10.0.0.1")
tries = st.lists(
    st.tuples(st.integers(0, 200), st.sampled_from(["guard", "chief"]), st.sampled_from("ab")),
    max_size=80,
)


@given(tries)
def test_no_guesser_is_wrong_more_often_than_the_limit_within_a_wait(story):
    guesses, seconds, judged = Guesses(), 0, {}
    for gap, name, address in story:
        seconds += gap
        at, one = NOON + timedelta(seconds=seconds), Guesser(name, address)
        if not guesses.wait(one, at):
            guesses.begin(one, at)
            judged.setdefault(one, []).append(seconds)
    for times in judged.values():
        for last in times:
            run = [s for s in times if last - WAIT.total_seconds() < s <= last]
            # A run may begin anew once after a pause as long as the wait.
            assert len(run) <= 2 * FAILURES


@given(tries)
def test_what_others_do_changes_nothing(story):
    alone, among = Guesses(), Guesses()
    at = NOON
    for gap, name, address in story:
        at += timedelta(seconds=gap)
        among.begin(Guesser(name, address), at)
        assert among.wait(GUARD, at) == alone.wait(GUARD, at)


def test_a_right_password_begins_anew():
    guesses = Guesses()
    for _ in range(FAILURES):
        guesses.begin(GUARD, NOON)
    assert guesses.wait(GUARD, NOON) == WAIT
    guesses.right(GUARD)
    assert not guesses.wait(GUARD, NOON)


def test_a_clock_set_back_locks_nobody_out():
    guesses = Guesses()
    for _ in range(FAILURES):
        guesses.begin(GUARD, NOON)
    assert not guesses.wait(GUARD, NOON - timedelta(hours=8))


def test_many_guessers_do_not_fill_the_memory():
    guesses = Guesses()
    for number in range(20_000):
        guesses.begin(Guesser("guard", str(number)), NOON)
    assert len(guesses._tries) <= 8192


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_what_counts_as_one_address(address, counted):
    assert network(address) == counted
