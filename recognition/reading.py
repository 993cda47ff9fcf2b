"""What was read: boxes, readings of one picture, the consensus over many. Pure: no I/O, no clock.

A reading keeps the probability of every character at every position, not only the best text: votes
add log-probabilities over frames, alternatives can be ranked, and the confidence is that of the
*least sure* position, because one wrong character is a wrong plate.
"""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Point = tuple[float, float]


class Colour(StrEnum):
    """Ground colour of a plate as seen in the picture (GA 36-2018, table 1)."""

    BLUE = "blue"
    YELLOW = "yellow"
    GREEN = "green"
    YELLOW_GREEN = "yellow_green"
    WHITE = "white"
    BLACK = "black"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Box:
    """A plate in a picture.

    corners: top-left, top-right, bottom-right, bottom-left in pixels of the picture (x right, y
    down), in the plate's own orientation. score: probability in 0..1 that this is a plate.
    """

    corners: tuple[Point, Point, Point, Point]
    score: float


@dataclass(frozen=True, slots=True)
class Candidate:
    """One text that fits the evidence; confidence (0..1) is that of its least sure position."""

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Reading:
    """One plate read in one picture.

    text: best text, no dot or space, e.g. "吉A12345"; never empty. confidence: calibrated
    probability (0..1) of the least sure position. log_probs: float32 (slots, alphabet), natural
    logarithms, each row a distribution. candidates: other texts, best first, the best text not
    among them.
    """

    text: str
    confidence: float
    box: Box
    colour: Colour
    colour_confidence: float
    two_lines: bool
    log_probs: NDArray[np.float32] = field(repr=False, compare=False)
    candidates: tuple[Candidate, ...] = ()


@dataclass(frozen=True, slots=True)
class Consensus:
    """What many readings of one vehicle say together.

    text/confidence as in Reading, over `frames` readings. agreeing: how many of them read exactly
    this text clearly (nearly sure by themselves, off a plate that is well seen: `voting`).
    runner_up: the best other text with its confidence, or None. candidates: texts that a guard
    should see, best first, `text` itself first.
    """

    text: str
    confidence: float
    frames: int
    agreeing: int
    colour: Colour
    colour_confidence: float
    two_lines: bool
    runner_up: Candidate | None
    candidates: tuple[Candidate, ...]
