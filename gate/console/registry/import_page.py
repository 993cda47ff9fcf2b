"""Import: a spreadsheet is read, its columns mapped, tried dry, applied as one batch, and undone.

Nothing changes before the person has seen what would change, which cells are refused and why, and
what of the file is not used. An empty file to fill in, and the refused rows, can be taken away.
"""

from collections import Counter
from collections.abc import Callable
from html import escape
from typing import Final

from nicegui import events, run, ui

from gate.auth.permissions import Permission
from gate.console.ui import mutations, widgets
from gate.console.ui.confirm import confirm
from gate.console.ui.mutations import Rejected
from gate.console.ui.page import PageContext
from gate.console.ui.pages import Pages
from gate.console.ui.queries import ask
from gate.i18n.texts import Language
from gate.services import import_texts, imports, units
from gate.services.imports import Chosen, ImportPart, ImportSummary, Upload
from registry.spreadsheets.columns import HEADINGS, JOINED, Column, Columns
from registry.spreadsheets.grid import MAX_BYTES, SheetFault
from registry.spreadsheets.plan import ImportPlan
from registry.spreadsheets.reading.aside import read

SHOWN: Final = 200
KINDS: Final = ".xlsx,.xlsm,.xls,.xlsb,.et,.ods,.csv,.txt,.tsv"
_XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MAX_MAPPED: Final = 20
"""Sheets whose columns may be mapped by hand; a building each is common, and more are taken too."""


def add(pages: Pages) -> None:
    """Register the page."""
    pages.add("/import", "nav.importing", Permission.CHANGE_REGISTRY, build)


async def build(visit: PageContext) -> None:
    """Fill the page."""
    await ImportPage(visit).draw_batches()


class ImportPage:
    """The four steps, and the last imports below them."""

    def __init__(self, visit: PageContext) -> None:
        self._visit = visit
        say = visit.say
        widgets.heading(say("nav.importing"))
        with widgets.div("card col-flex").style("margin-top:10px"):
            widgets.words(say("importing.hint"), "soft")
            widgets.words(say("importing.headings", names=self._usual_headings()), "soft small")
            upload = ui.upload(
                label=say("importing.choose"),
                auto_upload=True,
                max_file_size=MAX_BYTES,
                on_upload=self._uploaded,
                on_rejected=lambda: visit.warn("sheet_fault.too_large"),
            )
            upload.props(f'accept="{KINDS}" flat bordered').classes("field")
            with widgets.div("row-flex"):
                widgets.button(say("importing.template"), self._template, icon="download")
        self._mapping = widgets.div()
        self._result = widgets.div()
        self._batches = widgets.div()
        self._selects: dict[str, list[ui.select]] = {}

    def _usual_headings(self) -> str:
        """The headings that need no telling, in the language of the page."""
        chinese = self._visit.texts.language is Language.CHINESE
        return "、".join(HEADINGS.values()) if chinese else ", ".join(self._meanings().values())

    def _meanings(self) -> dict[str, str]:
        """What a column may mean, in the language of the page."""
        return {one.value: import_texts.heading(self._visit.texts, one) for one in Column}

    def _template(self) -> None:
        if self._visit.act(Permission.CHANGE_REGISTRY) is not None:
            name = f"{self._visit.say('importing.template_name')}.xlsx"
            ui.download.content(import_texts.empty_file(self._visit.texts), name, _XLSX)

    async def _uploaded(self, event: events.UploadEventArguments) -> None:
        if self._visit.act(Permission.CHANGE_REGISTRY) is None:
            return
        content = await event.file.read()
        self._mapping.clear()
        self._result.clear()
        with self._result:
            widgets.loading(self._visit.say("importing.reading"))
        book = await read(content)
        self._result.clear()
        if isinstance(book, SheetFault):
            self._visit.warn(f"sheet_fault.{book.value}")
            return
        upload = imports.opened(event.file.name, content, book)
        self._draw_mapping(upload)
        await self._try(upload)

    def _draw_mapping(self, upload: Upload) -> None:
        say = self._visit.say
        self._selects = {}
        with self._mapping, widgets.div("card col-flex").style("margin-top:12px"):
            widgets.heading(say("importing.columns"), 3)
            for part in upload.parts[:_MAX_MAPPED]:
                if len(upload.parts) > 1:
                    widgets.heading(say("importing.sheet", sheet=part.sheet.name), 4)
                if not part.columns:
                    widgets.words(say("importing.no_headings_here"), "soft")
                self._selects[part.sheet.name] = self._draw_part(part)
            with widgets.div("row-flex"):
                widgets.button(
                    say("importing.try"), lambda: self._try(upload), kind="main", icon="science"
                )

    def _draw_part(self, part: ImportPart) -> list[ui.select]:
        meanings = self._meanings()
        guessed = {place: c.value for c, places in part.columns.items() for place in places}
        headings = part.heading.texts
        width = max(len(headings), max(part.filled, default=-1) + 1)
        texts = [*headings, *[""] * (width - len(headings))]
        with widgets.div("filters"):
            return [
                widgets.choice_field(
                    text or f"#{place + 1}", meanings, guessed.get(place), clearable=True
                )
                for place, text in enumerate(texts)
            ]

    def _chosen(self, upload: Upload) -> Chosen:
        """What the person says; of sheets that are not on the page, what we think."""
        said = {name: self._columns(selects) for name, selects in self._selects.items()}
        return {**upload.guessed, **said}

    def _columns(self, selects: list[ui.select]) -> Columns:
        chosen: dict[Column, tuple[int, ...]] = {}
        for place, select in enumerate(selects):
            if select.value:
                column = Column(str(select.value))
                if column in JOINED or column not in chosen:
                    chosen[column] = (*chosen.get(column, ()), place)
        return chosen

    async def _try(self, upload: Upload) -> None:
        services, chosen = self._visit.services, self._chosen(upload)
        plan = await ask(lambda: imports.plan(services, upload, chosen))
        self._result.clear()
        with self._result:
            if plan is None:
                widgets.empty(self._visit.say("shell.record_away"), icon="cloud_off")
            elif not any(chosen.values()):
                self._not_used(upload, chosen)
                widgets.empty(self._visit.say("importing.nothing_chosen"), icon="help")
            else:
                self._draw_plan(upload, chosen, plan)

    def _draw_plan(self, upload: Upload, chosen: Chosen, plan: ImportPlan) -> None:
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
            self._not_used(upload, chosen)
            self._faults(upload, chosen, plan)
            if changes:
                widgets.button(
                    say("importing.apply", n=f"{plan.taken:,}"),
                    lambda: self._confirm(upload, plan),
                    kind="good big",
                    icon="done_all",
                )
            else:
                widgets.empty(say("importing.nothing"), icon="done_all")

    def _not_used(self, upload: Upload, chosen: Chosen) -> None:
        """What stands in the file and goes nowhere: nobody should find out at the lane."""
        texts, several = self._visit.texts, len(upload.book) > 1
        lines = [
            self._line(
                import_texts.where(one, several=several) or one.sheet,
                ("ask", "visibility_off") if one.is_loss else ("", "visibility_off"),
                import_texts.left_over(texts, one),
            )
            for one in imports.left_over(upload, chosen)
        ]
        if lines:
            title = self._visit.say("importing.not_used")
            widgets.heading(title, 4)
            heads = [self._visit.say("importing.cell"), self._visit.say("importing.why")]
            widgets.table(heads, lines[:SHOWN], caption=title)

    def _faults(self, upload: Upload, chosen: Chosen, plan: ImportPlan) -> None:
        texts, say = self._visit.texts, self._visit.say
        several = len(upload.parts) > 1
        lines = [
            self._line(
                import_texts.where(no, several=several) or str(no.row),
                ("bad", "close"),
                import_texts.refusal(texts, no),
                no.value,
            )
            for no in plan.refused[:SHOWN]
        ]
        lines += [
            self._line(
                import_texts.where(one, several=several) or str(one.row),
                ("ask", "warning"),
                import_texts.warning(texts, one),
                one.value,
            )
            for one in plan.warned[:SHOWN]
        ]
        if lines:
            heads = [say("importing.cell"), say("importing.why"), say("importing.value")]
            widgets.table(heads, lines, caption=say("importing.refused"))
        if len(plan.refused) > SHOWN:
            widgets.words(say("importing.more", n=f"{len(plan.refused) - SHOWN:,}"), "soft")
        if plan.refused:
            widgets.button(
                say("importing.download_refused", n=f"{plan.rows_refused:,}"),
                lambda: self._hand_back(upload, chosen, plan),
                icon="download",
            )

    async def _hand_back(self, upload: Upload, chosen: Chosen, plan: ImportPlan) -> None:
        visit = self._visit
        if visit.act(Permission.CHANGE_REGISTRY) is None:
            return
        found = imports.tables(upload, chosen)
        body = await run.io_bound(import_texts.mendable, visit.texts, found, plan)
        if body is not None:
            name = f"{visit.say('importing.refused_name')}.xlsx"
            ui.download.content(body, name, _XLSX)

    def _line(self, cell: str, look: tuple[str, str], said: str, *more: str) -> list[str]:
        return [
            f"<b>{escape(cell)}</b>",
            widgets.badge_html(said, *look),
            *(escape(one) for one in more),
        ]

    def _confirm(self, upload: Upload, plan: ImportPlan) -> None:
        say = self._visit.say

        async def agreed() -> None:
            act = imports.apply(self._visit.services, upload, self._chosen(upload))
            done = await mutations.make(self._visit, Permission.CHANGE_REGISTRY, act)
            if isinstance(done, Rejected):
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
        batches = await ask(lambda: units.read(services, imports.batches))
        self._batches.clear()
        with self._batches, widgets.div("card col-flex").style("margin-top:12px"):
            widgets.heading(say("importing.earlier"), 3)
            if not batches:
                widgets.empty(say("importing.none"), icon="upload_file")
            for batch in batches or ():
                self._batch(batch)

    def _batch(self, batch: ImportSummary) -> None:
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

    def _undoer(self, batch: ImportSummary) -> Callable[[], None]:
        return lambda: self._undo(batch)

    def _undo(self, batch: ImportSummary) -> None:
        visit, say = self._visit, self._visit.say

        async def agreed() -> None:
            since = await mutations.make(
                visit, Permission.CHANGE_REGISTRY, imports.take_back(batch.id)
            )
            if isinstance(since, Rejected):
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
