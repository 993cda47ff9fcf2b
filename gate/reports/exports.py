"""Lists as files: CSV and XLSX of any filtered log, a portion at a time, with progress.

Rules: who takes persons' data out says why, and both the reason and the taker stand in the file
(watermark) and in the record before the first line is written. Cells that a spreadsheet would run
as a formula are kept as text. Columns and headings are the caller's, so that they are in its
language.
"""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum
from pathlib import Path

import xlsxwriter

from gate.domain.entries import Audited
from gate.domain.errors import GateError
from gate.domain.ports import Journal
from gate.reports.model import PassageFilter, PassageRow
from gate.reports.reports import Reports
from registry.spreadsheets.formulas import harmless

_PORTION = 500
_MOST = 1_000_000
# Excel's 1,048,576 rows, less watermark and headings.
_SHEET = 1_048_574

Progress = Callable[[int, int], None]


class Form(StrEnum):
    """The kind of file."""

    CSV = "csv"
    XLSX = "xlsx"


class ReasonMissingError(GateError):
    """Data of persons is taken out only with a reason."""


class ExportTooLongError(GateError):
    """The list does not fit into a sheet."""


Words = Callable[[str, str], str]
"""A field's value in the reader's words, e.g. ("reason", "resident") as a page says it."""


def as_kept(_field: str, value: str) -> str:
    """The value as the record keeps it."""
    return value


@dataclass(frozen=True, slots=True)
class Columns:
    """fields: names of PassageRow. headings: the same number of texts, in the reader's language.

    words: how values are written; times and numbers come ready.
    """

    fields: tuple[str, ...]
    headings: tuple[str, ...]
    words: Words = as_kept


@dataclass(frozen=True, slots=True)
class Listed:
    """A list to be taken out: what it is of, as the audit says it; its headings and lines.

    lines: cells as people read them; they are drawn only once the audit has it.
    expected: how many there are, as far as is known.
    """

    of: str
    headings: tuple[str, ...]
    lines: Iterator[list[str]]
    expected: int = 0


@dataclass(frozen=True, slots=True)
class ExportWriter:
    """Who takes the list, why, when; watermark: the line that says so, in the reader's language."""

    by: str
    why: str
    watermark: str


def export(
    journal: Journal,
    listed: Listed,
    taker: ExportWriter,
    target: Path,
    form: Form,
    *,
    progress: Progress | None = None,
) -> int:
    """Put on record who takes a list, then write it to the file; return how many lines it has.

    progress: told lines done and lines expected. Raises ReasonMissingError,
    JournalUnavailableError, OSError.
    """
    if not taker.why.strip():
        raise ReasonMissingError("say what the list is for")
    detail: dict[str, object] = {"form": form.value, "filter": listed.of}
    with journal.unit() as unit:
        unit.append(Audited(taker.by, "exported", target.name, taker.why, detail))
    counted = _counted(listed.lines, listed.expected, progress)
    write = _write_csv if form is Form.CSV else _write_xlsx
    return write(target, listed.headings, taker, counted)


def passages(reports: Reports, wanted: PassageFilter, columns: Columns, zone: tzinfo) -> Listed:
    """The matching passages, newest first."""
    expected = reports.count(wanted, _MOST).n
    return Listed(str(wanted), columns.headings, _lines(reports, wanted, columns, zone), expected)


def _lines(
    reports: Reports, wanted: PassageFilter, columns: Columns, zone: tzinfo
) -> Iterator[list[str]]:
    cursor = None
    while True:
        page = reports.passages(wanted, cursor, _PORTION)
        for row in page.rows:
            yield [_cell(row, name, zone, columns.words) for name in columns.fields]
        if page.cursor is None:
            return
        cursor = page.cursor


def _counted(
    lines: Iterator[list[str]], expected: int, progress: Progress | None
) -> Iterator[list[str]]:
    done = 0
    for line in lines:
        yield line
        done += 1
        if progress is not None and done % _PORTION == 0:
            progress(done, max(done, expected))
    if progress is not None:
        progress(done, done)


def _cell(row: PassageRow, name: str, zone: tzinfo, words: Words) -> str:
    value: object = getattr(row, name)
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.astimezone(zone).isoformat(sep=" ", timespec="seconds")
    return words(name, str(value))


def _write_csv(
    target: Path, headings: Sequence[str], taker: ExportWriter, lines: Iterator[list[str]]
) -> int:
    # The mark tells spreadsheets that this is UTF-8; without it they garble Chinese.
    with target.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([harmless(taker.watermark)])
        writer.writerow(map(harmless, headings))
        n = 0
        for line in lines:
            writer.writerow(map(harmless, line))
            n += 1
    return n


def _write_xlsx(
    target: Path, headings: Sequence[str], taker: ExportWriter, lines: Iterator[list[str]]
) -> int:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with closing(xlsxwriter.Workbook(str(target), options)) as book:
        sheet = book.add_worksheet()
        sheet.set_header(f"&C{taker.watermark.replace('&', '&&')}"[:255])
        sheet.write_string(0, 0, taker.watermark)
        for column, heading in enumerate(headings):
            sheet.write_string(1, column, heading, book.add_format({"bold": True}))
        n = 0
        for line in lines:
            if n >= _SHEET:
                raise ExportTooLongError(
                    f"a sheet holds {_SHEET} lines: narrow the filter, or take CSV"
                )
            for column, text in enumerate(line):
                sheet.write_string(n + 2, column, harmless(text))
            n += 1
    return n


def as_text(headings: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """A small list as CSV text, for what a page shows already (audit, inside, charts)."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(map(harmless, headings))
    writer.writerows([harmless(cell) for cell in line] for line in lines)
    return text.getvalue()
