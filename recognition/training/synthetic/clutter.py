"""Things that look a little like plates and are none: the detector must learn to leave them.

Signs with text, phone numbers, the big painted numbers on lorry tails, grilles, lamps, plain blue
or yellow panels. All drawn, no pictures needed. Pure but for the random generator handed in.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.alphabet import DIGITS, LETTERS, PROVINCES, SPECIALS
from recognition.training.synthetic.glyphs import atlas
from recognition.training.synthetic.plate_layouts import Face

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


def writing(rng: np.random.Generator) -> Image:
    """Draw Chinese characters in a row: a banner, or the big number painted on a lorry's tail.

    The characters are a plate's, but too many, too few or too far apart, and with no border.
    """
    dark, bright = _jittered((50, 40, 40), rng), _jittered((225, 225, 225), rng)
    red = _jittered((40, 40, 170), rng)
    grounds = ((red, bright), (dark, bright), (bright, dark), (bright, red))
    ground, ink = grounds[rng.integers(len(grounds))]
    painted = rng.random() < 0.5
    kinds = PROVINCES + SPECIALS if not painted else DIGITS + LETTERS
    text = "".join(rng.choice(list(kinds), int(rng.integers(3, 10))))
    if painted:
        text = str(rng.choice(list(PROVINCES))) + text[:6]
    size, gap = 36, int(rng.integers(16, 40) if painted else rng.integers(2, 10))
    picture = np.full((size + 16, 16 + len(text) * (size + gap), 3), ground, np.uint8)
    for place, character in enumerate(text):
        mask = atlas().fitted(Face.SINGLE, character, size - 8 * painted, size)[..., None] / 255.0
        x = 8 + place * (size + gap)
        spot = picture[8 : 8 + size, x : x + mask.shape[1]]
        spot[:] = (spot * (1 - mask) + np.array(ink) * mask).astype(np.uint8)
    return picture


def distractor(rng: np.random.Generator) -> Image:
    """Draw one thing that is no plate, uint8 BGR, 20..120 x 40..800 pixels."""
    kinds = (sign, writing, writing, panel, grille)
    return kinds[rng.integers(len(kinds))](rng)
