"""Text files of separated values, in the encodings and with the separators of offices."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Final

from registry.rules.invisible import visible
from registry.spreadsheets.columns import find_heading
from registry.spreadsheets.formulas import restored
from registry.spreadsheets.grid import (
    MAX_COLUMNS,
    Book,
    Budget,
    Sheet,
    SheetFault,
    SheetRow,
    TooLargeError,
    kept,
)

_DELIMITERS: Final = ",;\t"
_SEP_LINE: Final = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_TRIED: Final = 20
_NUL_SHARE: Final = 0.1


def read(content: bytes) -> Book | SheetFault:
    """The one sheet of a text file. Raises TooLargeError."""
    text = _decoded(content)
    if text is None:
        return SheetFault.ENCODING
    named = _SEP_LINE.match(text)
    delimiter = named[1] if named else _delimiter(text)
    try:
        rows = tuple(kept(_lines(text, delimiter), Budget()))
    except csv.Error:
        return SheetFault.DAMAGED
    rows = rows[1:] if named else rows
    return (Sheet("", rows),) if rows else SheetFault.EMPTY


def _lines(text: str, delimiter: str) -> Iterator[tuple[Sequence[str], frozenset[int]]]:
    for line in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        if len(line) > MAX_COLUMNS:
            raise TooLargeError
        yield [restored(visible(cell).strip()) for cell in line], frozenset()


def _delimiter(text: str) -> str:
    """The separator with which there are headings (a title may stand above them), else the most
    frequent one."""
    head = "".join(islice(io.StringIO(text), _TRIED))
    for delimiter in sorted(_DELIMITERS, key=lambda d: -head.count(d)):
        if find_heading(_tried(head, delimiter)) is not None:
            return delimiter
    return max(_DELIMITERS, key=head.count)


def _tried(head: str, delimiter: str) -> tuple[SheetRow, ...]:
    try:
        return tuple(kept(_lines(head, delimiter), Budget()))
    except csv.Error:
        return ()


def _decoded(content: bytes) -> str | None:
    for encoding in _encodings(content):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\x00" in text else text
    return None


def _encodings(content: bytes) -> tuple[str, ...]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return ("utf-16",)
    even, odd = content[:4096:2].count(0), content[1:4096:2].count(0)
    if max(even, odd) > _NUL_SHARE * min(len(content), 4096) / 2:
        return ("utf-16-be",) if even > odd else ("utf-16-le",)
    return ("utf-8-sig", "gb18030")
