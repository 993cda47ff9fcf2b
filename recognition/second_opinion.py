"""What a second reader's opinion makes of a doubtful reading. Pure.

Rules, each tested as a property:
- Only a doubtful reading is touched: less sure than the opening threshold, surer than a floor.
- The text stays what the first reader read. A second opinion never puts another text first.
- Agreement is on the exact same text and raises the odds of every position by the measured ratio
  P(agrees | right) / P(agrees | wrong) and no further than measured agreement was right.
- Disagreement lowers the odds by the measured ratio; it never raises anything.
- No opinion, or one less sure than was measured, changes nothing. A colour that contradicts the
  text is not outvoted: that cap on the confidence stays.
"""

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from recognition.alphabet import encode
from recognition.reading import Reading

Image = NDArray[np.uint8]

FLOOR = 0.5
"""Readings less sure than this are not worth asking about: some position has no clear best."""

NO_LIFT = 1.0
_MAX_DOUBT = 0.95


@dataclass(frozen=True, slots=True)
class Opinion:
    """What another reader reads on the same plate. confidence: 0..1 as that reader states it."""

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Evidence:
    """What agreement and disagreement with the first reader are worth: measured, never assumed.

    sure: opinions less sure than this say nothing. agree: >= 1, the ratio by which the same text
    raises the odds. differ: 0 < differ <= 1, the ratio by which another text lowers them. ceiling:
    0..1, no position is raised above this. The defaults raise and lower nothing.
    """

    sure: float = 0.0
    agree: float = NO_LIFT
    differ: float = NO_LIFT
    ceiling: float = 0.0

    def __post_init__(self) -> None:
        if not (self.agree >= 1 and 0 < self.differ <= 1 and 0 <= self.ceiling < 1):
            raise ValueError(f"{self}: agree >= 1, 0 < differ <= 1 and 0 <= ceiling < 1 must hold")


class SecondReader(Protocol):
    """A reader of upright plates that is independent of the first one."""

    def opinion(self, plate: Image, *, two_lines: bool) -> Opinion | None:
        """Read one plate (BGR uint8); None where the reader has nothing to say."""
        ...

    @property
    def evidence(self) -> Evidence:
        """What its opinions are worth."""
        ...


def is_doubtful(reading: Reading, threshold: float) -> bool:
    """Return whether a second opinion is worth asking for."""
    return FLOOR <= reading.confidence < threshold


def weighed(reading: Reading, opinion: Opinion | None, evidence: Evidence) -> Reading:
    """Return the reading in the light of the opinion; the text is the same."""
    if opinion is None or not opinion.text or opinion.confidence < evidence.sure:
        return reading
    if reading.confidence < FLOOR:
        return reading
    if opinion.text == reading.text:
        return _raised(reading, evidence)
    return _lowered(reading, evidence.differ)


def _raised(reading: Reading, evidence: Evidence) -> Reading:
    probs = np.exp(reading.log_probs.astype(np.float64))
    own, before = _own(reading.text, probs)
    after = np.maximum(np.minimum(_odds_times(before, evidence.agree), evidence.ceiling), before)
    least = float(before.min())
    if reading.confidence < least - 1e-6:
        # The colour contradicts the text: what another reader of the text says does not help.
        confidence = reading.confidence
    else:
        confidence = max(reading.confidence, float(after.min()))
    return _with(reading, probs, own, after, confidence)


def _lowered(reading: Reading, ratio: float) -> Reading:
    """Mix every position with a flat doubt: the order of its characters stays as it was."""
    probs = np.exp(reading.log_probs.astype(np.float64))
    _, before = _own(reading.text, probs)
    after = _odds_times(before, ratio)
    flat = 1.0 / probs.shape[1]
    room = np.maximum(before - flat, 1e-12)
    share = np.clip((before - after) / room, 0.0, _MAX_DOUBT)[:, None]
    mixed = (1 - share) * probs + share * flat
    scaled = np.asarray(np.log(np.maximum(mixed, 1e-12)), np.float32)
    confidence = float(_odds_times(np.array([reading.confidence]), ratio)[0])
    return replace(reading, log_probs=scaled, confidence=min(confidence, reading.confidence))


def _own(text: str, probs: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Index and probability of the text's character at every position."""
    own = np.array(encode(text), np.int64)
    return own, probs[np.arange(len(own)), own]


def _odds_times(probability: NDArray[np.float64], ratio: float) -> NDArray[np.float64]:
    return np.asarray(ratio * probability / (ratio * probability + 1 - probability), np.float64)


def _with(
    reading: Reading,
    probs: NDArray[np.float64],
    own: NDArray[np.int64],
    after: NDArray[np.float64],
    confidence: float,
) -> Reading:
    """The reading with other probabilities for its own characters; the rest keeps its shape."""
    rows = np.arange(len(own))
    before = probs[rows, own]
    rest = (1 - after) / np.maximum(1 - before, 1e-12)
    changed = probs * rest[:, None]
    changed[rows, own] = after
    logs = np.asarray(np.log(np.maximum(changed, 1e-12)), np.float32)
    return replace(reading, log_probs=logs, confidence=confidence)
