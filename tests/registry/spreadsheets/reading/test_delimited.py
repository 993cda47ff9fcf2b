"""Text files as offices save them: any usual encoding and separator, with or without a title."""

import pytest

from registry.spreadsheets.grid import MAX_COLUMNS, MAX_ROWS, Book, SheetFault, SheetRow
from registry.spreadsheets.reading.whole import read

HEAD = ("楼栋", "房号", "业主姓名", "车牌号")
ROW = ("3", "501", "张三", "吉A12345")


def rows(content: bytes) -> tuple[SheetRow, ...]:
    found: Book | SheetFault = read(content)
    assert not isinstance(found, SheetFault), found
    return found[0].rows


def written(separator: str, *above: str, end: str = "\r\n") -> str:
    return end.join([*above, separator.join(HEAD), separator.join(ROW)])


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_every_usual_encoding_is_known(encoding: str) -> None:
    assert [row.cells for row in rows(written(",").encode(encoding))] == [HEAD, ROW]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize(
    "above", [(), ("测试小区住户登记表",), ("住户登记表,2026 年;第一期", "", "制表：物业")]
)
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_the_separator_is_that_of_the_headings_and_not_of_the_title(
    separator: str, above: tuple[str, ...], end: str
) -> None:
    found = rows(written(separator, *above, end=end).encode())
    assert [row.cells for row in found[-2:]] == [HEAD, ROW]
    assert found[-1].number == len(above) + 2


def test_the_separator_that_the_file_names_counts() -> None:
    found = rows(f"sep=;\r\n{written(';')}".encode())
    assert [(row.number, row.cells) for row in found] == [(2, HEAD), (3, ROW)]


def test_cells_are_trimmed_of_marks_blanks_and_the_apostrophe_of_text() -> None:
    found = rows("房号,车牌号,电话\r\n 501 ,\u200e吉A12345,'13900001234\r\n".encode())
    assert found[1].cells == ("501", "吉A12345", "13900001234")


def test_a_text_file_keeps_no_numbers() -> None:
    assert rows("房号,车牌号,电话\n501,吉A12345,13800000000\n".encode())[1].numbers == frozenset()


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"\x81\x00\xff", SheetFault.ENCODING),
        (b"a\0\0\0\0\0b\0\0", SheetFault.ENCODING),
        (b"," * (MAX_COLUMNS + 1), SheetFault.TOO_LARGE),
        (b"1,2\n" * (MAX_ROWS + 1), SheetFault.TOO_LARGE),
        (b"\n" * 2_000_000 + b"a", SheetFault.TOO_LARGE),
        (b"a" * 200_000, SheetFault.DAMAGED),
        (b"a" * 20_000_001, SheetFault.TOO_LARGE),
        (b" \r\n\t", SheetFault.EMPTY),
        (b",,,\n,,,\n", SheetFault.EMPTY),
    ],
)
def test_what_cannot_be_read_has_a_name(content: bytes, fault: SheetFault) -> None:
    assert read(content) is fault
