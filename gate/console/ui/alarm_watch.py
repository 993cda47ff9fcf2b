"""Alarms on every page: how many kinds stand, in the top bar, and the tone that the gravest asks
for, until a person takes them on.
"""

from html import escape

from nicegui import background_tasks, ui

from gate.auth.permissions import Permission
from gate.console.ui import widgets
from gate.console.ui.alarm_texts import LOOKS, recovered_kinds
from gate.console.ui.page import PageContext
from gate.console.ui.queries import LiveQuery
from gate.domain.alarms import AlarmGroup, loudest
from gate.domain.entries import AlarmAcknowledged, AlarmRaised, Record

_KINDS = frozenset({AlarmRaised.__name__, AlarmAcknowledged.__name__})


class AlarmWatch:
    """The badge and the tone of one page."""

    def __init__(self, visit: PageContext) -> None:
        self._visit = visit
        self._place = widgets.div("row-flex")
        self._groups: tuple[AlarmGroup, ...] = ()
        self._drawn: tuple[object, ...] | None = None
        self._asked = LiveQuery(visit.services.reports.standing_alarms, self._show)
        visit.listen(self._heard)
        background_tasks.create(self._asked.refresh(), name="standing alarms")

    def _heard(self, kind: str, payload: object) -> None:
        if kind == "entry" and isinstance(payload, Record) and payload.kind in _KINDS:
            self._asked.changed()
        elif kind == "lane" and self._groups:
            self._show(self._groups)

    def _show(self, groups: tuple[AlarmGroup, ...] | None) -> None:
        if groups is None:
            return
        self._groups = groups
        over = recovered_kinds(groups, self._visit.services.lanes.views())
        tone = loudest(groups, over)
        drawn = (sum(group.n for group in groups), tone, groups[0].kind if groups else "")
        if drawn == self._drawn:
            return
        self._drawn = drawn
        self._place.clear()
        if groups:
            self._badge(drawn[0], groups[0])
        if self._visit.may(Permission.OPERATE):
            level = f"'{tone.value}'" if tone else "null"
            newest = max((group.newest for group in groups), default=0)
            ui.run_javascript(f"window.gateAlarm && gateAlarm({level}, {newest})")

    def _badge(self, n: int, first: AlarmGroup) -> None:
        kind, icon = LOOKS[first.severity]
        label = widgets.badge_html(self._visit.say("shell.alarms", n=n), kind, icon)
        name = escape(self._visit.texts.name_of("alarm.kind", first.kind))
        with self._place:
            widgets.raw(f'<a href="/alarms" class="bare" title="{name}">{label}</a>')
