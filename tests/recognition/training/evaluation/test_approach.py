"""The report on simulated approaches: what opens, after how many pictures, and for whom wrongly."""

import numpy as np

from recognition.pipeline import PlateReader
from recognition.reading import Colour, Consensus
from recognition.training.evaluation.approach import (
    SIZE,
    Passage,
    decided,
    frames_of,
    report,
    simulate,
)
from recognition.training.synthetic.backdrops import Backdrop, box_quad, pyramid


def said(text: str, confidence: float, agreeing: int = 2) -> Consensus:
    return Consensus(
        text, confidence, agreeing, agreeing, Colour.BLUE, 0.99, False, None, candidates=()
    )


RIGHT = Passage("吉A12345", (None,) * 3, (None, said("吉A12345", 0.99, 1), said("吉A12345", 0.98)))
WRONG = Passage("吉A12345", (None,) * 3, (None, said("吉A12346", 0.98), said("吉A12345", 0.999)))
NEVER = Passage("吉A12345", (None,) * 3, (None, None, said("吉A12345", 0.9)))


def test_a_wrong_opening_is_named_though_later_pictures_put_it_right() -> None:
    lines = report([RIGHT, WRONG, NEVER], (0.97,)).splitlines()
    assert lines[-1] == (
        "at 0.97, vote: decided 66.7% of 3, after 2 pictures (median), wrong 1: "
        "吉A12345 as 吉A12346"
    )
    assert lines[-2].startswith("at 0.97, one picture: decided 0.0% of 3")


def test_a_single_reading_is_no_vote() -> None:
    assert "vote: decided 0.0%" in report([RIGHT], (0.985,))


def test_an_approach_is_the_same_for_the_same_seed_and_grows() -> None:
    grain = np.full((720, 1280, 3), 120, np.uint8)
    street = [Backdrop(pyramid(grain), np.stack([box_quad(520, 400, 220, 70)]), chinese=False)]
    text, pictures = frames_of(np.random.default_rng(3), street, 2)
    again, same = frames_of(np.random.default_rng(3), street, 2)
    assert text == again
    pictures, same = list(pictures), list(same)
    assert all(np.array_equal(a, b) for a, b in zip(pictures, same, strict=True))
    assert {picture.shape for picture in pictures} == {(SIZE[1], SIZE[0], 3)}
    assert not np.array_equal(*pictures)


def test_which_approaches_come_does_not_depend_on_how_far_the_others_were_watched() -> None:
    reader = PlateReader.default()
    short = list(simulate(reader, None, range(3), count=3, seed=4, enough=0.5))
    (alone,) = simulate(reader, None, [2], count=3, seed=4)
    assert short[2].text == alone.text
    assert alone.singles[: len(short[2].singles)] == short[2].singles
    assert len(alone.votes) == 3
    for passage in short:
        sure = [bool(decided([((said,), "")], 0.5)) for said in passage.votes]
        assert not any(sure[:-1])
        assert sure[-1] or len(sure) == 3
