"""Things that look a little like plates and are none: the detector must learn to leave them.

Signs with text, phone numbers, the big painted numbers on lorry tails, grilles, lamps, plain blue
or yellow panels. All drawn, no pictures needed. Pure but for the random generator handed in.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

_GROUNDS = (
    (160, 60, 10),
    (20, 170, 230),
    (60, 160, 40),
    (235, 235, 235),
    (25, 25, 25),
    (30, 30, 200),
)
_FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX)


def _jittered(colour: tuple[int, int, int], rng: np.random.Generator) -> tuple[int, int, int]:
    b, g, r = (int(np.clip(c + rng.normal(0, 18), 0, 255)) for c in colour)
    return b, g, r


def _words(rng: np.random.Generator) -> str:
    kind = rng.integers(4)
    digits = "".join(str(d) for d in rng.integers(0, 10, 11))
    letters = "".join(chr(65 + int(c)) for c in rng.integers(0, 26, 10))
    return (
        digits,
        f"{digits[:3]}-{digits[3:6]}-{digits[6:10]}",
        letters[: rng.integers(2, 10)],
        letters[:2],
    )[kind]


def sign(rng: np.random.Generator) -> Image:
    """Draw a sign: a coloured panel with one to three lines of text, 60..260 pixels wide."""
    ground = _GROUNDS[rng.integers(len(_GROUNDS))]
    ink = (240, 240, 240) if sum(ground) < 420 else (20, 20, 20)
    width, height = int(rng.integers(60, 260)), int(rng.integers(24, 120))
    panel = np.full((height, width, 3), _jittered(ground, rng), np.uint8)
    lines = int(rng.integers(1, 4))
    for line in range(lines):
        font = _FONTS[rng.integers(len(_FONTS))]
        size = height / lines / 40 * rng.uniform(0.7, 1.1)
        at = (int(rng.integers(0, 10)), int((line + 0.8) * height / lines))
        cv2.putText(
            panel, _words(rng), at, font, size, _jittered(ink, rng), int(rng.integers(1, 4))
        )
    return panel


def panel(rng: np.random.Generator) -> Image:
    """Draw an empty panel in a plate's colour: blue sheets, yellow stripes, white stickers."""
    ground = _jittered(_GROUNDS[rng.integers(len(_GROUNDS))], rng)
    picture = np.full((int(rng.integers(20, 90)), int(rng.integers(40, 220)), 3), ground, np.uint8)
    slope = np.linspace(rng.uniform(0.6, 1), rng.uniform(0.6, 1.2), picture.shape[1])
    return np.clip(picture * slope[None, :, None], 0, 255).astype(np.uint8)


def grille(rng: np.random.Generator) -> Image:
    """Draw a grille: dark bars on chrome, upright or lying."""
    height, width = int(rng.integers(40, 110)), int(rng.integers(80, 240))
    along = np.arange(width if rng.random() < 0.6 else height)
    wave = np.sin(along * 2 * np.pi / rng.uniform(4, 16) + rng.uniform(0, 6)) * rng.uniform(30, 100)
    grey = rng.uniform(60, 180) + wave
    picture = (
        np.tile(grey, (height, 1)) if along.size == width else np.tile(grey[:, None], (1, width))
    )
    return np.clip(picture[..., None] * rng.uniform(0.85, 1.1, 3), 0, 255).astype(np.uint8)


def tail_number(rng: np.random.Generator) -> Image:
    """Draw the big painted number on a lorry's tail: letters without a plate around them."""
    ground, ink = (
        ((40, 40, 170), (230, 230, 230)) if rng.random() < 0.6 else ((120, 120, 120), (30, 30, 30))
    )
    picture = np.full((60, 260, 3), _jittered(ground, rng), np.uint8)
    cv2.putText(
        picture,
        _words(rng)[:6],
        (8, 46),
        _FONTS[1],
        1.5,
        _jittered(ink, rng),
        int(rng.integers(2, 5)),
    )
    return picture


def distractor(rng: np.random.Generator) -> Image:
    """Draw one thing that is no plate, uint8 BGR, 20..120 x 40..260 pixels."""
    kinds = (sign, sign, panel, grille, tail_number)
    return kinds[rng.integers(len(kinds))](rng)
