"""Plates cut out of a picture: upright for the reader, close up for the corner refiner. Pure.

Rules: what is shrunk is averaged first (no aliasing of thin strokes), only the part of the picture
that is needed is touched, and corners are always top-left, top-right, bottom-right, bottom-left in
the plate's own orientation. A pixel's middle is its integer coordinate.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Quad = NDArray[np.float32]
Matrix = NDArray[np.float64]


def quad_size(quad: Quad) -> tuple[float, float]:
    """Return mean width and height of corners (4, 2) in pixels."""
    top, right, bottom, left = (quad[[1, 2, 3, 0]] - quad)[:4]
    lengths = [float(np.hypot(*side)) for side in (top, right, bottom, left)]
    return (lengths[0] + lengths[2]) / 2, (lengths[1] + lengths[3]) / 2


def expanded(quad: Quad, across: float, down: float) -> Quad:
    """Push the corners outwards along the plate's own axes by shares of its width and height."""
    along = (quad[[1, 1, 2, 2]] - quad[[0, 0, 3, 3]]) * across
    under = (quad[[3, 2, 2, 3]] - quad[[0, 1, 1, 0]]) * down
    sign = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]], np.float32)
    return np.asarray(quad + along * sign[:, :1] + under * sign[:, 1:], np.float32)


def half(image: Image) -> Image:
    """The picture at half its size, but of a pixel at least; each pixel is the mean of four.

    Averaging by any other factor than two takes OpenCV ten times as long.
    """
    size = (max(1, image.shape[1] // 2), max(1, image.shape[0] // 2))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def shrunk_to(image: Image, width: int) -> Image:
    """Return the picture `width` pixels wide: halved as often as that goes, the rest linear."""
    while image.shape[1] >= 2 * width:
        image = half(image)
    height = round(image.shape[0] * width / image.shape[1])
    return np.asarray(cv2.resize(image, (width, height)), np.uint8)


def upright(image: Image, quad: Quad, width: int, height: int) -> Image:
    """Warp a plate to a width x height picture (uint8 BGR) whose edges are the quad's edges."""
    ends = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - 0.5
    return _sampled(image, quad, ends, (width, height))


def close_up(
    image: Image, quad: Quad, size: tuple[int, int], plate: tuple[float, float]
) -> tuple[Image, Matrix]:
    """Cut a turned, scaled view around a roughly known plate.

    Args:
        size: height and width of the view. plate: greatest height and width of the plate in it.

    Returns:
        The view (uint8 BGR) and the 2 x 3 matrix from the view's pixels back to the picture's.
    """
    back = close_up_matrix(quad, size, plate)
    height, width = size
    ends = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - 0.5
    return _sampled(image, moved(ends, back), ends, (width, height)), back


def close_up_matrix(quad: Quad, size: tuple[int, int], plate: tuple[float, float]) -> Matrix:
    """Return the 2 x 3 similarity from a close-up's pixels to the picture's."""
    width, height = (max(side, 1.0) for side in quad_size(quad))
    scale = max(width / plate[1], height / plate[0])
    along = (quad[1] + quad[2] - quad[0] - quad[3]) / 2
    length = float(np.hypot(*along))
    cos, sin = (along / length) if length > 1e-3 else (1.0, 0.0)
    turn = np.array([[cos, -sin], [sin, cos]], np.float64) * scale
    middle = np.array([(size[1] - 1) / 2, (size[0] - 1) / 2])
    shift = quad.mean(axis=0, dtype=np.float64) - turn @ middle
    return np.concatenate([turn, shift[:, None]], axis=1)


def moved(points: Quad, matrix: Matrix) -> Quad:
    """Map points (n, 2) by a 2 x 3 matrix."""
    return np.asarray(points @ matrix[:, :2].T + matrix[:, 2], np.float32)


def _sampled(image: Image, quad: Quad, ends: Quad, size: tuple[int, int]) -> Image:
    """Warp the quad's surroundings so that quad lands on ends; average first where it shrinks."""
    low = np.floor(quad.min(axis=0)).astype(int) - 2
    high = np.ceil(quad.max(axis=0)).astype(int) + 3
    x0, y0 = (int(v) for v in np.clip(low, 0, [image.shape[1] - 1, image.shape[0] - 1]))
    x1, y1 = (int(v) for v in np.clip(high, [x0 + 1, y0 + 1], [image.shape[1], image.shape[0]]))
    part: Image = image[y0:y1, x0:x1]
    local = quad - np.array([x0, y0], np.float32)
    wide, high_ = quad_size(quad)
    step = min(wide / size[0], high_ / size[1])
    if step >= 1.5:
        part, local = _averaged(part, local, step)
    warp = cv2.getPerspectiveTransform(local.astype(np.float32), ends)
    view = cv2.warpPerspective(
        part, warp, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(view, np.uint8)


def _averaged(part: Image, quad: Quad, step: float) -> tuple[Image, Quad]:
    """Shrink by about `step` with area averaging; coordinates follow."""
    new = (max(1, round(part.shape[1] / step)), max(1, round(part.shape[0] / step)))
    factor = np.array([new[0] / part.shape[1], new[1] / part.shape[0]], np.float32)
    small = cv2.resize(part, new, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8), ((quad + 0.5) * factor - 0.5).astype(np.float32)
