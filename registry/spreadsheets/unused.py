"""What of a file an import does not use, so that it can be said. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from registry.rules import fields
from registry.spreadsheets.columns import Table, find_table, meaning, says_nothing
from registry.spreadsheets.grid import Book, Sheet, SheetRow, cell_name


class Leftover(StrEnum):
    """Why something was not used."""

    SHEET_HIDDEN = "sheet_hidden"
    SHEET_WITHOUT_HEADINGS = "sheet_without_headings"
    COLUMN_UNKNOWN = "column_unknown"
    COLUMN_WITHOUT_HEADING = "column_without_heading"
    COLUMN_SECOND = "column_second"
    ROWS_ABOVE = "rows_above"


@dataclass(frozen=True, slots=True)
class Unused:
    """One thing that was not used. sheet: "" where the file has none; cell: e.g. "F1", or "".

    what: its heading, or its beginning. filled: how many cells or rows of it hold something; 0
    where nobody looked.
    """

    leftover: Leftover
    sheet: str
    cell: str
    what: str
    filled: int

    @property
    def is_loss(self) -> bool:
        """Whether somebody may have meant it: who hides a sheet does not mean it."""
        return self.leftover is not Leftover.SHEET_HIDDEN


@dataclass(frozen=True, slots=True)
class Understood:
    """The tables of a file, and what else is in it."""

    tables: tuple[Table, ...]
    unused: tuple[Unused, ...]


def understand(book: Book) -> Understood:
    """Every sheet that has headings and is not hidden as a table."""
    tables = {sheet.name: find_table(sheet) for sheet in book if not sheet.hidden}
    found = tuple(table for table in tables.values() if table)
    return Understood(found, tuple(unused(book, found)))


def unused(book: Book, tables: Sequence[Table]) -> Iterator[Unused]:
    """What of a file these tables do not use, in the file's order."""
    taken = {table.sheet: table for table in tables}
    for sheet in book:
        table = taken.get(sheet.name)
        if sheet.hidden:
            yield Unused(Leftover.SHEET_HIDDEN, sheet.name, "", "", 0)
        elif table is not None:
            yield from _of_table(table)
        elif sheet.rows:
            yield _whole(sheet)


def _whole(sheet: Sheet) -> Unused:
    first = next(cell for cell in sheet.rows[0].cells if cell)
    return Unused(Leftover.SHEET_WITHOUT_HEADINGS, sheet.name, "", first[:40], len(sheet.rows))


def _of_table(table: Table) -> Iterator[Unused]:
    if lines := [row for row in table.above if _is_more_than_a_title(row)]:
        what = " ".join(filter(None, lines[0].cells))[:40]
        cell = cell_name(lines[0].number, 0)
        yield Unused(Leftover.ROWS_ABOVE, table.sheet, cell, what, len(lines))
    used = {place for places in table.columns.values() for place in places}
    for place, heading in enumerate(table.headings):
        filled = sum(_holds(row, place) for row in table.rows)
        if place not in used and filled and not says_nothing(heading):
            why = _why(table, heading)
            cell = cell_name(table.heading_row, place)
            yield Unused(why, table.sheet, cell, heading[:40], filled)


def _why(table: Table, heading: str) -> Leftover:
    if not heading:
        return Leftover.COLUMN_WITHOUT_HEADING
    second = meaning(heading) in table.columns
    return Leftover.COLUMN_SECOND if second else Leftover.COLUMN_UNKNOWN


def _holds(row: SheetRow, place: int) -> bool:
    text = row.cells[place] if place < len(row.cells) else ""
    return bool(text) and not fields.is_nothing(text)


def _is_more_than_a_title(row: SheetRow) -> bool:
    return len({cell for cell in row.cells if cell}) > 2
