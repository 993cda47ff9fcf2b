"""`gate registry import FILE [--dry-run] [--refused FILE]`, `gate registry export FILE` and
`gate registry template FILE`.

Import takes every good row in one transaction and lists every bad one with its cell and reason, and
everything in the file that it did not use. Exit status: 0 all of it is in, 1 some rows were refused
or something was not used and the rest is in, 2 nothing could be read.
A progress bar goes to stderr where that is a terminal.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session
from tqdm import tqdm

from gate.app.store import open_store
from gate.domain.entries import Audited
from gate.domain.errors import JournalUnavailableError
from gate.domain.ports import Clock, Journal
from gate.i18n.texts import Language, Texts
from gate.services import import_texts
from gate.settings.config import Config, load
from registry.spreadsheets import importing
from registry.spreadsheets.columns import Table
from registry.spreadsheets.drafts import Entity
from registry.spreadsheets.export import export
from registry.spreadsheets.grid import MAX_BYTES, SheetFault
from registry.spreadsheets.plan import ImportPlan
from registry.spreadsheets.reading.aside import read_now
from registry.spreadsheets.sheets import write_csv, write_xlsx
from registry.spreadsheets.unused import Understood, Unused, understand
from registry.store.store import Actor

_WHO: Final = "command line"
_READ, _SOME, _NOTHING = 0, 1, 2


@dataclass(frozen=True, slots=True)
class RegistryCommands:
    """What both verbs need."""

    journal: Journal
    clock: Clock
    zone: ZoneInfo
    texts: Texts

    def author(self) -> Actor:
        """The command line, now."""
        return Actor(_WHO, self.clock.now().utc)


def import_file(config: Path, file: Path, *, dry_run: bool, refused: Path | None = None) -> int:
    """Import a spreadsheet and return the exit status. Raises ConfigError.

    refused: where to write the rows that were not taken, with what is wrong with them.
    """
    return _at_desk(load(config), lambda desk: bring(desk, file, dry_run=dry_run, refused=refused))


def export_file(config: Path, file: Path) -> int:
    """Export the registry to a spreadsheet and return the exit status. Raises ConfigError."""
    return _at_desk(load(config), lambda desk: take(desk, file))


def template_file(config: Path, file: Path) -> int:
    """Write a spreadsheet to fill in and return the exit status. Raises ConfigError."""
    texts = Texts(Language(load(config).site.language))
    if file.suffix.lower() != ".xlsx":
        return _fail(texts.say("exchange.suffix_xlsx", file=file))
    if not _written(texts, file, import_texts.empty_file(texts)):
        return _NOTHING
    print(texts.say("exchange.template", file=file))
    return _READ


def _at_desk(config: Config, work: Callable[[RegistryCommands], int]) -> int:
    zone, texts = ZoneInfo(config.site.timezone), Texts(Language(config.site.language))
    store = open_store(config)
    try:
        return work(RegistryCommands(store.journal, store.clock, zone, texts))
    except JournalUnavailableError as error:
        return _fail(texts.say("exchange.away", why=error))
    finally:
        store.close()


def bring(desk: RegistryCommands, file: Path, *, dry_run: bool, refused: Path | None = None) -> int:
    """Import a spreadsheet; print what happened."""
    say = desk.texts.say
    opened = _opened(file)
    if isinstance(opened, str):
        return _fail(say("exchange.cannot_read", file=file, why=say(f"sheet_fault.{opened}")))
    content, found = opened
    if not found.tables:
        for line in _unused(desk.texts, found.unused):
            print(line, file=sys.stderr)
        why = say(f"sheet_fault.{SheetFault.NO_HEADINGS}")
        return _fail(say("exchange.cannot_read", file=file, why=why))
    try:
        plan, batch = (
            _dry_run(desk, found.tables) if dry_run else _import(desk, found.tables, file, content)
        )
    except IntegrityError:
        return _fail(say("exchange.raced"))
    for line in _report(desk.texts, found, plan, batch):
        print(line)
    return _status(desk.texts, found, plan, refused)


def _opened(file: Path) -> tuple[bytes, Understood] | str:
    """The file and what it comes to, or which of the texts of "sheet_fault" says why not."""
    try:
        if file.stat().st_size > MAX_BYTES:
            return SheetFault.TOO_LARGE
        content = file.read_bytes()
    except OSError:
        return "unreadable"
    book = read_now(content)
    return book.value if isinstance(book, SheetFault) else (content, understand(book))


def _status(texts: Texts, found: Understood, plan: ImportPlan, refused: Path | None) -> int:
    if refused is not None and plan.refused:
        if not _written(texts, refused, import_texts.mendable(texts, found.tables, plan)):
            return _SOME
        print(texts.say("exchange.refused_file", rows=plan.rows_refused, file=refused))
    lost = any(one.is_loss for one in found.unused)
    return _SOME if plan.refused or lost else _READ


def _dry_run(desk: RegistryCommands, tables: Sequence[Table]) -> tuple[ImportPlan, int | None]:
    with desk.journal.reading() as session:
        return _planned(session, desk, tables, desk.clock.now().utc), None


def _import(
    desk: RegistryCommands, tables: Sequence[Table], file: Path, content: bytes
) -> tuple[ImportPlan, int | None]:
    """ImportPlan and apply in one transaction, so that the plan cannot be out of date."""
    by = desk.author()
    with desk.journal.unit() as unit:
        plan = _planned(unit.session, desk, tables, by.at)
        batch = importing.apply(unit.session, plan, file.name, content, by)
        detail: dict[str, object] = {
            "batch": batch.id,
            "rows": plan.rows,
            "refused": plan.rows_refused,
        }
        unit.append(Audited(by=_WHO, action="import_applied", target=file.name, detail=detail))
    return plan, batch.id


def _planned(
    session: Session, desk: RegistryCommands, tables: Sequence[Table], at: datetime
) -> ImportPlan:
    silent = not sys.stderr.isatty()
    rows = sum(len(table.rows) for table in tables)
    with tqdm(total=rows, unit="row", disable=silent, file=sys.stderr) as bar:
        return importing.plan(session, tables, desk.zone, at, bar.update)


def _report(texts: Texts, found: Understood, plan: ImportPlan, batch: int | None) -> Iterator[str]:
    say, several = texts.say, len(found.tables) > 1
    for refused in plan.refused:
        why, cell = (
            import_texts.refusal(texts, refused),
            import_texts.where(refused, several=several),
        )
        yield say("exchange.refused", row=refused.row, cell=cell, why=why, value=refused.value)
    for warned in plan.warned:
        why, cell = import_texts.warning(texts, warned), import_texts.where(warned, several=several)
        yield say("exchange.warned", row=warned.row, cell=cell, why=why, value=warned.value)
    yield from _unused(texts, found.unused)
    counts = {"rows": plan.rows, "taken": plan.taken, "refused": plan.rows_refused}
    yield say("exchange.rows", **counts)
    yield say("exchange.would") if batch is None else say("exchange.done", batch=batch)
    new: Counter[Entity] = Counter()
    changed: Counter[Entity] = Counter()
    for planned in plan.changes():
        (changed if planned.before else new)[planned.entity] += 1
    for entity in Entity:
        what = say(f"exchange.entity.{entity.value}")
        yield say("exchange.count", what=what, new=new[entity], changed=changed[entity])


def _unused(texts: Texts, unused: Sequence[Unused]) -> Iterator[str]:
    several = len({one.sheet for one in unused}) > 1
    for one in unused:
        what, at = import_texts.left_over(texts, one), import_texts.where(one, several=several)
        key = "exchange.unused" if at else "exchange.unused_file"
        yield texts.say(key, where=at, what=what)


def take(desk: RegistryCommands, file: Path) -> int:
    """Export the registry; print how many rows."""
    say = desk.texts.say
    write = {".xlsx": write_xlsx, ".csv": write_csv}.get(file.suffix.lower())
    if write is None:
        return _fail(say("exchange.suffix", file=file))
    with desk.journal.unit() as unit:
        lines = export(unit.session, desk.zone)
        detail: dict[str, object] = {"rows": len(lines) - 1}
        unit.append(Audited(by=_WHO, action="export_registry", target=file.name, detail=detail))
    if not _written(desk.texts, file, write(lines)):
        return _NOTHING
    print(say("exchange.exported", rows=len(lines) - 1, file=file))
    return _READ


def _written(texts: Texts, file: Path, content: bytes) -> bool:
    """Write a file; print why not, where that fails."""
    try:
        file.write_bytes(content)
    except OSError as error:
        _fail(texts.say("exchange.cannot_write", file=file, why=error.strerror))
        return False
    return True


def _fail(message: str) -> int:
    print(message, file=sys.stderr)
    return _NOTHING
