"""Scenes for the detector: rendered and real plates on real street pictures, with corners.

A view is cut from one or several backdrops straight at the network's size, so every view is new and
nothing is stored. Plates are warped over the backdrop's own plates (foreign ones are hidden that
way) and over other spots, at any size from 18 pixels up; distractors are pasted beside them. What
remains unclear (a foreign plate left as it is, a plate cut by the edge) is returned as `ignore`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.training.synthetic.backdrops import Backdrop, box_quad
from recognition.training.synthetic.clutter import distractor
from recognition.training.synthetic.weather import spoil

Image = NDArray[np.uint8]
Quad = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Scene:
    """A training picture. image: uint8 (h, w, 3) BGR; the rest: corners, float32 (4, 2).

    ignore: what is neither asked for nor punished; others: pasted things that are no plates.
    """

    image: Image
    plates: tuple[Quad, ...]
    ignore: tuple[Quad, ...]
    others: tuple[Quad, ...] = ()


@dataclass(frozen=True, slots=True)
class Stock:
    """What scenes are made of: backdrops, rendered plates and real cut-out plates (BGR)."""

    backdrops: Sequence[Backdrop]
    plates: Sequence[Image]
    real: Sequence[Image]


def width_of(quad: Quad) -> float:
    """Mean length of the upper and lower edge in pixels."""
    return float(np.linalg.norm(quad[1] - quad[0]) + np.linalg.norm(quad[2] - quad[3])) / 2


def height_of(quad: Quad) -> float:
    """Mean length of the left and right edge in pixels."""
    return float(np.linalg.norm(quad[3] - quad[0]) + np.linalg.norm(quad[2] - quad[1])) / 2


def compose(stock: Stock, rng: np.random.Generator, height: int, width: int) -> Scene:
    """Make one scene of the given size, weather and camera faults included."""
    image = np.full((height, width, 3), int(rng.integers(0, 256)), np.uint8)
    plates: list[Quad] = []
    ignore: list[Quad] = []
    others: list[Quad] = []
    for cell in _cells(rng, 0, 0, width, height):
        _fill(image, cell, stock, rng, plates, ignore, others)
    image = spoil(image, rng)
    inside = [_seen(quad, width, height) for quad in plates]
    ignore += [quad for quad, seen in zip(plates, inside, strict=True) if 0.15 < seen < 0.97]
    kept = [quad for quad, seen in zip(plates, inside, strict=True) if seen >= 0.97]
    return Scene(image, tuple(kept), tuple(ignore), tuple(others))


def _cells(
    rng: np.random.Generator, x: int, y: int, w: int, h: int
) -> list[tuple[int, int, int, int]]:
    """Split the canvas at random, so that small whole views stand beside large cut ones."""
    if min(w, h) < 110 or rng.random() < 0.42:
        return [(x, y, w, h)]
    if w >= h:
        cut = int(w * rng.uniform(0.35, 0.65))
        return _cells(rng, x, y, cut, h) + _cells(rng, x + cut, y, w - cut, h)
    cut = int(h * rng.uniform(0.35, 0.65))
    return _cells(rng, x, y, w, cut) + _cells(rng, x, y + cut, w, h - cut)


def _fill(
    canvas: Image,
    cell: tuple[int, int, int, int],
    stock: Stock,
    rng: np.random.Generator,
    plates: list[Quad],
    ignore: list[Quad],
    others: list[Quad],
) -> None:
    x, y, w, h = cell
    source = stock.backdrops[int(rng.integers(len(stock.backdrops)))]
    replace = not source.chinese or rng.random() < 0.55
    to_cell = _aim(source, rng, w, h, mirror=replace and rng.random() < 0.5)
    view = _cut(source, to_cell, w, h)
    offset = np.array([x, y], np.float32)
    covered: list[Quad] = []
    known = [_mapped(quad, to_cell) for quad in source.quads]
    if rng.random() < 0.4:
        for _ in range(int(rng.integers(1, 4))):
            thing = distractor(rng)
            place = _anywhere(rng, w, h, thing.shape[1] / thing.shape[0])
            if not _meets(place, known):
                paste(view, thing, place, rng)
                others.append(place + offset)
    for quad in source.quads:
        place = _mapped(quad, to_cell)
        if _seen(place, w, h) <= 0.05:
            continue
        covered.append(place)
        if not replace:
            _keep(place, plates, ignore, offset, w, h)
        elif not source.chinese and rng.random() < 0.12:
            ignore.append(place + offset)
        else:
            plate = _some_plate(stock, rng)
            place = _plate_place(place, plate, rng, flexible=not source.chinese)
            paste(view, plate, place, rng)
            covered.append(place)
            _keep(place, plates, ignore, offset, w, h)
    if rng.random() < 0.3:
        plate = _some_plate(stock, rng)
        place = _anywhere(rng, w, h, plate.shape[1] / plate.shape[0])
        if not _meets(place, covered) and _seen(place, w, h) > 0.97:
            paste(view, plate, place, rng)
            plates.append(place + offset)
    canvas[y : y + h, x : x + w] = view


def _keep(
    place: Quad, plates: list[Quad], ignore: list[Quad], offset: Quad, w: int, h: int
) -> None:
    """A plate cut by its cell's edge or too small to read is neither asked for nor punished."""
    whole = _seen(place, w, h) > 0.97 and width_of(place) >= 16
    (plates if whole else ignore).append(place + offset)


def _some_plate(stock: Stock, rng: np.random.Generator) -> Image:
    if stock.real and rng.random() < 0.2:
        return stock.real[int(rng.integers(len(stock.real)))]
    return stock.plates[int(rng.integers(len(stock.plates)))]


def _aim(
    source: Backdrop, rng: np.random.Generator, w: int, h: int, *, mirror: bool
) -> NDArray[np.float64]:
    """Choose the homography from the backdrop to a cell: zoom, shift, turn, slant, mirror."""
    high, wide = source.levels[0].shape[:2]
    cover = max(w / wide, h / high)
    quad = source.quads[rng.integers(len(source.quads))]
    largest = 0.85 * min(w / max(width_of(quad), 1), h / max(height_of(quad), 1))
    scale = cover * rng.choice([1.0, 1.0, float(np.exp(rng.uniform(0, 1.6)))])
    scale = min(scale, max(largest, 0.8 * min(w / wide, h / high)), 4.0)
    turn = np.deg2rad(rng.normal(0, 5) if rng.random() < 0.7 else rng.uniform(-30, 30))
    half = np.array([w, h]) / scale / 2
    middle = np.array([wide, high]) / 2
    at = quad.mean(axis=0) + rng.uniform(-0.38, 0.38, 2) * half * 2
    room = np.maximum(middle - half, 0)
    at = np.clip(at, middle - room, middle + room)
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half
    corners = at + (corners + rng.uniform(-0.06, 0.06, (4, 2)) * half * 2) @ turned.T
    target = box_quad(0, 0, w, h)
    if mirror:
        target = target[[1, 0, 3, 2]]
    return np.asarray(cv2.getPerspectiveTransform(corners.astype(np.float32), target), np.float64)


def _cut(source: Backdrop, to_cell: NDArray[np.float64], w: int, h: int) -> Image:
    """Warp from the pyramid level that is just finer than the cell."""
    back = np.linalg.inv(to_cell)
    ends = cv2.perspectiveTransform(box_quad(0, 0, w, h)[None], back)[0]
    step = np.linalg.norm(ends[2] - ends[0]) / np.hypot(w, h)
    level = int(np.clip(np.floor(np.log2(max(step, 1.0))), 0, len(source.levels) - 1))
    lift = np.diag([2.0**level, 2.0**level, 1.0])
    view = cv2.warpPerspective(
        source.levels[level],
        to_cell @ lift,
        (w, h),
        flags=cv2.INTER_LINEAR,
        borderValue=(114, 114, 114),
    )
    return np.asarray(view, np.uint8)


def _mapped(quad: Quad, transform: NDArray[np.float64]) -> Quad:
    """Map a quad; a mirrored one gets its corners renamed, so the first stays top-left."""
    mapped = np.asarray(cv2.perspectiveTransform(quad[None], transform)[0], np.float32)
    a, b = mapped[1] - mapped[0], mapped[3] - mapped[0]
    return mapped if a[0] * b[1] - a[1] * b[0] > 0 else mapped[[1, 0, 3, 2]]


def _seen(quad: Quad, w: int, h: int) -> float:
    """Share (0..1) of the quad's bounding box that lies inside the picture."""
    low, high = quad.min(axis=0), quad.max(axis=0)
    size = np.maximum(high - low, 1e-3)
    inside = np.minimum(high, [w, h]) - np.maximum(low, 0)
    return float(np.prod(np.clip(inside, 0, None) / size))


def _meets(quad: Quad, others: Sequence[Quad]) -> bool:
    low, high = quad.min(axis=0), quad.max(axis=0)
    return any(bool(np.all(low < o.max(axis=0)) and np.all(o.min(axis=0) < high)) for o in others)


def _plate_place(quad: Quad, plate: Image, rng: np.random.Generator, *, flexible: bool) -> Quad:
    """Corners for a plate over another one, in the plate's own shape, covering what was there."""
    if not flexible:
        middle = quad.mean(axis=0)
        return np.asarray((quad - middle) * rng.uniform(1.0, 1.08) + middle, np.float32)
    aspect = plate.shape[1] / plate.shape[0]
    w, h = width_of(quad), height_of(quad)
    wide = max(w, h * aspect) * rng.uniform(0.98, 1.15)
    slant = rng.normal(0, 0.12, (4, 2)) * [0.15, 0.6] * np.array([wide, wide / aspect])
    along = (quad[1] - quad[0] + quad[2] - quad[3]) / (2 * w)
    down = (quad[3] - quad[0] + quad[2] - quad[1]) / (2 * h)
    ends = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [wide / 2, wide / aspect / 2]
    if rng.random() < 0.5:
        slant *= 0.1
    tilt = np.array([[1.0, rng.normal(0, 0.1)], [rng.normal(0, 0.05), 1.0]])
    ends = (ends @ tilt + slant) @ np.array([along, down])
    return np.asarray(quad.mean(axis=0) + ends, np.float32)


def _anywhere(rng: np.random.Generator, w: int, h: int, aspect: float) -> Quad:
    """Corners for something pasted at a random spot, turned to 30 degrees and slanted."""
    wide = float(np.exp(rng.uniform(np.log(20), np.log(max(0.6 * w, 24)))))
    high = wide / aspect * rng.uniform(0.7, 1.15)
    ends = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [wide / 2, high / 2]
    ends *= 1 + rng.uniform(-0.1, 0.1, (4, 2))
    turn = np.deg2rad(rng.normal(0, 14))
    turned = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    shear = np.array([[1.0, rng.normal(0, 0.15)], [0.0, 1.0]])
    middle = rng.uniform([0, 0], [w, h])
    return np.asarray(middle + ends @ shear @ turned.T, np.float32)


def paste(canvas: Image, plate: Image, quad: Quad, rng: np.random.Generator) -> None:
    """Warp a plate into the canvas at the quad, in the light and shadow that is there. In place."""
    high, wide = canvas.shape[:2]
    low = np.maximum(np.floor(quad.min(axis=0)).astype(int) - 3, 0)
    top = np.minimum(np.ceil(quad.max(axis=0)).astype(int) + 4, [wide, high])
    if np.any(top - low < 2):
        return
    spot = canvas[low[1] : top[1], low[0] : top[0]]
    size = (max(round(width_of(quad)), 4), max(round(height_of(quad)), 3))
    shrink = size[0] < plate.shape[1]
    small = cv2.resize(plate, size, interpolation=cv2.INTER_AREA if shrink else cv2.INTER_CUBIC)
    small = _lit(np.asarray(small, np.float32), spot, rng)
    small, local = _framed(small, quad - low.astype(np.float32), rng)
    h, w = small.shape[:2]
    ends = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32) - 0.5
    warp = cv2.getPerspectiveTransform(ends, (local - 0.5).astype(np.float32))
    area = (spot.shape[1], spot.shape[0])
    inked = cv2.warpPerspective(
        small, warp, area, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    mask = cv2.warpPerspective(np.ones((h, w), np.float32), warp, area, flags=cv2.INTER_LINEAR)
    mask = mask[..., None]
    spot[:] = np.clip(inked * mask + spot * (1 - mask), 0, 255).astype(np.uint8)


def _lit(plate: NDArray[np.float32], spot: Image, rng: np.random.Generator) -> NDArray[np.float32]:
    """Darken or brighten a plate towards its surroundings, with a slope of light over it."""
    around = float(spot.mean()) + 25.0
    gain = (around / max(float(plate.mean()), 20.0)) ** rng.uniform(0.2, 0.8)
    slope = np.linspace(rng.uniform(0.85, 1.1), rng.uniform(0.85, 1.1), plate.shape[1])
    lit = plate * np.clip(gain, 0.25, 1.9) * slope[None, :, None].astype(np.float32)
    return np.asarray(lit * rng.uniform(0.93, 1.07, 3), np.float32)


def _framed(
    plate: NDArray[np.float32], quad: Quad, rng: np.random.Generator
) -> tuple[NDArray[np.float32], Quad]:
    """Put a dealer's frame or a recess around some plates; the corners asked for stay the
    plate's."""
    if rng.random() < 0.6:
        return plate, quad
    h, w = plate.shape[:2]
    edge = int(np.ceil(h * rng.uniform(0.04, 0.22)))
    shade = float(rng.choice([15.0, 30.0, 60.0, 170.0, 210.0]))
    framed = cv2.copyMakeBorder(
        plate, edge, edge, edge, edge, cv2.BORDER_CONSTANT, value=(shade,) * 3
    )
    ends = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
    warp = cv2.getPerspectiveTransform(ends, quad.astype(np.float32))
    outer = np.array([[-edge, -edge], [w + edge, -edge], [w + edge, h + edge], [-edge, h + edge]])
    grown = cv2.perspectiveTransform(outer[None].astype(np.float32), warp)[0]
    return np.asarray(framed, np.float32), np.asarray(grown, np.float32)
