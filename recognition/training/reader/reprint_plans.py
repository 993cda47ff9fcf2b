"""Which characters of a real plate may be replaced by others, by the plate's class."""

from recognition.alphabet import DIGITS, LETTERS, PROVINCES
from recognition.reading import Colour
from recognition.training.synthetic.crops import RealPlate, has_old_prefix
from recognition.training.synthetic.plate_classes import PlateClass

_BY_KIND: dict[tuple[str, bool], PlateClass] = {
    ("wj", False): PlateClass.ARMED_POLICE,
    ("wj", True): PlateClass.ARMED_POLICE_DOUBLE,
    ("pla", False): PlateClass.ARMY,
    ("pla", True): PlateClass.ARMY_DOUBLE,
    ("yellow_rear", True): PlateClass.YELLOW_DOUBLE,
    ("trailer", True): PlateClass.TRAILER,
    ("low_speed", True): PlateClass.LOW_SPEED,
    ("farm", True): PlateClass.FARM,
    ("coach", False): PlateClass.COACH,
    ("police", False): PlateClass.POLICE,
    ("hong_kong", False): PlateClass.HONG_KONG_MACAO,
    ("macao", False): PlateClass.HONG_KONG_MACAO,
}
_LENGTHS = {PlateClass.ARMED_POLICE: 8, PlateClass.ARMED_POLICE_DOUBLE: 8, PlateClass.FARM: 8}
_GREEN_LETTERS = "DDDFFABCEGHJK"
_SERIAL = DIGITS * 2 + LETTERS
_AUTHORITY = LETTERS + "OO"


def class_of(plate: RealPlate) -> PlateClass | None:
    """The class whose layout the plate has, None where it is none that is reprinted."""
    text = plate.text
    known = _BY_KIND.get((plate.kind, plate.two_lines))
    if known is not None:
        letter_for_province = text.startswith("WJ") and text[2].isascii()
        fits = len(text) == _LENGTHS.get(known, 7) and not letter_for_province
        return known if fits else None
    if plate.two_lines or has_old_prefix(text) or text[0] not in PROVINCES:
        return PlateClass.ARMY_OLD if has_old_prefix(text) and len(text) == 7 else None
    if plate.colour in {Colour.BLUE, Colour.YELLOW} and len(text) == 7:
        return PlateClass.BLUE
    small_green = len(text) == 8 and text[2] in _GREEN_LETTERS and text[4:].isdigit()
    return PlateClass.GREEN_SMALL if plate.colour is Colour.GREEN and small_green else None


def has_light_ink(kind: PlateClass, colour: Colour) -> bool:
    """Whether the characters are lighter than the ground."""
    return colour in {Colour.BLUE, Colour.BLACK} or kind is PlateClass.FARM


def keeps_own_inks(kind: PlateClass) -> bool:
    """Whether a new character takes the ink of the one in its place: red stays red."""
    return kind in {
        PlateClass.ARMED_POLICE,
        PlateClass.ARMED_POLICE_DOUBLE,
        PlateClass.ARMY,
        PlateClass.ARMY_DOUBLE,
        PlateClass.ARMY_OLD,
    }


def choices(kind: PlateClass, text: str, index: int) -> tuple[str, float]:
    """Characters that may stand in a place, and how often (0..1) the old one is replaced."""
    match kind:
        case PlateClass.ARMED_POLICE | PlateClass.ARMED_POLICE_DOUBLE:
            return ("", 0.0) if index < 2 else (PROVINCES, 0.7) if index == 2 else (DIGITS, 0.25)
        case PlateClass.ARMY | PlateClass.ARMY_DOUBLE:
            return (LETTERS, 0.5) if index < 2 else (DIGITS, 0.25)
        case PlateClass.ARMY_OLD:
            return ("", 0.0) if index == 0 else (LETTERS, 0.3) if index == 1 else (DIGITS, 0.25)
        case PlateClass.FARM:
            return (PROVINCES, 0.8) if index == 0 else (DIGITS, 0.15)
        case PlateClass.HONG_KONG_MACAO:
            return ("", 0.0) if index in {0, 1, 6} else (_SERIAL, 0.25)
        case PlateClass.POLICE if index == 1:
            # The dot stands before it or behind it.
            return "", 0.0
        case PlateClass.TRAILER if index < 2:
            # Their upper line is often outside the corners: the old one would stay in view.
            return "", 0.0
    if index == 0:
        return PROVINCES, 1.0
    if index == 1:
        return _AUTHORITY, 0.2
    if kind is PlateClass.GREEN_SMALL:
        letters = _GREEN_LETTERS if index == 2 else _SERIAL if index == 3 else DIGITS
        return letters, 0.15
    return ("", 0.0) if text[index] not in _SERIAL else (_SERIAL, 0.15)
