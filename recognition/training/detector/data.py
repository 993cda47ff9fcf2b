"""Endless training pictures for the detector: scenes, and close-ups of their plates."""

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import IterableDataset, get_worker_info

from recognition.rectify import close_up, moved, quad_size
from recognition.training.detector.net import CLOSE_UP, CLOSE_UP_PLATE, CORNER_UNIT, target_of
from recognition.training.synthetic.backdrops import (
    Backdrop,
    box_quad,
    foreign_backdrops,
    pyramid,
    real_plates,
    scene_backdrops,
)
from recognition.training.synthetic.plate import draw_plate
from recognition.training.synthetic.plate_classes import TWO_LINES
from recognition.training.synthetic.scenes import Quad, Scene, Stock, compose

Image = NDArray[np.uint8]

CLOSE_UPS = 8
"""Close-ups cut from every scene; about a quarter of them show no plate."""

_UPPER_LINE = 0.38
"""The upper line's share of a two-line plate's height (GA 36-2018)."""

Batch = tuple[Tensor, ...]


def stock_from(data: Path | None, drawn: int, seed: int) -> Stock:
    """Gather backdrops and draw plates; without a data folder the backdrops are noise (for tests).

    Args:
        drawn: how many plates to draw beforehand, about 240 pixels wide (single line).
    """
    rng = np.random.default_rng(seed)
    plates = [_drawn(rng) for _ in range(drawn)]
    if data is None:
        return Stock(_noise_backdrops(rng), plates, [])
    return Stock(foreign_backdrops(data) + scene_backdrops(data), plates, real_plates(data))


def _drawn(rng: np.random.Generator) -> Image:
    """A plate of any class; those of two lines, which are easily cut in half, more often."""
    doubles = sorted(TWO_LINES)
    kind = doubles[int(rng.integers(len(doubles)))] if rng.random() < 0.2 else None
    plate = draw_plate(rng, None, kind).image
    scale = 240 / 440
    shrunk = cv2.resize(plate, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    small = np.asarray(shrunk, np.uint8)
    if rng.random() < 0.5:
        _bolts(small, rng)
    if rng.random() < 0.25:
        _dirt(small, rng)
    return small


def _bolts(plate: NDArray[np.uint8], rng: np.random.Generator) -> None:
    h, w = plate.shape[:2]
    shade = int(rng.integers(60, 250))
    for x in (w * 0.25, w * 0.75):
        for y in (h * 0.09, h * 0.91)[: int(rng.integers(1, 3))]:
            cv2.circle(
                plate, (int(x), int(y)), int(rng.integers(2, 6)), (shade,) * 3, -1, cv2.LINE_AA
            )


def _dirt(plate: NDArray[np.uint8], rng: np.random.Generator) -> None:
    h, w = plate.shape[:2]
    stain = cv2.resize(rng.random((4, 8)).astype(np.float32), (w, h), interpolation=cv2.INTER_CUBIC)
    share = np.clip((stain - 0.5) * rng.uniform(0.5, 2), 0, 0.8)[..., None]
    mud = rng.uniform([40, 60, 70], [150, 170, 180])
    plate[:] = (plate * (1 - share) + mud * share).astype(np.uint8)


def _noise_backdrops(rng: np.random.Generator) -> list[Backdrop]:
    made = []
    for _ in range(4):
        small = rng.integers(0, 256, (30, 40, 3)).astype(np.uint8)
        picture = np.asarray(cv2.resize(small, (640, 480), interpolation=cv2.INTER_CUBIC), np.uint8)
        quads = np.stack([box_quad(float(rng.integers(100, 400)), 250.0, 130.0, 40.0)])
        made.append(Backdrop(pyramid(picture), quads, chinese=False))
    return made


Maker = Callable[[Stock, np.random.Generator, int, int], Batch]


class Batches(IterableDataset[Batch]):
    """Batches without end; every worker draws its own from (seed, worker)."""

    def __init__(self, stock: Stock, make: Maker, seed: int, scenes: int, side: int) -> None:
        super().__init__()
        self.stock, self.make = stock, make
        self.seed, self.scenes, self.side = seed, scenes, side

    def __iter__(self) -> Iterator[Batch]:
        """Yield batches for ever."""
        worker = get_worker_info()
        rng = np.random.default_rng([self.seed, worker.id if worker else 0])
        while True:
            yield self.make(self.stock, rng, self.scenes, self.side)


def finder_batch(stock: Stock, rng: np.random.Generator, scenes: int, side: int) -> Batch:
    """Pictures uint8 (n, side, side, 3) with heat, mask (n, h, w), corners (n, 8, h, w), weight."""
    composed = [compose(stock, rng, side, side) for _ in range(scenes)]
    targets = [target_of(scene) for scene in composed]
    return (
        torch.from_numpy(np.stack([scene.image for scene in composed])),
        torch.from_numpy(np.stack([target.heat for target in targets])),
        torch.from_numpy(np.stack([target.mask for target in targets])),
        torch.from_numpy(np.stack([target.corners for target in targets])),
        torch.from_numpy(np.stack([target.weight for target in targets])),
    )


def refiner_batch(stock: Stock, rng: np.random.Generator, scenes: int, side: int) -> Batch:
    """Close-ups uint8 (n, 96, 176, 3), whether each is a plate (n), and corners (n, 8)."""
    composed = [compose(stock, rng, side, side) for _ in range(scenes)]
    views = close_ups_of(composed, rng)
    return (
        torch.from_numpy(np.stack([view for view, _, _ in views])),
        torch.tensor([known for _, known, _ in views], dtype=torch.float32),
        torch.from_numpy(np.stack([corners for _, _, corners in views])),
    )


View = tuple[Image, bool, NDArray[np.float32]]


def close_ups_of(scenes: list[Scene], rng: np.random.Generator) -> list[View]:
    """Cut views: plates as a finder would roughly place them, and things that are none.

    Few plates are seen several times, from differently wrong places.
    """
    plates = [(scene, quad) for scene in scenes for quad in scene.plates]
    wanted = min(CLOSE_UPS * len(scenes) * 3 // 4, len(plates) * 4)
    chosen = [i % len(plates) for i in rng.permutation(wanted)] if plates else []
    views = [_plate_view(*plates[int(i)], rng) for i in chosen]
    while len(views) < CLOSE_UPS * len(scenes):
        scene = scenes[rng.integers(len(scenes))]
        view = _other_view(scene, rng)
        if view is not None:
            views.append(view)
    return views


def _plate_view(scene: Scene, quad: Quad, rng: np.random.Generator) -> View:
    rough = roughly(quad, rng)
    view, back = close_up(scene.image, rough, CLOSE_UP, CLOSE_UP_PLATE)
    return view, True, to_view(quad, back)


def to_view(quad: Quad, back: NDArray[np.float64]) -> NDArray[np.float32]:
    """Corners of the picture as the refiner should give them: (8,) in CORNER_UNIT from the
    middle."""
    forth = np.linalg.inv(np.vstack([back, [0, 0, 1]]))[:2]
    local = moved(quad, forth) - np.array([(CLOSE_UP[1] - 1) / 2, (CLOSE_UP[0] - 1) / 2])
    return np.asarray((local / CORNER_UNIT).reshape(8), np.float32)


def roughly(quad: Quad, rng: np.random.Generator) -> Quad:
    """Corners with the errors of a finder: shifted, scaled, turned, each corner off by itself.

    Of a plate with two lines the finder sometimes sees only the lower one.
    """
    width, height = quad_size(quad)
    if width < 2.7 * height and rng.random() < 0.3:
        quad = _lower_line(quad)
        height *= 1 - _UPPER_LINE
    middle = quad.mean(axis=0)
    turn = np.deg2rad(rng.normal(0, 5))
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    spread = np.exp(rng.normal(0, 0.12, 2))
    around = (quad - middle) * spread @ turned.T
    loose = rng.normal(0, 0.035, (4, 2)) * width
    shift = rng.normal(0, 0.06, 2) * [width, height * 2]
    return np.asarray(middle + around + loose + shift, np.float32)


def _lower_line(quad: Quad) -> Quad:
    down = (quad[[3, 2]] - quad[[0, 1]]) * np.float32(_UPPER_LINE)
    return np.concatenate([quad[:2] + down, quad[2:]])


def _other_view(scene: Scene, rng: np.random.Generator) -> View | None:
    """A view of anything but a plate; None where the lot fell on one."""
    h, w = scene.image.shape[:2]
    if scene.others and rng.random() < 0.5:
        quad = scene.others[int(rng.integers(len(scene.others)))]
    else:
        wide = float(np.exp(rng.uniform(np.log(18), np.log(200))))
        half = np.array([wide / 2, wide / rng.uniform(3, 8)])
        box = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
        quad = np.asarray(rng.uniform([0, 0], [w, h]) + box, np.float32)
    low, high = quad.min(axis=0), quad.max(axis=0)
    for other in scene.plates + scene.ignore:
        if bool(np.all(low < other.max(axis=0)) and np.all(other.min(axis=0) < high)):
            return None
    view, _ = close_up(scene.image, roughly(quad, rng), CLOSE_UP, CLOSE_UP_PLATE)
    return view, False, np.zeros(8, np.float32)
