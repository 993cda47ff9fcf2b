"""Workbooks of every kind: what stands in them comes out, and nothing is lost in silence."""

import io
import zipfile

import pytest

from registry.spreadsheets.grid import Book, SheetFault, SheetRow
from registry.spreadsheets.reading.whole import read
from tests.registry.spreadsheets.reading.packages import (
    HEAD,
    ROW,
    STRICT,
    Cell,
    compound,
    good_sheet,
    line,
    ods,
    ods_line,
    ods_text,
    text,
    xls,
    xlsb,
    xlsx,
)

FORMULA = '<c r="B3"><f>A3&amp;"x"</f></c>'


def book(content: bytes) -> Book:
    found = read(content)
    assert not isinstance(found, SheetFault), found
    return found


def cells(content: bytes) -> list[tuple[str, ...]]:
    return [row.cells for row in book(content)[0].rows]


def cell(said: str, **how: object) -> SheetRow:
    """The row of one cell, styled 0 or 1."""
    return book(xlsx({"a": f'<row r="1">{said}</row>'}, **how))[0].rows[0]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "content",
    [
        xlsx({"a": good_sheet()}),
        xlsx({"a": good_sheet()}, prefix="x"),
        xlsx({"a": good_sheet()}, names=STRICT),
        xlsx({"a": good_sheet()}, folder="blätter"),
        xlsx({"a": good_sheet()}, backslashes=True),
        xlsb({"a": [HEAD, ROW]}),
        xls({"a": [HEAD, ROW]}),
        ods({"a": ods_line(HEAD) + ods_line(ROW)}),
    ],
    ids=["xlsx", "prefixed", "strict", "folder", "backslashes", "xlsb", "xls", "ods"],
)
def test_every_kind_of_workbook_is_read(content: bytes) -> None:
    assert cells(content) == [HEAD, ROW]


@pytest.mark.parametrize(
    "content",
    [
        xlsx({"old": good_sheet(), "new": good_sheet()}, states={"old": "hidden"}),
        xlsx({"old": good_sheet(), "new": good_sheet()}, states={"old": "veryHidden"}),
        xlsb({"old": [HEAD, ROW], "new": [HEAD, ROW]}, hidden={"old": 1}),
        xls({"old": [HEAD, ROW], "new": [HEAD, ROW]}, hidden={"old": 2}),
        ods({"old": ods_line(ROW), "new": ods_line(HEAD) + ods_line(ROW)}, hidden=["old"]),
    ],
    ids=["hidden", "very hidden", "xlsb", "xls", "ods"],
)
def test_a_hidden_sheet_is_named_and_never_read(content: bytes) -> None:
    old, new = book(content)
    assert (old.name, old.hidden, old.rows) == ("old", True, ())
    assert [row.cells for row in new.rows] == [HEAD, ROW]


def test_every_sheet_is_read_in_its_order() -> None:
    found = book(xlsx({"1栋": good_sheet(), "说明": line(1, ["x"]), "2栋": good_sheet()}))
    assert [(sheet.name, len(sheet.rows)) for sheet in found] == [
        ("1栋", 2),
        ("说明", 1),
        ("2栋", 2),
    ]


@pytest.mark.parametrize(
    "content",
    [
        xlsx({"a": good_sheet(f'<row r="3">{FORMULA}</row>')}),
        xlsx({"a": good_sheet(f'<row r="3">{FORMULA}</row>')}, prefix="x"),
        xlsx({"a": good_sheet(f'<row r="3">{FORMULA}</row>')}, folder="other"),
        xlsx({"a": good_sheet(f'<row r="3">{FORMULA}</row>')}, backslashes=True),
        xlsx({"a": good_sheet('<row r="3"><c r="B3"><f>A3</f><v/></c></row>')}),
        xlsx({"a": good_sheet('<row r="3"><c r="B3" t="str"><f>A3</f></c></row>')}),
        xlsx({"a": good_sheet("<row><c/><c><f>A3</f></c></row>")}),
        xlsx({"x": good_sheet(), "a": good_sheet(f'<row r="3">{FORMULA}</row>')}),
        ods(
            {
                "a": ods_line(HEAD)
                + ods_line(ROW)
                + "<table:table-row><table:table-cell/>"
                + '<table:table-cell table:formula="of:=[.A1]"/></table:table-row>'
            }
        ),
    ],
    ids=["plain", "prefix", "folder", "backslashes", "v", "str", "no address", "second", "ods"],
)
def test_a_formula_that_nobody_has_calculated_is_no_empty_cell(content: bytes) -> None:
    rows = book(content)[-1].rows
    assert rows[2] == SheetRow(3, ("", "#FORMULA!"))


def test_a_formula_whose_value_is_an_empty_text_is_an_empty_cell() -> None:
    said = xlsx({"a": good_sheet('<row r="3"><c r="B3" t="str"><f>A3</f><v></v></c></row>')})
    assert cells(said) == [HEAD, ROW]


@pytest.mark.parametrize("made", [xls, xlsb])
@pytest.mark.parametrize("kind", ["error", "formula error"])
def test_an_error_of_the_binary_formats_is_no_empty_cell(made: object, kind: str) -> None:
    rows: list[list[Cell]] = [
        list(HEAD),
        list(ROW),
        ["502", (kind, 0x2A), (kind, 0x17)],
    ]
    content = made({"a": rows})  # type: ignore[operator]
    assert cells(content)[2] == ("502", "#N/A", "#REF!")


def test_an_error_of_xlsx_and_of_ods_is_no_empty_cell() -> None:
    error = (
        '<row r="3"><c r="A3" t="e"><f>B9</f><v>#N/A</v></c><c r="B3" t="e"><v>#REF!</v></c></row>'
    )
    assert cells(xlsx({"a": good_sheet(error)}))[2] == ("#N/A", "#REF!")
    said = ods_text("#DIV/0!", 'table:formula="of:=1/0" calcext:value-type="error"')
    said = ods_line(HEAD) + f"<table:table-row><table:table-cell/>{said}</table:table-row>"
    assert cells(ods({"a": said}))[1] == ("", "#DIV/0!")


def test_an_error_that_nobody_knows_refuses_the_file_by_its_name() -> None:
    error = good_sheet('<row r="3"><c r="A3" t="e"><v>#SPILL!</v></c></row>')
    assert read(xlsx({"a": error})) is SheetFault.STRANGE_ERROR


@pytest.mark.parametrize("number_format", [14, 22, *range(27, 37), *range(50, 59)])
def test_a_day_in_every_built_in_format_is_a_day(number_format: int) -> None:
    row = cell('<c r="A1" s="1"><v>46752</v></c>', formats=(0, number_format))
    assert row.cells == ("2027-12-31",)
    assert cells(xls({"a": [[46752.0]]}, number_format=number_format)) == [("2027-12-31",)]


@pytest.mark.parametrize(
    "code",
    [
        "yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@",
        "[$-804]yyyy/m/d",
        "[DBNum1][$-804]yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;",
        "m月d日",
        "yyyy\\-mm\\-dd",
    ],
)
def test_a_day_in_a_chinese_format_of_ones_own_is_a_day(code: str) -> None:
    row = cell('<c r="A1" s="1"><v>46752</v></c>', formats=(0, 200), codes={200: code})
    assert (row.cells, row.numbers) == (("2027-12-31",), frozenset())


@pytest.mark.parametrize(
    ("said", "style", "cells_"),
    [
        ("<v>46752.5</v>", 22, "2027-12-31T12:00:00"),
        ("<v>46752.9999999</v>", 22, "2028-01-01"),
        ("<v>0.5</v>", 20, "12:00:00"),
        ("<v>0.25</v>", 9, "0.25"),
        ("<v>501</v>", 0, "501"),
        ("<v>13800000000</v>", 0, "13800000000"),
        ("<v>1.38E10</v>", 0, "13800000000"),
    ],
)
def test_numbers_and_times_come_as_people_write_them(said: str, style: int, cells_: str) -> None:
    assert cell(f'<c r="A1" s="1">{said}</c>', formats=(0, style)).cells == (cells_,)


def test_days_since_1904_are_the_same_days() -> None:
    row = cell('<c r="A1" s="1"><v>45290</v></c>', formats=(0, 14), since_1904=True)
    assert row.cells == ("2027-12-31",)
    assert book(xlsx({"a": good_sheet()}, since_1904=True))[0].since_1904
    assert book(xls({"a": [HEAD, ROW]}, since_1904=True))[0].since_1904


def test_what_is_kept_as_a_number_is_known_for_one() -> None:
    row = cell(f'<c r="A1"><v>13800000000</v></c>{text("B1", "13800000000")}')
    assert (row.cells, row.numbers) == (("13800000000", "13800000000"), frozenset({0}))


def test_rich_text_is_its_text_and_no_reading_aid() -> None:
    rich = "<r><t>吉A</t></r><r><rPr><b/></rPr><t>12345</t></r><rPh sb='0' eb='1'><t>ji</t></rPh>"
    assert cell(f'<c r="A1" t="inlineStr"><is>{rich}</is></c>').cells == ("吉A12345",)


def test_marks_that_nobody_sees_are_gone() -> None:
    said = "\u202d13800000001\u202c", "\u200e吉A12345", "张\u200b三", "\ufeff501"
    assert cells(xlsx({"a": line(1, said)})) == [("13800000001", "吉A12345", "张三", "501")]


@pytest.mark.parametrize(
    "content",
    [
        xlsx(
            {"a": line(1, HEAD) + line(2, ROW) + '<row r="3"><c r="B3"><v>7</v></c></row>'},
            merged=["A2:A3"],
        ),
        xls({"a": [HEAD, ROW, ["", "7"]]}, merged=[(1, 2, 0, 0)]),
        xlsb({"a": [HEAD, ROW, ["", "7"]]}, merged=[(1, 2, 0, 0)]),
        ods(
            {
                "a": ods_line(HEAD)
                + "<table:table-row>"
                + ods_text("501", 'table:number-rows-spanned="2"')
                + "".join(map(ods_text, ROW[1:]))
                + "</table:table-row><table:table-row><table:covered-table-cell/>"
                + ods_text("7")
                + "</table:table-row>"
            }
        ),
    ],
    ids=["xlsx", "xls", "xlsb", "ods"],
)
def test_merged_cells_have_what_is_written_over_them(content: bytes) -> None:
    assert cells(content) == [HEAD, ROW, ("501", "7")]


def test_cells_keep_their_column_where_the_first_columns_are_empty() -> None:
    shifted = f'<row r="4">{text("C4", "x")}{text("E4", "y")}</row>'
    assert book(xlsx({"a": shifted}))[0].rows == (SheetRow(4, ("", "", "x", "", "y")),)


def test_stray_formatted_cells_cost_nothing() -> None:
    stray = '<row r="1048576"><c r="XFD1048576" s="0"/></row>'
    assert cells(xlsx({"a": good_sheet(stray)})) == [HEAD, ROW]


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (xls({"a": [HEAD]}, password=True), SheetFault.ENCRYPTED),
        (compound("EncryptedPackage", b"x"), SheetFault.ENCRYPTED),
        (compound("WordDocument", b"x"), SheetFault.NO_SPREADSHEET),
        (xlsx({"a": good_sheet()})[:900], SheetFault.DAMAGED),
        (xlsx({"a": "<row r='1'>"}), SheetFault.EMPTY),
        (xlsx({"a": '<row r="1"><c r="A1" t="s"><v>7</v></c></row>'}), SheetFault.DAMAGED),
        (b"<html><body><table><tr><td>1</td></tr></table></body></html>", SheetFault.WEB_PAGE),
        (b"\xef\xbb\xbf\r\n<!DOCTYPE html><html></html>", SheetFault.WEB_PAGE),
        ("<meta charset='utf-16'><table>".encode("utf-16"), SheetFault.WEB_PAGE),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", SheetFault.WEB_PAGE),
        (
            b'<?xml version="1.0"?><Workbook xmlns="urn:x:office:spreadsheet"/>',
            SheetFault.XML_TABLE,
        ),
        (b"%PDF-1.7", SheetFault.NO_SPREADSHEET),
    ],
)
def test_what_is_not_read_is_called_by_its_name(content: bytes, fault: SheetFault) -> None:
    assert read(content) is fault


def test_a_panic_of_the_library_is_a_damaged_file(capfd: pytest.CaptureFixture[str]) -> None:
    """calamine panics at a binary workbook that names a part it has not."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(xlsb({"a": [HEAD]}))) as old,
        zipfile.ZipFile(packed, "w") as new,
    ):
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b'Id="rId1" Type', b'Id="rId7" Type'))
    assert read(packed.getvalue()) is SheetFault.DAMAGED
    capfd.readouterr()  # what Rust says of it


def test_merged_cells_that_lie_over_each_other_are_counted_each_time() -> None:
    used = line(1, ["房号"]) + f'<row r="1999">{text("ZZ1999", "x")}</row>'
    assert read(xlsx({"a": used}, merged=["A1:ZZ1999"])) is SheetFault.TOO_LARGE
    assert read(xlsx({"a": used}, merged=["A1:ZZ1000", "A1:ZZ999"])) is SheetFault.TOO_LARGE


def test_truth_and_length_of_time_come_as_a_spreadsheet_shows_them() -> None:
    row = cell('<c r="A1" t="b"><v>1</v></c><c r="B1" s="1"><v>0.5</v></c>', formats=(0, 46))
    assert row.cells == ("TRUE", "12:00:00")


def test_a_file_with_hidden_sheets_only_or_with_none_that_holds_anything() -> None:
    hidden = book(xlsx({"a": good_sheet()}, states={"a": "hidden"}))
    assert [(sheet.name, sheet.rows) for sheet in hidden] == [("a", ())]
    assert read(xlsx({"a": "", "b": ""})) is SheetFault.EMPTY


def test_an_archive_of_other_things_is_no_spreadsheet() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as new:
        new.writestr("cars.xlsx", xlsx({"a": good_sheet()}))
    assert read(packed.getvalue()) is SheetFault.NO_SPREADSHEET
