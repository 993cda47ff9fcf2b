"""Standing alarms above the lanes: what is wrong, since when, and who takes it on.

They sound until a person acknowledges them; nothing else stops them.
"""

from collections.abc import Callable
from html import escape

from nicegui import run, ui

from gate.console import widgets
from gate.console.asking_aside import Asked
from gate.console.once import Once
from gate.console.visit import Visit
from gate.people import Action
from gate.report_values import AlarmRow

SHOWN = 2


class AlarmStrip:
    """The alarms that nobody has acknowledged yet, oldest first."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        self._names = {str(view.lane): view.name for view in visit.services.lanes.views()}
        self._place = widgets.div("alarms").props("aria-live=assertive")
        self._standing: tuple[AlarmRow, ...] = ()
        self._asked = Asked(lambda: visit.services.reports.alarms()[::-1], self._show)
        self.changed = self._asked.changed
        self.refresh = self._asked.refresh

    def acknowledge_first(self) -> None:
        """Take on the alarm that stands longest."""
        if self._standing:
            self._sheet(self._standing[0])

    def _show(self, alarms: tuple[AlarmRow, ...] | None) -> None:
        if alarms is None or alarms == self._standing:
            return
        self._standing = alarms
        self._place.clear()
        with self._place:
            for alarm in alarms[:SHOWN]:
                self._strip(alarm)
            if len(alarms) > SHOWN:
                widgets.words(self._visit.say("alarm.more", n=len(alarms) - SHOWN), "soft")
        ui.run_javascript(f"window.gateAlarm && gateAlarm({'true' if alarms else 'false'})")

    def _strip(self, alarm: AlarmRow) -> None:
        say = self._visit.say
        with widgets.banner("bad", "notification_important"):
            lane = self._names.get(alarm.lane, alarm.lane)
            name = self._visit.texts.name_of("alarm.kind", alarm.kind)
            since = f'<span data-since="{alarm.raised.isoformat()}"></span>'
            why = self._why(alarm)
            widgets.raw(f"<strong>{escape(name)}</strong>{why} {escape(lane)} · {since}", "grow")
            widgets.words(say("alarm.sound_off"), "mute-hint small")
            if self._visit.may(Action.OPERATE):
                widgets.button(say("alarm.acknowledge"), self._opener(alarm), key="K")

    def _why(self, alarm: AlarmRow) -> str:
        """Return the device's own reason in words, and which board it is, where it is told."""
        why = str(alarm.evidence.get("why", ""))
        area = "camera.why" if alarm.kind == "camera" else "why"
        said = f"：{escape(self._visit.texts.name_of(area, why))}" if why else ""
        board, channel = alarm.evidence.get("board"), alarm.evidence.get("channel")
        if not board:
            return said
        word = "alarm.at_relay" if channel else "alarm.at_board"
        return said + escape(self._visit.say(word, board=board, n=channel))

    def _opener(self, alarm: AlarmRow) -> Callable[[], None]:
        return lambda: self._sheet(alarm)

    def _sheet(self, alarm: AlarmRow) -> None:
        visit = self._visit
        if visit.act(Action.OPERATE) is None:
            return
        name = visit.texts.name_of("alarm.kind", alarm.kind)
        dialog, card = widgets.sheet(name)
        once = Once()

        async def taken() -> None:
            user = visit.act(Action.OPERATE)
            if user is None or not once.take():
                return
            dialog.close()
            remark = note.value.strip()
            done = await run.io_bound(
                visit.services.lanes.acknowledge, alarm.alarm, user.name, remark
            )
            if done:
                visit.tell("alarm.acknowledged")
            else:
                visit.warn("shell.not_kept")
            self.changed()

        with card:
            hint = f"alarm.hint.{alarm.kind}"
            if visit.texts.knows(hint):
                widgets.words(visit.say(hint))
            note = widgets.text_field(visit.say("by_hand.remark")).props("autofocus")
            note.on("keydown.enter", taken)
            with widgets.div("row-flex"):
                widgets.button(visit.say("alarm.acknowledge"), taken, kind="main")
                widgets.button(visit.say("shell.cancel"), dialog.close, key="Esc")
        visit.open_sheet(dialog)
