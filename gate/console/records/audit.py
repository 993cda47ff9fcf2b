"""The audit log: who did what, to what, when and why. For managers and auditors."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from html import escape
from typing import Final

from gate.auth.permissions import Permission
from gate.console.components.export_dialog import export_sheet
from gate.console.records.audit_texts import action_text, actor_text, target_html, why_words
from gate.console.ui import widgets
from gate.console.ui.page import PageContext
from gate.console.ui.pages import Pages
from gate.console.ui.queries import ask
from gate.reports.exports import Listed
from gate.reports.model import AuditFilter, AuditPage, AuditRow
from registry.spreadsheets.formulas import harmless

LENGTH: Final = 60
PORTION: Final = 500
HEADS: Final = ("log.time", "log.actor", "lookups.action", "lookups.target", "shell.reason")
KINDS: Final = {
    "everything": "",
    "look_ups": "look_up*",
    "log_ins": "log_in*",
    "exports": "export*",
    "settings": "setting*",
    "alarms": "alarm*",
    "registry": "vehicle*",
    "visitors": "visitor*",
}


def add(pages: Pages) -> None:
    """Register the page."""
    pages.add("/lookups", "nav.lookups", Permission.READ_AUDIT, build)


async def build(visit: PageContext) -> None:
    """Fill the page."""
    await LookupsPage(visit).search()


class LookupsPage:
    """Filters above, lines below."""

    def __init__(self, visit: PageContext) -> None:
        self._visit = visit
        self._which = AuditFilter()
        say = visit.say
        widgets.hidden_heading(say("nav.lookups"))
        with widgets.div("card filters"):
            kinds = {name: say(f"lookups.{name}") for name in KINDS}
            self._kind = widgets.choice_field(say("lookups.kind"), kinds, "everything")
            self._actor = widgets.text_field(say("log.actor"))
            self._target = widgets.text_field(say("lookups.target"))
            self._first, self._last = (
                widgets.text_field(say(key)).props("type=date stack-label")
                for key in ("log.first_day", "log.last_day")
            )
            for typed in (self._actor, self._target):
                typed.on("keydown.enter", self.search)
            widgets.button(say("shell.search"), self.search, kind="main", icon="search")
            if visit.may(Permission.EXPORT):
                widgets.button(say("export.title"), self._export, icon="download")
        self._rows = widgets.div("card").style("margin-top:12px")
        self._buttons = widgets.div("row-flex").style("margin-top:10px")

    def _wanted(self) -> AuditFilter:
        first, last = self._day(self._first.value), self._day(self._last.value)
        return AuditFilter(
            since=first,
            until=last + timedelta(days=1) if last else None,
            actor=str(self._actor.value or "").strip(),
            action=KINDS[str(self._kind.value)],
            target=str(self._target.value or "").strip(),
        )

    def _day(self, typed: object) -> datetime | None:
        if not typed:
            return None
        day = datetime.fromisoformat(str(typed)).date()
        return datetime.combine(day, time(), self._visit.services.zone)

    def _export(self) -> None:
        visit, which = self._visit, self._wanted()
        if visit.act(Permission.READ_AUDIT) is not None:
            export_sheet(visit, lambda: listed(visit, which))

    async def search(self) -> None:
        """Show the newest lines that match."""
        self._which = self._wanted()
        await self._show(None)

    async def _show(self, cursor: int | None) -> None:
        if self._visit.act(Permission.READ_AUDIT) is None:
            return
        reports, which = self._visit.services.reports, self._which
        page = await ask(lambda: reports.audit(which, cursor, LENGTH))
        self._rows.clear()
        self._buttons.clear()
        with self._rows:
            self._lines(page)
        with self._buttons:
            self._older(page, cursor)

    def _lines(self, page: AuditPage | None) -> None:
        say = self._visit.say
        if page is None:
            widgets.empty(say("shell.record_away"), icon="cloud_off")
        elif not page.rows:
            widgets.empty(say("lookups.nothing"), say("lookups.nothing_hint"), "policy")
        else:
            heads = [say(key) for key in HEADS]
            widgets.table(
                heads, (self._cells(row) for row in page.rows), caption=say("nav.lookups")
            )

    def _cells(self, row: AuditRow) -> list[str]:
        visit = self._visit
        return [
            f'<span class="mono">{visit.hour(row.at)}</span>',
            escape(actor_text(visit.texts, row)),
            escape(action_text(visit.texts, row.action)),
            target_html(visit, row) + self._picture(row),
            escape(why_words(visit, row)),
        ]

    def _picture(self, row: AuditRow) -> str:
        """Return a link to what the camera showed when a person acted on an arm."""
        picture = str(row.detail.get("picture", ""))
        if not picture:
            return ""
        said = escape(self._visit.say("passage.pictures"))
        return f' <a href="/console/picture/{escape(picture)}.jpg" target="_blank">{said}</a>'

    def _older(self, page: AuditPage | None, cursor: int | None) -> None:
        say = self._visit.say
        if cursor is not None:
            widgets.button(say("shell.newest"), lambda: self._show(None), icon="first_page")
        if page is not None and page.cursor is not None:
            widgets.button(say("shell.more"), lambda: self._show(page.cursor), icon="chevron_right")


def listed(visit: PageContext, which: AuditFilter) -> Listed:
    """The lines of the audit that match, newest first, in the reader's words."""
    headings = tuple(visit.say(key) for key in HEADS)
    return Listed(f"audit {which}", headings, _file_lines(visit, which))


def _file_lines(visit: PageContext, which: AuditFilter) -> Iterator[list[str]]:
    cursor: int | None = None
    while True:
        page = visit.services.reports.audit(which, cursor, PORTION)
        for row in page.rows:
            cells = (
                visit.time(row.at),
                actor_text(visit.texts, row),
                action_text(visit.texts, row.action),
                row.target,
                why_words(visit, row),
            )
            yield [harmless(cell) for cell in cells]
        if (cursor := page.cursor) is None:
            return
