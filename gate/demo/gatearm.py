"""The arm in the picture: box, hinge, striped beam at any angle. Pure."""

import cv2
import numpy as np
from numpy.typing import NDArray

from gate.demo.view import View

Image = NDArray[np.uint8]
_RED, _WHITE = (46, 40, 200), (236, 236, 236)


def draw_arm(
    image: Image,
    view: View,
    hinge: tuple[float, float, float],
    side: int,
    raised: float,
    gain: tuple[float, float, float],
) -> None:
    """Draw box and beam in place.

    raised: 0 down, 1 upright; side: +1 with the hinge on the right.
    """
    _box(image, view, hinge, side, gain)
    angle = raised * np.pi / 2 * 0.97
    along = np.array([-side * np.cos(angle), np.sin(angle), 0.0])
    across = np.array([side * np.sin(angle), np.cos(angle), 0.0]) * 0.045
    stripe, length = 0.34, 3.4
    start = np.array(hinge, np.float64) - along * 0.15
    steps = int(length / stripe)
    for index in range(steps):
        a, b = start + along * stripe * index, start + along * stripe * (index + 1)
        corners = np.stack([a + across, b + across, b - across, a - across]).astype(np.float32)
        colour = _RED if index % 2 else _WHITE
        _fill(image, view, corners, colour, gain)
        upper = np.stack([a + across, b + across, b + across * 0.5, a + across * 0.5])
        light = (92, 88, 228) if index % 2 else (252, 252, 252)
        _fill(image, view, upper.astype(np.float32), light, gain)


def _fill(
    image: Image,
    view: View,
    corners: NDArray[np.float32],
    colour: tuple[int, int, int],
    gain: tuple[float, float, float],
) -> None:
    if float(view.seen(corners)[:, 2].min()) < 0.3:
        return
    outline = np.round(view.project(corners) * 8).astype(np.int32)
    lit = [float(c * g) for c, g in zip(colour, gain, strict=True)]
    cv2.fillConvexPoly(image, outline, lit, cv2.LINE_AA, 3)


def _box(
    image: Image,
    view: View,
    hinge: tuple[float, float, float],
    side: int,
    gain: tuple[float, float, float],
) -> None:
    """The cabinet: painted orange, on the hinge's side of the beam, nearer to the camera."""
    x, y, z = hinge
    x0, x1 = x - side * 0.02, x + side * 0.34
    top, low = y + 0.14, 0.0
    z0, z1 = z - 0.38, z - 0.06
    faces = (
        ([(x0, top, z0), (x0, top, z1), (x0, low, z1), (x0, low, z0)], (18, 92, 178)),
        ([(x0, top, z1), (x1, top, z1), (x1, top, z0), (x0, top, z0)], (60, 150, 236)),
        ([(x0, top, z0), (x1, top, z0), (x1, low, z0), (x0, low, z0)], (30, 122, 214)),
    )
    for corners, colour in faces:
        _fill(image, view, np.array(corners, np.float32), colour, gain)
