"""The log of look-ups and changes: who did what, to whom, why. For managers and auditors."""

from html import escape
from typing import Final

from gate.console import widgets
from gate.console.asking_aside import ask
from gate.console.lane_words import remark_text
from gate.console.look_up import why_text
from gate.console.pages import Pages
from gate.console.visit import Visit
from gate.people import Action
from gate.report_values import AuditFilter, AuditPage, AuditRow

LENGTH: Final = 60
KINDS: Final = {
    "look_ups": "look_up*",
    "log_ins": "log_in*",
    "exports": "export*",
    "settings": "setting*",
    "everything": "",
}


def add(pages: Pages) -> None:
    """Register the page."""
    pages.add("/lookups", "nav.lookups", Action.READ_AUDIT, build)


async def build(visit: Visit) -> None:
    """Fill the page."""
    await LookupsPage(visit).search()


class LookupsPage:
    """Filters above, lines below."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._which = AuditFilter()
        say = visit.say
        widgets.hidden_heading(say("nav.lookups"))
        with widgets.div("card row-flex"):
            kinds = {name: say(f"lookups.{name}") for name in KINDS}
            self._kind = widgets.choice_field(say("lookups.kind"), kinds, "look_ups")
            self._actor = widgets.text_field(say("log.actor"))
            self._target = widgets.text_field(say("lookups.target"))
            for field in (self._kind, self._actor, self._target):
                field.classes(remove="field").style("flex:1 1 160px")
            for typed in (self._actor, self._target):
                typed.on("keydown.enter", self.search)
            widgets.button(say("shell.search"), self.search, kind="main", icon="search")
        self._rows = widgets.div("card").style("margin-top:12px")
        self._buttons = widgets.div("row-flex").style("margin-top:10px")

    async def search(self) -> None:
        """Show the newest lines that match."""
        self._which = AuditFilter(
            actor=str(self._actor.value or "").strip(),
            action=KINDS[str(self._kind.value)],
            target=str(self._target.value or "").strip(),
        )
        await self._show(None)

    async def _show(self, cursor: int | None) -> None:
        if self._visit.act(Action.READ_AUDIT) is None:
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
            heads = [say("log.time"), say("log.actor"), say("lookups.action")]
            heads += [say("lookups.target"), say("shell.reason")]
            widgets.table(
                heads, (self._cells(row) for row in page.rows), caption=say("nav.lookups")
            )

    def _cells(self, row: AuditRow) -> list[str]:
        visit = self._visit
        return [
            f'<span class="mono">{visit.hour(row.at)}</span>',
            escape(row.actor),
            escape(visit.texts.name_of("audit", row.action)),
            escape(row.target) + self._picture(row),
            escape(self._why(row)),
        ]

    def _picture(self, row: AuditRow) -> str:
        """Return a link to what the camera showed when a person acted on an arm."""
        picture = str(row.detail.get("picture", ""))
        if not picture:
            return ""
        said = escape(self._visit.say("passage.pictures"))
        return f' <a href="/console/picture/{escape(picture)}.jpg" target="_blank">{said}</a>'

    def _why(self, row: AuditRow) -> str:
        """Return the reason in words: of a look-up, or of what was done to an arm."""
        texts = self._visit.texts
        return remark_text(texts, row.why) if row.lane else why_text(self._visit, row.why)

    def _older(self, page: AuditPage | None, cursor: int | None) -> None:
        say = self._visit.say
        if cursor is not None:
            widgets.button(say("shell.newest"), lambda: self._show(None), icon="first_page")
        if page is not None and page.cursor is not None:
            widgets.button(say("shell.more"), lambda: self._show(page.cursor), icon="chevron_right")
