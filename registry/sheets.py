"""Spreadsheets as bytes: xlsx, and csv in UTF-8, UTF-16 or GB18030, to rows of text and back.

Nothing is interpreted here but the form: merged cells are filled, whole numbers lose their ".0",
dates become ISO dates. Cells that a spreadsheet would run as formulas are written behind an
apostrophe, which reading takes off again.
"""

import csv
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Final

import xlsxwriter
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from registry.grid import Row, SheetFault

_MOST_BYTES: Final = 50_000_000
_MOST_UNPACKED: Final = 100_000_000
_MOST_ROWS: Final = 200_000
# An old xls is a compound file; so is an xlsx with a password, which lies in a stream of this name.
_COMPOUND: Final = b"\xd0\xcf\x11\xe0"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_MOST_CELLS: Final = 5_000_000
"""Of the rectangle that a sheet spans and of its merged cells: one cell in the last corner of a
sheet would otherwise be 17 billion."""

_CELL: Final = r"([A-Za-z]{1,3})(\d{1,7})"
_PLACES: Final = re.compile(rf"""\br\s*=\s*["']{_CELL}["']""".encode())
_MERGED: Final = re.compile(rf"""\bref\s*=\s*["']{_CELL}:{_CELL}["']""".encode())
_DAMAGED: Final = (
    *(zipfile.BadZipFile, InvalidFileException, LookupError, ValueError, OSError, EOFError),
    *(RuntimeError, ArithmeticError, TypeError, AttributeError, zlib.error, struct.error),
    SyntaxError,  # XML that is none: ElementTree.ParseError is one.
)
"""What zipfile and openpyxl raise at files that are none."""
_FORMULA: Final = re.compile(r"^[=+\-@]")


__all__ = ["Row", "SheetFault", "read", "write_csv", "write_xlsx"]


def read(content: bytes) -> tuple[Row, ...] | SheetFault:
    """The rows of a file's first sheet, without empty ones at the end, or what is wrong with it."""
    if not content.strip():
        return SheetFault.EMPTY
    if len(content) > _MOST_BYTES:
        return SheetFault.TOO_LARGE
    if content.startswith(_COMPOUND):
        return SheetFault.ENCRYPTED if _ENCRYPTED in content else SheetFault.OLD_EXCEL
    rows = _xlsx(content) if content.startswith(b"PK") else _csv(content)
    if isinstance(rows, SheetFault):
        return rows
    if len(rows) > _MOST_ROWS:
        return SheetFault.TOO_LARGE
    return rows or SheetFault.EMPTY


def _csv(content: bytes) -> tuple[Row, ...] | SheetFault:
    text = _decoded(content)
    if text is None:
        return SheetFault.ENCODING
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        return SheetFault.DAMAGED
    return _rows(lines)


def _decoded(content: bytes) -> str | None:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\x00" in text else text
    return None


def _xlsx(content: bytes) -> tuple[Row, ...] | SheetFault:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > _MOST_UNPACKED:
                return SheetFault.TOO_LARGE
            parts = [packed.read(name) for name in _sheet_parts(packed)]
        if any(_spanned(part) > _MOST_CELLS for part in parts):
            return SheetFault.TOO_LARGE
        book = load_workbook(io.BytesIO(content), data_only=True)
        calculates = any(b"<f" in part for part in parts)
        formulas = load_workbook(io.BytesIO(content)) if calculates else None
        sheet = book.worksheets[0] if book.worksheets else None
        if sheet is None:
            return SheetFault.EMPTY
        if sheet.max_row * sheet.max_column > _MOST_CELLS:
            return SheetFault.TOO_LARGE
        unvalued = _unvalued(sheet, formulas.worksheets[0]) if formulas else {}
        return _rows(_filled(sheet, unvalued))
    except _DAMAGED:
        return SheetFault.DAMAGED


def _spanned(part: bytes) -> int:
    """How many cells a sheet's XML speaks of: its rectangle, or its merged cells, if more."""
    places = [(_column(name), int(row)) for name, row in _PLACES.findall(part)]
    far = max((p[0] for p in places), default=1) * max((p[1] for p in places), default=1)
    merged = sum(
        (abs(_column(last) - _column(first)) + 1) * (abs(int(to) - int(since)) + 1)
        for first, since, last, to in _MERGED.findall(part)
    )
    return max(far, merged)


def _column(name: bytes) -> int:
    """The number of a column from its letters, from 1."""
    number = 0
    for letter in name.upper():
        number = number * 26 + letter - 64
    return number


def _sheet_parts(packed: zipfile.ZipFile) -> Iterable[str]:
    return (name for name in packed.namelist() if name.startswith("xl/worksheets/"))


def _unvalued(values: Worksheet, formulas: Worksheet) -> dict[tuple[int, int], object]:
    """Formulas that no spreadsheet program has calculated yet: an error, not an empty cell."""
    return {
        (cell.row, cell.column): f"#FORMULA! {cell.value}"
        for row in formulas.iter_rows()
        for cell in row
        if cell.data_type == "f" and values.cell(cell.row, cell.column).value is None
    }


def _filled(sheet: Worksheet, unvalued: dict[tuple[int, int], object]) -> Iterable[Sequence[str]]:
    """The cells as text, merged ones with what is written over them."""
    written = dict(unvalued)
    for merged in sheet.merged_cells.ranges:
        value = sheet.cell(merged.min_row, merged.min_col).value
        written.update(dict.fromkeys(((r, c) for r, c in merged.cells), value))
    for number, values in enumerate(sheet.iter_rows(values_only=True), start=1):
        yield [
            _text(written.get((number, place), value))
            for place, value in enumerate(values, start=1)
        ]


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))
        case datetime():
            whole_day = value.time() == time(0)
            return (value.date() if whole_day else value).isoformat()
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)


def _rows(lines: Iterable[Sequence[str]]) -> tuple[Row, ...]:
    rows = [
        Row(number, tuple(map(_without_apostrophe, cells)))
        for number, cells in enumerate(lines, start=1)
    ]
    while rows and not any(rows[-1].cells):
        rows.pop()
    return tuple(rows)


def _without_apostrophe(cell: str) -> str:
    cell = cell.strip()
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell[1:]) else cell


def write_csv(lines: Iterable[Sequence[str]]) -> bytes:
    """A csv file in UTF-8 with a byte-order mark, as Excel wants it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerows([_apostrophised(cell) for cell in line] for line in lines)
    return text.getvalue().encode("utf-8-sig")


def write_xlsx(lines: Sequence[Sequence[str]]) -> bytes:
    """An xlsx file with one sheet; every cell is text, so no phone number loses its zeros."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        for number, line in enumerate(lines):
            for place, cell in enumerate(line):
                sheet.write_string(number, place, cell, bold if number == 0 else None)
        for place in range(len(lines[0]) if lines else 0):
            sheet.set_column(place, place, 14)
        sheet.freeze_panes(1, 0)
    return content.getvalue()


def _apostrophised(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) or cell.startswith("'") else cell
