"""Readings made by hand: what a reader would have said, without any picture."""

import numpy as np

from recognition.alphabet import ALPHABET, encode
from recognition.reading import Box, Colour, Reading


def box_at(x: float, y: float, width: float = 120.0, score: float = 0.9) -> Box:
    """An upright single-line plate whose middle is (x, y)."""
    w, h = width / 2, width * 140 / 440 / 2
    return Box(((x - w, y - h), (x + w, y - h), (x + w, y + h), (x - w, y + h)), score)


def reading(
    text: str = "吉A12345",
    sureness: float | tuple[float, ...] = 0.95,
    box: Box | None = None,
    rivals: dict[int, str] | None = None,
) -> Reading:
    """A reading of `text`, each position with its own sureness (one for all, or one each).

    rivals: position -> the character that gets what is left there; elsewhere it is spread evenly.
    """
    rows = 8
    sure = (sureness,) * rows if isinstance(sureness, float) else sureness
    probs = np.empty((rows, len(ALPHABET)), np.float64)
    for slot, index in enumerate(encode(text)):
        left = 1 - sure[slot]
        probs[slot] = left / (len(ALPHABET) - 1)
        if rivals and slot in rivals:
            probs[slot] = left * 1e-3 / (len(ALPHABET) - 1)
            probs[slot, ALPHABET.index(rivals[slot])] = left * (1 - 1e-3)
        probs[slot, index] = sure[slot]
    probs /= probs.sum(axis=1, keepdims=True)
    return Reading(
        text=text,
        confidence=float(min(sure)),
        box=box or box_at(400.0, 300.0),
        colour=Colour.BLUE,
        colour_confidence=0.9,
        two_lines=False,
        log_probs=np.log(probs).astype(np.float32),
    )
