"""The traffic log: filters, pages by cursor, and an export of what was filtered.

A page of the log never waits for a hopeless filter: the journal stops after a bounded look and
gives a cursor; the button then goes on looking.
"""

from collections.abc import Sequence
from html import escape

from gate.auth.permissions import Permission
from gate.console.components.data_access import with_reason
from gate.console.components.dates import span_text
from gate.console.components.decision_texts import (
    actor_text,
    household_text,
    reason_text,
    verdict_look,
)
from gate.console.components.export_dialog import export_passages
from gate.console.components.plate_chip import plate_chip
from gate.console.records.log_filter import FilterBar, names_somebody
from gate.console.ui import widgets
from gate.console.ui.page import PageContext
from gate.console.ui.pages import Pages
from gate.console.ui.queries import ask
from gate.reports.model import Page, PassageFilter, PassageRow

LENGTH = 40


def add(pages: Pages) -> None:
    """Register the page."""
    pages.add("/log", "nav.log", Permission.READ_LOG_TODAY, build)


async def build(visit: PageContext) -> None:
    """Fill the page."""
    await LogPage(visit).search()


class LogPage:
    """Filters above, lines below."""

    def __init__(self, visit: PageContext) -> None:
        self._visit = visit
        self._which = PassageFilter()
        say = visit.say
        widgets.hidden_heading(say("nav.log"))
        with widgets.div("card col-flex"):
            self._bar = FilterBar(visit, self.search)
            with widgets.div("row-flex"):
                widgets.button(say("shell.search"), self.search, kind="main", icon="search")
                widgets.button(say("shell.clear"), self._clear, icon="clear")
                if visit.may(Permission.EXPORT):
                    widgets.button(
                        say("export.title"),
                        lambda: export_passages(visit, self._bar.filter()),
                        icon="download",
                    )
                self._count = widgets.words("", "soft").props("aria-live=polite")
        self._rows = widgets.div("card").style("margin-top:12px")
        self._buttons = widgets.div("row-flex").style("margin-top:10px")

    async def search(self) -> None:
        """Show the newest lines that match; a look-up of somebody asks for a reason first."""
        if self._visit.act(Permission.READ_LOG_TODAY) is None:
            return
        which = self._bar.filter()
        if names_somebody(which):
            target = which.household or which.plate

            async def go_on() -> None:
                await self._show(which, None)

            with_reason(self._visit, Permission.READ_LOG_TODAY, "history", target, go_on)
        else:
            await self._show(which, None)

    async def _clear(self) -> None:
        self._bar.clear()
        await self.search()

    async def _show(self, which: PassageFilter, cursor: int | None) -> None:
        self._which = which
        reports = self._visit.services.reports
        page = await ask(lambda: reports.passages(which, cursor=cursor, limit=LENGTH))
        self._rows.clear()
        self._buttons.clear()
        with self._rows:
            self._lines(page)
        with self._buttons:
            self._older(page, cursor)
        if cursor is None:
            await self._tell_count(which)

    async def _tell_count(self, which: PassageFilter) -> None:
        count = await ask(lambda: self._visit.services.reports.count(which))
        if count is not None:
            key = "log.count" if count.exact else "log.count_at_least"
            self._count.set_content(escape(self._visit.say(key, n=f"{count.n:,}")))

    def _lines(self, page: Page | None) -> None:
        say = self._visit.say
        if page is None:
            widgets.empty(say("shell.record_away"), icon="cloud_off")
        elif not page.rows:
            if page.cursor:
                widgets.empty(say("log.more_to_look"))
            else:
                widgets.empty(say("log.nothing"), say("log.nothing_hint"))
        else:
            heads = [say(f"log.{name}") for name in HEADS]
            widgets.table(heads, passage_cells(self._visit, page.rows), caption=say("nav.log"))

    def _older(self, page: Page | None, cursor: int | None) -> None:
        say = self._visit.say
        if cursor is not None:
            widgets.button(
                say("shell.newest"), lambda: self._show(self._which, None), icon="first_page"
            )
        if page is not None and page.cursor is not None:
            widgets.button(
                say("shell.more"),
                lambda: self._show(self._which, page.cursor),
                icon="chevron_right",
            )


HEADS = ("time", "plate", "verdict", "why", "household", "lane", "actor", "dwell")


def passage_cells(visit: PageContext, rows: Sequence[PassageRow]) -> list[list[str]]:
    """Return the lines of the log as HTML cells, in the order of HEADS."""
    names = {str(view.lane): view.name for view in visit.services.lanes.views()}
    return [_cells(visit, row, names) for row in rows]


def _cells(visit: PageContext, row: PassageRow, names: dict[str, str]) -> list[str]:
    texts = visit.texts
    badge = widgets.badge_html(*verdict_look(texts, row.verdict, row.outcome))
    text = row.plate or row.plate_read
    plate = plate_chip(text, row.colour, size="small")
    named = "" if text else f' aria-label="{escape(visit.say("ask.no_plate"))}"'
    why = reason_text(texts, row.reason) if row.reason else ""
    return [
        f'<a class="mono" href="/passages/{row.passage}">{visit.hour(row.started)}</a>',
        f'<a href="/passages/{row.passage}"{named}>{plate}</a>',
        badge,
        escape(why),
        escape(household_text(texts, row.household)),
        escape(names.get(str(row.lane), str(row.lane))),
        escape(actor_text(visit.texts, row.actor)),
        escape(span_text(visit, row.dwell)),
    ]
