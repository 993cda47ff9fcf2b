"""Which column of a spreadsheet means what, and what of it is not used. Pure.

The headings are those that property offices use, and English ones; a page may map others by hand.
Nothing is left out in silence: a column whose heading nobody knows, a second column of one meaning
and rows above the headings are named where they hold anything.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

from registry.rules.invisible import visible
from registry.spreadsheets.grid import Sheet, SheetRow


class Column(StrEnum):
    """What a column can mean."""

    BUILDING = "building"
    UNIT = "unit"
    ROOM = "room"
    NAME = "name"
    PHONE = "phone"
    PLATE = "plate"
    SPACE = "space"
    VALID_UNTIL = "valid_until"
    NOTE = "note"
    ROLE = "role"
    KIND = "kind"
    COLOUR = "colour"
    VALID_FROM = "valid_from"
    HOLDER = "holder"


HEADINGS: Final[Mapping[Column, str]] = {
    Column.BUILDING: "楼栋",
    Column.UNIT: "单元",
    Column.ROOM: "房号",
    Column.NAME: "业主姓名",
    Column.PHONE: "电话",
    Column.PLATE: "车牌号",
    Column.SPACE: "车位号",
    Column.VALID_UNTIL: "有效期至",
    Column.NOTE: "备注",
    Column.ROLE: "身份",
    Column.KIND: "车辆类型",
    Column.COLOUR: "车牌颜色",
    Column.VALID_FROM: "生效日期",
    Column.HOLDER: "单位名称",
}
"""The headings that export writes, in their order."""

_ALSO: Final[Mapping[Column, str]] = {
    Column.BUILDING: "楼号 栋 栋号 楼 幢 幢号 楼栋号 building block",
    Column.UNIT: "单元号 unit entrance",
    Column.ROOM: "室 室号 房间 房间号 门牌号 户号 房屋 room flat apartment",
    Column.NAME: "姓名 业主 户主 住户 住户姓名 车主 车主姓名 name owner ownername",
    Column.PHONE: "手机 手机号 手机号码 联系电话 电话号码 联系方式 phone mobile telephone",
    Column.PLATE: "车牌 车牌号码 车号 车辆 车辆号码 车辆车牌 plate plates platenumber licenseplate",
    Column.SPACE: "车位 车位编号 泊位 space parkingspace",
    Column.VALID_UNTIL: "有效期 到期日期 到期日 到期时间 截止日期 validuntil expires expiry",
    Column.NOTE: "说明 note notes remark remarks",
    Column.ROLE: "人员类型 role",
    Column.KIND: "类型 车辆类别 kind vehiclekind kindofvehicle",
    Column.COLOUR: "颜色 colour color platecolour platecolor",
    Column.VALID_FROM: "开始日期 起始日期 有效期自 validfrom from",
    Column.HOLDER: "单位 公司 所属单位 持有人 holder company organisation organization",
}
_KNOWN: Final[Mapping[str, Column]] = {
    word: column
    for column in Column
    for word in (HEADINGS[column], *_ALSO[column].split(), column.value.replace("_", ""))
}
PROBLEM: Final = ("导入问题", "Import problem")
"""The heading of the column that a file of refused rows has more, in Chinese and in English."""
_COUNTED: Final = frozenset({"序号", "行号", "no", "no.", "№", "#", "index"})
"""Headings of columns that number the rows: nothing is lost without them."""
JOINED: Final = frozenset({Column.PLATE, Column.SPACE, Column.NOTE})
"""Of these a row may have several columns (车牌号1, 车牌号2); of the others the first counts."""
_SEARCHED_ROWS: Final = 10
_NUMERAL: Final = "[0-9一二三四五六七八九十]{1,2}"
_ORDINAL: Final = re.compile(rf"^第{_NUMERAL}[个辆块]?|{_NUMERAL}$")
_ONLY_ORDINAL: Final = re.compile(rf"第?{_NUMERAL}[个辆块号车]*|号码?")
_DATA: Final = re.compile(r"[0-9]{3}")

Columns = Mapping[Column, tuple[int, ...]]
"""Meaning -> places from 0; several only for `JOINED`."""


@dataclass(frozen=True, slots=True)
class Heading:
    """Where the headings stand. first, last: places among the rows, two of them for two levels."""

    first: int
    last: int
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under their headings. above: rows over the headings. since_1904: as of the sheet.

    seconds: columns with a heading whose meaning another one has already, by place.
    """

    sheet: str
    columns: Columns
    headings: tuple[str, ...]
    heading_row: int
    rows: tuple[SheetRow, ...]
    above: tuple[SheetRow, ...] = ()
    since_1904: bool = False
    seconds: tuple[tuple[int, Column], ...] = ()

    @property
    def width(self) -> int:
        """How many columns have a heading; a row with more cells than that has slipped."""
        return len(self.headings)

    def places(self, column: Column) -> tuple[int, ...]:
        """Where a meaning stands; nowhere where no column has it."""
        return self.columns.get(column, ())


def meaning(heading: str) -> Column | None:
    """What a heading means, or None if it says nothing to us. 第二车牌 and 车牌号2 are 车牌号."""
    folded = unicodedata.normalize("NFKC", visible(heading)).casefold()
    plain = re.sub(r"[\s_*:：/\-]|\(.*?\)", "", folded)
    return _KNOWN.get(plain) or _KNOWN.get(_ORDINAL.sub("", plain))


def says_nothing(heading: str) -> bool:
    """Whether a column holds nothing of its own: 序号, or what an import wrote there."""
    plain = heading.strip()
    return plain.casefold() in _COUNTED or plain in PROBLEM


def _understood(texts: Sequence[str]) -> list[Column | None]:
    return [meaning(text) for text in texts]


def find_heading(rows: Sequence[SheetRow]) -> Heading | None:
    """The row with most headings that are understood, of the first ten that hold anything.

    There must be two meanings, a room or a plate among them. A title above is common; so are two
    levels, 业主 over 姓名 and 电话.
    """
    best: Heading | None = None
    most = 0
    for heading in _candidates(rows):
        found = [column for column in _understood(heading.texts) if column]
        fits = len(set(found)) > 1 and {Column.ROOM, Column.PLATE} & set(found)
        if fits and len(found) > most:
            best, most = heading, len(found)
    return best


def _candidates(rows: Sequence[SheetRow]) -> Iterator[Heading]:
    """Two levels before one: of two that say as much, the first counts."""
    searched = rows[:_SEARCHED_ROWS]
    for place, (upper, lower) in enumerate(pairwise(searched)):
        if _is_second_level(upper, lower):
            yield Heading(place, place + 1, _two_levels(upper, lower))
    for place, row in enumerate(searched):
        yield Heading(place, place, row.cells)


def _is_second_level(upper: SheetRow, lower: SheetRow) -> bool:
    """Whether a row stands under headings as headings: data have a room, a plate, a telephone."""
    if len(set(filter(None, upper.cells))) < 2:  # a title
        return False
    own = [cell for cell in lower.cells if cell not in upper.cells and meaning(cell)]
    return len(own) > 1 and not any(map(_DATA.search, (*upper.cells, *lower.cells)))


def _two_levels(upper: SheetRow, lower: SheetRow) -> tuple[str, ...]:
    """The headings of two rows: the lower one where it says something by itself, else both."""
    width = max(len(upper.cells), len(lower.cells))
    high, low = (row.cells + ("",) * (width - len(row.cells)) for row in (upper, lower))
    spread, over = [], ""
    for above, below in zip(high, low, strict=True):
        # What was merged over several columns stands in the first of them only, in a csv.
        over = above or (over if below else "")
        spread.append(over)
    return tuple(map(_of_two, spread, low))


def _of_two(upper: str, lower: str) -> str:
    if upper == lower or not lower or not upper:
        return lower or upper
    if meaning(lower):
        return lower
    return upper if _ONLY_ORDINAL.fullmatch(lower) else upper + lower


def assign(texts: Sequence[str]) -> dict[Column, tuple[int, ...]]:
    """The places of each meaning; of those that cannot be joined, the first."""
    columns: dict[Column, tuple[int, ...]] = {}
    for place, column in enumerate(_understood(texts)):
        if column is not None and (column in JOINED or column not in columns):
            columns[column] = (*columns.get(column, ()), place)
    return columns


def find_table(sheet: Sheet) -> Table | None:
    """The sheet's table under its headings, or None where there are none."""
    heading = find_heading(sheet.rows)
    return None if heading is None else map_columns(sheet, heading, assign(heading.texts))


def map_columns(sheet: Sheet, heading: Heading, columns: Columns) -> Table:
    """The table under the headings, with columns that a person has mapped."""
    texts = list(heading.texts)
    while texts and not texts[-1]:
        texts.pop()
    below = sheet.rows[heading.last + 1 :]
    row = sheet.rows[heading.last].number if sheet.rows else 0
    above = sheet.rows[: heading.first]
    return Table(
        sheet=sheet.name,
        columns=dict(columns),
        headings=tuple(texts),
        heading_row=row,
        rows=below,
        above=above,
        since_1904=sheet.since_1904,
        seconds=tuple(_seconds(texts, columns)),
    )


def _seconds(texts: Sequence[str], columns: Columns) -> Iterator[tuple[int, Column]]:
    taken = {place for places in columns.values() for place in places}
    for place, column in enumerate(_understood(texts)):
        if column is not None and column in columns and place not in taken:
            yield place, column
