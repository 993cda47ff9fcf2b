"""Voting: order never matters, nothing becomes surer than its evidence, plates never fuse."""

import math
from collections.abc import Callable
from dataclasses import replace
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recognition import voting
from recognition.reading import Candidate, Reading
from recognition.voting import contradicts, effective, vote
from tests.recognition.readings import box_at, reading

TEXTS = ("吉A12345", "吉A12346", "吉A1Z345", "辽A12345", "京B88888", "吉AD12345")

readings = st.builds(
    reading,
    text=st.sampled_from(TEXTS),
    sureness=st.floats(0.3, 0.9999),
    box=st.builds(box_at, st.floats(100, 900), st.floats(100, 600), st.floats(60, 300)),
)


def test_no_readings_give_no_consensus() -> None:
    assert vote([]) is None


@given(readings)
def test_a_single_readings_consensus_is_that_reading(one: Reading) -> None:
    found = vote([replace(one, candidates=(Candidate("吉A99999", 0.01),))])
    assert found is not None
    assert (found.text, found.confidence, found.frames) == (one.text, one.confidence, 1)
    assert (found.colour, found.colour_confidence) == (one.colour, one.colour_confidence)
    assert found.runner_up == Candidate("吉A99999", 0.01)


@settings(max_examples=60)
@given(st.lists(readings, min_size=1, max_size=7), st.randoms(use_true_random=False))
def test_the_vote_is_independent_of_order(given_: list[Reading], lot: Random) -> None:
    shuffled = list(given_)
    lot.shuffle(shuffled)
    assert vote(given_) == vote(shuffled)


@settings(max_examples=60)
@given(st.lists(readings, min_size=2, max_size=7))
def test_a_consensus_is_never_surer_than_independent_readings_would_be(
    given_: list[Reading],
) -> None:
    found = vote(given_)
    assert found is not None
    odds = sum(max(0.0, math.log(r.confidence / (1 - r.confidence)) + math.log(80)) for r in given_)
    assert found.confidence <= 1 / (1 + math.exp(-odds)) + 1e-9


@settings(max_examples=40)
@given(st.floats(0.5, 0.99), st.integers(2, 12))
def test_the_same_picture_again_proves_nothing_new(sureness: float, times: int) -> None:
    check_repeats(sureness, times)


def check_repeats(sureness: float, times: int) -> None:
    once = reading(sureness=sureness)
    found = vote([once] * times)
    assert found is not None
    assert found.confidence <= once.confidence + 1e-6


def test_readings_of_a_growing_plate_make_each_other_surer_but_with_a_ceiling() -> None:
    approach = [
        reading(sureness=0.9, box=box_at(300 + 40 * i, 300 + 30 * i, 80 + 25 * i)) for i in range(8)
    ]
    few, many = vote(approach[:2]), vote(approach)
    assert few is not None
    assert many is not None
    assert 0.9 < few.confidence < many.confidence < 1.0
    assert effective(approach) <= 1 / voting.MIN_LIKENESS


def test_disagreement_lowers_the_confidence() -> None:
    places = [box_at(300 + 60 * i, 300, 100 + 20 * i) for i in range(3)]
    agreed = vote([reading(sureness=0.96, box=place) for place in places])
    quarrel = vote(
        [
            *(reading(sureness=0.96, box=place) for place in places[:2]),
            reading("吉A12346", 0.96, places[2]),
        ]
    )
    assert agreed is not None
    assert quarrel is not None
    assert quarrel.text == agreed.text
    assert quarrel.confidence < agreed.confidence - 0.02
    assert quarrel.agreeing == 2
    assert quarrel.runner_up is not None
    assert quarrel.runner_up.text == "吉A12346"


def test_frames_that_are_each_wrong_elsewhere_are_right_together() -> None:
    texts = ("吉A1234S", "吉A1Z345", "吉AI2345".replace("I", "7"))
    doubt = [
        (*(0.55 if text[i] != "吉A12345"[i] else 0.9 for i in range(7)), 0.99) for text in texts
    ]
    frames = [
        reading(text, sure, box_at(300 + 80 * i, 300, 90 + 40 * i), {
            slot: "吉A12345"[slot] for slot in range(7) if text[slot] != "吉A12345"[slot]
        })
        for i, (text, sure) in enumerate(zip(texts, doubt, strict=True))
    ]  # fmt: skip
    found = vote(frames)
    assert found is not None
    assert found.text == "吉A12345"
    assert found.agreeing == 0


@settings(max_examples=60)
@given(st.integers(1, 4), st.integers(1, 4), st.floats(0.85, 0.999))
def test_two_different_plates_never_fuse(first: int, second: int, sureness: float) -> None:
    check_no_fusion(first, second, sureness)


def check_no_fusion(first: int, second: int, sureness: float) -> None:
    ours = [reading("吉A12345", sureness, box_at(300 + 50 * i, 300)) for i in range(first)]
    theirs = [reading("吉B67890", sureness, box_at(320 + 50 * i, 310)) for i in range(second)]
    found = vote(ours + theirs)
    assert found is not None
    assert found.text in {"吉A12345", "吉B67890"}
    assert {c.text for c in found.candidates} >= {"吉A12345", "吉B67890"}
    assert found.confidence <= max(first, second) / (first + second) + 1e-9


Look = tuple[float, float]
"""Score of a box and confidence of what is read in it."""


@settings(max_examples=60)
@given(st.lists(st.tuples(st.floats(0.0, 1.0), st.floats(0.85, 0.9999)), min_size=2, max_size=6))
def test_only_clear_readings_agree(looks: list[Look]) -> None:
    check_clear(looks)


def check_clear(looks: list[Look]) -> None:
    seen = [
        reading(sureness=sure, box=box_at(300 + 60 * i, 300, 100 + 20 * i, score))
        for i, (score, sure) in enumerate(looks)
    ]
    found = vote(seen)
    assert found is not None
    assert found.frames == len(looks)
    assert found.agreeing == sum(score >= 0.75 and sure >= 0.95 for score, sure in looks)


def test_doubtful_looks_add_up_to_sureness_but_not_to_agreement() -> None:
    seen = [reading(sureness=0.93, box=box_at(300 + 80 * i, 300, 60 + 40 * i)) for i in range(6)]
    found = vote([*seen, reading(sureness=0.96, box=box_at(900, 300, 320))])
    assert found is not None
    assert found.confidence > 0.99
    assert found.agreeing == 1


def test_contradiction_needs_two_sure_characters() -> None:
    assert not contradicts(reading("吉A12345"), reading("吉A12346"))
    assert contradicts(reading("吉A12345"), reading("吉A12367"))
    assert not contradicts(reading("吉A12345", 0.6), reading("吉A12367"))


@pytest.mark.parametrize("count", [2, 5])
def test_a_consensus_offers_distinct_texts_best_first(count: int) -> None:
    found = vote([reading(sureness=0.7, box=box_at(300 + 30 * i, 300)) for i in range(count)])
    assert found is not None
    texts = [candidate.text for candidate in found.candidates]
    assert texts[0] == found.text
    assert len(set(texts)) == len(texts)
    assert np.isclose(found.candidates[0].confidence, found.confidence)


def _seen_alone(party: list[Reading]) -> float:
    """A mutant: every frame counts as independent."""
    return float(len(party))


def _never(one: Reading, other: Reading) -> bool:
    """A mutant: no two readings ever contradict each other."""
    return False


def _anywhere(one: Reading, text: str) -> bool:
    """A mutant: a reading agrees wherever its box lies."""
    return one.text == text and one.confidence >= voting.SURE_ALONE


def _however_unsure(one: Reading, text: str) -> bool:
    """A mutant: a reading agrees however unsure it is by itself."""
    return one.text == text and one.box.score >= voting.WELL_SEEN


MUTANTS: tuple[tuple[str, Callable[..., object], Callable[[], None]], ...] = (
    ("effective", _seen_alone, lambda: check_repeats(0.9, 6)),
    ("_agrees", _anywhere, lambda: check_clear([(0.95, 0.99), (0.6, 0.99)])),
    ("_agrees", _however_unsure, lambda: check_clear([(0.95, 0.99), (0.95, 0.9)])),
    ("contradicts", _never, lambda: check_no_fusion(2, 3, 0.95)),
)


@pytest.mark.parametrize(("name", "mutant", "rule"), MUTANTS, ids=[m[0] for m in MUTANTS])
def test_each_rule_goes_red_on_its_mutant(
    name: str,
    mutant: Callable[..., object],
    rule: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rule()
    monkeypatch.setattr(voting, name, mutant)
    with pytest.raises(AssertionError):
        rule()
