"""A spreadsheet on its way into the register: read, mapped, planned, applied. No page here."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from gate.domain.entries import Audited
from gate.domain.ports import UnitOfWork
from gate.services.units import ServiceParts
from registry.spreadsheets import importing, undo
from registry.spreadsheets.columns import (
    Columns,
    Heading,
    Table,
    assign,
    find_heading,
    map_columns,
)
from registry.spreadsheets.grid import Book, Sheet
from registry.spreadsheets.plan import ImportPlan
from registry.spreadsheets.undo import ChangedSince, UndoneTwiceError
from registry.spreadsheets.unused import Unused, unused
from registry.store import store
from registry.store.store import Actor
from registry.tables.records import ImportBatch

Chosen = Mapping[str, Columns]
"""What a person says that the columns of each sheet mean."""


@dataclass(frozen=True, slots=True)
class ImportPart:
    """A sheet on offer. columns: what we think its columns mean; nothing where it has no headings.

    filled: places under the headings, from 0, that hold anything.
    """

    sheet: Sheet
    heading: Heading
    columns: Columns
    filled: frozenset[int]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that could be read."""

    name: str
    content: bytes
    book: Book
    parts: tuple[ImportPart, ...]

    @property
    def guessed(self) -> Chosen:
        """What we think, sheet by sheet."""
        return {part.sheet.name: part.columns for part in self.parts}


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """An import that was applied."""

    id: int
    name: str
    at: datetime
    who: str
    rows: int
    refused: int
    undone_at: datetime | None
    undone_by: str


def opened(name: str, content: bytes, book: Book) -> Upload:
    """Guess what the columns of a file's sheets mean; hidden and empty sheets are not on offer."""
    return Upload(name, content, book, tuple(_parts(book)))


def _parts(book: Book) -> Iterator[ImportPart]:
    for sheet in book:
        if sheet.rows:
            found = find_heading(sheet.rows)
            heading = found or Heading(0, 0, sheet.rows[0].cells)
            below = sheet.rows[heading.last + 1 :]
            filled = {p for row in below for p, cell in enumerate(row.cells) if cell}
            columns = assign(heading.texts) if found else {}
            yield ImportPart(sheet, heading, columns, frozenset(filled))


def tables(upload: Upload, chosen: Chosen) -> tuple[Table, ...]:
    """The sheets of which somebody knows what a column means."""
    return tuple(
        map_columns(part.sheet, part.heading, columns)
        for part in upload.parts
        if (columns := chosen.get(part.sheet.name))
    )


def left_over(upload: Upload, chosen: Chosen) -> tuple[Unused, ...]:
    """What of the file would not be used."""
    return tuple(unused(upload.book, tables(upload, chosen)))


def plan(services: ServiceParts, upload: Upload, chosen: Chosen) -> ImportPlan:
    """Return what importing would do now; nothing is changed."""
    found = tables(upload, chosen)
    with services.journal.reading() as session:
        return importing.plan(session, found, services.zone, services.clock.now().utc)


def apply(
    services: ServiceParts, upload: Upload, chosen: Chosen
) -> Callable[[UnitOfWork, Actor], int]:
    """Return the change that imports the file as one batch, planned anew in its transaction."""

    def act(unit: UnitOfWork, by: Actor) -> int:
        found = tables(upload, chosen)
        planned = importing.plan(unit.session, found, services.zone, by.at)
        batch = importing.apply(unit.session, planned, upload.name, upload.content, by)
        detail: dict[str, object] = {"taken": planned.taken, "refused": planned.rows_refused}
        unit.append(Audited(by.who, "import_applied", upload.name, detail=detail))
        return batch.id or 0

    return act


def take_back(number: int) -> Callable[[UnitOfWork, Actor], tuple[ChangedSince, ...] | None]:
    """Return the change that undoes a batch: empty when done, None where it was undone before."""

    def act(unit: UnitOfWork, by: Actor) -> tuple[ChangedSince, ...] | None:
        batch = store.get(unit.session, ImportBatch, number)
        try:
            since = undo.undo(unit.session, batch, by)
        except UndoneTwiceError:
            return None
        if not since:
            unit.append(Audited(by.who, "import_undone", batch.file_name))
        return since

    return act


def batches(session: Session) -> tuple[ImportSummary, ...]:
    """Return the last imports, newest first."""
    wanted = select(ImportBatch).order_by(col(ImportBatch.id).desc()).limit(10)
    return tuple(
        ImportSummary(
            row.id or 0,
            row.file_name,
            row.at,
            row.who,
            row.rows,
            row.refused,
            row.undone_at,
            row.undone_by or "",
        )
        for row in session.exec(wanted)
    )
