"""Draws one clean plate of any class, upright, by the standard's measures. No torch, no files.

`draw_plate` is what the demo and the detector's scenes use; what weather, road and camera do to a
plate afterwards is in degrade.py. The same generator state gives the same picture.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.reading import Colour
from recognition.training.synthetic.glyphs import GlyphSet, atlas
from recognition.training.synthetic.plate_classes import (
    COLOURS,
    TWO_LINES,
    PlateClass,
    random_class,
    random_text,
)
from recognition.training.synthetic.plate_layouts import Layout, Slot, layout

__all__ = ["DrawnPlate", "PlateClass", "draw_plate", "random_class", "random_text"]

Image = NDArray[np.uint8]
_Bgr = tuple[float, float, float]

_RED: _Bgr = (30, 25, 205)
# Ground and ink of each colour as (hue 0..180, saturation, value) ranges seen on real plates.
_GROUNDS: dict[Colour, tuple[tuple[float, float], tuple[float, float], tuple[float, float]]] = {
    Colour.BLUE: ((104, 120), (190, 255), (110, 235)),
    Colour.YELLOW: ((19, 27), (170, 255), (170, 250)),
    Colour.GREEN: ((50, 78), (80, 200), (150, 225)),
    Colour.YELLOW_GREEN: ((50, 72), (90, 200), (160, 225)),
    Colour.WHITE: ((0, 180), (0, 14), (215, 252)),
    Colour.BLACK: ((0, 180), (0, 60), (8, 45)),
}


@dataclass(frozen=True, slots=True)
class DrawnPlate:
    """image: BGR uint8 (height, width, 3), one pixel per mm at scale 1, the plate and no more."""

    image: Image
    text: str
    colour: Colour
    two_lines: bool
    plate_class: PlateClass


def draw_plate(
    rng: np.random.Generator,
    text: str | None = None,
    plate_class: PlateClass | None = None,
    glyphs: GlyphSet | None = None,
    scale: float = 1.0,
) -> DrawnPlate:
    """One plate; class and text are drawn by lot where they are not given.

    glyphs: from `glyphs.load_glyphs`, or None for the atlas in the tree. scale: pixels per mm.
    Raises ValueError where the class has no such number of characters.
    """
    plate_class = plate_class or random_class(rng)
    text = text or random_text(rng, plate_class)
    plan = layout(plate_class, text, rng)
    if len(plan.slots) != len(text):
        raise ValueError(f"{plate_class} has {len(plan.slots)} characters, the text {len(text)}")
    colour = COLOURS[plate_class]
    if plate_class is PlateClass.MOTORCYCLE and rng.random() < 0.5:
        colour = Colour.BLUE
    canvas = _ground(rng, plan, plate_class, colour, scale)
    ink = _ink(rng, colour, plate_class)
    wj = plate_class in {PlateClass.ARMED_POLICE, PlateClass.ARMED_POLICE_DOUBLE}
    _border(canvas, _RED if wj else ink, scale, rng)
    for slot, character in zip(plan.slots, text, strict=True):
        _print(canvas, slot, character, _RED if slot.red else ink, glyphs or atlas(), scale)
    _dot(canvas, plan, _RED if plan.slots[0].red and rng.random() < 0.5 else ink, scale)
    return DrawnPlate(canvas, text, colour, plate_class in TWO_LINES, plate_class)


def _bgr(hue: float, saturation: float, value: float) -> _Bgr:
    pixel = np.array([[[hue, saturation, value]]]).clip(0, 255).astype(np.uint8)
    b, g, r = cv2.cvtColor(pixel, cv2.COLOR_HSV2BGR)[0, 0]
    return float(b), float(g), float(r)


def _ground_colour(rng: np.random.Generator, colour: Colour) -> _Bgr:
    hue, saturation, value = _GROUNDS[colour]
    return _bgr(rng.uniform(*hue), rng.uniform(*saturation), rng.uniform(*value))


def _ground(
    rng: np.random.Generator, plan: Layout, plate_class: PlateClass, colour: Colour, scale: float
) -> Image:
    height, width = round(plan.height * scale), round(plan.width * scale)
    flat = _ground_colour(rng, colour)
    if plate_class is PlateClass.AIRPORT:
        flat = _bgr(rng.uniform(60, 88), rng.uniform(120, 220), rng.uniform(80, 160))
    elif plate_class is PlateClass.FARM:
        flat = _bgr(rng.uniform(60, 80), rng.uniform(150, 230), rng.uniform(90, 160))
    canvas = np.empty((height, width, 3), np.uint8)
    canvas[:] = flat
    if plate_class is PlateClass.GREEN_SMALL:
        canvas = _gradient(rng, canvas, flat)
    elif plate_class is PlateClass.GREEN_LARGE:
        edge = round(plan.width * 0.285 * scale)
        canvas[:, :edge] = _ground_colour(rng, Colour.YELLOW)
    if plan.emblem is not None:
        _emblem(canvas, plan.emblem, scale)
    if plan.shield is not None:
        _shield(canvas, plan.shield, scale, rng)
    return canvas


def _gradient(rng: np.random.Generator, canvas: Image, flat: _Bgr) -> Image:
    """Small new-energy plates: nearly white above, green below (GA 36-2018, 5.2)."""
    fade = np.linspace(0, 1, len(canvas)) ** rng.uniform(0.5, 1.1)
    fade = np.clip(fade * rng.uniform(1.0, 1.4), 0, 1)[:, None, None]
    mixed = (1 - fade) * rng.uniform(215, 250) + fade * np.array(flat)
    return np.ascontiguousarray(np.broadcast_to(mixed, canvas.shape).astype(np.uint8))


def _emblem(canvas: Image, centre: tuple[float, float], scale: float) -> None:
    x, y = (round(v * scale) for v in centre)
    radius = round(13 * scale)
    cv2.circle(canvas, (x, y), radius, (235, 235, 235), -1, cv2.LINE_AA)
    cv2.ellipse(canvas, (x, y), (radius, radius), 0, 100, 330, (190, 120, 30), 2, cv2.LINE_AA)
    cv2.line(canvas, (x - radius // 2, y), (x + radius, y), (70, 150, 60), 2, cv2.LINE_AA)


def _shield(
    canvas: Image, centre: tuple[float, float], scale: float, rng: np.random.Generator
) -> None:
    """The armed police's small dark badge with something golden in it (weak)."""
    outline = np.array([[-13, -17], [13, -17], [14, 2], [8, 14], [0, 19], [-8, 14], [-14, 2]])
    points = ((outline + centre) * scale).round().astype(np.int32)
    cv2.fillPoly(canvas, [points], rng.uniform(20, 90, 3).tolist(), cv2.LINE_AA)
    gold = (rng.uniform(40, 110), rng.uniform(110, 180), rng.uniform(140, 210))
    middle = (round(centre[0] * scale), round((centre[1] - 2) * scale))
    cv2.circle(canvas, middle, max(1, round(6 * scale)), gold, -1, cv2.LINE_AA)


def _ink(rng: np.random.Generator, colour: Colour, plate_class: PlateClass) -> _Bgr:
    light = colour in {Colour.BLUE, Colour.BLACK}
    light = light or plate_class in {PlateClass.AIRPORT, PlateClass.FARM}
    shade = rng.uniform(215, 255) if light else rng.uniform(5, 45)
    return (shade, shade, shade)


def _border(canvas: Image, ink: _Bgr, scale: float, rng: np.random.Generator) -> None:
    """A line of 1.5 to 2 mm, 3 to 5 mm inside the edge, with round corners."""
    height, width = canvas.shape[:2]
    inset = rng.uniform(3.0, 5.5) * scale
    radius = 10 * scale
    line = max(1, round(2 * scale))
    left, top, right, bottom = inset, inset, width - 1 - inset, height - 1 - inset
    arcs = ((left, top, 180), (right, top, 270), (right, bottom, 0), (left, bottom, 90))
    points = []
    for x, y, start in arcs:
        cx = x + radius if x == left else x - radius
        cy = y + radius if y == top else y - radius
        angles = np.radians(np.linspace(start, start + 90, 5))
        points.append(np.stack([cx + radius * np.cos(angles), cy + radius * np.sin(angles)], 1))
    outline = np.concatenate(points).round().astype(np.int32)
    cv2.polylines(canvas, [outline], True, ink, line, cv2.LINE_AA)


def _print(
    canvas: Image, slot: Slot, character: str, ink: _Bgr, glyphs: GlyphSet, scale: float
) -> None:
    x, y = round(slot.x * scale), round(slot.y * scale)
    width, height = round(slot.width * scale), round(slot.height * scale)
    mask = glyphs.fitted(slot.face, character, width, height)
    place = canvas[y : y + height, x : x + width]
    alpha = mask[: place.shape[0], : place.shape[1], None] * np.float32(1 / 255)
    place[:] = place * (1 - alpha) + np.array(ink, np.float32) * alpha


def _dot(canvas: Image, plan: Layout, ink: _Bgr, scale: float) -> None:
    if plan.dot is not None:
        centre = round(plan.dot[0] * scale), round(plan.dot[1] * scale)
        cv2.circle(canvas, centre, max(1, round(5 * scale)), ink, -1, cv2.LINE_AA)
