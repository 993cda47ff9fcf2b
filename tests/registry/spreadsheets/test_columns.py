"""Headings: what they mean, where they stand, one or two levels of them."""

import pytest

from registry.spreadsheets.columns import (
    HEADINGS,
    Column,
    assign,
    find_heading,
    find_table,
    meaning,
)
from registry.spreadsheets.grid import Sheet, SheetRow

C = Column


def sheet(*lines: list[str]) -> Sheet:
    return Sheet("a", tuple(SheetRow(n, tuple(line)) for n, line in enumerate(lines, start=1)))


def columns(*lines: list[str]) -> dict[Column, tuple[int, ...]]:
    table = find_table(sheet(*lines))
    assert table is not None
    return dict(table.columns)


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        *((text, column) for column, text in HEADINGS.items()),
        ("车牌号1", C.PLATE),
        ("车牌号码（2）", C.PLATE),
        ("第二车牌", C.PLATE),
        ("第2辆车牌号", C.PLATE),
        ("车牌二", C.PLATE),
        ("Plate Number 2", C.PLATE),
        ("车位①", C.SPACE),
        ("联系电话2", C.PHONE),
        (" 房 号：", C.ROOM),
        ("\u200e房\u200b号\ufeff", C.ROOM),
        ("Kind of vehicle", C.KIND),
        ("第二联系人", None),
        ("品牌", None),
        ("", None),
        ("2", None),
    ],
)
def test_what_a_heading_means(heading: str, column: Column | None) -> None:
    assert meaning(heading) is column


def test_several_columns_of_plates_spaces_and_remarks_are_all_taken() -> None:
    head = ["房号", "车牌号1", "车牌号2", "车位1", "车位2", "备注", "备注2", "电话", "手机"]
    assert assign(head) == {
        C.ROOM: (0,),
        C.PLATE: (1, 2),
        C.SPACE: (3, 4),
        C.NOTE: (5, 6),
        C.PHONE: (7,),
    }


DATA = ["3", "2", "501", "张三", "13900001234", "吉A12345", "B-1"]


@pytest.mark.parametrize(
    "upper",
    [
        ["楼栋", "单元", "房号", "业主", "业主", "车辆", "车辆"],  # merged, as a workbook is read
        ["楼栋", "单元", "房号", "业主", "", "车辆", ""],  # as its csv has it
        ["地址", "地址", "地址", "业主信息", "业主信息", "车辆信息", "车辆信息"],
        ["地址", "", "", "业主信息", "", "车辆信息", ""],
    ],
)
@pytest.mark.parametrize("title", [[], ["测试小区登记表"], ["测试小区登记表"] * 7])
def test_two_levels_of_headings_are_one(upper: list[str], title: list[str]) -> None:
    lower = ["楼栋", "单元", "房号", "姓名", "电话", "车牌号", "车位号"]
    if upper[0] == "楼栋" and not upper[4]:
        lower[:3] = ["", "", ""]
    above = [title] if title else []
    table = find_table(sheet(*above, upper, lower, DATA))
    assert table is not None
    wanted = (C.BUILDING, C.UNIT, C.ROOM, C.NAME, C.PHONE, C.PLATE, C.SPACE)
    assert table.columns == {column: (place,) for place, column in enumerate(wanted)}
    assert [row.cells for row in table.rows] == [tuple(DATA)]


def test_a_lower_heading_that_only_counts_has_the_meaning_of_the_upper_one() -> None:
    upper, lower = ["房号", "业主", "", "车牌号", ""], ["", "姓名", "电话", "1", "第2辆"]
    data = ["501", "张三", "13900001234", "吉A12345", "吉B12345"]
    assert columns(upper, lower, data)[C.PLATE] == (3, 4)


def test_a_lower_heading_of_its_own_is_not_taken_for_the_upper_one() -> None:
    upper, lower = ["房号", "车辆", "", "业主", ""], ["房号", "车牌号", "品牌", "姓名", "电话"]
    assert columns(upper, lower, ["501", "吉A12345", "大众", "张三", "139"])[C.PLATE] == (1,)


def test_the_first_row_of_data_is_no_second_level() -> None:
    head = ["房号", "类别", "身份", "姓名", "车牌号"]
    table = find_table(sheet(head, ["501", "业主", "业主", "张三", "吉A12345"]))
    assert table is not None
    assert (table.headings, len(table.rows)) == (tuple(head), 1)


def test_the_best_row_of_headings_counts_and_not_the_first() -> None:
    hint = ["请填写房号和车牌号", "车牌号", "房号"]
    found = find_heading(sheet(hint, ["楼栋", "房号", "姓名", "车牌号"], DATA).rows)
    assert found is not None
    assert found.last == 1


@pytest.mark.parametrize(
    "line", [["姓名", "电话"], ["车牌号"], ["甲", "乙"], ["房号", "房号"], ["张三", "吉A12345"]]
)
def test_what_names_no_flat_or_plate_and_another_thing_is_no_heading(line: list[str]) -> None:
    assert find_table(sheet(line, DATA)) is None
