"""Whether anything moves before the camera: full detection runs only then. Pure.

A small grey picture is compared with a slowly learnt background. Rules: a change of light over the
whole picture is no motion; a vehicle that stops stays "moving" for `hold` frames and only then
becomes background; the first picture, and one of another size, counts as motion.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

WIDTH = 96
"""Width of the small picture; its height follows the camera's."""


@dataclass(frozen=True, slots=True)
class MotionSettings:
    """step: grey levels by which a cell must differ, beyond the picture's own noise. share: share
    of
    cells that must differ. learn: share by which the background follows the picture. hold: frames
    that motion outlasts its last sign."""

    step: float = 14.0
    share: float = 0.004
    learn: float = 0.02
    hold: int = 25


@dataclass(frozen=True, slots=True)
class Motion:
    """background: float32 as the small picture, None before the first. moving: detect now.

    left: frames for which motion is still assumed. changed: share of cells (0..1) that differed."""

    background: NDArray[np.float32] | None = None
    moving: bool = True
    left: int = 0
    changed: float = 0.0


@dataclass(frozen=True, slots=True)
class Change:
    """When the picture last showed something else. small: the picture that was new then; at: the
    second, by the caller's clock."""

    small: Grey | None = None
    at: float = 0.0


def change(
    before: Change, small: Grey, now: float, settings: MotionSettings | None = None
) -> Change:
    """Compare with the picture that was last a new one, however long ago that is.

    What a codec does to the same picture again and again is no change; a vehicle that comes is one.
    """
    settings = settings or MotionSettings()
    known = before.small
    if known is None or known.shape != small.shape:
        return Change(small, now)
    share = _share(small.astype(np.float32) - known, settings)
    return Change(small, now) if share >= settings.share else before


def shrunk(image: NDArray[np.uint8]) -> Grey:
    """Return a BGR or grey picture as the small grey one that `watch` takes."""
    height = max(1, round(image.shape[0] * WIDTH / image.shape[1]))
    # Every fourth pixel is enough before averaging, and sixteen times as cheap.
    if min(image.shape[:2]) >= 4 * WIDTH:
        quarter = (image.shape[1] // 4, image.shape[0] // 4)
        image = np.asarray(cv2.resize(image, quarter, interpolation=cv2.INTER_NEAREST), np.uint8)
    small = cv2.resize(image, (WIDTH, height), interpolation=cv2.INTER_AREA)
    grey = small if small.ndim == 2 else cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    return np.asarray(grey, np.uint8)


def watch(motion: Motion, small: Grey, settings: MotionSettings | None = None) -> Motion:
    """Take the next small picture."""
    settings = settings or MotionSettings()
    picture = small.astype(np.float32)
    known = motion.background
    if known is None or known.shape != picture.shape:
        return Motion(picture, moving=True, left=settings.hold, changed=1.0)
    changed = _share(picture - known, settings)
    active = changed >= settings.share
    left = settings.hold if active else max(0, motion.left - 1)
    learn = settings.learn if active else min(1.0, settings.learn * 5)
    return replace(
        motion,
        background=known + learn * (picture - known),
        moving=active or left > 0,
        left=left,
        changed=changed,
    )


def _share(difference: NDArray[np.float32], settings: MotionSettings) -> float:
    """Return the share of cells that differ by more than light and noise explain."""
    # A cloud, the lamps or the camera's exposure shift most cells alike: that much is no motion.
    around = difference - np.median(difference)
    noise = 1.4826 * float(np.median(np.abs(around)))
    return float(np.mean(np.abs(around) > settings.step + 4 * noise))
