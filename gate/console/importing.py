"""Import: a spreadsheet is read, its columns mapped, tried dry, applied as one batch, and undone.

Nothing changes before the person has seen what would change and which cells are refused and why.
"""

from collections import Counter
from collections.abc import Callable
from html import escape
from typing import Final

from nicegui import events, run, ui

from gate.console import changing, import_desk, register_desk, widgets
from gate.console.asking_aside import ask
from gate.console.changing import NotDone
from gate.console.confirming import confirm
from gate.console.import_desk import Batch, Sheet
from gate.console.pages import Pages
from gate.console.visit import Visit
from gate.people import Action
from gate.texts import Language
from registry.columns import HEADINGS, Column
from registry.plan import Plan
from registry.sheets import SheetFault

SHOWN: Final = 200
MOST_BYTES: Final = 20_000_000


def add(pages: Pages) -> None:
    """Register the page."""
    pages.add("/import", "nav.importing", Action.CHANGE_REGISTRY, build)


async def build(visit: Visit) -> None:
    """Fill the page."""
    await ImportPage(visit).draw_batches()


class ImportPage:
    """The four steps, and the last imports below them."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        say = visit.say
        widgets.heading(say("nav.importing"))
        with widgets.div("card col-flex").style("margin-top:10px"):
            widgets.words(say("importing.hint"), "soft")
            widgets.words(say("importing.headings", names=self._usual_headings()), "soft small")
            upload = ui.upload(
                label=say("importing.choose"),
                auto_upload=True,
                max_file_size=MOST_BYTES,
                on_upload=self._uploaded,
                on_rejected=lambda: visit.warn("sheet_fault.too_large"),
            )
            upload.props('accept=".xlsx,.csv" flat bordered').classes("field")
        self._mapping = widgets.div()
        self._result = widgets.div()
        self._batches = widgets.div()
        self._selects: list[ui.select] = []

    def _usual_headings(self) -> str:
        """The headings that need no telling, in the language of the page."""
        chinese = self._visit.texts.language is Language.CHINESE
        return "、".join(HEADINGS.values()) if chinese else ", ".join(self._meanings().values())

    def _meanings(self) -> dict[str, str]:
        """What a column may mean, in the language of the page."""
        if self._visit.texts.language is Language.CHINESE:
            return {column.value: HEADINGS[column] for column in Column}
        return {column.value: self._visit.say(f"column.{column.value}") for column in Column}

    async def _uploaded(self, event: events.UploadEventArguments) -> None:
        if self._visit.act(Action.CHANGE_REGISTRY) is None:
            return
        content = await event.file.read()
        sheet = await run.io_bound(import_desk.open_sheet, event.file.name, content)
        self._mapping.clear()
        self._result.clear()
        if sheet is None or isinstance(sheet, SheetFault):
            self._visit.warn(f"sheet_fault.{sheet.value if sheet else 'damaged'}")
            return
        self._draw_mapping(sheet)
        await self._try(sheet)

    def _draw_mapping(self, sheet: Sheet) -> None:
        say = self._visit.say
        meanings = self._meanings()
        places = {place: column.value for column, place in sheet.columns.items()}
        with self._mapping, widgets.div("card col-flex").style("margin-top:12px"):
            widgets.heading(say("importing.columns"), 3)
            with widgets.div("filters"):
                self._selects = [
                    widgets.choice_field(
                        heading or f"#{place + 1}", meanings, places.get(place), clearable=True
                    )
                    for place, heading in enumerate(sheet.headings)
                ]
            with widgets.div("row-flex"):
                widgets.button(
                    say("importing.try"), lambda: self._try(sheet), kind="main", icon="science"
                )

    def _columns(self) -> dict[Column, int]:
        chosen: dict[Column, int] = {}
        for place, select in enumerate(self._selects):
            if select.value:
                chosen.setdefault(Column(str(select.value)), place)
        return chosen

    async def _try(self, sheet: Sheet) -> None:
        services, columns = self._visit.services, self._columns()
        plan = await ask(lambda: import_desk.plan(services, sheet, columns))
        self._result.clear()
        with self._result:
            if plan is None:
                widgets.empty(self._visit.say("shell.record_away"), icon="cloud_off")
            else:
                self._draw_plan(sheet, plan)

    def _draw_plan(self, sheet: Sheet, plan: Plan) -> None:
        visit, say = self._visit, self._visit.say
        changes = list(plan.changes())
        made = Counter((change.entity.value, bool(change.before)) for change in changes)
        with widgets.div("card col-flex").style("margin-top:12px"):
            widgets.heading(say("importing.dry"), 3)
            with widgets.div("cards"):
                widgets.figure(say("importing.rows"), f"{plan.rows:,}")
                widgets.figure(say("importing.taken"), f"{plan.taken:,}")
                widgets.figure(say("importing.refused"), f"{plan.rows_refused:,}")
            for (entity, changed), n in sorted(made.items()):
                word = say("importing.changed" if changed else "importing.new")
                kind = visit.texts.name_of("entity", entity)
                widgets.words(f"{word} · {kind}: {n:,}")
            self._faults(plan)
            if changes:
                widgets.button(
                    say("importing.apply", n=f"{plan.taken:,}"),
                    lambda: self._confirm(sheet, plan),
                    kind="good big",
                    icon="done_all",
                )
            else:
                widgets.empty(say("importing.nothing"), icon="done_all")

    def _faults(self, plan: Plan) -> None:
        say = self._visit.say
        lines = [
            self._fault(one.cell or str(one.row), "row_fault", one.fault.value, one.value)
            for one in plan.refused[:SHOWN]
        ]
        lines += [
            self._fault(one.cell or str(one.row), "row_warning", one.warning.value, one.value)
            for one in plan.warned[:SHOWN]
        ]
        if lines:
            heads = [say("importing.cell"), say("importing.why"), say("importing.value")]
            widgets.table(heads, lines, caption=say("importing.refused"))

    def _fault(self, cell: str, area: str, fault: str, value: str) -> list[str]:
        kind, icon = ("bad", "close") if area == "row_fault" else ("ask", "warning")
        badge = widgets.badge_html(self._visit.texts.name_of(area, fault), kind, icon)
        return [f"<b>{escape(cell)}</b>", badge, escape(value)]

    def _confirm(self, sheet: Sheet, plan: Plan) -> None:
        say = self._visit.say

        async def agreed() -> None:
            act = import_desk.apply(self._visit.services, sheet, self._columns())
            done = await changing.make(self._visit, Action.CHANGE_REGISTRY, act)
            if isinstance(done, NotDone):
                return
            self._visit.tell("importing.applied", n=f"{plan.taken:,}")
            self._mapping.clear()
            self._result.clear()
            await self.draw_batches()

        confirm(
            self._visit,
            say("importing.apply_title"),
            say("importing.apply_text", taken=plan.taken, refused=plan.rows_refused),
            say("importing.apply", n=f"{plan.taken:,}"),
            agreed,
            kind="good",
        )

    async def draw_batches(self) -> None:
        """Draw the last imports."""
        services, say = self._visit.services, self._visit.say
        batches = await ask(lambda: register_desk.read(services, import_desk.batches))
        self._batches.clear()
        with self._batches, widgets.div("card col-flex").style("margin-top:12px"):
            widgets.heading(say("importing.earlier"), 3)
            if not batches:
                widgets.empty(say("importing.none"), icon="upload_file")
            for batch in batches or ():
                self._batch(batch)

    def _batch(self, batch: Batch) -> None:
        visit, say = self._visit, self._visit.say
        with widgets.div("row-flex"):
            counts = say("importing.counts", rows=batch.rows, refused=batch.refused)
            text = f"{visit.time(batch.at)} · {batch.who} · {batch.name} · {counts}"
            widgets.words(text, "grow")
            if batch.undone_at is not None:
                widgets.badge(say("importing.undone", by=batch.undone_by), "", "undo")
            else:
                widgets.button(
                    say("importing.undo"), self._undoer(batch), kind="small", icon="undo"
                )

    def _undoer(self, batch: Batch) -> Callable[[], None]:
        return lambda: self._undo(batch)

    def _undo(self, batch: Batch) -> None:
        visit, say = self._visit, self._visit.say

        async def agreed() -> None:
            since = await changing.make(
                visit, Action.CHANGE_REGISTRY, import_desk.take_back(batch.id)
            )
            if isinstance(since, NotDone):
                return
            if since:
                visit.warn("importing.changed_since", n=len(since))
            else:
                visit.tell("importing.is_undone")
            await self.draw_batches()

        confirm(
            self._visit,
            say("importing.undo"),
            say("importing.undo_text", name=batch.name),
            say("importing.undo"),
            agreed,
        )
