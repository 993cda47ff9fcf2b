"""Errors, formulas without a value and merged cells in an ods (OpenDocument 1.3, part 3). Pure."""

from dataclasses import dataclass, field
from typing import Final

from registry.spreadsheets.reading.silent import (
    UNVALUED,
    Archive,
    Silent,
    SilentSheet,
    local,
    parse,
)

PART: Final = "content.xml"
_MAX_REPEATED: Final = 1000
"""Of an error in one row; what is repeated further is a row of formatting."""


def find(archive: Archive) -> Silent:
    """What the sheets have. Raises ExpatError, TooLargeError."""
    reader = _Reader()
    parse(archive.read(PART), reader.start, reader.end, reader.text)
    return Silent(reader.sheets)


@dataclass(slots=True)
class _Reader:
    """Follows the elements of a document. said: what an error shows."""

    sheets: dict[str, SilentSheet] = field(default_factory=dict)
    sheet: SilentSheet | None = None
    row: int = 0
    rows: int = 1
    column: int = 0
    repeated: int = 1
    error: str = ""
    said: str = ""

    def start(self, tag: str, full: dict[str, str]) -> None:
        """Enter an element."""
        attributes = {local(name): value for name, value in full.items()}
        match local(tag):
            case "table":
                self.sheet = self.sheets.setdefault(attributes.get("name", ""), SilentSheet())
                self.row = 0
            case "table-row":
                self.column, self.rows = 0, _count(attributes, "number-rows-repeated")
            case "table-cell" | "covered-table-cell" if self.sheet:
                self._enter(self.sheet, attributes, errors=_is_error(full))

    def _enter(self, sheet: SilentSheet, attributes: dict[str, str], *, errors: bool) -> None:
        self.repeated = _count(attributes, "number-columns-repeated")
        down = _count(attributes, "number-rows-spanned") - 1
        right = _count(attributes, "number-columns-spanned") - 1
        if down or right:
            here = (self.row, self.column)
            sheet.merged.append((here, (self.row + down, self.column + right)))
        unvalued = "formula" in attributes and "value-type" not in attributes
        self.error = UNVALUED if unvalued else "#ERROR!" if errors else ""
        self.said = ""

    def text(self, text: str) -> None:
        """Take what an error shows: #N/A."""
        if self.error:
            self.said += text

    def end(self, tag: str) -> None:
        """Leave an element."""
        match local(tag):
            case "table":
                self.sheet = None
            case "table-row":
                self.row += self.rows
            case "table-cell" | "covered-table-cell" if self.sheet:
                self._leave(self.sheet)

    def _leave(self, sheet: SilentSheet) -> None:
        if self.error:
            shown = self.said.strip()
            text = shown if shown.startswith("#") and self.error != UNVALUED else self.error
            for further in range(min(self.repeated, _MAX_REPEATED)):
                sheet.add((self.row, self.column + further), text)
        self.column += self.repeated
        self.error = ""


def _is_error(full: dict[str, str]) -> bool:
    return any(local(name) == "value-type" and value == "error" for name, value in full.items())


def _count(attributes: dict[str, str], name: str) -> int:
    return int(attributes.get(name, "1"))
