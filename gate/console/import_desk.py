"""A spreadsheet on its way into the register: read, mapped, planned, applied. No page here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from gate.console.services import Services
from gate.entries import Audited
from gate.ports import Unit
from registry import exchange, sheets, store, undo
from registry.columns import Column, Table, find_table, map_columns, meaning
from registry.plan import Plan
from registry.records import ImportBatch
from registry.sheets import Row, SheetFault
from registry.store import Author
from registry.undo import ChangedSince, UndoneTwiceError


@dataclass(frozen=True, slots=True)
class Sheet:
    """A file that could be read. columns: what we think its columns mean, by place from 0."""

    name: str
    content: bytes
    rows: tuple[Row, ...]
    heading: int
    columns: Mapping[Column, int]

    @property
    def headings(self) -> tuple[str, ...]:
        """The texts of the heading row."""
        return self.rows[self.heading].cells if self.rows else ()


@dataclass(frozen=True, slots=True)
class Batch:
    """An import that was applied."""

    id: int
    name: str
    at: datetime
    who: str
    rows: int
    refused: int
    undone_at: datetime | None
    undone_by: str


def open_sheet(name: str, content: bytes) -> Sheet | SheetFault:
    """Read a file and guess what its columns mean."""
    rows = sheets.read(content)
    if isinstance(rows, SheetFault):
        return rows
    if not rows:
        return SheetFault.EMPTY
    heading = _heading(rows)
    columns: dict[Column, int] = {}
    for place, text in enumerate(rows[heading].cells):
        if (column := meaning(text)) is not None:
            columns.setdefault(column, place)
    return Sheet(name, content, rows, heading, columns)


def _heading(rows: tuple[Row, ...]) -> int:
    """Return the place of the heading row; the first row where none looks like one."""
    table = find_table(rows)
    if isinstance(table, SheetFault):
        return 0
    first = table.rows[0].number if table.rows else rows[-1].number + 1
    above = [place for place, row in enumerate(rows) if row.number < first and any(row.cells)]
    return above[-1] if above else 0


def plan(services: Services, sheet: Sheet, columns: Mapping[Column, int]) -> Plan:
    """Return what importing would do now; nothing is changed."""
    table = _table(sheet, columns)
    with services.journal.reading() as session:
        return exchange.plan(session, table, services.zone, services.clock.now().utc)


def _table(sheet: Sheet, columns: Mapping[Column, int]) -> Table:
    return map_columns(sheet.rows, sheet.heading, columns)


def apply(
    services: Services, sheet: Sheet, columns: Mapping[Column, int]
) -> Callable[[Unit, Author], int]:
    """Return the change that imports the sheet as one batch, planned anew in its transaction."""

    def act(unit: Unit, by: Author) -> int:
        table = _table(sheet, columns)
        planned = exchange.plan(unit.session, table, services.zone, by.at)
        batch = exchange.apply(unit.session, planned, sheet.name, sheet.content, by)
        detail: dict[str, object] = {"taken": planned.taken, "refused": planned.rows_refused}
        unit.append(Audited(by.who, "import_applied", sheet.name, detail=detail))
        return batch.id or 0

    return act


def take_back(number: int) -> Callable[[Unit, Author], tuple[ChangedSince, ...] | None]:
    """Return the change that undoes a batch: empty when done, None where it was undone before."""

    def act(unit: Unit, by: Author) -> tuple[ChangedSince, ...] | None:
        batch = store.get(unit.session, ImportBatch, number)
        try:
            since = undo.undo(unit.session, batch, by)
        except UndoneTwiceError:
            return None
        if not since:
            unit.append(Audited(by.who, "import_undone", batch.file_name))
        return since

    return act


def batches(session: Session) -> tuple[Batch, ...]:
    """Return the last imports, newest first."""
    wanted = select(ImportBatch).order_by(col(ImportBatch.id).desc()).limit(10)
    return tuple(
        Batch(
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
