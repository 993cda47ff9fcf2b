"""Errors in the binary formats: xls ([MS-XLS], records of BIFF 5 and 8) and xlsb ([MS-XLSB]). Pure.

A formula has its value here, or the error that it came to.
"""

import struct
from collections.abc import Iterator
from typing import Final

from registry.spreadsheets.reading.silent import Archive, Silent, SilentSheet

_ERRORS: Final = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}


def _error(code: int) -> str:
    return _ERRORS.get(code, "#ERROR!")


# --- xls ------------------------------------------------------------------------------------------

_BOUNDSHEET, _BOOLERR, _FORMULA, _EOF, _BOF, _DATE1904 = 0x85, 0x205, 0x06, 0x0A, 0x809, 0x22
_PASSWORD: Final = 0x2F
_BIFF8: Final = 0x600


def find_xls(stream: bytes) -> Silent:
    """What the sheets of a Workbook stream have. Raises struct.error, UnicodeError."""
    sheets: dict[str, SilentSheet] = {}
    since_1904, wide = False, True
    for kind, body in _records(stream, 0):
        if kind == _BOF:
            wide = int.from_bytes(body[:2], "little") >= _BIFF8
        elif kind == _PASSWORD:
            return Silent(encrypted=True)
        elif kind == _DATE1904:
            since_1904 = body[:1] == b"\x01"
        elif kind == _BOUNDSHEET:
            (start,) = struct.unpack_from("<I", body)
            sheets[_sheet_name(body, wide=wide)] = _xls_sheet(stream, start)
    return Silent(sheets, since_1904)


def _records(stream: bytes, place: int) -> Iterator[tuple[int, bytes]]:
    """The records of a substream, up to its end; inner ones (charts) are passed through."""
    depth = 0
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        yield kind, stream[place + 4 : place + 4 + length]
        depth += (kind == _BOF) - (kind == _EOF)
        if depth == 0:
            return
        place += 4 + length


def _sheet_name(body: bytes, *, wide: bool) -> str:
    """The name in a BOUNDSHEET record: one or two bytes a character in BIFF 8."""
    length = body[6]
    if not wide:
        return body[7 : 7 + length].decode("gb18030", "replace")
    if body[7] & 1:
        return body[8 : 8 + 2 * length].decode("utf-16-le")
    return body[8 : 8 + length].decode("latin-1")


def _xls_sheet(stream: bytes, start: int) -> SilentSheet:
    found = SilentSheet()
    for kind, body in _records(stream, start):
        if kind == _BOOLERR:
            row, column, _, code, is_error = struct.unpack_from("<HHHBB", body)
            if is_error:
                found.add((row, column), _error(code))
        elif kind == _FORMULA:
            row, column, _, of, _, code, _, _, _, whole = struct.unpack_from("<HHHBBBBBBH", body)
            if whole == 0xFFFF and of == 2:
                found.add((row, column), _error(code))
    return found


# --- xlsb -----------------------------------------------------------------------------------------

XLSB_PART: Final = "xl/workbook.bin"
_ROW, _CELL_ERROR, _FORMULA_ERROR, _MERGED, _PROPERTIES, _SHEET = 0, 3, 11, 176, 153, 156


def find_xlsb(archive: Archive, workbook: str) -> Silent:
    """What the sheets of a binary workbook have. Raises struct.error, UnicodeError."""
    sheets: dict[str, SilentSheet] = {}
    related = archive.related(workbook)
    since_1904 = False
    for kind, body in _binary_records(archive.read(workbook)):
        if kind == _PROPERTIES:
            since_1904 = bool(body[0] & 1)
        elif kind == _SHEET:
            link, place = _wide(body, 8)
            name, _ = _wide(body, place)
            part = archive.read(related[link][1]) if link in related else b""
            sheets[name] = _xlsb_sheet(part)
    return Silent(sheets, since_1904)


def _binary_records(part: bytes) -> Iterator[tuple[int, bytes]]:
    place = 0
    while place < len(part):
        kind, place = _short(part, place, most=2)
        length, place = _short(part, place, most=4)
        yield kind, part[place : place + length]
        place += length


def _short(part: bytes, place: int, most: int) -> tuple[int, int]:
    """A number of seven bits a byte, and the place behind it."""
    number = 0
    for shift in range(most):
        if place >= len(part):
            raise struct.error
        byte = part[place]
        place += 1
        number |= (byte & 0x7F) << (7 * shift)
        if not byte & 0x80:
            break
    return number, place


def _wide(body: bytes, place: int) -> tuple[str, int]:
    """A counted text of two bytes a character, and the place behind it."""
    (length,) = struct.unpack_from("<I", body, place)
    end = place + 4 + 2 * length
    return body[place + 4 : end].decode("utf-16-le"), end


def _xlsb_sheet(part: bytes) -> SilentSheet:
    found, row = SilentSheet(), 0
    for kind, body in _binary_records(part):
        if kind == _ROW:
            (row,) = struct.unpack_from("<I", body)
        elif kind in (_CELL_ERROR, _FORMULA_ERROR):
            (column,) = struct.unpack_from("<I", body)
            found.add((row, column), _error(body[8]))
        elif kind == _MERGED:
            first, last, left, right = struct.unpack_from("<IIII", body)
            found.merged.append(((first, left), (last, right)))
    return found
