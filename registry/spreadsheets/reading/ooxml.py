"""Errors and formulas without a value in an xlsx, however it is packed: any prefix of the tags, any
folder and case of the parts, transitional or strict (ISO/IEC 29500). Pure.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from registry.spreadsheets.grid import TooLargeError
from registry.spreadsheets.reading.silent import (
    UNVALUED,
    Archive,
    Place,
    Silent,
    SilentSheet,
    local,
    parse,
)

_SOMETHING: Final = re.compile(rb"""<(?:[\w.-]+:)?f[\s/>]|\bt\s*=\s*["']e["']""")
_MAX_TAGS: Final = 3_000_000
_MAX_MERGED: Final = 100_000
_PLACE: Final = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_MAIN: Final = "xl/workbook.xml"


def main_part(archive: Archive) -> str:
    """The name of the workbook's part."""
    kinds = archive.related("").values()
    return next((name for kind, name in kinds if kind == "officeDocument"), _MAIN)


def find(archive: Archive, workbook: str) -> Silent:
    """What the sheets have. Raises ExpatError, TooLargeError."""
    names, since_1904 = _sheets(archive.read(workbook))
    related = archive.related(workbook)
    sheets = {}
    for name, link in names.items():
        part = archive.read(related[link][1]) if link in related else b""
        if _costs_too_much(part):
            raise TooLargeError
        if _SOMETHING.search(part):
            sheets[name] = _cells(part)
    return Silent(sheets, since_1904)


def _costs_too_much(part: bytes) -> bool:
    """Whether a part has more cells, empty ones too, or merged ranges than are worth reading."""
    cells = part.count(b"<c") + part.count(b":c")
    return cells > _MAX_TAGS or part.count(b"mergeCell ") > _MAX_MERGED


def _sheets(workbook: bytes) -> tuple[dict[str, str], bool]:
    """The sheets' names with the id of their part, and whether days count from 1904 on."""
    names: dict[str, str] = {}
    counts: list[str] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if local(tag) == "sheet":
            # Two attributes end in "id": r:id has a namespace, sheetId has none.
            link = next((v for k, v in attributes.items() if k.endswith("}id")), "")
            names[attributes.get("name", "")] = link
        elif local(tag) == "workbookPr":
            counts.append(attributes.get("date1904", ""))

    parse(workbook, start)
    return names, any(count in ("1", "true") for count in counts)


@dataclass(slots=True)
class _Cell:
    """The cell that is being read. kind: its attribute t; value: None where there is no <v>."""

    place: Place
    kind: str
    formula: bool = False
    value: str | None = None

    def error(self) -> str:
        """What calamine does not tell of it; "" for nothing."""
        if self.kind == "e":
            return self.value or "#ERROR!"
        # A formula whose result is an empty text has t="str" and an empty <v>.
        unvalued = self.value is None if self.kind == "str" else not self.value
        return UNVALUED if self.formula and unvalued else ""


@dataclass(slots=True)
class _Reader:
    """Follows the elements of a sheet. row and column: from 0, of what comes next."""

    found: SilentSheet = field(default_factory=SilentSheet)
    row: int = -1
    column: int = 0
    cell: _Cell | None = None
    within: str = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Enter an element."""
        name = local(tag)
        if name == "row":
            self.row = int(attributes["r"]) - 1 if "r" in attributes else self.row + 1
            self.column = 0
        elif name == "c":
            self._enter(attributes)
        elif self.cell and name in ("f", "v"):
            self.within = name
            if name == "f":
                self.cell.formula = True
            else:
                self.cell.value = self.cell.value or ""

    def _enter(self, attributes: dict[str, str]) -> None:
        if said := _PLACE.fullmatch(attributes.get("r", "")):
            self.row, self.column = int(said[2]) - 1, _column(said[1])
        self.cell = _Cell((self.row, self.column), attributes.get("t", ""))
        self.column += 1

    def text(self, text: str) -> None:
        """Take what stands in an element."""
        if self.cell and self.within == "v":
            self.cell.value = (self.cell.value or "") + text

    def end(self, tag: str) -> None:
        """Leave an element."""
        name = local(tag)
        if name == self.within:
            self.within = ""
        elif name == "c" and self.cell:
            if error := self.cell.error():
                self.found.add(self.cell.place, error)
            self.cell = None


def _column(letters: str) -> int:
    """The number of a column from its letters, from 0."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number - 1


def _cells(part: bytes) -> SilentSheet:
    reader = _Reader()
    parse(part, reader.start, reader.end, reader.text)
    return reader.found
