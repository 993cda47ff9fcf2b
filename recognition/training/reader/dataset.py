"""Batches for the reader: rendered pictures from shards, real ones augmented as they are needed.

Targets are slot indices (`labels`); a CTC network can take the same indices without the blanks.
Everything drawn by lot comes from one numpy generator, so a seed repeats a run.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.alphabet import PROVINCES
from recognition.reading import Colour
from recognition.training.synthetic.crops import RealPlate, slots_of
from recognition.training.synthetic.degrade import (
    compressed,
    cut_box,
    cut_warped,
    expose,
    fit_picture,
    sensor,
    squeezed,
)
from recognition.training.synthetic.render import (
    COLOURS,
    HEIGHT,
    UNKNOWN_COLOUR,
    WIDTH,
    Shard,
    read_shard,
    shard_paths,
)

Image = NDArray[np.uint8]
Quad = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Batch:
    """images (n, 48, 160, 3) uint8 BGR, labels (n, 8), colours (n,) (-1 unknown), lines (n,)."""

    images: Image
    labels: NDArray[np.int64]
    colours: NDArray[np.int64]
    lines: NDArray[np.int64]


_COMMON = {"", "common", "province", "gate", "night_road", "night_truck", "yellow_single"}
"""Words for no class of their own: such plates are told apart by their colour."""
_MOST = 8.0
"""No plate is drawn oftener than so many times the mean: the rarest would be learned by heart."""


def balance(plates: Sequence[RealPlate]) -> NDArray[np.float64]:
    """How often each plate is drawn (sums to one), so that no class, province or source drowns
    another: 2,700 plates of one city weigh little more than twenty of the armed police.
    """
    kinds = [p.colour.value if p.kind in _COMMON else p.kind for p in plates]
    provinces = [next((c for c in p.text if c in PROVINCES), "") for p in plates]
    cells = list(zip(kinds, provinces, strict=True))
    of_kind, of_cell = Counter(kinds), Counter(cells)
    of_source = Counter(p.source for p in plates)
    weights = np.array(
        [
            of_kind[kind] ** -0.25 * of_cell[kind, province] ** -0.5 * of_source[p.source] ** -0.2
            for p, kind, province in zip(plates, kinds, provinces, strict=True)
        ]
    )
    for _ in range(5):
        weights = np.minimum(weights / weights.mean(), _MOST)
    return np.asarray(weights / weights.sum())


class RealPlates:
    """Draws real plates, augmented, so that all kinds come up (see `balance`)."""

    def __init__(self, plates: list[RealPlate]) -> None:
        self.plates = plates
        self.weights = balance(plates)

    def draw(self, rng: np.random.Generator, count: int) -> Batch:
        """`count` augmented pictures."""
        chosen = rng.choice(len(self.plates), count, p=self.weights)
        images = np.empty((count, HEIGHT, WIDTH, 3), np.uint8)
        for place, index in enumerate(chosen):
            images[place] = augmented(rng, self.plates[index])
        plates = [self.plates[index] for index in chosen]
        return Batch(
            images,
            np.array([slots_of(p.text) for p in plates], np.int64),
            np.array([colour_index(p.colour) for p in plates], np.int64),
            np.array([p.two_lines for p in plates], np.int64),
        )


def colour_index(colour: Colour) -> int:
    """The colour's place in the network's output, -1 where it is not known."""
    return COLOURS.index(colour) if colour in COLOURS else UNKNOWN_COLOUR


def augmented(rng: np.random.Generator, plate: RealPlate) -> Image:
    """One real plate, cut a little differently and photographed a little worse than it was."""
    slanted = rng.random() < 0.3
    if plate.quad is not None and rng.random() < 0.4:
        image, quad = (
            _slanted(rng, plate.image, plate.quad) if slanted else (plate.image, plate.quad)
        )
        cut = cut_box(rng, image, quad)
    elif plate.quad is not None:
        cut = cut_warped(rng, plate.image, plate.quad, two_lines=plate.two_lines)
    elif slanted:
        image, quad = _slanted(rng, plate.image, _outline(plate.image))
        cut = cut_box(rng, image, quad)
    else:
        cut = _recut(rng, plate.image)
    kind = rng.random()
    if kind < 0.3 and cut.shape[1] > 94:
        cut = squeezed(rng, cut)
    elif kind < 0.5:
        factor = rng.uniform(0.35, 1.0) * min(1.0, 160 / cut.shape[1])
        cut = np.asarray(
            cv2.resize(
                cut,
                None,
                fx=max(factor, 60 / cut.shape[1]),
                fy=max(factor, 18 / cut.shape[0]),
                interpolation=cv2.INTER_AREA,
            ),
            np.uint8,
        )
    if rng.random() < 0.5:
        cut = expose(rng, cut, monochrome=False)
    if rng.random() < 0.35:
        cut = sensor(rng, cut, cut.shape[1])
    elif rng.random() < 0.3:
        cut = compressed(rng, cut, 40)
    return fit_picture(cut, (WIDTH, HEIGHT))


def _outline(image: Image) -> Quad:
    height, width = image.shape[:2]
    return np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)


def _slanted(rng: np.random.Generator, image: Image, quad: Quad) -> tuple[Image, Quad]:
    """Picture and corners as a camera beside the lane sees them: the plate's line rises or falls
    by up to some 8 degrees and its uprights lean.
    """
    rise, lean = rng.uniform(-0.14, 0.14), rng.uniform(-0.2, 0.2)
    matrix = np.array([[1, lean, 0], [rise, 1, 0]], np.float32)
    corners = _outline(image) @ matrix[:, :2].T
    matrix[:, 2] = -corners.min(axis=0)
    size = np.ceil(np.ptp(corners, axis=0)).astype(int)
    moved = cv2.warpAffine(
        image, matrix, (int(size[0]), int(size[1])), borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(moved, np.uint8), np.asarray(
        quad @ matrix[:, :2].T + matrix[:, 2], np.float32
    )


def _recut(rng: np.random.Generator, image: Image) -> Image:
    """The cut-out with its corners moved by up to some 6 %: shift, scale, shear, slight turn."""
    height, width = image.shape[:2]
    square = _outline(image)
    size = np.array([width, height], np.float32)
    common = rng.normal(0, 0.015, 2) * size
    grow = 1 + rng.normal(0.0, [0.025, 0.04])
    moved = (square - size / 2) * grow + size / 2 + common
    moved = moved + rng.normal(0, [0.012, 0.03], (4, 2)) * size
    matrix = cv2.getPerspectiveTransform(moved.astype(np.float32), square)
    out = cv2.warpPerspective(
        image, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(out, dtype=np.uint8)


class Rendered:
    """Random pictures of the shards in a folder; new shards are taken up as they appear."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._shards: dict[Path, Shard] = {}
        self.refresh()

    def refresh(self) -> int:
        """Looks for new shards; returns how many pictures there are. Raises if there are none."""
        for path in shard_paths(self._folder):
            if path not in self._shards:
                self._shards[path] = read_shard(path)
        if not self._shards:
            raise FileNotFoundError(f"{self._folder}: no rendered pictures; run `synth` first")
        return sum(len(s.labels) for s in self._shards.values())

    def draw(self, rng: np.random.Generator, count: int) -> Batch:
        """`count` pictures from a few shards (reading few places keeps the disk quiet)."""
        shards = list(self._shards.values())
        parts = []
        for part in np.array_split(np.arange(count), min(4, count)):
            shard = shards[int(rng.integers(len(shards)))]
            rows = np.sort(rng.integers(0, len(shard.labels), len(part)))
            parts.append(
                Batch(
                    shard.images[rows],
                    shard.labels[rows].astype(np.int64),
                    shard.colours[rows].astype(np.int64),
                    shard.lines[rows].astype(np.int64),
                )
            )
        return joined(parts)


def joined(parts: list[Batch]) -> Batch:
    """Batches one after the other."""
    return Batch(
        np.concatenate([p.images for p in parts]),
        np.concatenate([p.labels for p in parts]),
        np.concatenate([p.colours for p in parts]),
        np.concatenate([p.lines for p in parts]),
    )


def batches(
    rng: np.random.Generator, rendered: Rendered, real: RealPlates | None, size: int, share: float
) -> Iterator[Batch]:
    """Batches without end: `share` of each from real plates, the rest rendered."""
    count = 0
    while True:
        few = round(size * share) if real is not None else 0
        parts = [rendered.draw(rng, size - few)]
        if real is not None and few:
            parts.append(real.draw(rng, few))
        count += 1
        if count % 50 == 0:
            rendered.refresh()
        yield joined(parts)
