"""Spreadsheet rows for tests: a good one, and thirty-odd ways of spoiling it, with their faults."""

import random
from collections.abc import Callable

from registry.rules.fields import RowFault
from registry.spreadsheets.columns import HEADINGS, Column

HEAD = [HEADINGS[column] for column in Column]
Cells = dict[Column, str]
Spoil = Callable[[Cells, random.Random], None]


def good(number: int) -> Cells:
    """A row of its own household with a car, a space and everything written as it should be."""
    return {
        Column.BUILDING: f"{number % 33 + 1}栋",
        Column.UNIT: f"{number // 33 % 3 + 1}单元",
        Column.ROOM: f"{number // 99 + 1}01室",
        Column.NAME: "张明华",
        Column.PHONE: f"1390000{number % 10_000:04d}",
        Column.PLATE: f"吉A{chr(65 + number // 10_000)}{number % 10_000:04d}",
        Column.SPACE: f"B-{number:04d}",
        Column.VALID_UNTIL: "2027-12-31",
        Column.NOTE: "",
        Column.ROLE: "业主",
        Column.KIND: "业主车",
        Column.COLOUR: "蓝",
        Column.VALID_FROM: "2026-01-01",
        Column.HOLDER: "",
    }


def line(cells: Cells) -> list[str]:
    return [cells.get(column, "") for column in Column]


def put(column: Column, *values: str) -> Spoil:
    """Put one of these into a column."""
    return lambda cells, rng: cells.__setitem__(column, rng.choice(values))


def slip(cells: Cells, rng: random.Random) -> None:
    """Everything one or two columns to the right, as when a cell was inserted."""
    cells[Column.HOLDER] = "x"
    cells[Column.NOTE] = ""


def plate(change: Callable[[str], str]) -> Spoil:
    return lambda cells, rng: cells.__setitem__(Column.PLATE, change(cells[Column.PLATE]))


BAD: dict[str, tuple[RowFault, Spoil]] = {
    "no building": (RowFault.BUILDING_MISSING, put(Column.BUILDING, "")),
    "no such building": (
        RowFault.BUILDING_FORM,
        put(Column.BUILDING, "3.5", "??", "1234栋", "3-2"),
    ),
    "no such unit": (RowFault.UNIT_FORM, put(Column.UNIT, "2027-01-01", "1,2", "?", "201")),
    "no room": (RowFault.ROOM_MISSING, put(Column.ROOM, "")),
    "a date for a room": (RowFault.ROOM_FORM, put(Column.ROOM, "2026-03-02", "501.5", "五楼左")),
    "no name": (RowFault.NAME_MISSING, put(Column.NAME, "")),
    "a number for a name": (RowFault.NAME_FORM, put(Column.NAME, "13900001234", "张3", "(主)")),
    "two names": (RowFault.NAME_SEVERAL, put(Column.NAME, "张三、李四", "张三/李四", "张三,李四")),
    "phone too short": (RowFault.PHONE_FORM, put(Column.PHONE, "1390000123", "12345")),
    "a date for a phone": (RowFault.PHONE_FORM, put(Column.PHONE, "2026-03-12")),
    "phone too long": (RowFault.PHONE_FORM, put(Column.PHONE, "139000012345", "13900001234转8")),
    "phone rounded": (
        RowFault.PHONE_ROUNDED,
        put(Column.PHONE, "1.39E+10", "1.39000E10", "1.390000000E10"),
    ),
    "two phones": (
        RowFault.PHONE_SEVERAL,
        put(Column.PHONE, "13900001234/13900005678", "13900001234、84501234"),
    ),
    "plate too short": (RowFault.PLATE_LENGTH, plate(lambda p: p[:-1])),
    "plate too long": (RowFault.PLATE_LENGTH, plate(lambda p: p + "12")),
    "plate without province": (RowFault.PLATE_PROVINCE, plate(lambda p: p[1:])),
    "plate with the letter I": (RowFault.PLATE_LETTER_I, plate(lambda p: p[:-1] + "I")),
    "plate with a strange character": (
        RowFault.PLATE_FOREIGN_CHARACTER,
        plate(lambda p: p[:3] + "?" + p[4:]),
    ),
    "a hazard sign for a plate": (RowFault.PLATE_NOT_A_REGISTRATION, put(Column.PLATE, "危险品")),
    "plate of no form": (RowFault.PLATE_FORM, put(Column.PLATE, "吉A1警234", "吉A1234警警")),
    "a good plate and a bad one": (RowFault.PLATE_LENGTH, plate(lambda p: p + "、吉A123")),
    "space of no form": (RowFault.SPACE_FORM, put(Column.SPACE, "@@", "B 0001 ?", "=1", "B" * 20)),
    "a date for a space": (RowFault.SPACE_FORM, put(Column.SPACE, "2026-03-12", "03:12:00")),
    "no date": (
        RowFault.DATE_FORM,
        put(Column.VALID_UNTIL, "明年", "46387", "2027-13-01", "31/12/2027", "2027-02-30"),
    ),
    "date of another century": (
        RowFault.DATE_RANGE,
        put(Column.VALID_UNTIL, "1927-12-31", "2907-12-31"),
    ),
    "ends before it begins": (RowFault.DATES_REVERSED, put(Column.VALID_UNTIL, "2025-12-31")),
    "role unknown": (RowFault.ROLE_UNKNOWN, put(Column.ROLE, "房东二", "owner?")),
    "kind unknown": (RowFault.KIND_UNKNOWN, put(Column.KIND, "卡车", "x")),
    "colour unknown": (RowFault.COLOUR_UNKNOWN, put(Column.COLOUR, "粉", "rot")),
    "colour of another class": (RowFault.COLOUR_CONTRADICTS, put(Column.COLOUR, "绿", "白")),
    "holder and household": (RowFault.HOLDER_AND_HOUSEHOLD, put(Column.HOLDER, "某公司")),
    "spreadsheet error": (
        RowFault.SPREADSHEET_ERROR,
        put(Column.NOTE, "#REF!", "#N/A", "#DIV/0!", "####"),
    ),
    "control character": (RowFault.CONTROL_CHARACTER, put(Column.NAME, "张\x07三", "张\ufffd")),
    "cell too long": (RowFault.TOO_LONG, put(Column.NOTE, "长" * 300)),
    "identity number": (
        RowFault.ID_NUMBER,
        put(Column.NOTE, "身份证11010119900101123X", "110101199001011234"),
    ),
}
