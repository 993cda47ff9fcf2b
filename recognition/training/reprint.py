"""Prints other characters onto photographs of real plates whose corners are known.

Real plates at hand are nearly all of one province, so a network learns that real light, real dirt
and real lenses mean that province. Here the photograph stays and the characters change: the ground
is carried on under the old character, the new one is printed in the old one's ink and blur.
Only one-line blue and yellow plates of seven characters (440 x 140 mm) are reprinted; the corners
of cut-outs are found by the detector (see cornered.py).
"""

import math
from collections import Counter
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.alphabet import DIGITS, LETTERS, PROVINCES, encode
from recognition.reading import Colour
from recognition.training.cornered import with_corners
from recognition.training.crops import RealPlate, load_crops, load_scene_plates
from recognition.training.dataset import augmented, colour_index
from recognition.training.glyphs import GlyphSet, load_glyphs
from recognition.training.plate_classes import PlateClass, Slot, layout
from recognition.training.render import Shard, empty_shard, write_shard

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]

_SCALE = 0.6
_EDGE = 3
# Left of the province there is only the margin, and old strokes are often left there.
_FIRST_EDGE = 7


def reprint_shards(
    folder: Path,
    data: Path,
    pictures: int,
    *,
    seed: int = 1,
    shard_size: int = 4000,
) -> int:
    """Fills `folder` with shards of reprinted plates; returns how many this call made.

    Where no real plate with corners is at hand there is nothing to reprint, and none are made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    plates = reprintable(data) if pictures else []
    glyphs = load_glyphs(data / "glyphs" if (data / "glyphs").exists() else None)
    made = 0
    for number in range(math.ceil(pictures / shard_size) if plates else 0):
        path = folder / f"reprint-{number:05d}.npy"
        if not path.exists():
            rng = np.random.default_rng([seed, 1000, number])
            write_shard(path, _shard(rng, plates, glyphs, shard_size))
            made += 1
    return made


def reprintable(data: Path) -> list[RealPlate]:
    """Training plates that can be reprinted: of scenes, and cut-outs whose corners can be found.

    Cut-outs that were rectified from the scenes are left out: the scenes are there themselves.
    """
    cut_outs = [p for p in load_crops(data, "train") if not p.source.endswith("_rect")]
    plates = load_scene_plates(data, "train") + with_corners(cut_outs)
    return [plate for plate in plates if can_reprint(plate)]


def _shard(
    rng: np.random.Generator, plates: list[RealPlate], glyphs: tuple[GlyphSet, ...], count: int
) -> Shard:
    shard = empty_shard(count)
    kinds = list(PlateClass)
    sources = Counter(plate.source for plate in plates)
    weights = np.array([sources[plate.source] ** -0.5 for plate in plates])
    chosen = rng.choice(len(plates), count, p=weights / weights.sum())
    for index, which in enumerate(chosen):
        plate = reprinted(rng, plates[int(which)], glyphs[int(rng.integers(len(glyphs)))])
        if _fills(plate) and rng.random() < 0.6:
            plate = replace(plate, quad=None)
        shard.images[index] = augmented(rng, plate)
        shard.labels[index] = encode(plate.text)
        shard.colours[index] = colour_index(plate.colour)
        shard.classes[index] = kinds.index(PlateClass(plate.colour.value))
    return shard


def _fills(plate: RealPlate) -> bool:
    """Whether the picture is a cut-out: hardly more than the plate."""
    if plate.quad is None:
        return True
    wide = float(np.ptp(plate.quad[:, 0]))
    return bool(wide > 0.75 * plate.image.shape[1])


def can_reprint(plate: RealPlate) -> bool:
    """Whether the plate is of the one layout that is reprinted."""
    blue = plate.colour in {Colour.BLUE, Colour.YELLOW}
    return plate.quad is not None and blue and len(plate.text) == 7 and plate.text[0] in PROVINCES


def reprinted(rng: np.random.Generator, plate: RealPlate, glyphs: GlyphSet) -> RealPlate:
    """The same photograph with another province and sometimes other characters."""
    if plate.quad is None:
        raise ValueError(f"{plate.path}: the corners are not known")
    plan = layout(PlateClass.BLUE, plate.text, rng)
    size = (round(plan.width * _SCALE), round(plan.height * _SCALE))
    flat = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32)
    matrix = cv2.getPerspectiveTransform(plate.quad, flat)
    upright = cv2.warpPerspective(
        plate.image, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    canvas = np.asarray(upright, dtype=np.float32)
    touched = np.zeros((size[1], size[0]), np.uint8)
    blur = rng.uniform(0.5, 1.0) * size[0] / float(np.linalg.norm(plate.quad[1] - plate.quad[0]))
    light_ink = plate.colour is Colour.BLUE
    ink = _ink(canvas, light_ink=light_ink)
    text = list(plate.text)
    for index, slot in enumerate(plan.slots):
        if index and rng.random() > 0.15:
            continue
        text[index] = _another(rng, index)
        wide, high = round(slot.width * _SCALE), round(slot.height * _SCALE)
        mask = glyphs.fitted(slot.face, text[index], wide, high)
        _print_over(canvas, touched, slot, mask, ink, blur, light_ink=light_ink)
    image = _put_back(plate.image, canvas, touched, np.asarray(matrix, np.float64))
    return replace(plate, image=image, text="".join(text))


def _another(rng: np.random.Generator, index: int) -> str:
    choices = PROVINCES if index == 0 else LETTERS if index == 1 else DIGITS * 2 + LETTERS
    return choices[int(rng.integers(len(choices)))]


def _print_over(
    canvas: Floats,
    touched: Image,
    slot: Slot,
    mask: Image,
    ink: Floats,
    blur: float,
    *,
    light_ink: bool,
) -> None:
    x, y = round(slot.x * _SCALE), round(slot.y * _SCALE)
    width, height = round(slot.width * _SCALE), round(slot.height * _SCALE)
    before = _FIRST_EDGE if x < 2 * width // 3 else _EDGE
    x1, x2 = max(x - before, 0), min(x + width + _EDGE, canvas.shape[1])
    y1, y2 = max(y - _EDGE, 0), min(y + height + _EDGE, canvas.shape[0])
    place = canvas[y1:y2, x1:x2]
    ground = _ground(place, light_ink=light_ink)
    sheet = np.zeros(place.shape[:2], np.uint8)
    sheet[y - y1 : y - y1 + height, x - x1 : x - x1 + width] = mask
    soft = np.asarray(cv2.GaussianBlur(sheet, (0, 0), max(0.4, blur)), np.float32)[..., None] / 255
    place[:] = ground * (1 - soft) + ink * soft
    touched[y1:y2, x1:x2] = 255


def _ground(place: Floats, *, light_ink: bool) -> Floats:
    """The plate without the character: straight across from the inkless column of either side."""
    left = _inkless(place[:, :5], light_ink=light_ink)
    right = _inkless(place[:, -5:], light_ink=light_ink)
    across = np.linspace(0, 1, place.shape[1], dtype=np.float32)[None, :, None]
    return np.asarray(left * (1 - across) + right * across, dtype=np.float32)


def _inkless(strip: Floats, *, light_ink: bool) -> Floats:
    """Of a few columns the one with least ink in it, smoothed downwards."""
    brightness = strip.mean(axis=(0, 2))
    column = int(brightness.argmin() if light_ink else brightness.argmax())
    smooth = cv2.blur(strip[:, column : column + 1], (1, 7))
    return np.asarray(smooth, np.float32).reshape(-1, 1, 3)


def _ink(canvas: Floats, *, light_ink: bool) -> Floats:
    """The characters' colour: the plate's lightest (or darkest) pixels, borders left out."""
    height, width = canvas.shape[:2]
    inner = canvas[height // 5 : -height // 5, width // 20 : -width // 20].reshape(-1, 3)
    brightness = inner.mean(axis=1)
    low, high = np.quantile(brightness, [0.08, 0.92])
    chosen = brightness >= high if light_ink else brightness <= low
    return np.asarray(inner[chosen].mean(axis=0), dtype=np.float32)


def _put_back(image: Image, canvas: Floats, touched: Image, matrix: NDArray[np.float64]) -> Image:
    size = (image.shape[1], image.shape[0])
    how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    inked = np.clip(canvas, 0, 255).astype(np.uint8)
    back = cv2.warpPerspective(inked, matrix, size, flags=how)
    where = cv2.warpPerspective(touched, matrix, size, flags=how)
    alpha = np.asarray(where, np.float32)[..., None] / 255
    return np.asarray(image * (1 - alpha) + back * alpha, dtype=np.uint8)
