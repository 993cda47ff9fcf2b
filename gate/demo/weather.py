"""Makes snow and night of a picture taken by day. Pure, seeded."""

from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from gate.demo.backdrop import SiteBackdrop, SurfaceKind
from gate.demo.textures import grain
from gate.demo.view import View

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]


class Daylight(StrEnum):
    """What the sky does."""

    DAY = "day"
    SNOW = "snow"
    NIGHT = "night"


@dataclass(frozen=True, slots=True)
class Air:
    """What the weather does to everything that is painted later: cars, arm, noise.

    gain: (3,) BGR factor on cars near the gate's lamp; far_gain: the same far from it.
    noise: deviation of the sensor's noise; lamps: head lamps are lit.
    """

    gain: tuple[float, float, float]
    far_gain: tuple[float, float, float]
    noise: float
    lamps: bool


AIRS = {
    Daylight.DAY: Air((1.0, 1.0, 1.0), (1.0, 1.0, 1.0), 1.5, lamps=False),
    Daylight.SNOW: Air((0.97, 0.94, 0.92), (0.98, 0.96, 0.95), 2.0, lamps=True),
    Daylight.NIGHT: Air((0.50, 0.57, 0.62), (0.10, 0.09, 0.08), 4.0, lamps=True),
}


def weathered(
    day: SiteBackdrop, view: View, light: Daylight, side: int, rng: np.random.Generator
) -> Image:
    """The backdrop in another light."""
    match light:
        case Daylight.DAY:
            return day.picture
        case Daylight.SNOW:
            return _snowed(day, view, side, rng)
        case Daylight.NIGHT:
            return _night(day, view, side)


def _snowed(day: SiteBackdrop, view: View, side: int, rng: np.random.Generator) -> Image:
    """Snow on all that lies flat, thin on leaves, worn away by wheels; flakes in the air."""
    x, z, _ = view.ground
    x = x * side
    field = grain(rng, 256, 2.2)
    places = ((x * 22) % 256).astype(np.float32), ((z * 9) % 256).astype(np.float32)
    patches = cv2.remap(field, *places, cv2.INTER_LINEAR, borderMode=cv2.BORDER_WRAP)
    tracks = np.minimum(np.abs(x + 0.37 - 0.72), np.abs(x + 0.37 + 0.72))
    road = (x > -1.95) & (x < 1.2)
    worn = np.clip((tracks - 0.24) * 2.2, 0.06, 0.74) + 0.14 * patches
    street = 0.30 + 0.12 * patches
    ground = np.where(z > 19.0, street, np.where(road, worn, 0.93 + 0.04 * patches))
    powder = np.where(rng.random(x.shape) < 0.30, 0.75, 0.10)
    kinds = day.kinds
    cover = np.select(
        [kinds == SurfaceKind.GROUND, kinds == SurfaceKind.TOP, kinds == SurfaceKind.LEAVES],
        [np.clip(ground, 0, 0.97), np.full_like(ground, 0.95), powder],
        default=0.0,
    )
    cover = cv2.GaussianBlur(cover.astype(np.float32), (0, 0), 0.8)[..., None]
    grey = cv2.cvtColor(day.picture, cv2.COLOR_BGR2GRAY)[..., None].astype(np.float32)
    dull = (day.picture * 0.6 + grey * 0.4) * np.array([0.98, 0.94, 0.92])
    white = np.array([236, 231, 226]) + 4 * patches[..., None] + (grey - 128) * 0.06
    snowed = np.clip(dull * (1 - cover) + white * cover, 0, 255).astype(np.uint8)
    for _ in range(380):
        spot = (int(rng.integers(0, view.width)), int(rng.integers(0, view.height)))
        cv2.circle(snowed, spot, int(rng.integers(1, 3)), (244, 244, 244), -1, cv2.LINE_AA)
    return np.asarray(cv2.GaussianBlur(snowed, (0, 0), 0.7), np.uint8)


def _night(day: SiteBackdrop, view: View, side: int) -> Image:
    """Lamps at the gate light the near road; lit windows, a street lamp far off."""
    x, z, hit = view.ground
    x = x * side
    reach = np.where(hit, np.hypot(z - 5.0, (x + 0.2) * 1.2), 30.0)
    pool = 0.62 * np.exp(-((reach / 5.2) ** 2)) + 0.16 * np.exp(-((reach / 12.0) ** 2))
    rows = np.linspace(0, 1, view.height)[:, None]
    pool = np.maximum(pool, 0.34 * np.exp(-(((rows - 0.75) / 0.45) ** 2)))
    street = 0.22 * np.exp(-(((z - 25) / 7.0) ** 2)) * np.exp(-(((x + 3.0) / 7.0) ** 2)) * hit
    base = np.array([0.115, 0.095, 0.085])
    warm, amber = np.array([0.80, 0.93, 1.0]), np.array([0.55, 0.80, 1.0])
    gain = base + pool[..., None] * warm + street[..., None] * amber
    dark = day.picture.astype(np.float32) * gain
    panes = _lit_panes(day.kinds)
    warmth = np.where(panes, 1.0, 0.0).astype(np.float32)
    halo = cv2.GaussianBlur(warmth, (0, 0), 10)[..., None]
    inside = np.array([88, 160, 214]) * (0.55 + day.picture.mean(axis=2, keepdims=True) / 260)
    soft = cv2.GaussianBlur(warmth, (0, 0), 0.8)[..., None]
    lit = dark * (1 - soft) + inside * soft + halo * np.array([22, 44, 60])
    return np.asarray(np.clip(lit, 0, 255), np.uint8)


def _lit_panes(kinds: Image) -> NDArray[np.bool_]:
    """Two windows of five."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(
        (kinds == SurfaceKind.GLASS).view(np.uint8)
    )
    areas = stats[:, cv2.CC_STAT_AREA]
    chosen = [i for i in range(1, count) if areas[i] > 3000 or (areas[i] > 12 and i * 7 % 5 < 2)]
    return np.asarray(np.isin(labels, chosen))
