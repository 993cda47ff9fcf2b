"""Exports of lists: a reason first, then `gate.reports.exports` writes the file, with a bar.

The file's first line says who took it, when and why; that it was taken is on record before its
first line is written.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from nicegui import run, ui
from sqlalchemy.exc import SQLAlchemyError

from gate.auth.permissions import Permission
from gate.console.components.data_access import REASONS, why_text
from gate.console.components.decision_texts import (
    actor_text,
    household_text,
    reason_text,
    remark_text,
)
from gate.console.components.reason_choice import ReasonChoice
from gate.console.ui import widgets
from gate.console.ui.once import OneShot
from gate.console.ui.page import PageContext
from gate.domain.errors import GateError
from gate.reports.exports import Columns, ExportWriter, Form, Listed, export, passages
from gate.reports.model import PassageFilter

FIELDS: Final = (
    *("started", "lane", "direction", "plate", "plate_read", "plate_class", "verdict", "reason"),
    *("household", "standing", "actor", "remark", "opening", "outcome", "dwell"),
)
_AREAS: Final = {
    "direction": "lane",
    "plate_class": "plate_class",
    "verdict": "verdict",
    "standing": "standing",
    "opening": "opening",
    "outcome": "outcome",
}
_TYPES: Final = {
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.CSV: "text/csv",
}


Source = Callable[[], Listed]
"""What gives the list once somebody has said why it is wanted."""


class StoppedError(GateError):
    """The person has closed the sheet: the file is not wanted any more."""


@dataclass(slots=True)
class Progress:
    """How far an export is; written by its thread, read by the page."""

    done: int = 0
    expected: int = 1
    stopped: bool = False

    def tell(self, done: int, expected: int) -> None:
        """Note how far it is. Raises StoppedError."""
        if self.stopped:
            raise StoppedError("the export was stopped")
        self.done, self.expected = done, expected

    @property
    def share(self) -> float:
        """How much is done, 0..1."""
        return min(1.0, self.done / max(1, self.expected))


def export_passages(visit: PageContext, which: PassageFilter) -> None:
    """Ask for file and reason, then export the matching passages."""
    services = visit.services
    export_sheet(visit, lambda: passages(services.reports, which, columns(visit), services.zone))


def export_sheet(visit: PageContext, source: Source) -> None:
    """Ask for file and reason, then export with a bar. source: asked off the event loop."""
    if visit.act(Permission.EXPORT) is None:
        return
    say = visit.say
    dialog, card = widgets.sheet(say("export.title"))
    progress, once = Progress(), OneShot()

    async def start() -> None:
        user = visit.act(Permission.EXPORT)
        why = reason.remark(str(more.value or ""))
        if user is None or why is None or not once.take():
            return
        button.set_enabled(False)
        bar.set_visibility(True)
        await _take(visit, source, Form(str(kind.value)), user.name, why, progress)
        dialog.close()

    def stop() -> None:
        progress.stopped = True
        dialog.close()

    with card:
        widgets.words(say("export.text"), "soft")
        kinds = {Form.XLSX.value: say("export.xlsx"), Form.CSV.value: say("export.csv")}
        kind = widgets.choice_field(say("export.kind"), kinds, Form.XLSX.value)
        names = {one: say(f"look_up.reason.{one}") for one in REASONS}
        reason = ReasonChoice(visit, names)
        more = widgets.text_field(say("look_up.more"))
        bar = ui.linear_progress(0.0, show_value=False, size="14px")
        bar.props["aria-label"] = say("export.title")
        bar.set_visibility(False)
        ui.timer(0.3, lambda: bar.set_value(progress.share))
        with widgets.div("row-flex"):
            button = widgets.button(say("export.start"), start, kind="main", icon="download")
            widgets.button(say("shell.cancel"), stop, key="Esc")
    visit.open_sheet(dialog, reason.keys)


async def _take(
    visit: PageContext, source: Source, form: Form, by: str, why: str, progress: Progress
) -> None:
    name = f"gate-{visit.local(visit.now()):%Y%m%d-%H%M%S}.{form.value}"
    try:
        body = await run.io_bound(file_of, visit, source, name, form, by, why, progress)
    except StoppedError:
        return
    except (GateError, SQLAlchemyError, OSError):
        visit.warn("shell.not_kept")
        return
    if body is not None:
        ui.download.content(body, name, _TYPES[form])


def file_of(
    visit: PageContext,
    source: Source,
    name: str,
    form: Form,
    by: str,
    why: str,
    progress: Progress,
) -> bytes:
    """Return the file; slow for many lines, so call it off the event loop."""
    with tempfile.TemporaryDirectory(prefix="gate-export-") as folder:
        target = Path(folder) / name
        export(
            visit.services.journal,
            source(),
            ExportWriter(by, why, watermark(visit, by, why)),
            target,
            form,
            progress=progress.tell,
        )
        return target.read_bytes()


def watermark(visit: PageContext, by: str, why: str) -> str:
    """Return the line that says whose copy this is."""
    at = visit.time(visit.now())
    said = why_text(visit, why)
    return visit.say("export.watermark", site=visit.services.site, by=by, at=at, why=said)


def columns(visit: PageContext) -> Columns:
    """Return the columns, their headings and how their values are said."""
    texts = visit.texts
    names = {str(view.lane): view.name for view in visit.services.lanes.views()}

    def words(field: str, value: str) -> str:
        match field:
            case "lane":
                return names.get(value, value)
            case "reason":
                return reason_text(texts, value) if value else ""
            case "household":
                return household_text(texts, value)
            case "remark":
                return remark_text(texts, value)
            case "actor":
                return actor_text(texts, value)
            case _:
                return texts.name_of(_AREAS[field], value) if field in _AREAS and value else value

    return Columns(FIELDS, tuple(visit.say(f"export.{name}") for name in FIELDS), words)
