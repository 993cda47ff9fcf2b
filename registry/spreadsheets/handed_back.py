"""Files that an import hands out: an empty one to fill in, and the rows it did not take. Pure.

Headings and words are the caller's, in its language.
"""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from registry.spreadsheets.columns import Table
from registry.spreadsheets.rows import RefusedRow

_WIDTH: Final = 16
_PREPARED_ROWS: Final = 5000
_MAX_NAME: Final = 31
_NOT_IN_NAMES: Final = str.maketrans(dict.fromkeys("[]:*?/\\'"))


@dataclass(frozen=True, slots=True)
class Guide:
    """What a column is called, what to tell who fills it in, and words to choose from, if any."""

    heading: str
    hint: str
    choices: tuple[str, ...] = ()


def template(sheet: str, guides: Sequence[Guide]) -> bytes:
    """An xlsx to fill in. Every cell is text, so that 3-12 becomes no date and no phone is rounded.

    Nothing stands in it but headings: an example would be registered.
    """
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        page = book.add_worksheet(_sheet_name(sheet, set()))
        bold = book.add_format({"bold": True, "num_format": "@"})
        text = book.add_format({"num_format": "@"})
        for place, guide in enumerate(guides):
            page.set_column(place, place, _WIDTH, text)
            page.write_string(0, place, guide.heading, bold)
            _guide(page, place, guide)
        page.freeze_panes(1, 0)
    return content.getvalue()


def _guide(page: Worksheet, place: int, guide: Guide) -> None:
    said = {"input_title": guide.heading[:32], "input_message": guide.hint[:255]}
    choices = list(guide.choices)
    rule = {"validate": "list", "source": choices} if choices else {"validate": "any"}
    page.data_validation(1, place, _PREPARED_ROWS, place, {**rule, **said, "show_error": False})


def refused_rows(
    tables: Sequence[Table],
    refused: Sequence[RefusedRow],
    heading: str,
    why: Mapping[RefusedRow, str],
) -> bytes:
    """An xlsx of the rows that were not taken, to be mended and imported: what each says, as it was
    read, behind what is wrong with it.

    heading: of that column, one of `columns.PROBLEM`. why: in words. A sheet for each table.
    """
    by_row: dict[tuple[str, int], list[str]] = {}
    for one in refused:
        by_row.setdefault((one.sheet, one.row), []).append(why[one])
    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, options) as book:
        names: set[str] = set()
        bold = book.add_format({"bold": True, "num_format": "@"})
        text = book.add_format({"num_format": "@"})
        for table in tables:
            rows = [row for row in table.rows if (table.sheet, row.number) in by_row]
            if not rows:
                continue
            page = book.add_worksheet(_sheet_name(table.sheet, names))
            page.set_column(0, 0, 4 * _WIDTH, text)
            page.set_column(1, table.width, _WIDTH, text)
            for place, said in enumerate((heading, *table.headings)):
                page.write_string(0, place, said, bold)
            for line, row in enumerate(rows, start=1):
                said = "\n".join(by_row[table.sheet, row.number])
                for place, cell in enumerate((said, *row.cells)):
                    page.write_string(line, place, cell, text)
            page.freeze_panes(1, 1)
    return content.getvalue()


def _sheet_name(name: str, taken: set[str]) -> str:
    """A name that a spreadsheet allows and that no other sheet has."""
    plain = name.translate(_NOT_IN_NAMES)[:_MAX_NAME] or "Sheet"
    number = 1
    chosen = plain
    while chosen.casefold() in taken:
        number += 1
        chosen = f"{plain[: _MAX_NAME - 4]}-{number}"
    taken.add(chosen.casefold())
    return chosen
