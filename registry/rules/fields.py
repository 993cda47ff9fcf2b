"""What one cell of a spreadsheet says: a value, or the reason why it says nothing usable. Pure.

Nothing is guessed: a phone number that a spreadsheet has rounded, a date that may be read two ways
or a plate with a letter too many is refused with its reason, and a person mends it.
"""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Final, TypeVar

from registry.rules.invisible import visible
from registry.rules.kinds import PersonRole, VehicleKind
from registry.rules.plates import Malformed, Plate, PlateColour, PlateFault, normalise
from registry.rules.plates import parse as parse_plate

Word = TypeVar("Word", bound=StrEnum)


class RowFault(StrEnum):
    """Why a row is refused. The first eight are those of a plate."""

    PLATE_NOT_A_REGISTRATION = "plate_not_a_registration"
    PLATE_FOREIGN_CHARACTER = "plate_foreign_character"
    PLATE_PROVINCE = "plate_province"
    PLATE_LETTER_I = "plate_letter_i"
    PLATE_LENGTH = "plate_length"
    PLATE_FORM = "plate_form"
    PLATE_ELSEWHERE = "plate_elsewhere"
    PLATE_TWICE_IN_FILE = "plate_twice_in_file"
    BUILDING_MISSING = "building_missing"
    BUILDING_FORM = "building_form"
    UNIT_FORM = "unit_form"
    ROOM_MISSING = "room_missing"
    ROOM_FORM = "room_form"
    NAME_MISSING = "name_missing"
    NAME_FORM = "name_form"
    NAME_SEVERAL = "name_several"
    PHONE_FORM = "phone_form"
    PHONE_ROUNDED = "phone_rounded"
    PHONE_SEVERAL = "phone_several"
    PHONE_TWICE_IN_FILE = "phone_twice_in_file"
    SPACE_FORM = "space_form"
    SPACE_ELSEWHERE = "space_elsewhere"
    SPACE_TWICE_IN_FILE = "space_twice_in_file"
    DATE_FORM = "date_form"
    DATE_RANGE = "date_range"
    DATES_REVERSED = "dates_reversed"
    ROLE_UNKNOWN = "role_unknown"
    KIND_UNKNOWN = "kind_unknown"
    COLOUR_UNKNOWN = "colour_unknown"
    COLOUR_CONTRADICTS = "colour_contradicts"
    COLOUR_NEEDED = "colour_needed"
    SECOND_VALUE = "second_value"
    HOLDER_FORM = "holder_form"
    HOLDER_AND_HOUSEHOLD = "holder_and_household"
    NOTHING_TO_REGISTER = "nothing_to_register"
    SLIPPED = "slipped"
    SPREADSHEET_ERROR = "spreadsheet_error"
    CONTROL_CHARACTER = "control_character"
    TOO_LONG = "too_long"
    ID_NUMBER = "id_number"


_PLATE_FAULTS: Final[Mapping[PlateFault, RowFault]] = {
    PlateFault.EMPTY: RowFault.PLATE_FORM,
    PlateFault.NOT_A_REGISTRATION: RowFault.PLATE_NOT_A_REGISTRATION,
    PlateFault.FOREIGN_CHARACTER: RowFault.PLATE_FOREIGN_CHARACTER,
    PlateFault.PROVINCE: RowFault.PLATE_PROVINCE,
    PlateFault.LETTER_I: RowFault.PLATE_LETTER_I,
    PlateFault.LENGTH: RowFault.PLATE_LENGTH,
    PlateFault.FORM: RowFault.PLATE_FORM,
}
_MAX_CELL: Final = 200
_ERRORS: Final = re.compile(r"#(REF|N/A|NAME\?|VALUE|DIV/0|NUM|NULL|FORMULA)!?.*|#+")
_EXPONENT: Final = re.compile(r"\d(\.\d+)?E\+?\d+")
_ROUND: Final = re.compile(r"1\d{4}0{6}|1\d{5,}0{5,}")
_ID_NUMBER: Final = re.compile(r"(?<![0-9])[0-9]{17}[0-9Xx](?![0-9])")
_SEPARATORS: Final = re.compile(r"[、,，;；|/\\\n\r]|和|及")
_NAME: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|[ ·•.'’-]){0,29}")
_PHONE: Final = re.compile(
    r"(?:\+?86)?1[3-9]\d{9}|0\d{9,11}|[2-9]\d{6,7}|400\d{7}|\+(?!86)\d{7,15}"
)
_SPACE: Final = re.compile(r"[A-Z0-9\u4e00-\u9fff][A-Z0-9\u4e00-\u9fff#-]{0,15}")
_DATE: Final = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.0+)?)?)?"
)
# What a cell that a spreadsheet took for a date or a time comes as.
_MISTAKEN: Final = re.compile(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?)?|\d\d:\d\d:\d\d")
_COMPACT_DATE: Final = re.compile(r"(\d{4})(\d{2})(\d{2})()()()")
_NO_END: Final = frozenset({"长期", "永久", "无限期", "长期有效", "永久有效", "forever"})
_FIRST_DAY: Final = {False: date(1899, 12, 30), True: date(1904, 1, 1)}
_VACANT: Final = frozenset(
    "空置 空房 空 未售 未出售 未入住 未交房 未装修 待售 vacant unsold".split()  # noqa: SIM905
)
_NOTHING: Final = frozenset(
    "无 暂无 没有 沒有 无车 无车位 无车牌 无电话 未登记 未知 不详 待定 "  # noqa: SIM905
    "n/a na none null nil nothing unknown tbd".split()
)
_STROKES: Final = re.compile(r"[-‐‑‒–—―_~/\\|.。·…*]+")
ROLES: Final[Mapping[PersonRole, str]] = {
    PersonRole.OWNER: "业主",
    PersonRole.TENANT: "租户",
    PersonRole.FAMILY: "家庭成员",
}
KINDS: Final[Mapping[VehicleKind, str]] = {
    VehicleKind.OWNER: "业主车",
    VehicleKind.LONG_RENT: "月租车",
    VehicleKind.STAFF: "内部车",
    VehicleKind.SERVICE: "服务车",
}
COLOURS: Final[Mapping[PlateColour, str]] = {
    PlateColour.BLUE: "蓝",
    PlateColour.YELLOW: "黄",
    PlateColour.GREEN: "绿",
    PlateColour.YELLOW_GREEN: "黄绿",
    PlateColour.WHITE: "白",
    PlateColour.BLACK: "黑",
}


def any_fault(cell: str) -> RowFault | None:
    """What is wrong with a cell whatever it should say."""
    if len(cell) > _MAX_CELL:
        return RowFault.TOO_LONG
    if any(unicodedata.category(c) in ("Cc", "Cs", "Co") and c not in "\n\r\t" for c in cell):
        return RowFault.CONTROL_CHARACTER
    if "\ufffd" in cell:
        return RowFault.CONTROL_CHARACTER
    if _ERRORS.fullmatch(cell):
        return RowFault.SPREADSHEET_ERROR
    return RowFault.ID_NUMBER if _ID_NUMBER.search(_fold(cell)) else None


def is_nothing(cell: str, *, remark: bool = False) -> bool:
    """Whether a cell says in words that there is nothing: 无, 暂无, -, /, 空置. One list for all.

    remark: of a remark 空置 and its like are kept, because they are what it says.
    """
    plain = unicodedata.normalize("NFKC", visible(cell)).strip("()[]【】《》 \t\r\n").casefold()
    if plain in _NOTHING or _STROKES.fullmatch(plain):
        return True
    return plain in _VACANT and not remark


def name(cell: str) -> str | RowFault:
    """A person's name, without spaces around it."""
    plain = re.sub(r"\s+", " ", visible(cell).strip())
    if _SEPARATORS.search(plain.replace("和", "").replace("及", "")):
        return RowFault.NAME_SEVERAL
    return plain if _NAME.fullmatch(plain) else RowFault.NAME_FORM


def phone(cell: str, *, is_number: bool = False) -> str | RowFault:
    """A phone number as digits, with + for foreign ones; "" for an empty cell.

    is_number: the spreadsheet keeps a number: its last digits may be lost. Text loses none.
    """
    plain = re.sub(r"[\s()-]", "", _fold(cell))
    if _EXPONENT.fullmatch(plain) or (is_number and _ROUND.fullmatch(plain)):
        return RowFault.PHONE_ROUNDED
    if _MISTAKEN.fullmatch(cell.strip()):
        return RowFault.PHONE_FORM
    if not plain or _PHONE.fullmatch(plain):
        return re.sub(r"^\+?86(?=1\d{10}$)", "", plain)
    several = [part for part in _SEPARATORS.split(cell) if part.strip()]
    return RowFault.PHONE_SEVERAL if len(several) > 1 else RowFault.PHONE_FORM


def plates(cell: str) -> tuple[Plate, ...] | RowFault:
    """The plates of a cell, in their order, each once; the first fault if one is none."""
    found: dict[str, Plate] = {}
    for piece in _pieces(cell):
        plate = parse_plate(piece)
        if isinstance(plate, Malformed):
            return _PLATE_FAULTS[plate.fault]
        found.setdefault(plate.text, plate)
    return tuple(found.values())


def repeated_plate(cell: str) -> bool:
    """Whether a cell names a plate twice."""
    keys = [normalise(piece) for piece in _pieces(cell)]
    return len(keys) != len(set(keys))


def _pieces(cell: str) -> list[str]:
    """A cell cut at its separators; at spaces only where that gives plates (吉A 12345 is one)."""
    pieces: list[str] = []
    for part in filter(str.strip, _SEPARATORS.split(cell)):
        words = part.split()
        whole = isinstance(parse_plate(part), Plate)
        cut = not whole and all(isinstance(parse_plate(word), Plate) for word in words)
        pieces += words if cut else [part]
    return pieces


def spaces(cell: str) -> tuple[str, ...] | RowFault:
    """The parking spaces of a cell, each once."""
    parts = [part for piece in _SEPARATORS.split(_fold(cell)) for part in piece.split()]
    if any(_MISTAKEN.fullmatch(part) for part in parts):
        return RowFault.SPACE_FORM  # 3-12 became the twelfth of March
    if not all(_SPACE.fullmatch(part) for part in parts):
        return RowFault.SPACE_FORM
    return tuple(dict.fromkeys(parts))


def holder(cell: str) -> str | RowFault:
    """The name of a firm or of staff."""
    return RowFault.HOLDER_FORM if _MISTAKEN.fullmatch(cell) else cell


def day_of(number: str, *, since_1904: bool) -> str | None:
    """The day that a spreadsheet keeps as this number, as 2027-12-31; None if it is no such day.

    A cell may show a day in a form that is not known for one (星期五), or have lost its form.
    """
    if not re.fullmatch(r"[0-9]{5}", number):
        return None
    found = _FIRST_DAY[since_1904] + timedelta(days=int(number))
    return found.isoformat() if 2000 <= found.year <= 2100 else None


def ends(cell: str, zone: tzinfo) -> datetime | RowFault | None:
    """The instant from which something is no longer valid: the midnight after the day written."""
    if cell.strip().casefold() in _NO_END:
        return None
    found = _instant(cell, zone)
    if isinstance(found, RowFault):
        return found
    instant, whole_day = found
    return _utc(instant + timedelta(days=1) if whole_day else instant)


def starts(cell: str, zone: tzinfo) -> datetime | RowFault:
    """The instant from which something is valid: the midnight before the day written."""
    found = _instant(cell, zone)
    return found if isinstance(found, RowFault) else _utc(found[0])


def _utc(local: datetime) -> datetime:
    return local.astimezone(UTC)


def _instant(cell: str, zone: tzinfo) -> tuple[datetime, bool] | RowFault:
    plain = _fold(cell)
    found = _DATE.fullmatch(plain) or _COMPACT_DATE.fullmatch(plain)
    if found is None:
        return RowFault.DATE_FORM
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
    if not 2000 <= year <= 2100:
        return RowFault.DATE_RANGE
    # Midnight is what a spreadsheet or a database writes where only a day was meant.
    whole_day = (hour % 24, minute, second) == (0, 0, 0)
    try:
        instant = datetime(year, month, day, 0 if whole_day else hour, minute, second, tzinfo=zone)
    except ValueError:
        return RowFault.DATE_FORM
    return instant, whole_day


def write_end(end: datetime | None, zone: tzinfo) -> str:
    """An end as `ends` reads it back; "长期" where there is none."""
    if end is None:
        return "长期"
    local = end.astimezone(zone)
    if _is_midnight(local):
        return (local - timedelta(days=1)).date().isoformat()
    return local.replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")


def write_start(start: datetime | None, zone: tzinfo) -> str:
    """A start as `starts` reads it back; "" where there is none."""
    if start is None:
        return ""
    local = start.astimezone(zone)
    if _is_midnight(local):
        return local.date().isoformat()
    return local.replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")


def _is_midnight(local: datetime) -> bool:
    return (local.hour, local.minute, local.second) == (0, 0, 0)


def role(cell: str) -> PersonRole | RowFault:
    """A person's role, by its Chinese or English word."""
    also = {"租客": PersonRole.TENANT, "家属": PersonRole.FAMILY, "户主": PersonRole.OWNER}
    return _word(cell, {**_words(ROLES), **also}, RowFault.ROLE_UNKNOWN)


def kind(cell: str) -> VehicleKind | RowFault:
    """A vehicle's kind, by its Chinese or English word."""
    also = {"月租": VehicleKind.LONG_RENT, "长租": VehicleKind.LONG_RENT, "业主": VehicleKind.OWNER}
    return _word(cell, {**_words(KINDS), **also}, RowFault.KIND_UNKNOWN)


def colour(cell: str) -> PlateColour | RowFault:
    """A plate's ground colour, by its Chinese or English word: 蓝, 蓝色, 蓝牌, blue."""
    plain = re.sub("[色牌]+$", "", cell.strip())
    return _word(plain, _words(COLOURS), RowFault.COLOUR_UNKNOWN)


def _words(words: Mapping[Word, str]) -> dict[str, Word]:
    """Values by their Chinese word and by their own."""
    return {key: value for value, word in words.items() for key in (word, value.value)}


def _word(cell: str, words: Mapping[str, Word], fault: RowFault) -> Word | RowFault:
    return words.get(cell.strip().casefold(), fault)


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", visible(text)).strip().upper()
