"""Prints other characters onto photographs of real plates whose corners are known.

Real plates at hand are nearly all of one province, so a network learns that real light, real dirt
and real lenses mean that province; of the rare classes there are a handful. Here the photograph
stays and the characters change: real digits of a plate change places, the ground is carried on
under an old character, and a new one is printed in the old one's ink and blur. What may be changed
on which class is in reprint_plans.py; the corners of cut-outs are found by the detector (see
corners.py).
"""

import math
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.alphabet import DIGITS
from recognition.training.reader.corners import with_corners
from recognition.training.reader.dataset import augmented, balance, colour_index
from recognition.training.reader.reprint_plans import (
    choices,
    class_of,
    has_light_ink,
    keeps_own_inks,
)
from recognition.training.synthetic.crops import (
    RealPlate,
    load_added,
    load_crops,
    load_scene_plates,
    slots_of,
)
from recognition.training.synthetic.glyphs import GlyphSet, load_glyphs
from recognition.training.synthetic.plate_classes import PlateClass
from recognition.training.synthetic.plate_layouts import Layout, Slot, layout
from recognition.training.synthetic.render import Shard, empty_shard, write_shard

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
    """Plates of the train split whose corners are known or found, of a class that is reprinted.

    Cut-outs of the same photographs as the scenes' plates are left out.
    """
    cut_outs = [p for p in load_crops(data, "train") if not p.source.endswith("_rect")]
    plates = load_scene_plates(data, "train") + with_corners(cut_outs)
    plates += with_corners(load_added(data, "train"))
    return [plate for plate in plates if can_reprint(plate)]


def _shard(
    rng: np.random.Generator, plates: list[RealPlate], glyphs: tuple[GlyphSet, ...], count: int
) -> Shard:
    shard = empty_shard(count)
    kinds = list(PlateClass)
    chosen = rng.choice(len(plates), count, p=balance(plates))
    for index, which in enumerate(chosen):
        plate = reprinted(rng, plates[int(which)], glyphs[int(rng.integers(len(glyphs)))])
        if _fills(plate) and rng.random() < 0.6:
            plate = replace(plate, quad=None)
        shard.images[index] = augmented(rng, plate)
        shard.labels[index] = slots_of(plate.text)
        shard.colours[index] = colour_index(plate.colour)
        shard.lines[index] = plate.two_lines
        shard.classes[index] = kinds.index(class_of(plate) or PlateClass.BLUE)
    return shard


def _fills(plate: RealPlate) -> bool:
    """Whether the picture is a cut-out: hardly more than the plate."""
    if plate.quad is None:
        return True
    wide = float(np.ptp(plate.quad[:, 0]))
    return bool(wide > 0.75 * plate.image.shape[1])


def can_reprint(plate: RealPlate) -> bool:
    """Whether corners and layout of the plate are known."""
    return plate.quad is not None and class_of(plate) is not None


def reprinted(rng: np.random.Generator, plate: RealPlate, glyphs: GlyphSet) -> RealPlate:
    """The same photograph with its digits in another order and some characters replaced."""
    kind = class_of(plate)
    if plate.quad is None or kind is None:
        raise ValueError(f"{plate.path}: the corners or the layout are not known")
    plan = layout(kind, plate.text, None)
    size = (round(plan.width * _SCALE), round(plan.height * _SCALE))
    flat = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32)
    matrix = cv2.getPerspectiveTransform(plate.quad, flat)
    upright = cv2.warpPerspective(
        plate.image, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    canvas = np.asarray(upright, dtype=np.float32)
    touched = np.zeros((size[1], size[0]), np.uint8)
    blur = rng.uniform(0.5, 1.0) * size[0] / float(np.linalg.norm(plate.quad[1] - plate.quad[0]))
    text = _reordered(rng, canvas, touched, plan, plate.text) if rng.random() < 0.5 else plate.text
    text = _replaced(rng, canvas, touched, plan, replace(plate, text=text), kind, glyphs, blur)
    image = _put_back(plate.image, canvas, touched, np.asarray(matrix, np.float64))
    return replace(plate, image=image, text=text)


def _replaced(
    rng: np.random.Generator,
    canvas: Floats,
    touched: Image,
    plan: Layout,
    plate: RealPlate,
    kind: PlateClass,
    glyphs: GlyphSet,
    blur: float,
) -> str:
    """Prints other characters onto the upright plate; returns its new text."""
    light_ink = has_light_ink(kind, plate.colour)
    ink = _ink(canvas, light_ink=light_ink)
    text = list(plate.text)
    for index, slot in enumerate(plan.slots):
        allowed, share = choices(kind, plate.text, index)
        if rng.random() >= share:
            continue
        text[index] = allowed[int(rng.integers(len(allowed)))]
        wide, high = round(slot.width * _SCALE), round(slot.height * _SCALE)
        mask = glyphs.fitted(slot.face, text[index], wide, high)
        own = _ink(_place(canvas, slot), light_ink=light_ink) if keeps_own_inks(kind) else ink
        _print_over(canvas, touched, slot, mask, own, blur, light_ink=light_ink)
    return "".join(text)


def _place(canvas: Floats, slot: Slot) -> Floats:
    x, y, right, bottom = (
        round(v * _SCALE) for v in (slot.x, slot.y, slot.x + slot.width, slot.y + slot.height)
    )
    return canvas[y:bottom, x:right]


def _reordered(
    rng: np.random.Generator, canvas: Floats, touched: Image, plan: Layout, text: str
) -> str:
    """Real digits that change places: their shapes are the real ones. Returns the new text."""
    sizes = [(slot.width, slot.height) for slot in plan.slots]
    digits = [i for i, c in enumerate(text) if c in DIGITS and sizes[i] == sizes[-2]]
    order = [int(v) for v in rng.permutation(digits)]
    before = canvas.copy()
    letters = list(text)
    for place, source in zip(digits, order, strict=True):
        if place != source:
            _moved(before, canvas, touched, plan.slots[source], plan.slots[place])
            letters[place] = text[source]
    return "".join(letters)


def _moved(before: Floats, canvas: Floats, touched: Image, source: Slot, place: Slot) -> None:
    """One character's piece of plate at another's place, in the light that is there."""
    high, wide = (round(v * _SCALE) + 2 * _EDGE for v in (place.height, place.width))
    corners = [
        (max(round(s.y * _SCALE) - _EDGE, 0), max(round(s.x * _SCALE) - _EDGE, 0))
        for s in (source, place)
    ]
    high = min(high, *(canvas.shape[0] - y for y, _ in corners))
    wide = min(wide, *(canvas.shape[1] - x for _, x in corners))
    (y0, x0), (y1, x1) = corners
    piece, there = before[y0 : y0 + high, x0 : x0 + wide], before[y1 : y1 + high, x1 : x1 + wide]
    light = np.median(_sides(there), axis=(0, 1)) - np.median(_sides(piece), axis=(0, 1))
    canvas[y1 : y1 + high, x1 : x1 + wide] = piece + np.clip(light, -40, 40)
    touched[y1 : y1 + high, x1 : x1 + wide] = 255


def _sides(piece: Floats) -> Floats:
    """The columns left and right of a character, where there is only ground."""
    return np.concatenate([piece[:, :2], piece[:, -2:]], axis=1)


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
