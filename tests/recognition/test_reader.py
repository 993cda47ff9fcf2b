"""The reader's three functions on hand-made arrays, and the session on a small exported network."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from recognition.alphabet import ALPHABET, SLOTS, encode
from recognition.manifest import Manifest
from recognition.plate_colours import allowed_colours
from recognition.reader import (
    Logits,
    another_look,
    averaged,
    log_softmax,
    postprocess,
    preprocess,
)
from recognition.reading import Colour

COLOURS = ("blue", "yellow", "green", "yellow_green", "white", "black")
MANIFEST = Manifest(
    name="net",
    kind="reader",
    weights="net.onnx",
    sha256="",
    width=160,
    height=48,
    card="net.md",
    alphabet=ALPHABET,
    slots=SLOTS,
    colours=COLOURS,
    temperatures=(1.0,) * SLOTS,
)


def logits(text: str, colour: str = "blue", strength: float = 20.0) -> Logits:
    """A network that is sure of one text and one colour."""
    characters = np.zeros((1, SLOTS, len(ALPHABET)), np.float32)
    for slot, index in enumerate(encode(text)):
        characters[0, slot, index] = strength
    colours = np.zeros((1, len(COLOURS)), np.float32)
    colours[0, COLOURS.index(colour)] = 10.0
    return Logits(characters, colours, np.array([-5.0], np.float32))


def doubtful(first: str, second: str, lead: float) -> Logits:
    """Torn between two texts: the first leads by `lead` nats wherever they differ."""
    made = logits(first)
    for slot, (a, b) in enumerate(zip(encode(first), encode(second), strict=True)):
        if a != b:
            made.characters[0, slot, b] = made.characters[0, slot, a] - lead
    return made


def test_plates_of_any_size_become_one_batch():
    crops = [np.full((h, w, 3), 7, np.uint8) for h, w in ((24, 94), (140, 440), (48, 160), (1, 1))]
    batch = preprocess(crops, MANIFEST)
    assert batch.shape == (4, 48, 160, 3)
    assert batch.dtype == np.uint8
    assert (batch == 7).all()


def test_a_sure_text_is_read_with_its_colour_and_lines():
    (read,) = postprocess(logits("吉A12345"), MANIFEST)
    assert read.text == "吉A12345"
    assert read.confidence > 0.999
    assert read.colour is Colour.BLUE
    assert read.colour_confidence > 0.99
    assert read.two_lines < 0.01
    assert read.log_probs.shape == (SLOTS, len(ALPHABET))
    assert np.allclose(np.exp(read.log_probs).sum(axis=1), 1, atol=1e-5)


def test_no_character_at_all_is_an_empty_text():
    (read,) = postprocess(logits(""), MANIFEST)
    assert read.text == ""


def test_the_confidence_is_that_of_the_least_sure_slot():
    (read,) = postprocess(doubtful("吉A12345", "吉A1234S", 1.0), MANIFEST)
    assert read.text == "吉A12345"
    assert read.confidence == pytest.approx(1 / (1 + np.exp(-1.0)), abs=1e-3)
    assert read.candidates[0].text == "吉A1234S"
    assert read.candidates[0].confidence == pytest.approx(1 / (1 + np.exp(1.0)), abs=1e-3)


def test_a_doubtful_blank_lowers_the_confidence_too():
    (read,) = postprocess(doubtful("吉A12345", "吉A12345D", 0.5), MANIFEST)
    assert read.text == "吉A12345"
    assert read.confidence < 0.7
    assert "吉A12345D" in [c.text for c in read.candidates]


def test_the_temperature_makes_less_sure_and_changes_no_text():
    warm = Manifest(**{**_fields(MANIFEST), "temperatures": (4.0,) * SLOTS})
    (cold_read,) = postprocess(doubtful("吉A12345", "吉A1234S", 2.0), MANIFEST)
    (warm_read,) = postprocess(doubtful("吉A12345", "吉A1234S", 2.0), warm)
    assert warm_read.text == cold_read.text
    assert warm_read.confidence < cold_read.confidence


def _fields(manifest: Manifest) -> dict[str, object]:
    return {name: getattr(manifest, name) for name in Manifest.__slots__}


@pytest.mark.parametrize(
    ("text", "colour", "doubted"),
    [
        ("吉A12345", "blue", False),
        ("吉A12345", "yellow", False),
        ("吉A12345", "white", True),
        ("吉A1234警", "white", False),
        ("吉A1234警", "blue", True),
        ("吉AD12345", "green", False),
        ("吉AD12345", "blue", True),
        ("吉A12345D", "yellow_green", False),
        ("吉X1234应急", "white", False),
        ("WJ吉12345", "white", False),
        ("VA12345", "white", False),
        ("吉A1234学", "yellow", False),
        ("粤Z1234港", "black", False),
        ("224578使", "black", False),
        ("民航B0150", "green", False),
    ],
)
def test_a_colour_that_contradicts_the_text_lowers_the_confidence(text, colour, doubted):
    (read,) = postprocess(logits(text, colour), MANIFEST)
    assert read.text == text
    assert (read.confidence < 0.5) is doubted


def test_a_text_of_no_known_form_is_contradicted_by_no_colour():
    assert allowed_colours("吉") == frozenset(Colour)


def test_the_grammar_ranks_what_the_picture_leaves_open():
    torn = doubtful("吉A1234D", "吉A12340", 0.3)
    (read,) = postprocess(torn, MANIFEST, lambda text: text == "吉A12340")
    assert read.text == "吉A12340"
    assert read.confidence < 0.5
    assert read.candidates[0].text == "吉A1234D"


def test_the_grammar_cannot_overrule_a_clear_picture():
    (read,) = postprocess(doubtful("吉A1234D", "吉A12340", 9.0), MANIFEST, lambda t: t[-1] == "0")
    assert read.text == "吉A1234D"


def test_where_the_grammar_allows_nothing_the_picture_decides():
    (read,) = postprocess(doubtful("吉A1234D", "吉A12340", 1.0), MANIFEST, lambda _: False)
    assert read.text == "吉A1234D"


some_logits = arrays(
    np.float32,
    (1, SLOTS, len(ALPHABET)),
    elements=st.floats(-8, 8, width=32),
    fill=st.just(np.float32(0)),
)


@settings(max_examples=60, deadline=None)
@given(some_logits, st.sets(st.integers(0, 40)))
def test_no_grammar_makes_a_text_surer_than_the_picture_does(characters, forbidden):
    """The safety property: the prior may only change the order, never a text's own probability."""
    made = Logits(characters, np.zeros((1, 6), np.float32), np.zeros(1, np.float32))
    (free,) = postprocess(made, MANIFEST)
    (bound,) = postprocess(made, MANIFEST, lambda text: hash(text) % 41 not in forbidden)
    own = {free.text: _least(free.log_probs), **{c.text: c.confidence for c in free.candidates}}
    assert bound.confidence <= _least(free.log_probs) + 1e-6
    for candidate in bound.candidates:
        if candidate.text in own:
            assert candidate.confidence == pytest.approx(own[candidate.text], abs=1e-5)


def _least(log_probs: np.ndarray) -> float:
    """The least sure slot's probability of the best character: no text can be surer."""
    return float(np.exp(log_probs.max(axis=1).min()))


def test_the_logarithms_are_finite_for_extreme_logits():
    huge = np.array([[1e4, -1e4, 0.0]], np.float32)
    assert np.isfinite(log_softmax(huge)).all()


def test_another_look_moves_the_edges_by_the_shares_asked_for():
    crop = np.zeros((48, 160, 3), np.uint8)
    crop[:, 80:] = 200
    crop[24:, :80] = 100
    same = another_look(crop, MANIFEST, 0.0, 0.0)
    assert np.array_equal(same, crop)
    wider = another_look(crop, MANIFEST, 0.25, 0.0)
    assert wider.shape == (48, 160, 3)
    assert wider[10, 70, 0] == 0
    assert wider[10, 90, 0] == 200
    marked = np.zeros((48, 160, 3), np.uint8)
    marked[:, 0:8] = 255
    trimmed = another_look(marked, MANIFEST, -0.1, 0.0)
    assert trimmed.max() < 30


def test_looks_that_disagree_make_less_sure():
    first, second = logits("吉A12345"), logits("吉A12346")
    looks = Logits(
        np.concatenate([first.characters, second.characters]),
        np.concatenate([first.colours, second.colours]),
        np.concatenate([first.two_lines, second.two_lines]),
    )
    (read,) = postprocess(averaged(looks, MANIFEST), MANIFEST)
    assert read.confidence == pytest.approx(0.5, abs=0.01)
    (sure,) = postprocess(averaged(first, MANIFEST), MANIFEST)
    assert sure.confidence > 0.999
