"""What a page has answered for: the second of two presses is none, a later one is its own."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gate.console.ui.answered import DOUBLED_S, Answers

gaps = st.lists(st.floats(0, 2 * DOUBLED_S), min_size=1, max_size=12)


def test_while_one_is_under_way_no_other_begins() -> None:
    answers = Answers()
    assert answers.begin("p", 0.0)
    assert not answers.begin("p", 1e9)
    assert answers.begin("another", 0.0)


@given(gaps)
def test_no_two_answers_to_one_vehicle_are_closer_than_a_doubled_press(waits) -> None:
    answers, now, taken = Answers(), 0.0, []
    for wait in waits:
        now += wait
        if answers.begin("p", now):
            answers.end("p", now, done=True)
            taken.append(now)
    assert all(b - a >= DOUBLED_S for a, b in pairwise(taken))


def test_what_was_not_done_is_tried_again_at_once() -> None:
    answers = Answers()
    assert answers.begin("p", 0.0)
    answers.end("p", 0.0, done=False)
    assert answers.begin("p", 0.0)
