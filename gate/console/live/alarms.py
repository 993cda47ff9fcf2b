"""Standing alarms above the lanes: by kind, the gravest and newest first, and who takes them on.

They sound until a person acknowledges them (gate.console.ui.alarm_watch); nothing else stops them.
"""

from functools import partial
from html import escape

from gate.auth.permissions import Permission
from gate.console.live.alarm_acknowledgement import acknowledge_sheet
from gate.console.ui import widgets
from gate.console.ui.alarm_texts import LOOKS, group_html, recovered_kinds
from gate.console.ui.page import PageContext
from gate.console.ui.queries import LiveQuery
from gate.domain.alarms import AlarmGroup

SHOWN = 2


class AlarmStrip:
    """The kinds of alarm that nobody has acknowledged yet. shown: at most so many, None for all."""

    def __init__(self, visit: PageContext, shown: int | None = SHOWN) -> None:
        self._visit, self._most = visit, shown
        self._place = widgets.div("alarms").props("aria-live=assertive")
        self._groups: tuple[AlarmGroup, ...] = ()
        self._over: frozenset[str] = frozenset()
        self._asked = LiveQuery(visit.services.reports.standing_alarms, self._show)
        self.changed = self._asked.changed
        self.refresh = self._asked.refresh

    def acknowledge_first(self) -> None:
        """Take on the gravest."""
        if self._groups:
            acknowledge_sheet(self._visit, self._groups[0], self.changed)

    def lane_changed(self) -> None:
        """See anew what is over."""
        self._show(self._groups)

    def _show(self, groups: tuple[AlarmGroup, ...] | None) -> None:
        if groups is None:
            return
        over = recovered_kinds(groups, self._visit.services.lanes.views())
        if (groups, over) == (self._groups, self._over):
            return
        self._groups, self._over = groups, over
        self._place.clear()
        with self._place:
            shown = groups[: self._most]
            for place, group in enumerate(shown, start=1):
                more = self._more(len(groups) - place) if place == len(shown) else ""
                self._strip(group, more, first=place == 1)

    def _more(self, hidden: int) -> str:
        """Return the way to the kinds that the strip has no room for."""
        if not hidden:
            return ""
        said = escape(self._visit.say("alarm.more_kinds", n=hidden))
        return f' <a class="more" href="/alarms">{said}</a>'

    def _strip(self, group: AlarmGroup, more: str, *, first: bool) -> None:
        visit = self._visit
        kind, icon = LOOKS[group.severity]
        names = {str(view.lane): view.name for view in visit.services.lanes.views()}
        with widgets.banner(kind or "calm", icon):
            line = group_html(visit.texts, group, names, recovered=group.kind in self._over)
            muted = escape(visit.say("alarm.sound_off")) if first else ""
            hint = f' <span class="mute-hint small">{muted}</span>' if muted else ""
            widgets.raw(f"{line}{more}{hint}", "grow")
            if visit.may(Permission.OPERATE):
                widgets.button(
                    visit.say("alarm.acknowledge"),
                    partial(acknowledge_sheet, visit, group, self.changed),
                    key="K" if first else "",
                )
