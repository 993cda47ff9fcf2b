"""What a second opinion may do to a reading: every rule is a property, and has a mutant."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition import second_opinion
from recognition.alphabet import encode
from recognition.reading import Candidate, Reading
from recognition.second_opinion import FLOOR, Evidence, Opinion, is_doubtful, weighed
from recognition.voting import vote
from tests.recognition.readings import reading

TEXTS = ("吉A12345", "吉A12346", "辽A12345", "吉AD12345", "WJ吉12345")
THRESHOLD = 0.97
MEASURED = Evidence(sure=0.9, agree=5.0, differ=0.3, ceiling=0.985)

texts = st.sampled_from(TEXTS)
clear = st.builds(reading, texts, st.tuples(*[st.floats(FLOOR, 0.9985)] * 8))
murky = st.builds(reading, texts, st.tuples(st.floats(0.05, 0.49), *[st.floats(0.05, 0.9985)] * 7))
readings = clear | murky
opinions = st.none() | st.builds(Opinion, st.sampled_from((*TEXTS, "", "吉")), st.floats(0, 1))
evidences = st.builds(
    Evidence,
    sure=st.floats(0, 1),
    agree=st.floats(1, 100),
    differ=st.floats(0.01, 1),
    ceiling=st.floats(0, 0.9999),
)


def odds(probability: float) -> float:
    return probability / max(1 - probability, 1e-9)


def own(one: Reading) -> np.ndarray:
    """The probability of the text's own character at every position."""
    return np.exp(one.log_probs[np.arange(8), encode(one.text)])


@given(readings, opinions, evidences)
def test_the_text_is_always_the_first_readers(one, opinion, evidence) -> None:
    after = weighed(one, opinion, evidence)
    assert after.text == one.text
    assert replace(after, confidence=one.confidence) == one
    assert np.allclose(np.exp(after.log_probs).sum(axis=1), 1, atol=1e-4)


@given(readings, opinions, evidences)
def test_nothing_is_raised_beyond_the_measured_ratio_and_ceiling(one, opinion, evidence) -> None:
    check_bounds(one, opinion, evidence)


def check_bounds(one: Reading, opinion: Opinion | None, evidence: Evidence) -> None:
    after = weighed(one, opinion, evidence)
    assert odds(after.confidence) <= odds(one.confidence) * evidence.agree * 1.001 + 1e-6
    assert after.confidence <= max(one.confidence, evidence.ceiling) + 1e-6
    assert (own(after) <= np.maximum(own(one), evidence.ceiling) + 1e-4).all()


@given(readings, opinions, evidences)
def test_only_the_exact_same_text_raises_anything(one, opinion, evidence) -> None:
    check_only_agreement_raises(one, opinion, evidence)


def check_only_agreement_raises(one: Reading, opinion: Opinion | None, evidence: Evidence) -> None:
    after = weighed(one, opinion, evidence)
    if opinion is None or opinion.text != one.text:
        assert after.confidence <= one.confidence + 1e-9
        assert (own(after) <= own(one) + 1e-5).all()


@given(clear, texts, evidences)
def test_another_text_lowers_and_keeps_the_order_of_characters(one, text, evidence) -> None:
    if text == one.text or evidence.differ > 0.95:
        return
    check_lowers(one, text, evidence)


def check_lowers(one: Reading, text: str, evidence: Evidence) -> None:
    after = weighed(one, Opinion(text, 1.0), evidence)
    assert after.confidence < one.confidence
    assert (after.log_probs.argmax(axis=1) == one.log_probs.argmax(axis=1)).all()
    voted = vote([after, after])
    assert voted is not None
    assert voted.text == one.text


@given(readings, texts, st.floats(0, 0.899))
def test_an_unsure_opinion_says_nothing(one, text, stated) -> None:
    check_unsure_is_silent(one, text, stated)


def check_unsure_is_silent(one: Reading, text: str, stated: float) -> None:
    assert weighed(one, Opinion(text, stated), MEASURED) is one


@given(murky, opinions, evidences)
def test_what_is_below_the_floor_is_not_touched(one, opinion, evidence) -> None:
    check_floor(one, opinion, evidence)


def check_floor(one: Reading, opinion: Opinion | None, evidence: Evidence) -> None:
    assert weighed(one, opinion, evidence) is one
    assert not is_doubtful(one, 1.0)


@given(st.floats(0.5, 0.96), st.floats(0.01, 0.4))
def test_a_colour_that_contradicts_is_not_outvoted(sure, cap) -> None:
    check_colour(max(sure, 0.6), FLOOR + cap / 10)


def check_colour(sure: float, cap: float) -> None:
    """The colour caps the confidence below what the characters alone would give."""
    doubted = replace(reading("吉A12345", sure), confidence=cap)
    assert weighed(doubted, Opinion("吉A12345", 1.0), MEASURED).confidence <= cap


def test_agreement_raises_by_the_ratio() -> None:
    one = reading("吉A12345", (0.9,) + (0.999,) * 7)
    after = weighed(one, Opinion("吉A12345", 0.95), MEASURED)
    assert after.confidence == pytest.approx(45 / 46, abs=1e-3)
    assert own(after).min() == pytest.approx(45 / 46, abs=1e-3)


def test_evidence_that_was_not_measured_changes_nothing() -> None:
    one = reading("吉A12345", 0.9)
    for text in ("吉A12345", "辽A12345"):
        after = weighed(one, Opinion(text, 1.0), Evidence())
        assert after.confidence == pytest.approx(one.confidence)
        assert np.allclose(after.log_probs, one.log_probs, atol=1e-5)


def test_candidates_stay_for_the_guard() -> None:
    one = replace(reading("吉A12345", 0.9), candidates=(Candidate("吉A12346", 0.08),))
    after = weighed(one, Opinion("吉A12345", 1.0), MEASURED)
    assert after.candidates == one.candidates


def test_doubtful_is_between_the_floor_and_the_threshold() -> None:
    asked = [is_doubtful(reading(sureness=s), THRESHOLD) for s in (0.4, 0.6, 0.96, 0.98)]
    assert asked == [False, True, True, False]


@pytest.mark.parametrize(
    "wrong", [{"agree": 0.5}, {"differ": 0.0}, {"differ": 2.0}, {"ceiling": 1.0}]
)
def test_evidence_that_would_invent_certainty_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must hold"):
        Evidence(**wrong)


def _raises_freely(one: Reading, evidence: Evidence) -> Reading:
    """A mutant: whoever agrees makes it certain."""
    return replace(one, confidence=1.0)


def _raises_for_all(one: Reading, ratio: float) -> Reading:
    """A mutant: another text counts like the same one."""
    return replace(one, confidence=min(1.0, one.confidence + 0.01))


def _ignores(one: Reading, ratio: float) -> Reading:
    """A mutant: another text counts for nothing."""
    return one


def _forgets_the_colour(one: Reading, evidence: Evidence) -> Reading:
    """A mutant: the confidence is that of the characters alone."""
    return replace(one, confidence=float(own(one).min()))


SURE = reading("吉A12345", 0.9)
MUTANTS: tuple[tuple[str, object, Callable[[], None]], ...] = (
    ("_raised", _raises_freely, lambda: check_bounds(SURE, Opinion(SURE.text, 1.0), MEASURED)),
    (
        "_lowered",
        _raises_for_all,
        lambda: check_only_agreement_raises(SURE, Opinion("辽A12345", 1.0), MEASURED),
    ),
    ("_lowered", _ignores, lambda: check_lowers(SURE, "辽A12345", MEASURED)),
    ("_raised", _forgets_the_colour, lambda: check_colour(0.9, 0.55)),
    ("FLOOR", 0.0, lambda: check_floor(reading(sureness=0.3), Opinion("吉A12345", 1.0), MEASURED)),
)


@pytest.mark.parametrize(("name", "mutant", "rule"), MUTANTS, ids=range(len(MUTANTS)))
def test_each_rule_goes_red_on_its_mutant(
    name: str, mutant: object, rule: Callable[[], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    rule()
    monkeypatch.setattr(second_opinion, name, mutant)
    with pytest.raises(AssertionError):
        rule()


def test_an_opinion_that_counts_unsure_goes_red(monkeypatch: pytest.MonkeyPatch) -> None:
    check_unsure_is_silent(SURE, SURE.text, 0.5)
    everything = replace(MEASURED, sure=0.0)
    monkeypatch.setitem(globals(), "MEASURED", everything)
    with pytest.raises(AssertionError):
        check_unsure_is_silent(SURE, SURE.text, 0.5)
