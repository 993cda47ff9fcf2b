"""Spreadsheets as sheets of rows of text, names of cells, and what a file may cost. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from registry.errors import RegistryError

MAX_BYTES: Final = 20_000_000
MAX_UNPACKED: Final = 200_000_000
MAX_ROWS: Final = 20_000
"""Rows with anything in them, of all sheets together: an import is one transaction."""
MAX_CELLS: Final = 1_000_000
MAX_COLUMNS: Final = 16_384
MAX_LINES: Final = 1_048_576
"""As many as a sheet of Excel has, empty ones too."""
MAX_CHARACTERS: Final = 20_000_000


class SheetFault(StrEnum):
    """Why nothing of a file could be read."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    ENCODING = "encoding"
    NO_HEADINGS = "no_headings"
    WEB_PAGE = "web_page"
    XML_TABLE = "xml_table"
    NO_SPREADSHEET = "no_spreadsheet"
    STRANGE_ERROR = "strange_error"


class TooLargeError(RegistryError):
    """A file that holds, or would unpack to, more than an import may cost."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row. number: as the spreadsheet shows it, from 1.

    numbers: places (from 0) of cells that the spreadsheet keeps as a number and not as text.
    """

    number: int
    cells: tuple[str, ...]
    numbers: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: its rows that have anything in them; none for a hidden one, which is not read.

    name: "" where the file has no sheets. since_1904: how its numbers count days.
    """

    name: str
    rows: tuple[SheetRow, ...]
    hidden: bool = False
    since_1904: bool = False


Book = tuple[Sheet, ...]


@dataclass(slots=True)
class Budget:
    """What may still be taken from a file."""

    rows: int = MAX_ROWS
    cells: int = MAX_CELLS
    characters: int = MAX_CHARACTERS
    fills: int = field(default=MAX_CELLS)

    def spend(self, row: SheetRow) -> None:
        """Count a row. Raises TooLargeError."""
        self.rows -= 1
        self.cells -= len(row.cells)
        self.characters -= sum(map(len, row.cells))
        if min(self.rows, self.cells, self.characters) < 0:
            raise TooLargeError

    def fill(self, cells: int) -> None:
        """Count cells that get the value of the merged cell over them. Raises TooLargeError."""
        self.fills -= cells
        if self.fills < 0:
            raise TooLargeError


def kept(
    lines: Iterable[tuple[Sequence[str], frozenset[int]]], budget: Budget
) -> Iterator[SheetRow]:
    """The rows that have anything in them, without empty cells at their ends, as far as they may.

    lines: every line from the first on, with the places of its numbers. Raises TooLargeError.
    """
    for number, (cells, numbers) in enumerate(lines, start=1):
        if number > MAX_LINES or len(cells) > MAX_COLUMNS:
            raise TooLargeError
        width = len(cells)
        while width and not cells[width - 1]:
            width -= 1
        if width:
            row = SheetRow(number, tuple(cells[:width]), numbers)
            budget.spend(row)
            yield row


def cell_name(row: int, column: int) -> str:
    """The name of a cell as spreadsheets show it; column from 0: (12, 5) -> "F12"."""
    return f"{column_name(column)}{row}"


def column_name(column: int) -> str:
    """The letters of a column; from 0: 5 -> "F"."""
    letters = ""
    place = column + 1
    while place:
        place, letter = divmod(place - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters
