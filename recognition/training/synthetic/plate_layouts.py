"""Where the characters stand on each class of plate. Pure.

Measures are millimetres from GA 36-2018 (tables and figures as quoted in public transcriptions);
those marked "weak" are measured from pictures, because no text of the standard was at hand.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from recognition.training.synthetic.plate_classes import PlateClass

Chooser = np.random.Generator | None
"""What chooses where plates of a class differ; None: always as most of them are."""


class Face(StrEnum):
    """Which drawing of a character is used: each plate size has its own proportions."""

    SINGLE = "single"
    GREEN = "green"
    TOP = "top"
    BOTTOM = "bottom"


@dataclass(frozen=True, slots=True)
class Slot:
    """Where one character stands: left, top, width, height in mm; red where it is printed red."""

    x: float
    y: float
    width: float
    height: float
    face: Face = Face.SINGLE
    red: bool = False


@dataclass(frozen=True, slots=True)
class Layout:
    """A plate's size in mm, the places of its characters; the middles of its dot, its new-energy
    emblem and the armed police's shield where it has them.
    """

    width: float
    height: float
    slots: tuple[Slot, ...]
    dot: tuple[float, float] | None
    emblem: tuple[float, float] | None = None
    shield: tuple[float, float] | None = None


def _chance(rng: Chooser, share: float) -> bool:
    return share >= 0.5 if rng is None else bool(rng.random() < share)


def _row(
    count: int,
    split: int,
    *,
    left: float = 15.5,
    top: float = 25,
    width: float = 45,
    height: float = 90,
    gap: float = 12,
    wide_gap: float = 34,
    face: Face = Face.SINGLE,
) -> list[Slot]:
    """Characters side by side, with the wide gap (the dot's) before character number `split`."""
    slots = []
    x = left
    for index in range(count):
        slots.append(Slot(x, top, width, height, face))
        x += width + (wide_gap if index + 1 == split else gap)
    return slots


def _gap_centre(slots: list[Slot], split: int) -> tuple[float, float]:
    before, after = slots[split - 1], slots[split]
    return (before.x + before.width + after.x) / 2, before.y + before.height / 2


def _reddened(slots: list[Slot], indices: tuple[int, ...]) -> tuple[Slot, ...]:
    return tuple(
        Slot(s.x, s.y, s.width, s.height, s.face, i in indices) for i, s in enumerate(slots)
    )


def _single(count: int, split: int, red: tuple[int, ...] = ()) -> Layout:
    """440 x 140 with seven characters (figure 2 of the standard; eight are squeezed, weak)."""
    wide = 480.0 if count == 8 else 440.0
    gap = 9.0 if count == 8 else 12.0
    slots = _row(count, split, gap=gap, width=45 if count == 7 else 44)
    return Layout(wide, 140, _reddened(slots, red), _gap_centre(slots, split))


def _green() -> Layout:
    """480 x 140: 45 then 43 wide, gap 9, emblem in a gap of 49 after the second character."""
    first = Slot(15.5, 25, 45, 90, Face.GREEN)
    rest = _row(7, 1, left=69.5, width=43, gap=9, wide_gap=49, face=Face.GREEN)
    return Layout(480, 140, (first, *rest), None, (137, 70))


def _double() -> Layout:
    """440 x 220: two characters 80 x 60 above five at 65 x 110."""
    top = _row(2, 2, left=110, top=15, width=80, height=60, gap=60, face=Face.TOP)
    bottom = _row(5, 0, left=27, top=90, width=65, height=110, gap=15, face=Face.BOTTOM)
    return Layout(440, 220, tuple(top + bottom), _gap_centre(top, 1))


def _armed_police(text: str, rng: Chooser) -> Layout:
    """480 x 140 (weak): WJ and a province as tall as the number, in red, then the shield.

    Without a province, or with a letter for it, a dot stands after WJ; older ones have a small
    province.
    """
    if len(text) == 7 or text[2].isascii():
        number = _row(len(text) - 2, 0, left=480 - 58.0 * (len(text) - 2), width=46, gap=12)
        slots = [Slot(13, 28, 52, 88), Slot(68, 28, 30, 88), *number]
        dot = ((98 + slots[2].x) / 2, 70)
        return Layout(480, 140, _reddened(slots, _red_of(text, len(text) - 5, rng)), dot)
    number = _row(5, 0, left=193, top=27, width=45, height=90, gap=10.5)
    province = Slot(104, 26, 46, 92) if _chance(rng, 0.75) else Slot(106, 32, 38, 58)
    slots = [Slot(13, 28, 52, 88), Slot(68, 28, 30, 88), province, *number]
    if _chance(rng, 0.8):
        return Layout(480, 140, _reddened(slots, _red_of(text, 3, rng)), None, shield=(176, 71))
    return Layout(480, 140, _reddened(slots, _red_of(text, 3, rng)), (172, 70))


def _red_of(text: str, above: int, rng: Chooser) -> tuple[int, ...]:
    """Places of an armed police plate's red characters: in front, and a letter at the end."""
    red = tuple(range(above if _chance(rng, 0.8) else 2))
    return (*red, len(text) - 1) if text[-1].isalpha() and _chance(rng, 0.7) else red


def _armed_police_double(text: str, rng: Chooser) -> Layout:
    """480 x 240 (weak): WJ close together, shield, a wide province; five digits below."""
    number = _row(5, 0, left=22, top=118, width=72, height=100, gap=18, face=Face.BOTTOM)
    letters = [Slot(112, 25, 54, 77, Face.TOP), Slot(168, 25, 32, 77, Face.TOP)]
    if len(text) == 7:
        slots = [Slot(150, 25, 70, 77, Face.TOP), Slot(250, 25, 60, 77, Face.TOP), *number]
        return Layout(480, 240, _reddened(slots, _red_of(text, 2, rng)), (235, 63))
    slots = [*letters, Slot(298, 25, 72, 77, Face.TOP), *number]
    red = _red_of(text, 3, rng)
    if _chance(rng, 0.8):
        return Layout(480, 240, _reddened(slots, red), None, shield=(247, 61))
    return Layout(480, 240, _reddened(slots, red), (247, 61))


def _army(rng: Chooser) -> Layout:
    """480 x 140 (weak): two letters, dot, five digits a little apart."""
    slots = [Slot(14, 26, 51, 89), Slot(77, 26, 50, 89)]
    slots += _row(5, 0, left=177, top=26, width=47, height=89, gap=11)
    return Layout(480, 140, _reddened(slots, (0, 1) if _chance(rng, 0.8) else (0,)), (150, 70))


def _army_double() -> Layout:
    """480 x 240 (weak): two wide letters without a dot above five digits."""
    slots = [Slot(118, 19, 96, 77, Face.TOP), Slot(266, 19, 96, 77, Face.TOP)]
    slots += _row(5, 0, left=24, top=110, width=73, height=102, gap=16.5, face=Face.BOTTOM)
    return Layout(480, 240, _reddened(slots, (0, 1)), None)


def _emergency() -> Layout:
    """480 x 140 (weak): dot after the province, 应急 red, smaller and close together."""
    slots = _row(6, 1, left=15.5, gap=9, wide_gap=34, width=44)
    x = slots[-1].x + 53
    slots += [Slot(x, 25, 44, 90), Slot(x + 48, 25, 44, 90)]
    return Layout(480, 140, _reddened(slots, (6, 7)), _gap_centre(slots, 1))


def _motorcycle(red: tuple[int, ...] = ()) -> Layout:
    """220 x 140, drawn at 2:1 of the double plate's measures (weak)."""
    top = _row(2, 2, left=62, top=14, width=38, height=42, gap=20, face=Face.TOP)
    bottom = _row(5, 0, left=17, top=66, width=30, height=60, gap=9, face=Face.BOTTOM)
    return Layout(220, 140, _reddened(top + bottom, red), _gap_centre(top, 1))


def _farm() -> Layout:
    """300 x 165 (weak): province and, apart, two digits above five tall characters."""
    top = [Slot(57, 5, 48, 50, Face.TOP), *_row(2, 0, left=154, top=5, width=34, height=50, gap=15)]
    bottom = _row(5, 0, left=11, top=62, width=46, height=96, gap=11, face=Face.BOTTOM)
    return Layout(300, 165, tuple(top + bottom), None)


def _low_speed() -> Layout:
    """300 x 165 (weak): two characters and a dot above five tall ones."""
    top = _row(2, 2, left=64, top=7, width=54, height=39, gap=53, face=Face.TOP)
    bottom = _row(5, 0, left=8, top=64, width=45, height=90, gap=13.5, face=Face.BOTTOM)
    return Layout(300, 165, tuple(top + bottom), _gap_centre(top, 1))


def layout(plate_class: PlateClass, text: str, rng: Chooser) -> Layout:
    """Where each character of the text stands on a plate of the class."""
    match plate_class:
        case PlateClass.GREEN_SMALL | PlateClass.GREEN_LARGE:
            return _green()
        case PlateClass.YELLOW_DOUBLE | PlateClass.TRAILER:
            return _double()
        case PlateClass.ARMY_DOUBLE:
            return _army_double()
        case PlateClass.ARMED_POLICE_DOUBLE:
            return _armed_police_double(text, rng)
        case PlateClass.ARMED_POLICE:
            return _armed_police(text, rng)
        case PlateClass.EMERGENCY:
            return _emergency()
        case PlateClass.MOTORCYCLE:
            return _motorcycle()
        case PlateClass.POLICE_DOUBLE | PlateClass.CONSULATE_DOUBLE:
            return _motorcycle((6,))
        case PlateClass.FARM:
            return _farm()
        case PlateClass.LOW_SPEED:
            return _low_speed()
        case PlateClass.EMBASSY:
            return _single(7, 3)
        case PlateClass.EMBASSY_OLD:
            return _single(7, 4, (0,))
        case PlateClass.CONSULATE:
            return _single(7, 4 if text[1].isdigit() else 2, (6,) if _chance(rng, 0.6) else ())
        case PlateClass.POLICE:
            return _single(7, 1 if _chance(rng, 0.5) else 2, (6,))
        case PlateClass.ARMY:
            return _army(rng)
        case PlateClass.ARMY_OLD:
            return _single(7, 2, (0, 1) if _chance(rng, 0.6) else (0,))
        case _:
            return _single(7, 2)
