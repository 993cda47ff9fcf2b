"""Parking spaces: whose each is, which vehicles share it, which one stands there now."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape

from gate.auth.permissions import Permission
from gate.console.components.decision_texts import household_text
from gate.console.components.plate_chip import plate_chip
from gate.console.ui import mutations, widgets
from gate.console.ui.confirm import confirm_deed
from gate.console.ui.mutations import Rejected
from gate.console.ui.once import until_done
from gate.console.ui.page import PageContext
from gate.console.ui.pages import Pages
from gate.console.ui.queries import ask
from gate.services import registry_changes, units, visitors
from registry.rules.fields import plates as plates_in
from registry.rules.plates import Plate
from registry.store.spaces import SpaceRefusal
from registry.views import spaces, vehicles
from registry.views.pages import MAX_SHOWN
from registry.views.spaces import SpaceLine


def add(pages: Pages) -> None:
    """Register the page."""
    pages.add("/spaces", "nav.spaces", Permission.SEARCH_REGISTRY, build)


async def build(visit: PageContext) -> None:
    """Fill the page."""
    await SpacesPage(visit).draw()


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What was typed of a space, found in the register."""

    home: int | None
    note: str
    vehicles: tuple[int, ...]


class SpacesPage:
    """The list of spaces."""

    def __init__(self, visit: PageContext) -> None:
        self._visit = visit
        with widgets.div("page-head"):
            widgets.heading(visit.say("nav.spaces")).classes("grow")
            self._part = widgets.text_field(visit.say("spaces.name")).classes(remove="field")
            self._part.props("debounce=300").on_value_change(self.draw)
            if visit.may(Permission.CHANGE_REGISTRY):
                widgets.button(
                    visit.say("spaces.add"), lambda: self._sheet(None), kind="main", icon="add"
                )
        self._list = widgets.div("col-flex")

    def _typed(self) -> str:
        return str(self._part.value or "").strip()

    async def draw(self) -> None:
        """Draw the list as it is now."""
        visit, part = self._visit, self._typed()
        services, say = visit.services, visit.say
        lines = await ask(lambda: units.read(services, lambda s: spaces.spaces(s, part)))
        if part != self._typed():
            return  # Typed on meanwhile: an older answer must not be drawn over a newer one.
        self._list.clear()
        with self._list:
            if lines is None:
                widgets.empty(say("shell.record_away"), icon="cloud_off")
                return
            if not lines:
                with widgets.div("card"):
                    widgets.empty(say("spaces.none"), icon="local_parking")
            for line in lines:
                self._line(line)
            if len(lines) == MAX_SHOWN:
                widgets.words(say("spaces.more", n=MAX_SHOWN), "small soft")

    def _line(self, line: SpaceLine) -> None:
        visit, say = self._visit, self._visit.say
        taken = (
            widgets.badge_html(say("spaces.is_taken"), "ask", "directions_car")
            if line.taken_by
            else widgets.badge_html(say("spaces.is_free"), "good", "crop_free")
        )
        stands = plate_chip(line.taken_by, size="small") if line.taken_by else ""
        may_stand = " ".join(plate_chip(plate, size="small") for plate in line.plates)
        where = escape(household_text(visit.texts, line.household))
        with widgets.div("card candidate"):
            widgets.raw(f'<b class="mono">{escape(line.name)}</b>')
            widgets.raw(
                f"{taken} {stands} {where} {escape(line.note)}"
                f'<div class="small">{escape(say("spaces.plates"))}: {may_stand or "—"}</div>'
            )
            if visit.may(Permission.CHANGE_REGISTRY):
                with widgets.div("row-flex"):
                    widgets.icon_button("edit", say("spaces.edit"), lambda: self._sheet(line))
                    widgets.icon_button("delete", say("spaces.remove"), lambda: self._remove(line))

    def _sheet(self, line: SpaceLine | None) -> None:
        visit, say = self._visit, self._visit.say
        title = say("spaces.edit" if line else "spaces.add")
        dialog, card = widgets.sheet(title)

        async def kept() -> bool:
            wanted = await self._found(
                str(home.value or ""), str(note.value or ""), str(plates.value or "")
            )
            if wanted is None:
                return False
            deed = (
                registry_changes.change_space(line.id, wanted.home, wanted.note, wanted.vehicles)
                if line
                else registry_changes.add_space(
                    str(name.value or ""), wanted.home, wanted.note, wanted.vehicles
                )
            )
            made = await mutations.make(visit, Permission.CHANGE_REGISTRY, deed)
            if isinstance(made, Rejected):
                return False
            if isinstance(made, SpaceRefusal):
                visit.warn(f"spaces.refused.{made.value}")
                return False
            dialog.close()
            visit.tell("users.done")
            await self.draw()
            return True

        with card:
            name = widgets.text_field(say("spaces.name"), line.name if line else "")
            name.props("autofocus input-class=mono maxlength=16")
            name.set_enabled(line is None)
            home = widgets.text_field(say("spaces.home"), line.household if line else "")
            plates = widgets.text_field(say("spaces.share"), "、".join(line.plates) if line else "")
            note = widgets.text_field(say("by_hand.remark"), line.note if line else "")
            with widgets.div("row-flex"):
                widgets.button(say("shell.keep"), until_done(kept), kind="good")
                widgets.button(say("shell.cancel"), dialog.close, key="Esc")
        visit.open_sheet(dialog)

    async def _found(self, home: str, note: str, plates: str) -> _Wanted | None:
        """Find what was typed; say what is not there."""
        visit, services = self._visit, self._visit.services
        there = await ask(lambda: visitors.find_home(services, home)) if home.strip() else None
        if home.strip() and there is None:
            visit.warn("spaces.no_home")
            return None
        named = plates_in(plates) if plates.strip() else ()
        if not isinstance(named, tuple):
            visit.warn("spaces.not_registered", plate=plates)
            return None
        numbers: list[int] = []
        for plate in named:
            question = self._vehicles_question(plate)
            same = await ask(question)
            if not same:
                visit.warn("spaces.not_registered", plate=plate)
                return None
            numbers += same
        return _Wanted(there.id if there else None, note.strip(), tuple(numbers))

    def _vehicles_question(self, plate: Plate) -> Callable[[], tuple[int, ...]]:
        services = self._visit.services
        return lambda: units.read(services, lambda session: vehicles.numbers_of(session, plate))

    def _remove(self, line: SpaceLine) -> None:
        say = self._visit.say
        title, text = say("spaces.remove"), say("spaces.remove_text", name=line.name)
        deed = registry_changes.remove_space(line.id)
        confirm_deed(self._visit, Permission.CHANGE_REGISTRY, title, text, deed, self.draw)
