"""How good readings are: whole plates right, without the province, by group, and how true the
stated probabilities are. Pure functions of arrays.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recognition.alphabet import PROVINCES

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Judged:
    """texts: truth; read: best texts; sure: least sure position's probability of each (0..1)."""

    texts: tuple[str, ...]
    read: tuple[str, ...]
    sure: Floats

    def right(self) -> NDArray[np.bool_]:
        """Which whole plates were read right."""
        return np.array([a == b for a, b in zip(self.texts, self.read, strict=True)], bool)


def without_province(text: str) -> str:
    """The text less its province character, wherever that stands."""
    return "".join(character for character in text if character not in PROVINCES)


def accuracy(judged: Judged) -> tuple[float, float]:
    """Share of whole plates right, and of plates right but for the province."""
    if not judged.texts:
        return 0.0, 0.0
    pairs = zip(judged.texts, judged.read, strict=True)
    loose = np.mean([without_province(a) == without_province(b) for a, b in pairs])
    return float(judged.right().mean()), float(loose)


@dataclass(frozen=True, slots=True)
class Kept:
    """At a threshold: share of all plates kept, share of the right ones kept, wrong ones kept."""

    threshold: float
    share: float
    of_right: float
    wrong: int


def kept_above(judged: Judged, threshold: float) -> Kept:
    """What would open the gate at the threshold, judged from single pictures."""
    right, above = judged.right(), judged.sure >= threshold
    return Kept(
        threshold,
        float(above.mean()) if len(above) else 0.0,
        float(above[right].mean()) if right.any() else 0.0,
        int((above & ~right).sum()),
    )


@dataclass(frozen=True, slots=True)
class Bin:
    """One bar of a reliability diagram: stated probability against the share that was right."""

    low: float
    high: float
    count: int
    stated: float
    right: float


def reliability(stated: Floats, right: NDArray[np.bool_], bins: int = 10) -> tuple[Bin, ...]:
    """Bars of equal width over 0..1; empty ones left out."""
    found = []
    for index in range(bins):
        low, high = index / bins, (index + 1) / bins
        inside = (stated >= low) & ((stated < high) | (index == bins - 1))
        if inside.any():
            count = int(inside.sum())
            found.append(
                Bin(low, high, count, float(stated[inside].mean()), float(right[inside].mean()))
            )
    return tuple(found)


def calibration_error(bars: tuple[Bin, ...]) -> float:
    """Expected calibration error: the bars' gaps, weighted by their counts."""
    total = sum(bar.count for bar in bars)
    return sum(bar.count * abs(bar.stated - bar.right) for bar in bars) / total if total else 0.0
