"""The feed of passages beside the lanes: newest first, each a link to everything about it."""

from html import escape

from gate.console.components.decision_texts import (
    LEFT_ICON,
    household_text,
    icon_html,
    reason_text,
    verdict_look,
)
from gate.console.components.plate_chip import plate_chip
from gate.console.ui import widgets
from gate.console.ui.page import PageContext
from gate.console.ui.queries import LiveQuery
from gate.reports.model import Page, PassageFilter, PassageRow

LENGTH = 30


class Feed:
    """The newest passages of all lanes."""

    def __init__(self, visit: PageContext) -> None:
        self._visit = visit
        self._names = {view.lane: view.name for view in visit.services.lanes.views()}
        with widgets.div("card feed", tag="section"):
            widgets.heading(visit.say("live.feed"), 2)
            self._list = widgets.raw("", "feed-list").props("aria-live=polite")
        reports = visit.services.reports
        self._asked = LiveQuery(lambda: reports.passages(PassageFilter(), limit=LENGTH), self._show)
        self.changed = self._asked.changed
        self.refresh = self._asked.refresh

    def _show(self, page: Page | None) -> None:
        if page is None:
            html = escape(self._visit.say("shell.record_away"))
        elif not page.rows:
            html = f'<div class="empty">{escape(self._visit.say("live.no_feed"))}</div>'
        else:
            html = "".join(self._row(row) for row in page.rows)
        self._list.set_content(html)

    def _row(self, row: PassageRow) -> str:
        visit = self._visit
        word, kind, icon = verdict_look(visit.texts, row.verdict, row.outcome)
        sign, look = icon_html(icon), row.verdict if kind else "none"
        left = f"{word} · " if icon == LEFT_ICON else ""
        why = reason_text(visit.texts, row.reason) if row.reason else visit.say("live.looking")
        who = f" · {household_text(visit.texts, row.household)}" if row.household else ""
        lane = self._names.get(row.lane, row.lane)
        return (
            f'<a class="feed-row feed-{look}" href="/passages/{row.passage}">'
            f"{plate_chip(row.plate or row.plate_read, row.colour, size='small')}"
            f'<span class="mono small">{visit.hour(row.started)} {escape(lane)}</span>'
            f'<span class="why">{sign} {escape(left + why + who)}</span></a>'
        )
