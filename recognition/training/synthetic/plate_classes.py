"""The classes of plates: what stands on each, in which colours, and how often it is drawn. Pure.

Where the characters stand is in plate_layouts.py.
"""

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
    LOW_SPEED = "low_speed"
    POLICE_DOUBLE = "police_double"
    CONSULATE_DOUBLE = "consulate_double"
    ARMY_OLD = "army_old"


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
    PlateClass.LOW_SPEED: Colour.YELLOW,
    PlateClass.POLICE_DOUBLE: Colour.WHITE,
    PlateClass.CONSULATE_DOUBLE: Colour.BLACK,
    PlateClass.ARMY_OLD: Colour.WHITE,
}

TWO_LINES = frozenset(
    {
        PlateClass.YELLOW_DOUBLE,
        PlateClass.TRAILER,
        PlateClass.ARMED_POLICE_DOUBLE,
        PlateClass.ARMY_DOUBLE,
        PlateClass.MOTORCYCLE,
        PlateClass.FARM,
        PlateClass.LOW_SPEED,
        PlateClass.POLICE_DOUBLE,
        PlateClass.CONSULATE_DOUBLE,
    }
)

OLD_ARMY = "军空海北沈兰济南广成甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"
"""First characters of army plates before 2013. The alphabet has none of them: they are drawn so
that such a plate is never taken for a province's."""
READABLE = tuple(one for one in PlateClass if one is not PlateClass.ARMY_OLD)

# How often each class is drawn: the common ones most, no class too rare to be learned. Old army
# plates, which no text can name, are only drawn where they are asked for.
WEIGHTS: dict[PlateClass, float] = {
    PlateClass.BLUE: 40,
    PlateClass.YELLOW: 8,
    PlateClass.YELLOW_DOUBLE: 6,
    PlateClass.TRAILER: 3,
    PlateClass.GREEN_SMALL: 14,
    PlateClass.GREEN_LARGE: 3,
    PlateClass.COACH: 2.5,
    PlateClass.POLICE: 4,
    PlateClass.HONG_KONG_MACAO: 2.5,
    PlateClass.EMBASSY: 1,
    PlateClass.EMBASSY_OLD: 1,
    PlateClass.CONSULATE: 1.5,
    PlateClass.BLACK: 1.5,
    PlateClass.EMERGENCY: 3,
    PlateClass.ARMED_POLICE: 4,
    PlateClass.ARMED_POLICE_DOUBLE: 3,
    PlateClass.ARMY: 4,
    PlateClass.ARMY_DOUBLE: 3,
    PlateClass.AIRPORT: 1,
    PlateClass.MOTORCYCLE: 1.5,
    PlateClass.FARM: 2,
    PlateClass.LOW_SPEED: 2,
    PlateClass.POLICE_DOUBLE: 1,
    PlateClass.CONSULATE_DOUBLE: 0.5,
}


def random_class(rng: np.random.Generator) -> PlateClass:
    """One class, by WEIGHTS."""
    weights = np.array(list(WEIGHTS.values()))
    return list(WEIGHTS)[int(rng.choice(len(weights), p=weights / weights.sum()))]


def _pick(rng: np.random.Generator, characters: str, count: int = 1) -> str:
    return "".join(characters[i] for i in rng.integers(0, len(characters), count))


def _serial(rng: np.random.Generator, length: int = 5) -> str:
    """A serial with 0, 1 or 2 letters anywhere (GA 36-2018, table 4); older ones have more."""
    characters = [_pick(rng, DIGITS) for _ in range(length)]
    letters = int(rng.integers(0, 3)) if rng.random() < 0.97 else int(rng.integers(3, length + 1))
    for place in rng.choice(length, letters, replace=False):
        characters[place] = _pick(rng, LETTERS)
    return "".join(characters)


_OFFICE = 0.05
"""How often the second character is the province office's O, which must not be read as 0 or D."""


def _region(rng: np.random.Generator) -> str:
    """Province and authority: all provinces and letters alike, sometimes the office's O."""
    return _pick(rng, PROVINCES) + ("O" if rng.random() < _OFFICE else _pick(rng, LETTERS))


def _armed_police(rng: np.random.Generator) -> str:
    """WJ, a province or a letter in its place or neither, four digits, a digit or a letter."""
    kind = rng.random()
    origin = _pick(rng, PROVINCES) if kind < 0.8 else _pick(rng, LETTERS) if kind < 0.9 else ""
    return "WJ" + origin + _pick(rng, DIGITS, 4) + _pick(rng, DIGITS * 3 + "XBTJ" * 3 + LETTERS)


def _police_serial(rng: np.random.Generator) -> str:
    """Four characters, the first often a letter, the others rarely."""
    first = _pick(rng, DIGITS * 3 + LETTERS)
    return first + "".join(_pick(rng, LETTERS if rng.random() < 0.05 else DIGITS) for _ in range(3))


def random_text(rng: np.random.Generator, plate_class: PlateClass) -> str:
    """A text that the class's grammar allows (no vehicle is meant by it), provinces uniform."""

    def digits(count: int) -> str:
        return _pick(rng, DIGITS, count)

    match plate_class:
        case PlateClass.TRAILER:
            return _region(rng) + _serial(rng, 4) + "挂"
        case PlateClass.COACH:
            return _region(rng) + _serial(rng, 4) + "学"
        case PlateClass.POLICE | PlateClass.POLICE_DOUBLE:
            return _region(rng) + _police_serial(rng) + "警"
        case PlateClass.CONSULATE_DOUBLE:
            return _region(rng) + _pick(rng, LETTERS) + digits(3) + "领"
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
            return _armed_police(rng)
        case PlateClass.ARMY | PlateClass.ARMY_DOUBLE:
            return _pick(rng, LETTERS, 2) + digits(5)
        case PlateClass.ARMY_OLD:
            return _pick(rng, OLD_ARMY) + _pick(rng, LETTERS) + digits(5)
        case PlateClass.AIRPORT:
            return "民航" + _pick(rng, LETTERS) + digits(4)
        case PlateClass.FARM:
            return _pick(rng, PROVINCES) + digits(2) + _pick(rng, DIGITS * 2 + LETTERS) + digits(4)
        case PlateClass.GREEN_SMALL:
            second = _pick(rng, DIGITS * 3 + LETTERS)
            return _region(rng) + _pick(rng, "DDDDFFFABCEGHJK") + second + digits(4)
        case PlateClass.GREEN_LARGE:
            return _region(rng) + digits(5) + _pick(rng, "DDDDFFFABCEGHJK")
        case _:
            return _region(rng) + _serial(rng)
