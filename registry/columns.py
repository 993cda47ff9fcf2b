"""Which column of a spreadsheet means what. Pure.

The headings are those that property offices use, and English ones; a page may map others by hand.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from registry.grid import Row, SheetFault


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
    Column.PLATE: "车牌 车牌号码 车号 plate plates platenumber licenseplate",
    Column.SPACE: "车位 车位编号 泊位 space parkingspace",
    Column.VALID_UNTIL: "有效期 到期日期 到期日 到期时间 截止日期 validuntil expires expiry",
    Column.NOTE: "说明 note notes remark remarks",
    Column.ROLE: "人员类型 role",
    Column.KIND: "类型 车辆类别 kind vehiclekind",
    Column.COLOUR: "颜色 colour color platecolour platecolor",
    Column.VALID_FROM: "开始日期 起始日期 validfrom from",
    Column.HOLDER: "单位 公司 持有人 holder company organisation organization",
}
_KNOWN: Final[Mapping[str, Column]] = {
    word: column
    for column in Column
    for word in (HEADINGS[column], *_ALSO[column].split(), column.value.replace("_", ""))
}
_SEARCHED_ROWS: Final = 10


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under their headings. columns: meaning -> place from 0. width: cells a row may have."""

    columns: Mapping[Column, int]
    headings: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def width(self) -> int:
        """How many columns have a heading; a row with more cells than that has slipped."""
        return len(self.headings)


def meaning(heading: str) -> Column | None:
    """What a heading means, or None if it says nothing to us."""
    folded = unicodedata.normalize("NFKC", heading).casefold()
    return _KNOWN.get(re.sub(r"[\s_*:：/\-]|\(.*?\)", "", folded))


def find_table(rows: Sequence[Row]) -> Table | SheetFault:
    """The first row with an address or a plate among its headings, and what is below it.

    A title above the headings is common; a heading that stands twice counts the first time.
    """
    for place, row in enumerate(rows[:_SEARCHED_ROWS]):
        columns: dict[Column, int] = {}
        for number, heading in enumerate(row.cells):
            column = meaning(heading)
            if column is not None:
                columns.setdefault(column, number)
        if len(columns) > 1 and ({Column.ROOM, Column.PLATE} & columns.keys()):
            return map_columns(rows, place, columns)
    return SheetFault.NO_HEADINGS


def map_columns(rows: Sequence[Row], heading: int, columns: Mapping[Column, int]) -> Table:
    """The table under the heading row (place from 0), with columns that a person has mapped."""
    headings = list(rows[heading].cells)
    while headings and not headings[-1]:
        headings.pop()
    filled = tuple(row for row in rows[heading + 1 :] if any(row.cells))
    return Table(dict(columns), tuple(headings), filled)
