"""A spreadsheet's rows as text, and the names of its cells. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class SheetFault(StrEnum):
    """Why nothing of a file could be read."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    OLD_EXCEL = "old_excel"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    ENCODING = "encoding"
    NO_HEADINGS = "no_headings"


@dataclass(frozen=True, slots=True)
class Row:
    """One row. number: as the spreadsheet shows it, from 1."""

    number: int
    cells: tuple[str, ...]


def cell_name(row: int, column: int) -> str:
    """The name of a cell as spreadsheets show it; column from 0: (12, 5) -> "F12"."""
    letters = ""
    place = column + 1
    while place:
        place, letter = divmod(place - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return f"{letters}{row}"
