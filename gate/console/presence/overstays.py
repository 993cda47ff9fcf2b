"""Vehicles that came in long ago and were not seen since: ticked one by one, ended with one reason.

For managers: an exit that was missed weeks ago keeps a space taken. Nothing is ticked beforehand,
because a car that its owner left for the winter is inside.
"""

from datetime import timedelta

from nicegui import ui

from gate.auth.permissions import Permission
from gate.console.presence.corrections import ReasonFields, Then, correct
from gate.console.ui import widgets
from gate.console.ui.once import OneShot
from gate.console.ui.page import PageContext
from gate.console.ui.queries import ask
from gate.services import inside, units
from registry.views import stays
from registry.views.stays import StayLine, Stays, Which

MOST = 200
DAYS = ("1", "3", "7", "14", "30", "90")
RIGHT = Permission.CHANGE_REGISTRY


class LongInside:
    """The sheet: how long, which of them, why."""

    def __init__(self, visit: PageContext, then: Then) -> None:
        self._visit, self._then, self._once = visit, then, OneShot()
        self._ticked: dict[str, StayLine] = {}
        self._boxes: list[ui.checkbox] = []
        say = visit.say
        self._dialog, card = widgets.sheet(say("stays.long"), wide=True)
        with card:
            widgets.words(say("stays.long_hint"), "soft")
            self._days = widgets.choice_field(
                say("stays.days"), {n: say("stays.n_days", n=n) for n in DAYS}, "7"
            )
            self._days.on_value_change(self.draw)
            self._list = widgets.div("col-flex")
            self._why = ReasonFields(visit)
            with widgets.div("row-flex"):
                widgets.button(say("stays.tick_all"), self._tick_all, icon="done_all")
                widgets.button(say("stays.left_these"), self._kept, kind="main")
                widgets.button(say("shell.cancel"), self._dialog.close, key="Esc")

    async def open(self) -> None:
        """Show it."""
        if self._visit.act(RIGHT) is None:
            return
        await self.draw()
        self._visit.open_sheet(self._dialog)

    async def draw(self) -> None:
        """List those inside for longer than so many days."""
        visit = self._visit
        before = visit.now() - timedelta(days=int(str(self._days.value or DAYS[0])))
        found = await ask(
            lambda: units.read(
                visit.services, lambda s: stays.page(s, Which(before=before), None, MOST)
            )
        )
        self._ticked.clear()
        self._boxes.clear()
        self._list.clear()
        with self._list:
            self._lines(found)

    def _lines(self, found: Stays | None) -> None:
        say = self._visit.say
        if found is None:
            widgets.empty(say("shell.record_away"), icon="cloud_off")
            return
        if not found.lines:
            widgets.empty(say("stays.none_long"), icon="done_all")
        for line in found.lines:
            self._line(line)
        if found.next is not None:
            widgets.words(say("stays.first_only", n=MOST), "small soft")

    def _line(self, line: StayLine) -> None:
        visit = self._visit
        kind = visit.texts.name_of("occupant", line.occupant.value)
        parts = [line.plate, kind, visit.say("stays.since", since=visit.hour(line.since))]
        parts += [visit.say("stays.space", name=line.space)] if line.space else []

        def ticked(event: ui.checkbox) -> None:
            if event.value:
                self._ticked[line.key] = line
            else:
                self._ticked.pop(line.key, None)

        box = ui.checkbox(" · ".join(parts)).classes("mono")
        box.on_value_change(lambda _: ticked(box))
        self._boxes.append(box)

    def _tick_all(self) -> None:
        for box in self._boxes:
            box.set_value(True)

    async def _kept(self) -> None:
        visit = self._visit
        if visit.act(RIGHT) is None:
            return
        if not self._ticked:
            visit.warn("stays.tick_first")
            return
        remark = self._why.remark()
        if remark is None or not self._once.take():
            return
        self._dialog.close()
        wanted = [inside.left_unseen(line) for line in self._ticked.values()]
        if await correct(visit, RIGHT, wanted, remark):
            await self._then()
