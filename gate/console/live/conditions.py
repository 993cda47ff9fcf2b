"""What the service itself cannot do now, above the lanes: record, register, clock, pictures.

It is asked of memory every two seconds, so that it also says when the record cannot be read.
"""

from html import escape

from nicegui import run, ui

from gate.auth.permissions import Permission
from gate.console.ui import widgets
from gate.console.ui.page import PageContext
from gate.monitoring.health import Condition, ConditionKind

EVERY_S = 2.0


class ConditionStrip:
    """The standing troubles of the service; nothing is drawn while there are none."""

    def __init__(self, visit: PageContext) -> None:
        self._visit = visit
        self._place = widgets.div("alarms").props("aria-live=polite")
        self._shown: tuple[Condition, ...] = ()
        self._draw()
        ui.timer(EVERY_S, self._draw)

    def _draw(self) -> None:
        now = tuple(self._visit.services.conditions())
        if now == self._shown:
            return
        self._shown = now
        self._place.clear()
        with self._place:
            for condition in now:
                self._strip(condition)

    def _strip(self, condition: Condition) -> None:
        visit = self._visit
        with widgets.banner("ask", "warning"):
            title = escape(visit.say(f"condition.{condition.kind.value}.title"))
            text = escape(visit.say(f"condition.{condition.kind.value}.text", **condition.values))
            since = ""
            if condition.since is not None:
                since = f' <span data-since="{condition.since.isoformat()}"></span>'
            widgets.raw(f"<strong>{title}</strong> {text}{since}", "grow")
            if condition.kind is ConditionKind.CLOCK_IN_DOUBT:
                self._clock_button()

    def _clock_button(self) -> None:
        visit = self._visit
        if not visit.may(Permission.CHANGE_REGISTRY):
            return

        async def confirmed() -> None:
            user = visit.act(Permission.CHANGE_REGISTRY)
            if user is None:
                return
            if await run.io_bound(visit.services.confirm_clock, user.name):
                visit.tell("condition.clock_confirmed")
            else:
                visit.warn("shell.not_kept")
            self._draw()

        widgets.button(visit.say("condition.clock_is_right"), confirmed, kind="main")
