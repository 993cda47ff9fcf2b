"""What cameras, night and codecs do to a scene. Pure but for the random generator handed in."""

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]


def spoil(
    image: Image, rng: np.random.Generator, light: np.random.Generator | None = None
) -> Image:
    """Return the scene as some camera might have taken it, uint8 of the same size.

    light: where exposure and colour come from, for pictures that share them; None takes `rng`.
    """
    picture = image
    light = light or rng
    if light.random() < 0.8:
        picture = _light(picture, light)
    if rng.random() < 0.12:
        picture = _glare(picture, rng)
    if rng.random() < 0.15:
        picture = _lower(picture, rng)
    if rng.random() < 0.35:
        picture = _blur(picture, rng)
    if rng.random() < 0.04:
        picture = _rain(picture, rng)
    if rng.random() < 0.35:
        noise = rng.normal(0, rng.uniform(1, 12), picture.shape[:2]).astype(np.float32)
        picture = np.clip(picture + noise[..., None], 0, 255).astype(np.uint8)
    if rng.random() < 0.5:
        picture = _jpeg(picture, rng)
    return picture


def _light(picture: Image, rng: np.random.Generator) -> Image:
    """Exposure, gamma and colour cast as one table per channel; some are infrared (grey)."""
    ramp = np.arange(256, dtype=np.float32) / 255
    gamma = float(np.exp(rng.normal(0, 0.35)))
    gain = float(np.clip(rng.normal(1.0, 0.25), 0.25, 1.8))
    if rng.random() < 0.1:
        gain, gamma = rng.uniform(0.2, 0.6), rng.uniform(1.0, 1.7)
    lift = rng.normal(0, 0.05)
    tables = [ramp**gamma * gain * rng.uniform(0.85, 1.15) + lift for _ in range(3)]
    table = np.clip(np.stack(tables, axis=1) * 255, 0, 255).astype(np.uint8)
    lit = np.asarray(cv2.LUT(picture, table[:, None, :]), np.uint8)
    if rng.random() < 0.05:
        grey = cv2.cvtColor(lit, cv2.COLOR_BGR2GRAY)
        return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8)
    return lit


def _glare(picture: Image, rng: np.random.Generator) -> Image:
    """Lamps that shine into the camera, with a halo."""
    h, w = picture.shape[:2]
    glow = np.zeros((h // 4 + 1, w // 4 + 1), np.float32)
    for _ in range(int(rng.integers(1, 4))):
        at = (int(rng.integers(glow.shape[1])), int(rng.integers(glow.shape[0])))
        cv2.circle(glow, at, int(rng.integers(2, 9)), float(rng.uniform(120, 500)), -1)
    glow = cv2.GaussianBlur(glow, (0, 0), float(rng.uniform(3, 12)))
    glow = cv2.resize(glow, (w, h))
    tint = rng.uniform(0.8, 1.0, 3).astype(np.float32)
    return np.clip(picture + glow[..., None] * tint, 0, 255).astype(np.uint8)


def _lower(picture: Image, rng: np.random.Generator) -> Image:
    """Shrink and enlarge again: a cheap camera, or a digital zoom."""
    h, w = picture.shape[:2]
    factor = rng.uniform(0.45, 0.9)
    small = cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (w, h), interpolation=cv2.INTER_LINEAR), np.uint8)


def _blur(picture: Image, rng: np.random.Generator) -> Image:
    """Out of focus, or moved along a line."""
    if rng.random() < 0.6:
        return np.asarray(cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.4, 1.5))), np.uint8)
    length = int(rng.integers(3, 9))
    kernel = np.zeros((length, length), np.float32)
    angle = rng.uniform(0, np.pi)
    reach = (length - 1) / 2
    ends = [round(reach + s * reach * f(angle)) for s in (-1, 1) for f in (np.cos, np.sin)]
    cv2.line(kernel, (ends[0], ends[1]), (ends[2], ends[3]), 1.0)
    return np.asarray(cv2.filter2D(picture, -1, kernel / kernel.sum()), np.uint8)


def _rain(picture: Image, rng: np.random.Generator) -> Image:
    """Streaks of rain or flakes of snow."""
    h, w = picture.shape[:2]
    drops = picture.copy()
    lean, length = rng.uniform(-4, 4), rng.uniform(0, 14)
    for x, y in rng.uniform([0, 0], [w, h], (int(rng.integers(30, 200)), 2)):
        cv2.line(drops, (int(x), int(y)), (int(x + lean), int(y + length)), (225, 225, 225), 1)
    return np.asarray(cv2.addWeighted(picture, 0.55, drops, 0.45, 0), np.uint8)


def _jpeg(picture: Image, rng: np.random.Generator) -> Image:
    quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 95))]
    return np.asarray(
        cv2.imdecode(cv2.imencode(".jpg", picture, quality)[1], cv2.IMREAD_COLOR), np.uint8
    )
