"""Exports of passages: a reason and a line in the audit first, then pages of the log into a file.

The first lines of every file say who took it, when and why: that is the watermark. The sheets of
`registry.sheets` keep a spreadsheet from running what people typed.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from nicegui import run, ui
from sqlalchemy.exc import SQLAlchemyError

from gate.console import widgets
from gate.console.lane_words import household_text, reason_text
from gate.console.look_up import REASONS
from gate.console.visit import Visit
from gate.entries import Audited
from gate.errors import GateError
from gate.people import Action, User
from gate.report_values import PassageFilter, PassageRow
from registry.sheets import write_csv, write_xlsx

MOST: Final = 100_000
_PAGE: Final = 1_000
_TYPES: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}
HEADS: Final = (
    *("time", "lane", "direction", "plate", "read", "class", "verdict", "why", "household"),
    *("standing", "by", "remark", "opening", "outcome", "dwell"),
)


@dataclass(slots=True)
class Progress:
    """How far an export is; written by its thread, read by the page."""

    done: int = 0
    of: int = 1
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is exported: the filter, the kind of file, and who takes it why."""

    which: PassageFilter
    kind: str
    by: str
    why: str
    at: datetime
    progress: Progress = field(default_factory=Progress)


def export_sheet(visit: Visit, which: PassageFilter) -> None:
    """Ask for file and reason, then export with a bar."""
    if visit.act(Action.EXPORT) is None:
        return
    say = visit.say
    dialog, card = widgets.sheet(say("export.title"))
    progress = Progress()

    async def start() -> None:
        user = visit.act(Action.EXPORT)
        if user is None:
            return
        why = f"{reason.value}: {more.value.strip()}" if more.value.strip() else str(reason.value)
        wanted = Wanted(which, str(kind.value), user.name, why, visit.now(), progress)
        button.set_enabled(False)
        bar.set_visibility(True)
        if await _noted(visit, user, wanted):
            await _make(visit, wanted)
        dialog.close()

    def stop() -> None:
        progress.stopped = True
        dialog.close()

    with card:
        widgets.words(say("export.text"), "soft")
        kinds = {"xlsx": "Excel (xlsx)", "csv": "CSV"}
        kind = widgets.choice_field(say("export.kind"), kinds, "xlsx")
        names = {one: say(f"look_up.reason.{one}") for one in REASONS}
        reason = widgets.choice_field(say("shell.reason"), names, "check")
        more = widgets.text_field(say("look_up.more"))
        bar = ui.linear_progress(0.0, show_value=False, size="14px")
        bar.props["aria-label"] = say("export.title")
        bar.set_visibility(False)
        ui.timer(0.3, lambda: bar.set_value(min(1.0, progress.done / max(1, progress.of))))
        with widgets.div("row-flex"):
            button = widgets.button(say("export.start"), start, kind="main", icon="download")
            widgets.button(say("shell.cancel"), stop, key="Esc")
    visit.keys.lay_on(dialog, {})
    dialog.open()


async def _noted(visit: Visit, user: User, wanted: Wanted) -> bool:
    span = f"{wanted.which.since:%Y-%m-%d} … {wanted.which.until:%Y-%m-%d}"
    target = wanted.which.plate or wanted.which.household or span
    entry = Audited(user.name, "export_passages", target, wanted.why, {"kind": wanted.kind})
    try:
        await run.io_bound(visit.services.journal.append, entry)
    except GateError:
        visit.warn("shell.not_kept")
        return False
    return True


async def _make(visit: Visit, wanted: Wanted) -> None:
    try:
        body = await run.io_bound(passages_file, visit, wanted)
    except (GateError, SQLAlchemyError):
        visit.warn("shell.record_away")
        return
    if body and not wanted.progress.stopped:
        name = f"gate-{visit.local(wanted.at):%Y%m%d-%H%M}.{wanted.kind}"
        ui.download.content(body, name, _TYPES[wanted.kind])


def passages_file(visit: Visit, wanted: Wanted) -> bytes:
    """Return the file; slow for many passages, so call it off the event loop."""
    lines = [(watermark(visit, wanted),), tuple(visit.say(f"export.{name}") for name in HEADS)]
    wanted.progress.of = visit.services.reports.count(wanted.which, MOST).n or 1
    line = _liner(visit)
    cursor: int | None = None
    while len(lines) < MOST and not wanted.progress.stopped:
        page = visit.services.reports.passages(wanted.which, cursor, _PAGE)
        lines += [line(row) for row in page.rows]
        wanted.progress.done = len(lines)
        cursor = page.cursor
        if cursor is None:
            break
    return write_csv(lines) if wanted.kind == "csv" else write_xlsx(lines)


def watermark(visit: Visit, wanted: Wanted) -> str:
    """Return the line that says whose copy this is."""
    when = visit.time(wanted.at)
    site = visit.services.site
    return visit.say("export.watermark", site=site, by=wanted.by, at=when, why=wanted.why)


def _liner(visit: Visit) -> Callable[[PassageRow], tuple[str, ...]]:
    texts = visit.texts
    names = {str(view.lane): view.name for view in visit.services.lanes.views()}

    def line(row: PassageRow) -> tuple[str, ...]:
        return (
            visit.time(row.started),
            names.get(str(row.lane), str(row.lane)),
            texts.name_of("lane", row.direction),
            row.plate,
            row.plate_read,
            texts.name_of("plate_class", row.plate_class) if row.plate_class else "",
            texts.name_of("verdict", row.verdict) if row.verdict else "",
            reason_text(texts, row.reason) if row.reason else "",
            household_text(texts, row.household),
            texts.name_of("standing", row.standing) if row.standing else "",
            visit.say("shell.auto") if row.actor == "auto" else row.actor,
            row.remark,
            texts.name_of("opening", row.opening) if row.opening else "",
            texts.name_of("outcome", row.outcome) if row.outcome else "",
            str(row.dwell) if row.dwell is not None else "",
        )

    return line
