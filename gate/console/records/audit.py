"""The audit log: who did what, to what, when and why. For managers and auditors."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import Final

from gate.auth.permissions import Permission
from gate.console.components.export_dialog import export_sheet
from gate.console.components.paged_list import DayFields, PagedList
from gate.console.records.audit_texts import action_text, actor_text, target_html, why_words
from gate.console.ui import widgets
from gate.console.ui.page import PageContext
from gate.console.ui.pages import Pages
from gate.reports.exports import Listed
from gate.reports.model import AuditFilter, AuditRow
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
        say = visit.say
        widgets.hidden_heading(say("nav.lookups"))
        with widgets.div("card filters"):
            kinds = {name: say(f"lookups.{name}") for name in KINDS}
            self._kind = widgets.choice_field(say("lookups.kind"), kinds, "everything")
            self._actor = widgets.text_field(say("log.actor"))
            self._target = widgets.text_field(say("lookups.target"))
            self._days = DayFields(visit, "log.first_day", "log.last_day")
            for typed in (self._actor, self._target):
                typed.on("keydown.enter", self.search)
            widgets.button(say("shell.search"), self.search, kind="main", icon="search")
            if visit.may(Permission.EXPORT):
                widgets.button(say("export.title"), self._export, icon="download")
        self._list = PagedList(visit, Permission.READ_AUDIT, self._lines, self._nothing)

    def _wanted(self) -> AuditFilter:
        return AuditFilter(
            since=self._days.since,
            until=self._days.until,
            actor=str(self._actor.value or "").strip(),
            action=KINDS[str(self._kind.value)],
            target=str(self._target.value or "").strip(),
        )

    def _export(self) -> None:
        visit, which = self._visit, self._wanted()
        if visit.act(Permission.READ_AUDIT) is not None:
            export_sheet(visit, lambda: listed(visit, which))

    async def search(self) -> None:
        """Show the newest lines that match."""
        which, reports = self._wanted(), self._visit.services.reports
        await self._list.show(lambda cursor: reports.audit(which, cursor, LENGTH))

    def _nothing(self) -> None:
        say = self._visit.say
        widgets.empty(say("lookups.nothing"), say("lookups.nothing_hint"), "policy")

    def _lines(self, rows: Sequence[AuditRow]) -> None:
        say = self._visit.say
        cells = (self._cells(row) for row in rows)
        widgets.table([say(key) for key in HEADS], cells, caption=say("nav.lookups"))

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
