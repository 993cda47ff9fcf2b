"""Corners of real cut-outs, found by the detector's own refiner: what reprinting needs to know.

Cut-outs come as upright boxes round plates that may be tilted. Each is put on a plain ground, the
refiner looks at it twice, and where it is not sure the cut-out is left out. Some are cut so tightly
that the plate's edges are missing: `settled` moves the corners to where the characters say.
"""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.detector import Detector, DetectorSettings, Rough
from recognition.reading import Colour
from recognition.rectify import expanded, upright
from recognition.training.synthetic.crops import RealPlate
from recognition.training.synthetic.plate_classes import PlateClass
from recognition.training.synthetic.plate_layouts import layout

Image = NDArray[np.uint8]

_SURE = 0.9
_GROUND = (70, 70, 70)
_WIDTH, _HEIGHT = 440, 140
_ROOM = 0.12
_STEPS = np.linspace(-0.08, 0.08, 17)
"""Shares of the plate's width and height by which an edge may be moved."""


def with_corners(plates: Sequence[RealPlate], detector: Detector | None = None) -> list[RealPlate]:
    """The plates that have corners, and those cut-outs whose corners the detector is sure of.

    Corners may lie outside a cut-out's picture.
    """
    seer = detector or Detector.default(DetectorSettings(sure=_SURE))
    found = [plate if plate.quad is not None else _seen(plate, seer) for plate in plates]
    return [plate for plate in found if plate is not None]


def _seen(plate: RealPlate, detector: Detector) -> RealPlate | None:
    image, start = _on_plain_ground(plate.image)
    quad = start
    for _ in range(2):
        boxes = detector.refine(image, (Rough(quad, 1.0),))
        if not boxes:
            return None
        quad = np.array(boxes[0].corners, np.float32)
    margin = start[0] + np.float32(0.5)
    return replace(plate, quad=settled(image, quad, plate) - margin)


def _on_plain_ground(image: Image) -> tuple[Image, NDArray[np.float32]]:
    """The picture with a margin, and its own corners there."""
    height, width = image.shape[:2]
    x, y = width // 6, height // 3
    wide = cv2.copyMakeBorder(image, y, y, x, x, cv2.BORDER_CONSTANT, value=_GROUND)
    ends = np.array([[x, y], [x + width, y], [x + width, y + height], [x, y + height]], np.float32)
    return np.asarray(wide, np.uint8), ends - np.float32(0.5)


def settled(image: Image, quad: NDArray[np.float32], plate: RealPlate) -> NDArray[np.float32]:
    """Corners moved so that the characters of a one-line plate stand in their slots.

    Ink in the slots and none in the gaps between them (GA 36-2018) is the best place; other
    layouts than blue and yellow plates of seven characters come back as they are.
    """
    if len(plate.text) != 7 or plate.colour not in {Colour.BLUE, Colour.YELLOW}:
        return quad
    wide = expanded(quad, _ROOM, _ROOM)
    size = (round(_WIDTH * (1 + 2 * _ROOM)), round(_HEIGHT * (1 + 2 * _ROOM)))
    seen = upright(image, wide, *size).astype(np.float32).mean(axis=2)
    ink = seen if plate.colour is Colour.BLUE else -seen
    ink = (ink - np.median(ink)) / max(float(ink.std()), 1.0)
    x, y = _ROOM * _WIDTH, _ROOM * _HEIGHT
    across = ink[round(y + 35) : round(y + 105)].mean(axis=0)
    down = ink[:, round(x + 90) : round(x + 390)].mean(axis=1)
    slots = layout(PlateClass.BLUE, plate.text, None).slots
    places = np.array([[s.x, s.x + s.width] for s in slots], np.float32)
    left, right = _best_edges(across, places, _WIDTH, x)
    top, bottom = _best_edges(down, np.array([[25, 115]], np.float32), _HEIGHT, y)
    ends = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], np.float32)
    corners = np.array([[0, 0], [size[0], 0], size, [0, size[1]]], np.float32)
    back = cv2.getPerspectiveTransform(corners, wide)
    return np.asarray(cv2.perspectiveTransform(ends[None], back)[0], np.float32)


def _best_edges(
    profile: NDArray[np.float32], places: NDArray[np.float32], length: float, start: float
) -> tuple[float, float]:
    """The two edges, in pixels of the profile, that put its ink into the places (n, 2)."""
    first, last = (grid.ravel() for grid in np.meshgrid(_STEPS, _STEPS))
    low, scale = start + first * length, 1 + last - first
    inner = np.stack([places[:-1, 1], places[1:, 0]], axis=1)
    outer = [[places[0, 0] - 9, places[0, 0]], [places[-1, 1], places[-1, 1] + 9]]
    gaps = np.concatenate([inner, np.array(outer, np.float32)])
    total = np.concatenate([[0.0], np.cumsum(profile)])
    filled, empty = (
        _mean(total, low[:, None, None] + spans * scale[:, None, None]) for spans in (places, gaps)
    )
    # Edges that need no move are a little better than those that do.
    best = int(np.argmax(filled - empty - 0.5 * (np.abs(first) + np.abs(last))))
    return float(low[best]), float(low[best] + length * scale[best])


def _mean(total: NDArray[np.float64], spans: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean of a profile over each row of spans (rows, n, 2), from its running total."""
    ends = np.clip(spans.round().astype(int), 0, len(total) - 1)
    lengths = np.maximum((ends[..., 1] - ends[..., 0]).sum(axis=1), 1)
    return np.asarray((total[ends[..., 1]] - total[ends[..., 0]]).sum(axis=1) / lengths)
