"""Whether a picture shows anything: frozen, black, blinded, covered. Pure.

Limits: what is wrong must last before it is said, since headlights blind a camera for a moment.
A frozen picture is one whose sampled pixels are the same to the last bit: a sensor has noise.
"""

import zlib
from dataclasses import dataclass, replace

import cv2
import numpy as np

from hardware.cameras.frames import CameraSettings, CameraTrouble, Image

__all__ = ["Judgement", "judge"]

# One pixel of 64 is looked at: enough for noise and brightness, 0.2 ms for a 1080p picture.
_STRIDE = 8
_DARK_BELOW = 30.0  # The brightest hundredth of the pixels is darker than this.
_BRIGHT_ABOVE = 235.0  # The darkest tenth of the pixels is brighter than this.
_FLAT_BELOW = 3.0  # Standard deviation of all pixels.


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is known of the stream so far. `same_since` is when the present picture first came."""

    trouble: CameraTrouble | None = None
    fingerprint: int | None = None
    same_since: float = 0.0
    suspicion: CameraTrouble | None = None
    suspected_since: float = 0.0


def judge(before: Judgement, image: Image, now: float, settings: CameraSettings) -> Judgement:
    """Look at the next picture at `now`; `trouble` of the answer is what to tell people."""
    size = (max(1, image.shape[1] // _STRIDE), max(1, image.shape[0] // _STRIDE))
    sample = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_NEAREST), np.uint8)
    fingerprint = zlib.crc32(sample.data)
    same = fingerprint == before.fingerprint
    # A picture that was looked at before does not have to be looked at again.
    seen = before.suspicion if same else _look(sample)
    after = replace(
        before,
        fingerprint=fingerprint,
        same_since=before.same_since if same else now,
        suspicion=seen,
        suspected_since=before.suspected_since if seen is before.suspicion else now,
    )
    return replace(after, trouble=_trouble(after, now, settings))


def _trouble(seen: Judgement, now: float, settings: CameraSettings) -> CameraTrouble | None:
    if seen.suspicion is not None and now - seen.suspected_since >= settings.impaired_after:
        return seen.suspicion
    frozen = now - seen.same_since >= settings.frozen_after
    return CameraTrouble.FROZEN if frozen and not settings.still_ok else None


def _look(sample: Image) -> CameraTrouble | None:
    grey = cv2.cvtColor(sample, cv2.COLOR_BGR2GRAY)
    darker = np.cumsum(cv2.calcHist([grey], [0], None, [256], [0, 256]))
    low, high = np.searchsorted(darker, (0.10 * grey.size, 0.99 * grey.size))
    if high < _DARK_BELOW:
        return CameraTrouble.DARK
    if low > _BRIGHT_ABOVE:
        return CameraTrouble.BRIGHT
    return CameraTrouble.FLAT if float(cv2.meanStdDev(grey)[1].item()) < _FLAT_BELOW else None
