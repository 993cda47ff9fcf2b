"""Workbooks (xlsx, xlsm, xlsb, xls, et, ods) into sheets of text, by calamine.

Nothing is interpreted here but the form: merged cells are filled, whole numbers lose their ".0",
dates become ISO dates, errors and formulas without a value become words that no cell is taken for.
Hidden sheets are named and not read.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from xml.parsers import expat

import olefile
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from registry.rules.invisible import visible
from registry.spreadsheets.formulas import restored
from registry.spreadsheets.grid import MAX_UNPACKED, Book, Budget, Sheet, SheetFault, kept
from registry.spreadsheets.reading import biff, ooxml, opendocument
from registry.spreadsheets.reading.file_kind import COMPOUND
from registry.spreadsheets.reading.silent import Archive, Area, Place, Silent, SilentSheet

_DAMAGED: Final = (
    *(zipfile.BadZipFile, expat.ExpatError, zlib.error, struct.error, OSError),
    *(LookupError, ValueError, EOFError, RuntimeError, ArithmeticError, NotImplementedError),
)
"""What zipfile, olefile and expat raise at files that are none."""
_STREAMS: Final = ("Workbook", "Book")
_SECOND: Final = timedelta(seconds=1)
Value = int | float | str | bool | time | date | datetime | timedelta


def read(content: bytes) -> Book | SheetFault:
    """The sheets of a workbook, or what is wrong with it. Raises TooLargeError."""
    try:
        silent = _silent(content)
        if isinstance(silent, SheetFault):
            return silent
        return SheetFault.ENCRYPTED if silent.encrypted else _read(content, silent)
    except PasswordError:
        return SheetFault.ENCRYPTED
    except CalamineError as error:
        return _named(str(error))
    except _DAMAGED:
        return SheetFault.DAMAGED
    except BaseException as error:
        # A panic of Rust is no Exception, and its class has no name to import.
        if type(error).__name__ == "PanicException":
            return SheetFault.DAMAGED
        raise


def _read(content: bytes, silent: Silent) -> Book | SheetFault:
    budget = Budget()
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
        sheets = tuple(
            _sheet(book, meta, silent, budget)
            for meta in book.sheets_metadata
            if meta.typ is SheetTypeEnum.WorkSheet
        )
    return sheets if any(sheet.rows or sheet.hidden for sheet in sheets) else SheetFault.EMPTY


def _named(said: str) -> SheetFault:
    """What calamine's words come to; it has one exception for all."""
    if "cell error" in said:  # #SPILL! and its like, which it knows no value for
        return SheetFault.STRANGE_ERROR
    return SheetFault.TOO_LARGE if "limit exceeded" in said else SheetFault.DAMAGED


def _silent(content: bytes) -> Silent | SheetFault:
    """What calamine does not tell; a fault for a file that is another kind of archive."""
    if content.startswith(COMPOUND):
        with olefile.OleFileIO(io.BytesIO(content)) as compound:
            name = next((name for name in _STREAMS if compound.exists(name)), None)
            if name is None:
                return SheetFault.NO_SPREADSHEET
            return biff.find_xls(compound.openstream(name).read())
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        if sum(part.file_size for part in packed.infolist()) > MAX_UNPACKED:
            return SheetFault.TOO_LARGE
        return _in_archive(Archive(packed))


def _in_archive(archive: Archive) -> Silent | SheetFault:
    workbook = ooxml.main_part(archive)
    if archive.has(biff.XLSB_PART):
        return biff.find_xlsb(archive, biff.XLSB_PART)
    if archive.has(workbook) and "word/" not in workbook and "ppt/" not in workbook:
        return ooxml.find(archive, workbook)
    if archive.has(opendocument.PART):
        return opendocument.find(archive)
    return SheetFault.NO_SPREADSHEET


def _sheet(book: CalamineWorkbook, meta: SheetMetadata, silent: Silent, budget: Budget) -> Sheet:
    if meta.visible is not SheetVisibleEnum.Visible:
        return Sheet(meta.name, (), hidden=True)
    sheet = book.get_sheet_by_name(meta.name)
    known = silent.sheets.get(meta.name, SilentSheet())
    written = _filled(sheet, known, budget)
    rows = tuple(kept(_lines(sheet, written), budget))
    return Sheet(meta.name, rows, since_1904=silent.since_1904)


_Written = dict[int, dict[int, tuple[str, bool]]]
"""By row and column from 0: what stands where calamine has nothing, and whether it is a number."""


def _filled(sheet: CalamineSheet, known: SilentSheet, budget: Budget) -> _Written:
    """Errors, and for merged cells what is written over them, as far as the sheet is used."""
    written: _Written = {}
    for (row, column), error in known.errors.items():
        written.setdefault(row, {})[column] = (error, False)
    areas = [*(sheet.merged_cell_ranges or ()), *known.merged]
    clipped = [area for area in (_clipped(area, sheet.end) for area in areas) if area]
    for (top, left), (bottom, right) in clipped:
        budget.fill((bottom - top + 1) * (right - left + 1))
    if clipped:
        _fill(clipped, _corners(sheet, {area[0] for area in clipped}, written), written)
    return written


def _clipped(area: Area, end: Place | None) -> Area | None:
    (top, left), (bottom, right) = area
    if end is None or top > end[0] or left > end[1]:
        return None
    return (top, left), (min(bottom, end[0]), min(right, end[1]))


def _corners(
    sheet: CalamineSheet, wanted: set[Place], written: _Written
) -> dict[Place, tuple[str, bool]]:
    """What is written in the upper left cells."""
    by_row: dict[int, list[int]] = {}
    for row, column in wanted:
        by_row.setdefault(row, []).append(column)
    return {
        (number, column): line[column]
        for number, line in enumerate(_cells(sheet, written))
        for column in by_row.get(number, ())
        if column < len(line)
    }


def _fill(areas: Sequence[Area], corners: dict[Place, tuple[str, bool]], written: _Written) -> None:
    for (top, left), (bottom, right) in areas:
        value = corners.get((top, left), ("", False))
        if value[0]:
            for row in range(top, bottom + 1):
                line = written.setdefault(row, {})
                for column in range(left, right + 1):
                    line.setdefault(column, value)


def _lines(
    sheet: CalamineSheet, written: _Written
) -> Iterator[tuple[Sequence[str], frozenset[int]]]:
    for line in _cells(sheet, written):
        numbers = frozenset(place for place, (_, number) in enumerate(line) if number)
        yield [text for text, _ in line], numbers


def _cells(sheet: CalamineSheet, written: _Written) -> Iterator[list[tuple[str, bool]]]:
    """Every line from the first on, from the first column on; with what is written over it."""
    width = sheet.end[1] + 1 if sheet.end else 0
    number = -1
    for number, values in enumerate(sheet.iter_rows()):
        # calamine leaves out empty columns at the left, and no empty rows above.
        line = [("", False)] * (width - len(values)) + [_text(value) for value in values]
        yield _with(line, written.get(number))
    for row in range(number + 1, max(written, default=-1) + 1):
        yield _with([], written.get(row))


def _with(
    line: list[tuple[str, bool]], over: dict[int, tuple[str, bool]] | None
) -> list[tuple[str, bool]]:
    for column, value in (over or {}).items():
        line += [("", False)] * (column + 1 - len(line))
        if not line[column][0]:
            line[column] = value
    return line


def _text(value: Value) -> tuple[str, bool]:
    """A value as text, and whether it is a number."""
    match value:
        case str():
            return restored(visible(value).strip()), False
        case bool():
            return str(value).upper(), False
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value)), True
        case int() | float():
            return str(value), True
        case datetime():
            # A day and a time are one number in the file: what is left over is no microsecond.
            whole = value.replace(microsecond=0) + _SECOND * (value.microsecond >= 500_000)
            midnight = whole.time() == time(0)
            return (whole.date() if midnight else whole).isoformat(), False
        case date() | time():
            return value.isoformat(), False
        case timedelta():
            return str(value), False
