"""How well plates are found on composed scenes of another seed: recall and corners by size, and
what a score means.

Composed scenes share their backdrops with training: these figures compare weights with each other;
real pictures are judged by scene_scores.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from recognition.detector import Detector
from recognition.reading import Box
from recognition.rectify import quad_size
from recognition.training.synthetic.scenes import Quad, Scene, Stock, compose

EDGES = (16, 24, 32, 48, 64, 96, 160, 400)
"""Plate widths in pixels between which recall is reported."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One true plate: its width in pixels, the score it was found with (0: missed) and the mean
    corner error in shares of its height."""

    width: float
    score: float
    error: float


@dataclass(frozen=True, slots=True)
class Findings:
    """Over many scenes: true plates, and the scores of what was found and is none."""

    plates: tuple[Seen, ...]
    false_scores: tuple[float, ...]
    scenes: int


def measure(detector: Detector, stock: Stock, seed: int, scenes: int, side: int = 640) -> Findings:
    """Compose scenes and look for their plates."""
    rng = np.random.default_rng([seed, 99])
    plates: list[Seen] = []
    false: list[float] = []
    for _ in range(scenes):
        scene = compose(stock, rng, side, side)
        boxes = detector.detect(scene.image)
        plates += [_seen(quad, boxes) for quad in scene.plates]
        false += [box.score for box in boxes if not _known(box, scene)]
    return Findings(tuple(plates), tuple(false), scenes)


def _seen(quad: Quad, boxes: Sequence[Box]) -> Seen:
    width, height = quad_size(quad)
    near = [box for box in boxes if _apart(box, quad) < width / 2]
    best = min(near, key=lambda box: _apart(box, quad), default=None)
    if best is None:
        return Seen(width, 0.0, float("nan"))
    corners = np.array(best.corners, np.float32)
    return Seen(width, best.score, float(np.hypot(*(corners - quad).T).mean()) / max(height, 1))


def _apart(box: Box, quad: Quad) -> float:
    gap = np.array(box.corners, np.float32).mean(axis=0) - quad.mean(axis=0)
    return float(np.hypot(*gap))


def _known(box: Box, scene: Scene) -> bool:
    """Whether a box lies on a plate or on something that is not judged."""
    middle = np.array(box.corners, np.float32).mean(axis=0)
    places = scene.plates + scene.ignore
    return any(
        bool(np.all(middle > quad.min(axis=0) - 4) and np.all(middle < quad.max(axis=0) + 4))
        for quad in places
    )


def findings_table(found: Findings) -> str:
    """Recall and corner error by width, then false alarms and what scores mean."""
    lines = [f"{'width px':>10}{'plates':>8}{'found':>9}{'corner error median':>21}{'90 %':>8}"]
    for low, high in pairwise(EDGES):
        part = [plate for plate in found.plates if low <= plate.width < high]
        if part:
            errors = [plate.error for plate in part if plate.score > 0] or [float("nan")]
            half, most = np.percentile(errors, [50, 90])
            share = sum(plate.score > 0 for plate in part) / len(part)
            lines.append(f"{low:>5}-{high:<4}{len(part):>8}{share:>9.1%}{half:>21.3f}{most:>8.3f}")
    per_scene = len(found.false_scores) / max(found.scenes, 1)
    lines.append(f"false alarms per scene: {per_scene:.3f}")
    lines += [
        f"score {low:.1f}-{low + 0.1:.1f}: {share:.1%} of {count} are plates"
        for low, share, count in meanings(found)
    ]
    return "\n".join(lines)


def meanings(found: Findings) -> list[tuple[float, float, int]]:
    """For each tenth of the score: share of true plates among what was found, and how many."""
    true = np.array([plate.score for plate in found.plates if plate.score > 0])
    false = np.array(found.false_scores)
    result = []
    for tenth in range(3, 10):
        hits, misses = (int(np.count_nonzero(np.floor(s * 10) == tenth)) for s in (true, false))
        if hits + misses:
            result.append((tenth / 10, hits / (hits + misses), hits + misses))
    return result
