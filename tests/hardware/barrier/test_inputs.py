"""Raw levels become a debounced snapshot; what is not read is unknown, what is not wired absent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.barrier.inputs import (
    Debounce,
    InputContact,
    InputName,
    InputSnapshot,
    InputWiring,
    Signal,
    debounce,
    unread,
)

PLAN = {
    InputName.PRESENCE: InputWiring(1),
    InputName.SAFETY: InputWiring(2, InputContact.NORMALLY_CLOSED),
    InputName.FIRE: InputWiring(3, debounce_ms=100),
}
CLEAR = {1: False, 2: True, 3: False}


def look(reads: list[tuple[float, dict[int, bool] | None]]) -> list[InputSnapshot]:
    memory, seen = Debounce(PLAN), []
    for at, closed in reads:
        memory, snapshot = debounce(memory, closed, at)
        seen.append(snapshot)
    return seen


def test_nothing_is_known_before_it_is_steady():
    first, second, third = look([(0.0, CLEAR), (0.05, CLEAR), (0.1, CLEAR)])
    assert first[InputName.PRESENCE] is Signal.UNKNOWN
    assert second[InputName.PRESENCE] is Signal.OFF
    assert second[InputName.FIRE] is Signal.UNKNOWN
    assert third[InputName.FIRE] is Signal.OFF


def test_what_is_not_wired_is_absent():
    assert look([(0.0, CLEAR)])[0][InputName.BEHIND] is Signal.ABSENT


def test_a_cut_wire_on_a_normally_closed_loop_is_somebody_there():
    cut = {1: False, 2: False, 3: False}
    assert look([(0.0, CLEAR), (0.05, CLEAR), (0.1, cut)])[-1][InputName.SAFETY] is Signal.ON


def test_the_safety_loop_is_believed_at_once_when_it_turns_on_and_late_when_off():
    on = {**CLEAR, 2: False}
    seen = look(
        [(0.0, CLEAR), (0.05, CLEAR), (0.06, on), (0.07, CLEAR), (0.09, CLEAR), (0.2, CLEAR)]
    )
    signals = [snapshot[InputName.SAFETY] for snapshot in seen]
    assert signals == [Signal.UNKNOWN, Signal.OFF, Signal.ON, Signal.ON, Signal.ON, Signal.OFF]


def test_a_bounce_is_not_believed():
    on = {**CLEAR, 1: True}
    seen = look([(0.0, CLEAR), (0.05, CLEAR), (0.06, on), (0.08, CLEAR), (0.09, on), (0.1, CLEAR)])
    assert {snapshot[InputName.PRESENCE] for snapshot in seen[1:]} == {Signal.OFF}


def test_a_failed_read_makes_everything_unknown_at_once():
    seen = look([(0.0, CLEAR), (0.05, CLEAR), (0.1, None), (0.15, CLEAR), (0.2, CLEAR)])
    assert set(seen[2].signals.values()) == {Signal.UNKNOWN}
    assert seen[3][InputName.PRESENCE] is Signal.UNKNOWN
    assert seen[4][InputName.PRESENCE] is Signal.OFF


def test_a_channel_that_the_board_does_not_tell_is_unknown():
    assert (
        look([(0.0, CLEAR), (0.05, {2: True, 3: False})])[1][InputName.PRESENCE] is Signal.UNKNOWN
    )


def test_a_clock_that_ran_back_proves_nothing():
    on = {**CLEAR, 1: True}
    seen = look([(5.0, CLEAR), (5.05, CLEAR), (5.1, on), (1.0, on), (1.01, on), (1.06, on)])
    signals = [snapshot[InputName.PRESENCE] for snapshot in seen[2:]]
    assert signals == [Signal.OFF, Signal.OFF, Signal.OFF, Signal.ON]


@given(st.lists(st.tuples(st.floats(0.0, 0.2), st.booleans() | st.none()), max_size=40))
def test_an_input_is_off_only_after_it_was_off_for_its_whole_time(reads):
    at, off_since = 0.0, None
    memory = Debounce({InputName.SAFETY: InputWiring(1, debounce_ms=50)})
    for gap, level in reads:
        at += gap
        memory, snapshot = debounce(memory, None if level is None else {1: level}, at)
        off_since = None if level is not False else off_since if off_since is not None else at
        if snapshot[InputName.SAFETY] is Signal.OFF:
            assert off_since is not None
            assert (at - off_since) * 1000 >= 50
        if level:
            assert snapshot[InputName.SAFETY] is Signal.ON


def test_before_the_first_read_wired_inputs_are_unknown():
    assert unread(PLAN, 3.0)[InputName.SAFETY] is Signal.UNKNOWN
    assert unread(PLAN, 3.0)[InputName.BEHIND] is Signal.ABSENT


@pytest.mark.parametrize(
    "wrong", [{"channel": 0}, {"channel": 65}, {"channel": 1, "debounce_ms": -1}]
)
def test_wiring_that_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match=r"channel|debounce"):
        InputWiring(**wrong)
