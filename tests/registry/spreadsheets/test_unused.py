"""What an import does not use is said: sheets, columns, rows, each with its place."""

from registry.spreadsheets.grid import Sheet, SheetRow
from registry.spreadsheets.unused import Leftover, Understood, understand

HEAD = ["楼栋", "房号", "姓名", "车牌号"]
DATA = ["3", "501", "张三", "吉A12345"]


def sheet(name: str, *lines: list[str], hidden: bool = False) -> Sheet:
    rows = tuple(SheetRow(n, tuple(line)) for n, line in enumerate(lines, start=1))
    return Sheet(name, rows, hidden=hidden)


def said(found: Understood) -> list[tuple[Leftover, str, str, str, int]]:
    return [(u.leftover, u.sheet, u.cell, u.what, u.filled) for u in found.unused]


def test_every_visible_sheet_with_headings_is_a_table_and_the_others_are_named() -> None:
    found = understand(
        (
            sheet("旧", hidden=True),
            sheet("说明", ["填表说明"], ["不要改表头"]),
            sheet("1栋", HEAD, DATA),
            sheet("空"),
            sheet("2栋", HEAD, DATA, DATA),
        )
    )
    assert [(table.sheet, len(table.rows)) for table in found.tables] == [("1栋", 1), ("2栋", 2)]
    assert said(found) == [
        (Leftover.SHEET_HIDDEN, "旧", "", "", 0),
        (Leftover.SHEET_WITHOUT_HEADINGS, "说明", "", "填表说明", 2),
    ]
    assert [one.is_loss for one in found.unused] == [False, True]


def test_columns_nobody_understands_and_second_ones_are_named_with_what_they_hold() -> None:
    head = [*HEAD, "品牌", "手机", "电话", "", "序号", "空的", "没有"]
    rows = [[*DATA, "大众", "139", "138", "x", "1", "", "无"], [*DATA, "", "139", "137", "", "2"]]
    found = understand((sheet("a", head, *rows),))
    assert said(found) == [
        (Leftover.COLUMN_UNKNOWN, "a", "E1", "品牌", 1),
        (Leftover.COLUMN_SECOND, "a", "G1", "电话", 2),
        (Leftover.COLUMN_WITHOUT_HEADING, "a", "H1", "", 1),
    ]
    assert all(one.is_loss for one in found.unused)


def test_a_title_above_is_no_loss_and_rows_of_data_above_are() -> None:
    found = understand((sheet("a", ["登记表", "", "2026"], HEAD, DATA),))
    assert said(found) == []
    found = understand((sheet("a", ["登记表"], DATA, HEAD, DATA),))
    assert said(found) == [(Leftover.ROWS_ABOVE, "a", "A2", "3 501 张三 吉A12345", 1)]


def test_two_levels_of_headings_are_no_rows_above() -> None:
    upper = ["楼栋", "房号", "业主", "车辆"]
    assert said(understand((sheet("a", upper, HEAD, DATA),))) == []
