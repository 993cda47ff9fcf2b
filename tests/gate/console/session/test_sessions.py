"""A log-in is a signed token that ends: by time, by idleness, by log-out, never by a restart."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.console.session.sessions import RemainingTime, Sessions
from tests.gate.console.fakes import START

SECRET = b"0123456789abcdef0123456789abcdef"
HOUR = timedelta(hours=1)


def sessions(secret: bytes = SECRET) -> Sessions:
    return Sessions(secret, idle=HOUR, longest=12 * HOUR)


def test_a_token_says_whom_it_stands_for():
    s = sessions()
    ticket = s.check(s.open("保安-甲.b", START), START)
    assert ticket is not None
    assert ticket.name == "保安-甲.b"


def test_a_token_survives_a_restart_of_the_service():
    token = sessions().open("guard", START)
    assert sessions().check(token, START + HOUR / 2) is not None


def test_a_token_of_another_site_is_refused():
    token = sessions(b"x" * 32).open("guard", START)
    assert sessions().check(token, START) is None


def test_a_short_secret_is_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        Sessions(b"short", idle=HOUR)


def test_idleness_ends_a_log_in_and_a_click_prevents_it():
    s = sessions()
    token = s.open("guard", START)
    s.touch(token, START + 0.9 * HOUR)
    assert s.check(token, START + 1.5 * HOUR) is not None
    assert s.check(token, START + 2.5 * HOUR) is None


def test_no_click_keeps_a_log_in_beyond_its_longest_time():
    s = sessions()
    token = s.open("guard", START)
    for half_hours in range(1, 25):
        s.touch(token, START + half_hours * HOUR / 2)
    assert s.check(token, START + 12 * HOUR) is not None
    assert s.check(token, START + 12.1 * HOUR) is None


def test_it_says_how_long_it_lasts_and_whether_a_click_helps():
    s = sessions()
    token = s.open("guard", START)
    assert s.left(token, START + HOUR / 4) == RemainingTime(0.75 * HOUR, final=False)
    for half_hours in range(1, 24):
        s.touch(token, START + half_hours * HOUR / 2)
    assert s.left(token, START + 11.75 * HOUR) == RemainingTime(HOUR / 4, final=True)
    assert s.left(token, START + 13 * HOUR) is None


def test_it_knows_a_log_out_from_idleness():
    s = sessions()
    idle, left = s.open("guard", START), s.open("guard", START)
    s.end(left, START)
    assert not s.was_ended(idle)
    assert s.was_ended(left)
    assert not s.was_ended("nonsense")


def test_log_out_ends_it_everywhere():
    s = sessions()
    token = s.open("guard", START)
    s.end(token, START)
    assert s.check(token, START) is None
    s.touch(token, START)
    assert s.check(token, START) is None


def test_a_clock_that_jumped_back_refuses_tokens_from_the_future():
    s = sessions()
    token = s.open("guard", START)
    assert s.check(token, START - HOUR) is None


@settings(max_examples=200)
@given(st.data())
def test_no_altered_token_is_accepted(data):
    s = sessions()
    token = s.open("guard", START)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(min_codepoint=33, max_codepoint=126))
    altered = token[:place] + other + token[place + 1 :]
    if altered != token:
        assert s.check(altered, START) is None


@given(st.text())
def test_nonsense_is_refused(text):
    assert sessions().check(text, START) is None
