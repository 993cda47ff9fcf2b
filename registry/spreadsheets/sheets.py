"""Spreadsheets that are written: csv as Excel wants it, and xlsx. Reading is
`registry.spreadsheets.reading`."""

import csv
import io
from collections.abc import Iterable, Sequence

import xlsxwriter

from registry.spreadsheets.formulas import harmless

__all__ = ["write_csv", "write_xlsx"]


def write_csv(lines: Iterable[Sequence[str]]) -> bytes:
    """A csv file in UTF-8 with a byte-order mark, as Excel wants it."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([harmless(cell) for cell in line] for line in lines)
    return text.getvalue().encode("utf-8-sig")


def write_xlsx(lines: Sequence[Sequence[str]]) -> bytes:
    """An xlsx file with one sheet; every cell is text, so no phone number loses its zeros."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet()
        bold = book.add_format({"bold": True})
        for number, line in enumerate(lines):
            for place, cell in enumerate(line):
                # Reading takes an apostrophe off, as it does after Excel and after csv.
                text = f"'{cell}" if cell.startswith("'") else cell
                sheet.write_string(number, place, text, bold if number == 0 else None)
        for place in range(len(lines[0]) if lines else 0):
            sheet.set_column(place, place, 14)
        sheet.freeze_panes(1, 0)
    return content.getvalue()
