"""The block list: who must not be let in, why, and until when. Never for unpaid fees (ADR 0031)."""

from collections.abc import Callable
from html import escape

from gate.auth.permissions import Permission
from gate.console.components.dates import end_of_day
from gate.console.components.plate_chip import plate_chip
from gate.console.components.plate_field import PlatePad
from gate.console.components.reason_choice import ReasonChoice
from gate.console.ui import mutations, widgets
from gate.console.ui.mutations import Rejected
from gate.console.ui.once import until_done
from gate.console.ui.page import PageContext
from gate.console.ui.pages import Pages
from gate.console.ui.queries import ask
from gate.services import lists, units
from registry.rules.kinds import BlockReason
from registry.rules.plates import PlateColour, normalise
from registry.store.store import BlockRefusal
from registry.views import blocks
from registry.views.blocks import BlockLine


def add(pages: Pages) -> None:
    """Register the page."""
    pages.add("/blocks", "nav.blocks", Permission.SEARCH_REGISTRY, build)


async def build(visit: PageContext) -> None:
    """Fill the page."""
    await BlocksPage(visit).draw()


class BlocksPage:
    """The blocks in force."""

    def __init__(self, visit: PageContext) -> None:
        self._visit = visit
        say = visit.say
        with widgets.div("page-head"):
            widgets.heading(say("nav.blocks")).classes("grow")
            self._part = widgets.text_field(say("log.plate")).classes(remove="field")
            self._part.props("debounce=300").on_value_change(self.draw)
            if visit.may(Permission.CHANGE_REGISTRY):
                widgets.button(say("blocks.add"), self._add, kind="bad", icon="block")
        widgets.words(say("blocks.law"), "small soft")
        self._list = widgets.div("card").style("margin-top:10px")

    def _typed(self) -> str:
        return normalise(str(self._part.value or ""))

    async def draw(self) -> None:
        """Draw the list as it is now."""
        visit, part = self._visit, self._typed()
        services, now = visit.services, visit.now()
        lines = await ask(lambda: units.read(services, lambda s: blocks.blocks(s, now, part)))
        if part != self._typed():
            return  # Typed on meanwhile: an older answer must not be drawn over a newer one.
        self._list.clear()
        with self._list:
            if lines is None:
                widgets.empty(visit.say("shell.record_away"), icon="cloud_off")
            elif not lines:
                widgets.empty(visit.say("blocks.none"), icon="verified_user")
            for line in lines or ():
                self._line(line)

    def _line(self, line: BlockLine) -> None:
        visit, say = self._visit, self._visit.say
        reason = visit.texts.name_of("block_reason", line.reason.value)
        until = visit.time(line.until) if line.until else say("blocks.no_end")
        blocked = f"{widgets.badge_html(reason, 'bad', 'block')} {self._ground(line)}"
        with widgets.div("candidate").style("margin-bottom:8px"):
            widgets.raw(plate_chip(line.plate, line.colour))
            widgets.raw(
                f"{blocked}{escape(line.detail)}"
                f'<div class="small soft">{escape(line.by)} · {visit.time(line.since)} → '
                f"{escape(until)}</div>"
            )
            if visit.may(Permission.CHANGE_REGISTRY):
                widgets.button(say("blocks.lift"), self._lifter(line), kind="small")

    def _ground(self, line: BlockLine) -> str:
        """The colour, where only the vehicle with plates of that colour is blocked."""
        if line.colour == PlateColour.UNKNOWN.value:
            return ""
        return f"{widgets.badge_html(self._visit.texts.name_of('colour', line.colour))} "

    def _lifter(self, line: BlockLine) -> Callable[[], None]:
        return lambda: self._lift(line)

    def _lift(self, line: BlockLine) -> None:
        visit, say = self._visit, self._visit.say
        dialog, card = widgets.sheet(say("blocks.lift"))

        async def lifted() -> bool:
            why = str(note.value or "").strip()
            if not why:
                visit.warn("shell.reason_needed")
                return False
            done = await mutations.make(visit, Permission.CHANGE_REGISTRY, lists.lift(line.id, why))
            if isinstance(done, Rejected):
                return False
            dialog.close()
            visit.tell("users.done")
            await self.draw()
            return True

        with card:
            widgets.raw(plate_chip(line.plate, line.colour, size="big"))
            note = widgets.text_field(say("shell.reason")).props("autofocus")
            with widgets.div("row-flex"):
                widgets.button(say("blocks.lift"), until_done(lifted), kind="main")
                widgets.button(say("shell.cancel"), dialog.close, key="Esc")
        visit.open_sheet(dialog)

    def _add(self) -> None:
        visit, say = self._visit, self._visit.say
        dialog, card = widgets.sheet(say("blocks.add"), wide=True)

        async def kept() -> bool:
            if pad.found is None:
                pad.complain()
                return False
            if reason.remark("") is None or reason.chosen is None:
                return False
            act = lists.block(
                pad.found,
                BlockReason(reason.chosen),
                str(detail.value or "").strip(),
                end_of_day(visit, str(until.value or "")),
                pad.colour,
            )
            made = await mutations.make(visit, Permission.CHANGE_REGISTRY, act)
            if isinstance(made, Rejected):
                return False
            if isinstance(made, BlockRefusal):
                visit.warn(f"blocks.refused.{made.value}")
                return False
            dialog.close()
            visit.tell("users.done")
            await self.draw()
            return True

        with card:
            pad = PlatePad(visit, "", compare=False, ask_colour=PlateColour.UNKNOWN)
            names = {
                one.value: visit.texts.name_of("block_reason", one.value) for one in BlockReason
            }
            reason = ReasonChoice(visit, names)
            detail = widgets.text_field(say("blocks.detail"))
            until = widgets.text_field(say("blocks.until")).props("type=date stack-label")
            with widgets.div("row-flex"):
                widgets.button(say("blocks.add"), until_done(kept), kind="bad")
                widgets.button(say("shell.cancel"), dialog.close, key="Esc")
        visit.open_sheet(dialog, reason.keys)
