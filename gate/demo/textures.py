"""Surfaces of the site as small pictures: asphalt, leaves, bricks, windows, the sign. Pure, seeded.

The only words in any picture of the demo, number plates apart, are the name on the wall.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]


def _clouds(rng: np.random.Generator, size: tuple[int, int], grain: float) -> Floats:
    """Soft random field (mean 0, deviation 1) whose patches are about `grain` pixels wide."""
    small = (max(2, int(size[0] / grain)), max(2, int(size[1] / grain)))
    field = rng.normal(0, 1, small).astype(np.float32)
    return np.asarray(
        cv2.resize(field, (size[1], size[0]), interpolation=cv2.INTER_CUBIC), np.float32
    )


def grain(rng: np.random.Generator, side: int, soft: float) -> Floats:
    """Square random field (mean 0, deviation 1), softened by `soft` pixels."""
    raw = rng.normal(0, 1, (side, side)).astype(np.float32)
    field = np.asarray(cv2.GaussianBlur(raw, (0, 0), soft), np.float32)
    return np.asarray(field / field.std(), np.float32)


def asphalt(rng: np.random.Generator, x: Floats, z: Floats) -> Floats:
    """Brightness of the road at each (x, z) in metres: stones, patches, stains."""
    tone = np.full(x.shape, 98.0, np.float32)
    for metres, depth in ((0.012, 9.0), (0.05, 4.0), (0.6, 4.0), (3.0, 7.0)):
        field = grain(rng, 512, 0.8)
        across = ((x / metres) % 512).astype(np.float32)
        along = ((z / metres) % 512).astype(np.float32)
        sample = cv2.remap(field, across, along, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
        fade = np.clip(metres * 1400 / np.maximum(z, 1) ** 1.5, 0, 1)
        tone += depth * sample * fade
    for _ in range(7):
        spot = rng.uniform([-1.4, 2.0], [0.7, 12.0])
        size = rng.uniform(0.06, 0.3)
        tone -= rng.uniform(8, 22) * np.exp(
            -(((x - spot[0]) / size) ** 2 + ((z - spot[1]) / size / 2) ** 2)
        )
    return tone


def hedge(rng: np.random.Generator, width: float, height: float) -> Image:
    """Leaves of a clipped hedge, 60 pixels a metre."""
    size = (max(8, int(height * 60)), max(8, int(width * 60)))
    base = np.full((*size, 3), (28, 54, 40), np.uint8)
    count = size[0] * size[1] // 9
    columns, rows = rng.integers(0, size[1], count), rng.integers(0, size[0], count)
    light = rng.uniform(0.5, 1.5, count) * (1.15 - 0.4 * rows / size[0])
    tones = np.array([40, 92, 66]) * light[:, None] + rng.normal(0, 6, (count, 3))
    inks = np.clip(tones, 0, 255).tolist()
    axes = rng.integers(1, (4, 3), (count, 2)).tolist()
    turns = rng.uniform(0, 180, count).tolist()
    spots = np.stack([columns, rows], 1).tolist()
    for spot, ink, axis, turn in zip(spots, inks, axes, turns, strict=True):
        cv2.ellipse(base, spot, axis, turn, 0, 360, ink, -1)
    return base


def wall(rng: np.random.Generator, width: float, height: float, tone: float) -> Image:
    """Rendered wall, 50 pixels a metre, with weather streaks."""
    size = (max(8, int(height * 50)), max(8, int(width * 50)))
    grey = tone + 4 * _clouds(rng, size, 18) + rng.normal(0, 2, size)
    grey = grey - 14 * np.linspace(0, 1, size[0])[:, None] ** 3
    tinted = grey[..., None] * np.array([0.95, 0.98, 1.0])
    return np.asarray(np.clip(tinted, 0, 255), np.uint8)


def bricks(
    rng: np.random.Generator, width: float, height: float, colour: tuple[int, int, int]
) -> Image:
    """Brickwork, 24 pixels a metre."""
    size = (max(8, int(height * 24)), max(8, int(width * 24)))
    rows, columns = np.mgrid[0 : size[0], 0 : size[1]]
    course = rows // 3
    stone = (columns + (course % 2) * 3) // 6
    tint = rng.normal(1, 0.10, (size[0] // 3 + 1, size[1] // 6 + 2))[course, stone]
    mortar = (rows % 3 == 0)[..., None]
    face = np.array(colour) * tint[..., None]
    return np.asarray(np.clip(np.where(mortar, face * 0.82 + 26, face), 0, 255), np.uint8)


_BRICKS = ((70, 92, 150), (58, 76, 128), (96, 122, 168), (84, 108, 140), (150, 176, 196))


def facade(rng: np.random.Generator, width: float, height: float) -> Image:
    """A narrow Dutch house front: bricks, white-framed windows, a door; 24 pixels a metre."""
    picture = bricks(rng, width, height, _BRICKS[int(rng.integers(len(_BRICKS)))])
    scale = 24
    count = max(2, int(width / 2.2))
    pitch = width / count
    door = int(rng.integers(count))
    for floor in range(3):
        for index in range(count):
            x = (index + 0.5) * pitch
            foot = height - (0.9 + floor * 2.9)
            if floor == 0 and index == door:
                _pane(
                    picture,
                    (x - 0.55, height - 2.4),
                    (x + 0.55, height - 0.05),
                    (46, 60, 34),
                    scale,
                )
                continue
            glass = np.clip(np.array([96, 84, 70]) * rng.uniform(0.6, 1.25), 0, 255)
            _pane(
                picture,
                (x - 0.62, foot - 1.6),
                (x + 0.62, foot),
                tuple(int(v) for v in glass),
                scale,
            )
    base = int((height - 0.5) * scale)
    picture[base:] = (picture[base:] * 0.55 + 60).astype(np.uint8)
    picture[:, :2] = (picture[:, :2] * 0.7).astype(np.uint8)
    return picture


def _pane(
    picture: Image,
    top_left: tuple[float, float],
    bottom_right: tuple[float, float],
    glass: tuple[int, ...],
    scale: float,
) -> None:
    """A window or door with a white frame and a cross bar; metres from the picture's top left."""
    (x0, y0), (x1, y1) = top_left, bottom_right
    a, b = (int(x0 * scale), int(y0 * scale)), (int(x1 * scale), int(y1 * scale))
    cv2.rectangle(picture, a, b, (222, 226, 228), -1)
    cv2.rectangle(picture, (a[0] + 2, a[1] + 2), (b[0] - 2, b[1] - 2), glass, -1)
    middle, bar = (a[0] + b[0]) // 2, a[1] + (b[1] - a[1]) // 3
    cv2.line(picture, (middle, a[1]), (middle, b[1]), (222, 226, 228), 2)
    cv2.line(picture, (a[0], bar), (b[0], bar), (222, 226, 228), 1)
    shine = np.array([[a[0] + 3, b[1] - 4], [a[0] + 3, b[1] - 16], [a[0] + 12, b[1] - 4]])
    cv2.fillConvexPoly(picture, shine, tuple(min(255, v + 40) for v in glass))


def sign_wall(rng: np.random.Generator, width: float, height: float) -> Image:
    """The wall at the street with the community's name in dark bronze letters."""
    picture = cv2.resize(wall(rng, width, height, 206), (int(width * 80), int(height * 80)))
    cap = int(0.12 * 80)
    picture[:cap] = (picture[:cap] * 0.74).astype(np.uint8)
    name = "荷兰小镇"
    font = cv2.FontFace("sans")
    high = int(0.78 * 80)
    for offset, colour in (((2, 3), (120, 122, 126)), ((0, 0), (34, 44, 66))):
        for index, character in enumerate(name):
            x = int((0.11 + 0.21 * index) * picture.shape[1]) + offset[0]
            y = int(0.76 * picture.shape[0]) + offset[1]
            cv2.putText(picture, character, (x, y), colour, font, high, 700)
    return np.asarray(picture, np.uint8)


def roof_tiles(rng: np.random.Generator, width: float, height: float) -> Image:
    """Red roof tiles, 40 pixels a metre."""
    size = (max(8, int(height * 40)), max(8, int(width * 40)))
    rows, columns = np.mgrid[0 : size[0], 0 : size[1]]
    wave = 0.86 + 0.14 * np.sin(columns / 6 * 2 * np.pi) - 0.25 * (rows % 11 < 2)
    tint = rng.normal(1, 0.05, (size[0] // 11 + 1, size[1] // 6 + 1))[rows // 11, columns // 6]
    tiles = np.array([52, 62, 138]) * (wave * tint)[..., None]
    return np.asarray(np.clip(tiles, 0, 255), np.uint8)


def hut_front(rng: np.random.Generator, width: float, height: float) -> Image:
    """The guard's hut: cream wall, brick foot, a wide window; 60 pixels a metre."""
    scale = 60
    picture = cv2.resize(wall(rng, width, height, 214), (int(width * scale), int(height * scale)))
    foot = int((height - 0.8) * scale)
    low = cv2.resize(
        bricks(rng, width, 0.8, (70, 88, 142)), (picture.shape[1], picture.shape[0] - foot)
    )
    picture[foot:] = low
    picture[foot - 4 : foot] = 170
    a, b = (int(0.14 * width * scale), int(0.5 * scale)), (int(0.86 * width * scale), foot - 12)
    cv2.rectangle(picture, (a[0] - 5, a[1] - 5), (b[0] + 5, b[1] + 5), (58, 74, 52), -1)
    glass = np.linspace(0, 1, b[1] - a[1])[:, None, None]
    picture[a[1] : b[1], a[0] : b[0]] = (
        np.array([150, 138, 122]) * (1 - glass) + np.array([66, 62, 58]) * glass
    ).astype(np.uint8)
    middle = (a[0] + b[0]) // 2
    cv2.line(picture, (middle, a[1]), (middle, b[1]), (58, 74, 52), 4)
    return np.asarray(picture, np.uint8)
