"""Whether anything moves before the camera, and whether anything came. Pure.

A small grey picture is compared with a slowly learnt background: full detection runs only while
something moves. Rules: a change of light over the whole picture is no motion; a vehicle that stops
stays "moving" for `hold` frames and only then becomes background; the first picture, and one of
another size, counts as motion.

A picture that stands still while the clock drawn into it runs on is a frozen one. So something came
only where cells that hang together changed as high as a vehicle, more than a line of text; cells
that go on changing by themselves, in patches smaller than that, are learnt and left out.
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
    of cells that must differ. learn: share by which the background follows the picture. hold:
    frames that motion outlasts its last sign. high, large: shares of the picture's height and of
    its cells from which on cells that hang together can be a vehicle. sample: seconds between two
    looks at what changes by itself; habit: how fast that is learnt; restless: share of looks at
    which such a cell differs."""

    step: float = 14.0
    share: float = 0.004
    learn: float = 0.02
    hold: int = 25
    high: float = 1 / 6
    large: float = 0.01
    sample: float = 1.0
    habit: float = 0.02
    restless: float = 0.2


@dataclass(frozen=True, slots=True)
class Motion:
    """background: float32 as the small picture, None before the first. moving: detect now.

    left: frames for which motion is still assumed. changed: share of cells (0..1) that differed."""

    background: NDArray[np.float32] | None = None
    moving: bool = True
    left: int = 0
    changed: float = 0.0


@dataclass(frozen=True, slots=True)
class PictureChange:
    """When something last came into the picture or left it, in seconds of the caller's clock.

    small: the picture that was new then. last, last_at: the newest one that was compared for what
    changes by itself; restless: float32 as it, how often each cell did (0..1)."""

    small: Grey | None = None
    at: float = 0.0
    last: Grey | None = None
    last_at: float = 0.0
    restless: NDArray[np.float32] | None = None


def change(
    before: PictureChange, small: Grey, now: float, settings: MotionSettings | None = None
) -> PictureChange:
    """Compare with the picture that was last a new one, however long ago that is.

    What a codec does to the same picture again and again is no change, nor is a running clock; a
    vehicle that comes is one.
    """
    settings = settings or MotionSettings()
    known = before.small
    if known is None or known.shape != small.shape:
        return PictureChange(small, now, small, now, np.zeros(small.shape, np.float32))
    before = _learnt(before, small, now, settings)
    differ = _differing(small.astype(np.float32) - known, settings)
    if before.restless is not None:
        differ &= before.restless < settings.restless
    if _vehicle_sized(differ, settings).any():
        return replace(before, small=small, at=now)
    return before


def _learnt(
    before: PictureChange, small: Grey, now: float, settings: MotionSettings
) -> PictureChange:
    """Learn which cells change by themselves; a vehicle that drives past is not one of them."""
    if before.last is None or before.restless is None or now - before.last_at < settings.sample:
        return before
    differ = _differing(small.astype(np.float32) - before.last, settings)
    alone = differ & ~_vehicle_sized(differ, settings)
    restless = before.restless + settings.habit * (alone.astype(np.float32) - before.restless)
    return replace(before, last=small, last_at=now, restless=restless)


def _vehicle_sized(differ: NDArray[np.bool_], settings: MotionSettings) -> NDArray[np.bool_]:
    """Return the cells of those that hang together and are as high and large as a vehicle."""
    joined = cv2.dilate(differ.astype(np.uint8), np.ones((3, 3), np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    high = stats[:, cv2.CC_STAT_HEIGHT] >= settings.high * differ.shape[0]
    large = stats[:, cv2.CC_STAT_AREA] >= settings.large * differ.size
    sized = high & large
    sized[0] = False  # the background
    return np.asarray(sized[labels] & differ, np.bool_)


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
    return float(np.mean(_differing(difference, settings)))


def _differing(difference: NDArray[np.float32], settings: MotionSettings) -> NDArray[np.bool_]:
    # A cloud, the lamps or the camera's exposure shift most cells alike: that much is no motion.
    around = difference - np.median(difference)
    noise = 1.4826 * float(np.median(np.abs(around)))
    return np.asarray(np.abs(around) > settings.step + 4 * noise, np.bool_)
