"""What the last seconds looked like, small and grey: when was something else in a plate's place?

Pure. A plate that came shows in the pictures as a place that looked different a moment ago. Rules:
1. A picture shows something else where the plate's own picture does not fit it, a few pixels to and
   fro, whatever the brightness.
2. A place that was too dark or too bright to show a plate is no evidence: headlights make a parked
   plate visible, they do not bring it.
3. If an older picture shows the plate in its place, it was there before and only hidden meanwhile.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, inf

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.reading import Point

Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class HistorySettings:
    """every, kept: seconds between two pictures, and for which they are kept. alike: normalised
    correlation from which on two places look the same. dark, bright: mean grey level (0..255)
    between which a place can show a plate. shake: pixels by which pictures may be shifted. least:
    width in pixels of the history below which a plate tells nothing."""

    every: float = 0.5
    kept: float = 8.0
    alike: float = 0.5
    dark: float = 30.0
    bright: float = 235.0
    shake: int = 2
    least: int = 14


@dataclass(frozen=True, slots=True)
class Past:
    """One earlier picture, grey; at: the second at which it was taken."""

    at: float
    grey: Image


History = tuple[Past, ...]
"""Oldest first."""


def remember(
    history: History, small: Image, at: float, settings: HistorySettings | None = None
) -> History:
    """Return the history with one more small picture, BGR or grey, if one is due."""
    settings = settings or HistorySettings()
    if history and (history[-1].grey.shape[:2] != small.shape[:2] or at < history[-1].at):
        history = ()
    if history and at - history[-1].at < settings.every:
        return history
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY) if small.ndim == 3 else small
    young = tuple(one for one in history if at - one.at <= settings.kept)
    return (*young, Past(at, np.asarray(grey, np.uint8)))


def last_without(
    history: History,
    image: Image,
    corners: Sequence[Point],
    settings: HistorySettings | None = None,
) -> float:
    """Return the last second at which a picture showed something else where a plate is now.

    image: the whole picture of now, BGR or grey, of any size; corners: the plate's in it. -inf
    where no picture shows something else, or the plate was there before that too.
    """
    settings = settings or HistorySettings()
    plate, left, top = _plate(history, image, corners, settings)
    if plate is None:
        return -inf
    absent = -inf
    for past in reversed(history):
        fits = _fits(past.grey, plate, left, top, settings)
        if fits is False:
            absent = max(absent, past.at)
        elif fits and absent > -inf:
            return -inf
    return absent


def _plate(
    history: History, image: Image, corners: Sequence[Point], settings: HistorySettings
) -> tuple[Image | None, int, int]:
    """Return the plate's rectangle at the history's size, grey, with its place; None if unfit."""
    if not history:
        return None, 0, 0
    height, width = history[-1].grey.shape
    scale = width / image.shape[1]
    xs, ys = zip(*corners, strict=True)
    left, right = max(0, floor(min(xs) * scale)), min(width, ceil(max(xs) * scale))
    top, bottom = max(0, floor(min(ys) * scale)), min(height, ceil(max(ys) * scale))
    if right - left < settings.least or bottom - top < 4:
        return None, 0, 0
    rows = slice(round(top / scale), round(bottom / scale))
    cut = image[rows, round(left / scale) : round(right / scale)]
    if cut.size == 0:
        return None, 0, 0
    small = cv2.resize(cut, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY) if small.ndim == 3 else small
    return np.asarray(grey, np.uint8), left, top


def _fits(past: Image, plate: Image, left: int, top: int, settings: HistorySettings) -> bool | None:
    """Return whether the plate was there in that picture; None where nothing can be told."""
    shake, (height, width) = settings.shake, plate.shape
    then = past[top : top + height, left : left + width]
    if not settings.dark <= float(then.mean()) <= settings.bright:
        return None
    around = past[
        max(0, top - shake) : top + height + shake, max(0, left - shake) : left + width + shake
    ]
    likeness = cv2.matchTemplate(around, plate, cv2.TM_CCOEFF_NORMED)
    return float(likeness.max()) >= settings.alike
