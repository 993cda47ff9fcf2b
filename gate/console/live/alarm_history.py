"""Alarms: those that stand, by kind, and the history: which, where, when, who took them on."""

from collections.abc import Sequence
from html import escape
from typing import Final

from gate.auth.permissions import Permission
from gate.console.components.paged_list import DayFields, PagedList
from gate.console.live.alarms import AlarmStrip
from gate.console.ui import widgets
from gate.console.ui.alarm_texts import severity_badge, why_html
from gate.console.ui.page import PageContext
from gate.console.ui.pages import Pages
from gate.console.ui.queries import ask
from gate.domain.alarms import severity_of
from gate.reports.alarms import AlarmFilter
from gate.reports.model import AlarmRow

LENGTH: Final = 60
_STATES: Final = {"all": None, "standing": True, "acknowledged": False}


def add(pages: Pages) -> None:
    """Register the page."""
    pages.add("/alarms", "nav.alarms", Permission.WATCH, build)


async def build(visit: PageContext) -> None:
    """Fill the page."""
    page = AlarmsPage(visit, await ask(visit.services.reports.alarm_kinds) or ())
    await page.refresh()


class AlarmsPage:
    """The strip of those that stand, a filter, and the history."""

    def __init__(self, visit: PageContext, kinds: tuple[str, ...]) -> None:
        self._visit = visit
        self._names = {str(view.lane): view.name for view in visit.services.lanes.views()}
        widgets.hidden_heading(visit.say("nav.alarms"))
        self._strip = AlarmStrip(visit, shown=None)
        self._filter(kinds)
        self._list = PagedList(visit, Permission.WATCH, self._lines, self._nothing)
        visit.keys.lay({"k": self._strip.acknowledge_first})
        visit.listen(self._heard)

    def _filter(self, kinds: tuple[str, ...]) -> None:
        say, texts = self._visit.say, self._visit.texts
        with widgets.div("card filters"):
            names = {kind: texts.name_of("alarm.kind", kind) for kind in kinds}
            states = {name: say(f"alarm.state.{name}") for name in _STATES}
            self._kind = widgets.choice_field(say("alarm.what"), names, clearable=True)
            self._lane = widgets.choice_field(say("log.lane"), self._names, clearable=True)
            self._state = widgets.choice_field(say("alarm.state"), states, "all")
            self._actor = widgets.text_field(say("alarm.by"))
            self._days = DayFields(self._visit, "visitor.first", "visitor.last")
            self._actor.on("keydown.enter", self.search)
            widgets.button(say("shell.search"), self.search, kind="main", icon="search")

    def _heard(self, kind: str, _: object) -> None:
        if kind == "entry":
            self._strip.changed()
        elif kind == "lane":
            self._strip.lane_changed()

    async def refresh(self) -> None:
        """Show the newest of everything."""
        await self._strip.refresh()
        await self._show(AlarmFilter())

    async def search(self) -> None:
        """Show the newest that match."""
        which = AlarmFilter(
            since=self._days.since,
            until=self._days.until,
            kind=str(self._kind.value or ""),
            lane=str(self._lane.value or ""),
            standing=_STATES[str(self._state.value or "all")],
            actor=str(self._actor.value or "").strip(),
        )
        await self._show(which)

    async def _show(self, which: AlarmFilter) -> None:
        reports = self._visit.services.reports
        await self._list.show(lambda cursor: reports.alarm_page(which, cursor, LENGTH))

    def _nothing(self) -> None:
        widgets.empty(self._visit.say("alarm.nothing"), icon="notifications_none")

    def _lines(self, rows: Sequence[AlarmRow]) -> None:
        say = self._visit.say
        heads = ("log.time", "alarm.what", "log.lane", "alarm.state")
        cells = (self._cells(row) for row in rows)
        widgets.table([say(head) for head in heads], cells, caption=say("nav.alarms"))

    def _cells(self, row: AlarmRow) -> list[str]:
        visit, texts = self._visit, self._visit.texts
        name = escape(texts.name_of("alarm.kind", row.kind))
        seen = visit.say("alarm.state.standing")
        if row.acknowledged is not None:
            seen = visit.say("alarm.seen", by=row.actor, at=visit.hour(row.acknowledged))
        remark = f"：{row.remark}" if row.remark else ""
        badge = severity_badge(texts, severity_of(row.kind))
        return [
            f'<span class="mono">{visit.hour(row.raised)}</span>',
            f"{badge} {name}{why_html(texts, row.kind, row.evidence)}",
            escape(self._names.get(row.lane, row.lane)),
            escape(seen + remark),
        ]
