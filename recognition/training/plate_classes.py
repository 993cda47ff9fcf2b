"""The classes of plates: what stands on each, where, and in which colours. Pure.

Measures are millimetres from GA 36-2018 (tables and figures as quoted in public transcriptions);
those marked "weak" are measured from pictures, because no text of the standard was at hand.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from recognition.alphabet import DIGITS, LETTERS, PROVINCES
from recognition.reading import Colour


class PlateClass(StrEnum):
    """One per look: same grammar with another layout is another class."""

    BLUE = "blue"
    YELLOW = "yellow"
    YELLOW_DOUBLE = "yellow_double"
    TRAILER = "trailer"
    GREEN_SMALL = "green_small"
    GREEN_LARGE = "green_large"
    COACH = "coach"
    POLICE = "police"
    HONG_KONG_MACAO = "hong_kong_macao"
    EMBASSY = "embassy"
    EMBASSY_OLD = "embassy_old"
    CONSULATE = "consulate"
    BLACK = "black"
    EMERGENCY = "emergency"
    ARMED_POLICE = "armed_police"
    ARMED_POLICE_DOUBLE = "armed_police_double"
    ARMY = "army"
    ARMY_DOUBLE = "army_double"
    AIRPORT = "airport"
    MOTORCYCLE = "motorcycle"
    FARM = "farm"


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
    """A plate's size in mm, the places of its characters, its dot and its emblem (or None)."""

    width: float
    height: float
    slots: tuple[Slot, ...]
    dot: tuple[float, float] | None
    emblem: tuple[float, float] | None = None


COLOURS: dict[PlateClass, Colour] = {
    PlateClass.BLUE: Colour.BLUE,
    PlateClass.YELLOW: Colour.YELLOW,
    PlateClass.YELLOW_DOUBLE: Colour.YELLOW,
    PlateClass.TRAILER: Colour.YELLOW,
    PlateClass.GREEN_SMALL: Colour.GREEN,
    PlateClass.GREEN_LARGE: Colour.YELLOW_GREEN,
    PlateClass.COACH: Colour.YELLOW,
    PlateClass.POLICE: Colour.WHITE,
    PlateClass.HONG_KONG_MACAO: Colour.BLACK,
    PlateClass.EMBASSY: Colour.BLACK,
    PlateClass.EMBASSY_OLD: Colour.BLACK,
    PlateClass.CONSULATE: Colour.BLACK,
    PlateClass.BLACK: Colour.BLACK,
    PlateClass.EMERGENCY: Colour.WHITE,
    PlateClass.ARMED_POLICE: Colour.WHITE,
    PlateClass.ARMED_POLICE_DOUBLE: Colour.WHITE,
    PlateClass.ARMY: Colour.WHITE,
    PlateClass.ARMY_DOUBLE: Colour.WHITE,
    PlateClass.AIRPORT: Colour.GREEN,
    PlateClass.MOTORCYCLE: Colour.YELLOW,
    PlateClass.FARM: Colour.GREEN,
}

TWO_LINES = frozenset(
    {
        PlateClass.YELLOW_DOUBLE,
        PlateClass.TRAILER,
        PlateClass.ARMED_POLICE_DOUBLE,
        PlateClass.ARMY_DOUBLE,
        PlateClass.MOTORCYCLE,
        PlateClass.FARM,
    }
)

# How often each class is drawn for training: the common ones most, no class too rare to be learned.
WEIGHTS: dict[PlateClass, float] = {
    PlateClass.BLUE: 40,
    PlateClass.YELLOW: 8,
    PlateClass.YELLOW_DOUBLE: 6,
    PlateClass.TRAILER: 2,
    PlateClass.GREEN_SMALL: 14,
    PlateClass.GREEN_LARGE: 3,
    PlateClass.COACH: 2.5,
    PlateClass.POLICE: 4,
    PlateClass.HONG_KONG_MACAO: 2,
    PlateClass.EMBASSY: 1,
    PlateClass.EMBASSY_OLD: 1,
    PlateClass.CONSULATE: 1.5,
    PlateClass.BLACK: 1.5,
    PlateClass.EMERGENCY: 3,
    PlateClass.ARMED_POLICE: 2,
    PlateClass.ARMED_POLICE_DOUBLE: 1,
    PlateClass.ARMY: 2,
    PlateClass.ARMY_DOUBLE: 1,
    PlateClass.AIRPORT: 1,
    PlateClass.MOTORCYCLE: 1.5,
    PlateClass.FARM: 1,
}


def random_class(rng: np.random.Generator) -> PlateClass:
    """One class, by WEIGHTS."""
    weights = np.array(list(WEIGHTS.values()))
    return list(WEIGHTS)[int(rng.choice(len(weights), p=weights / weights.sum()))]


def _pick(rng: np.random.Generator, characters: str, count: int = 1) -> str:
    return "".join(characters[i] for i in rng.integers(0, len(characters), count))


def _serial(rng: np.random.Generator, length: int = 5) -> str:
    """A serial with 0, 1 or 2 letters anywhere (GA 36-2018, table 4)."""
    characters = [_pick(rng, DIGITS) for _ in range(length)]
    for place in rng.choice(length, int(rng.integers(0, 3)), replace=False):
        characters[place] = _pick(rng, LETTERS)
    return "".join(characters)


def _region(rng: np.random.Generator) -> str:
    """Province and authority: all provinces and letters alike, sometimes the office's O."""
    return _pick(rng, PROVINCES) + ("O" if rng.random() < 0.015 else _pick(rng, LETTERS))


def random_text(rng: np.random.Generator, plate_class: PlateClass) -> str:
    """A text that the class's grammar allows (no vehicle is meant by it), provinces uniform."""

    def digits(count: int) -> str:
        return _pick(rng, DIGITS, count)

    match plate_class:
        case PlateClass.TRAILER:
            return _region(rng) + _serial(rng, 4) + "挂"
        case PlateClass.COACH:
            return _region(rng) + _serial(rng, 4) + "学"
        case PlateClass.POLICE:
            return _region(rng) + _pick(rng, DIGITS * 3 + LETTERS) + digits(3) + "警"
        case PlateClass.HONG_KONG_MACAO:
            return "粤Z" + _serial(rng, 4) + _pick(rng, "港澳")
        case PlateClass.EMBASSY:
            return digits(6) + "使"
        case PlateClass.EMBASSY_OLD:
            return "使" + digits(6)
        case PlateClass.CONSULATE if rng.random() < 0.5:
            return _region(rng) + digits(4) + "领"
        case PlateClass.CONSULATE:
            return _pick(rng, PROVINCES) + digits(5) + "领"
        case PlateClass.EMERGENCY:
            first = _pick(rng, "XS" * 3 + DIGITS)
            return _pick(rng, PROVINCES) + first + digits(4) + "应急"
        case PlateClass.ARMED_POLICE | PlateClass.ARMED_POLICE_DOUBLE:
            province = _pick(rng, PROVINCES) if rng.random() < 0.8 else ""
            return "WJ" + province + digits(4) + _pick(rng, DIGITS * 2 + LETTERS)
        case PlateClass.ARMY | PlateClass.ARMY_DOUBLE:
            return _pick(rng, LETTERS, 2) + digits(5)
        case PlateClass.AIRPORT:
            return "民航" + _pick(rng, LETTERS) + digits(4)
        case PlateClass.FARM:
            return _pick(rng, PROVINCES) + digits(7)
        case PlateClass.GREEN_SMALL:
            second = _pick(rng, DIGITS * 3 + LETTERS)
            return _region(rng) + _pick(rng, "DDDDFFFABCEGHJK") + second + digits(4)
        case PlateClass.GREEN_LARGE:
            return _region(rng) + digits(5) + _pick(rng, "DDDDFFFABCEGHJK")
        case _:
            return _region(rng) + _serial(rng)


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


def _double(count: int, split: int = 2, red: tuple[int, ...] = ()) -> Layout:
    """440 x 220: two characters 80 x 60 above the rest at 65 x 110."""
    left = 110 if split == 2 else 60
    top = _row(
        split, split, left=left, top=15, width=80, height=60, gap=60 if split == 2 else 40,
        face=Face.TOP,
    )  # fmt: skip
    bottom = _row(count - split, 0, left=27, top=90, width=65, height=110, gap=15, face=Face.BOTTOM)
    return Layout(440, 220, _reddened(top + bottom, red), _gap_centre(top, 1))


def _armed_police(text: str, rng: np.random.Generator) -> Layout:
    """480 x 140 (weak): red WJ, a province that is often small, then the number."""
    if len(text) == 7:
        slots = _row(7, 2, left=24, gap=13, wide_gap=43)
        return Layout(480, 140, _reddened(slots, (0, 1)), _gap_centre(slots, 2))
    slots = _row(8, 3, left=17.5, width=43, gap=9, wide_gap=40)
    if rng.random() < 0.6:
        province = slots[2]
        slots[2] = Slot(province.x + 1, 32, 38, 58)
    red = (0, 1) if rng.random() < 0.4 else (0, 1, 2)
    return Layout(480, 140, _reddened(slots, red), _gap_centre(slots, 3))


def _emergency() -> Layout:
    """480 x 140 (weak): dot after the province, 应急 red, smaller and close together."""
    slots = _row(6, 1, left=15.5, gap=9, wide_gap=34, width=44)
    x = slots[-1].x + 53
    slots += [Slot(x, 25, 44, 90), Slot(x + 48, 25, 44, 90)]
    return Layout(480, 140, _reddened(slots, (6, 7)), _gap_centre(slots, 1))


def _motorcycle() -> Layout:
    """220 x 140, drawn at 2:1 of the double plate's measures (weak)."""
    top = _row(2, 2, left=62, top=14, width=38, height=42, gap=20, face=Face.TOP)
    bottom = _row(5, 0, left=17, top=66, width=30, height=60, gap=9, face=Face.BOTTOM)
    return Layout(220, 140, tuple(top + bottom), _gap_centre(top, 1))


def _farm() -> Layout:
    """300 x 165 (weak): province and two digits above five digits."""
    top = _row(3, 3, left=60, top=15, width=45, height=50, gap=20, face=Face.TOP)
    bottom = _row(5, 0, left=25, top=75, width=40, height=75, gap=12, face=Face.BOTTOM)
    return Layout(300, 165, tuple(top + bottom), None)


def layout(plate_class: PlateClass, text: str, rng: np.random.Generator) -> Layout:
    """Where each character of the text stands on a plate of the class."""
    match plate_class:
        case PlateClass.GREEN_SMALL | PlateClass.GREEN_LARGE:
            return _green()
        case PlateClass.YELLOW_DOUBLE | PlateClass.TRAILER:
            return _double(7)
        case PlateClass.ARMY_DOUBLE:
            return _double(7, red=(0, 1))
        case PlateClass.ARMED_POLICE_DOUBLE:
            return _double(len(text), split=len(text) - 5, red=(0, 1))
        case PlateClass.ARMED_POLICE:
            return _armed_police(text, rng)
        case PlateClass.EMERGENCY:
            return _emergency()
        case PlateClass.MOTORCYCLE:
            return _motorcycle()
        case PlateClass.FARM:
            return _farm()
        case PlateClass.EMBASSY:
            return _single(7, 3)
        case PlateClass.EMBASSY_OLD:
            return _single(7, 4, (0,))
        case PlateClass.CONSULATE:
            return _single(7, 4 if text[1].isdigit() else 2, (6,) if rng.random() < 0.6 else ())
        case PlateClass.POLICE:
            return _single(7, 1 if rng.random() < 0.5 else 2, (6,))
        case PlateClass.ARMY:
            return _single(7, 2, (0, 1) if rng.random() < 0.6 else (0,))
        case _:
            return _single(7, 2)
