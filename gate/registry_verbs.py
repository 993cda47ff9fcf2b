"""`gate registry import FILE [--dry-run]` and `gate registry export FILE`.

Import takes every good row in one transaction and lists every bad one with its cell and reason.
Exit status: 0 every row is in, 1 some were refused and the rest are in, 2 nothing could be read.
A progress bar goes to stderr where that is a terminal.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session
from tqdm import tqdm

from gate.config import Config, load
from gate.entries import Audited
from gate.errors import JournalAway
from gate.ports import Clock, Journal
from gate.texts import Language, Texts
from gate.wiring import open_store
from registry import exchange
from registry.columns import Table
from registry.drafts import Entity
from registry.export import export
from registry.plan import Plan
from registry.sheets import SheetFault, write_csv, write_xlsx
from registry.store import Author

_WHO: Final = "command line"
_READ, _SOME, _NOTHING = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Desk:
    """What both verbs need."""

    journal: Journal
    clock: Clock
    zone: ZoneInfo
    texts: Texts

    def author(self) -> Author:
        """The command line, now."""
        return Author(_WHO, self.clock.now().utc)


def import_file(config: Path, file: Path, *, dry_run: bool) -> int:
    """Import a spreadsheet and return the exit status. Raises ConfigError."""
    return _at_desk(load(config), lambda desk: bring(desk, file, dry_run=dry_run))


def export_file(config: Path, file: Path) -> int:
    """Export the registry to a spreadsheet and return the exit status. Raises ConfigError."""
    return _at_desk(load(config), lambda desk: take(desk, file))


def _at_desk(config: Config, work: Callable[[Desk], int]) -> int:
    zone, texts = ZoneInfo(config.site.timezone), Texts(Language(config.site.language))
    store = open_store(config)
    try:
        return work(Desk(store.journal, store.clock, zone, texts))
    except JournalAway as error:
        return _fail(texts.say("exchange.away", why=error))
    finally:
        store.close()


def bring(desk: Desk, file: Path, *, dry_run: bool) -> int:
    """Import a spreadsheet; print what happened."""
    say = desk.texts.say
    try:
        content = file.read_bytes()
    except OSError:
        return _fail(say("exchange.cannot_read", file=file, why=say("sheet_fault.unreadable")))
    table = exchange.table_of(content)
    if isinstance(table, SheetFault):
        why = say(f"sheet_fault.{table.value}")
        return _fail(say("exchange.cannot_read", file=file, why=why))
    try:
        plan, batch = _dry_run(desk, table) if dry_run else _import(desk, table, file, content)
    except IntegrityError:
        return _fail(say("exchange.raced"))
    for line in _report(desk.texts, plan, batch):
        print(line)
    return _SOME if plan.refused else _READ


def _dry_run(desk: Desk, table: Table) -> tuple[Plan, int | None]:
    with desk.journal.reading() as session:
        return _planned(session, desk, table, desk.clock.now().utc), None


def _import(desk: Desk, table: Table, file: Path, content: bytes) -> tuple[Plan, int | None]:
    """Plan and apply in one transaction, so that the plan cannot be out of date."""
    by = desk.author()
    with desk.journal.unit() as unit:
        plan = _planned(unit.session, desk, table, by.at)
        batch = exchange.apply(unit.session, plan, file.name, content, by)
        detail: dict[str, object] = {
            "batch": batch.id,
            "rows": plan.rows,
            "refused": plan.rows_refused,
        }
        unit.append(Audited(by=_WHO, action="import_applied", target=file.name, detail=detail))
    return plan, batch.id


def _planned(session: Session, desk: Desk, table: Table, at: datetime) -> Plan:
    silent = not sys.stderr.isatty()
    with tqdm(total=len(table.rows), unit="row", disable=silent, file=sys.stderr) as bar:
        return exchange.plan(session, table, desk.zone, at, bar.update)


def _report(texts: Texts, plan: Plan, batch: int | None) -> Iterator[str]:
    say = texts.say
    for refused in plan.refused:
        why = say(f"row_fault.{refused.fault.value}")
        yield say(
            "exchange.refused", row=refused.row, cell=refused.cell, why=why, value=refused.value
        )
    for warned in plan.warned:
        why = say(f"row_warning.{warned.warning.value}")
        yield say("exchange.warned", row=warned.row, cell=warned.cell, why=why, value=warned.value)
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


def take(desk: Desk, file: Path) -> int:
    """Export the registry; print how many rows."""
    say = desk.texts.say
    write = {".xlsx": write_xlsx, ".csv": write_csv}.get(file.suffix.lower())
    if write is None:
        return _fail(say("exchange.suffix", file=file))
    with desk.journal.unit() as unit:
        lines = export(unit.session, desk.zone)
        detail: dict[str, object] = {"rows": len(lines) - 1}
        unit.append(Audited(by=_WHO, action="export_registry", target=file.name, detail=detail))
    try:
        file.write_bytes(write(lines))
    except OSError as error:
        return _fail(say("exchange.cannot_write", file=file, why=error.strerror))
    print(say("exchange.exported", rows=len(lines) - 1, file=file))
    return _READ


def _fail(message: str) -> int:
    print(message, file=sys.stderr)
    return _NOTHING
