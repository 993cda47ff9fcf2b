"""Whether a picture shows colours at all, and which of a plate's colours can be told from it. Pure.

At night cameras switch to infrared, fog takes the colours away, and some cameras have none. The
network then still names a colour, and surely. Rules: what tints the whole picture alike is no
colour (infrared through a colour filter is violet); a coloured ground must show chroma on the plate
itself; white and black grounds show none, so they are believed only where the picture has colours
elsewhere.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.reading import Colour

__all__ = ["ACHROMATIC", "Light", "colours_told", "light_of"]

Image = NDArray[np.uint8]
Pixels = NDArray[np.float32]

ACHROMATIC = frozenset({Colour.WHITE, Colour.BLACK})
_ALL = frozenset(Colour) - {Colour.UNKNOWN}

_PICTURE, _PLATE = 48, 24  # Places along the longer side.
_MIN_SHARE = 0.05
_LIGHT_ENOUGH = 20  # Darker pixels' shares are noise.
_LIT = 0.05  # Where less is light, it may be the plate itself.
_SEEN = 14.0  # Levels between a pixel's strongest and weakest colour; JPEG's own noise has 6.
_SHARE_OF_PLATE = 0.10
_SHARE_OF_PICTURE = 0.03  # A coloured clock in the corner has less.


@dataclass(frozen=True, slots=True, eq=False)
class Light:
    """What a picture's colours are like. tint: blue, green and red in shares of green of what is
    grey in it; coloured: the share of it that shows a colour beside that.
    """

    tint: Pixels
    coloured: float


def light_of(picture: Image) -> Light:
    """Look at a whole picture (uint8 BGR, any size)."""
    pixels = _shrunk(picture, _PICTURE)
    tint = _tint(pixels)
    return Light(tint, _coloured(pixels, tint))


def colours_told(light: Light, plate: Image) -> frozenset[Colour]:
    """Return the ground colours that can be told of a plate cut out of the picture (BGR)."""
    if _coloured(_shrunk(plate, _PLATE), light.tint) >= _SHARE_OF_PLATE:
        return _ALL
    return ACHROMATIC if light.coloured >= _SHARE_OF_PICTURE else frozenset()


def _tint(pixels: Pixels) -> Pixels:
    """Return blue, green and red in shares of green, of what is grey in a picture."""
    light = pixels[pixels[:, 1] >= _LIGHT_ENOUGH]
    if len(light) < _LIT * len(pixels):
        return np.ones(3, np.float32)
    shares = np.median(light / light[:, 1:2], axis=0)
    return np.asarray(np.maximum(shares, _MIN_SHARE), np.float32)


def _coloured(pixels: Pixels, tint: Pixels) -> float:
    """Share of the pixels that show a colour beside the tint."""
    plain = pixels / tint
    return float(np.mean(plain.max(axis=1) - plain.min(axis=1) > _SEEN))


def _shrunk(image: Image, size: int) -> Pixels:
    """Return the means of places spread over the image, (n, 3).

    Coders keep colours coarser than light: at the edges of strokes a tint would look like a colour.
    """
    step = max(1, max(image.shape[:2]) // (4 * size))
    coarse = image[::step, ::step]
    scale = min(1.0, size / max(coarse.shape[:2]))
    wide, high = (max(1, round(side * scale)) for side in coarse.shape[1::-1])
    small = cv2.resize(coarse, (wide, high), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32).reshape(-1, 3)
