"""A plate as one line of grey text, as the second reader takes it. Pure.

EasyOCR reads lines from left to right. A plate of two lines is therefore cut into its upper and its
lower line, which are set side by side, each character about as wide as before. The two cuts overlap
a little, because corners are never exact.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

HEIGHT, WIDTH = 48, 144
"""Three times as wide as high: EasyOCR then neither scales nor pads the picture."""

UPPER_ENDS = 0.42
LOWER_BEGINS = 0.37
"""Shares of a two-line plate's height (GA 36-2018: gap at 75 to 90 of 220 mm)."""
UPPER_MARGIN = 0.12
"""Share of the width that is bare at each side of the upper line's two or three characters."""
UPPER_WIDTH = 44


def one_line(plate: Image, *, two_lines: bool) -> Image:
    """Turn an upright plate (BGR uint8, any size) into a grey line, uint8 (HEIGHT, WIDTH)."""
    grey = np.asarray(cv2.cvtColor(plate, cv2.COLOR_BGR2GRAY), np.uint8)
    if not two_lines:
        return _fitted(grey, WIDTH)
    high, wide = grey.shape
    margin = round(UPPER_MARGIN * wide)
    upper = grey[: max(1, round(UPPER_ENDS * high)), margin : max(margin + 1, wide - margin)]
    lower = grey[min(high - 1, round(LOWER_BEGINS * high)) :]
    return np.hstack([_fitted(upper, UPPER_WIDTH), _fitted(lower, WIDTH - UPPER_WIDTH)])


def _fitted(grey: Image, width: int) -> Image:
    shrinks = grey.shape[1] > 1.3 * width or grey.shape[0] > 1.3 * HEIGHT
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(grey, (width, HEIGHT), interpolation=how), np.uint8)
