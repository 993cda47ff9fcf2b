"""One household: its vehicles, people, spaces and history.

Rules of this file:
- Names and phones are masked; a reason shows one line and is logged.
- A new plate that a camera could take for a registered one is warned about before it is kept.
"""

from collections.abc import Callable
from html import escape

from nicegui import ui

from gate.auth.permissions import Permission
from gate.console.components.decision_texts import household_text
from gate.console.components.plate_chip import plate_chip
from gate.console.components.plate_field import PlatePad
from gate.console.registry.household_history import history
from gate.console.registry.household_people import PeopleCard
from gate.console.registry.vehicle_fields import VehicleFields
from gate.console.ui import mutations, widgets
from gate.console.ui.confirm import confirm, confirm_deed
from gate.console.ui.mutations import Rejected
from gate.console.ui.once import until_done
from gate.console.ui.page import PageContext
from gate.console.ui.queries import ask
from gate.services import registry_changes, units
from registry.rules.plates import Plate
from registry.store.households import HomeRefusal
from registry.store.store import Duplicate
from registry.views import household as household_view
from registry.views import vehicles
from registry.views.household import HouseholdView
from registry.views.vehicles import VehicleLine


async def household(visit: PageContext) -> None:
    """Fill the page of one household."""
    await HouseholdPage(visit).draw()


class HouseholdPage:
    """One household."""

    def __init__(self, visit: PageContext) -> None:
        self._visit = visit
        number = visit.request.path_params["number"]
        self._number = int(number) if str(number).isdigit() else 0
        self._place = widgets.div()

    async def draw(self) -> None:
        """Draw the household as it is now."""
        visit = self._visit
        services, number = visit.services, self._number
        view = await ask(
            lambda: units.read(services, lambda s: household_view.household(s, number))
        )
        self._place.clear()
        with self._place:
            if view is None:
                widgets.empty(visit.say("registry.gone"), icon="search_off")
                return
            self._head(view)
            with widgets.div("two"):
                self._vehicles(view)
                with widgets.div("col-flex"):
                    PeopleCard(visit, view, self.draw)
                    history(visit, view.history)

    def _head(self, view: HouseholdView) -> None:
        visit, say = self._visit, self._visit.say
        with widgets.div("page-head"):
            widgets.heading(household_text(visit.texts, view.label))
            for space in view.spaces:
                widgets.badge(space, "", "local_parking")
            widgets.div("grow")
            widgets.button(
                say("registry.log"),
                lambda: ui.navigate.to(f"/log?household={view.label}"),
                icon="list_alt",
            )
            if visit.may(Permission.CHANGE_REGISTRY):
                widgets.icon_button(
                    "delete", say("registry.remove_household"), lambda: self._remove_home(view)
                )
                widgets.button(
                    say("registry.add"), lambda: self._add(view), kind="main", icon="add"
                )

    def _vehicles(self, view: HouseholdView) -> None:
        say = self._visit.say
        with widgets.div("card col-flex"):
            widgets.heading(say("registry.vehicles"), 3)
            if not view.vehicles:
                hint = (
                    say("registry.no_vehicles_hint")
                    if self._visit.may(Permission.CHANGE_REGISTRY)
                    else ""
                )
                widgets.empty(say("registry.no_vehicles"), hint, "directions_car")
            for line in view.vehicles:
                self._vehicle(line)

    def _vehicle(self, line: VehicleLine) -> None:
        visit, say = self._visit, self._visit.say
        kind = visit.texts.name_of("vehicle_kind", line.kind.value)
        over = line.until is not None and line.until <= visit.now()
        until = say("registry.until", at=visit.time(line.until)) if line.until else ""
        facts = f"{escape(kind)} {escape(' '.join(line.spaces))} {escape(line.note)}"
        badge = widgets.badge_html(until, "ask" if over else "", "event") if until else ""
        with widgets.div("candidate"):
            widgets.raw(plate_chip(line.plate, line.colour))
            widgets.raw(f'{facts}<div class="small">{badge}</div>')
            if visit.may(Permission.CHANGE_REGISTRY):
                with widgets.div("row-flex"):
                    widgets.icon_button("edit", say("registry.edit"), self._with(self._edit, line))
                    widgets.icon_button(
                        "delete", say("registry.remove"), self._with(self._remove, line)
                    )

    def _remove_home(self, view: HouseholdView) -> None:
        visit, say = self._visit, self._visit.say

        async def agreed() -> None:
            deed = registry_changes.remove_household(view.id)
            refusal = await mutations.make(visit, Permission.CHANGE_REGISTRY, deed)
            if isinstance(refusal, HomeRefusal):
                visit.warn(f"registry.refused.{refusal.value}")
            elif not isinstance(refusal, Rejected):
                ui.navigate.to("/registry")

        confirm(
            visit,
            say("registry.remove_household"),
            say(
                "registry.remove_household_text", household=household_text(visit.texts, view.label)
            ),
            say("registry.remove_household"),
            agreed,
        )

    def _with(
        self, act: Callable[[VehicleLine], object], line: VehicleLine
    ) -> Callable[[], object]:
        return lambda: act(line)

    def _add(self, view: HouseholdView) -> None:
        visit, say = self._visit, self._visit.say
        dialog, card = widgets.sheet(say("registry.add"), wide=True)
        typed: list[Plate | None] = [None]

        async def plate_typed(plate: Plate | None) -> None:
            typed[0] = plate
            services = visit.services
            near = (
                await ask(lambda: units.read(services, lambda s: vehicles.lookalikes(s, plate)))
                if plate
                else ()
            )
            warning.set_content(
                widgets.badge_html(say("registry.near"), "ask", "warning")
                + " ".join(plate_chip(one, against=plate.text) for one in near)
                if near and plate
                else ""
            )

        async def kept() -> bool:
            if typed[0] is None:
                pad.complain()
                return False
            act = registry_changes.add_vehicle(view.id, typed[0], fields.wanted())
            made = await mutations.make(visit, Permission.CHANGE_REGISTRY, act)
            if isinstance(made, Rejected):
                return False
            if isinstance(made, Duplicate):
                visit.warn("registry.duplicate", household=made.household)
                return False
            dialog.close()
            visit.tell("users.done")
            await self.draw()
            return True

        with card:
            pad = PlatePad(visit, "", on_change=_aside(plate_typed), compare=False)
            warning = widgets.raw("", "row-flex").props("aria-live=polite")
            fields = VehicleFields(visit, None)
            with widgets.div("row-flex"):
                widgets.button(say("registry.add"), until_done(kept), kind="good")
                widgets.button(say("shell.cancel"), dialog.close, key="Esc")
        visit.open_sheet(dialog)

    def _edit(self, line: VehicleLine) -> None:
        visit, say = self._visit, self._visit.say
        dialog, card = widgets.sheet(say("registry.edit"))

        async def kept() -> bool:
            act = registry_changes.change_vehicle(line.id, fields.wanted())
            done = await mutations.make(visit, Permission.CHANGE_REGISTRY, act)
            if isinstance(done, Rejected):
                return False
            if isinstance(done, Duplicate):
                visit.warn("registry.duplicate", household=done.household)
                return False
            dialog.close()
            visit.tell("users.done")
            await self.draw()
            return True

        with card:
            widgets.raw(plate_chip(line.plate, line.colour, size="big"))
            fields = VehicleFields(visit, line)
            with widgets.div("row-flex"):
                widgets.button(say("shell.keep"), until_done(kept), kind="main")
                widgets.button(say("shell.cancel"), dialog.close, key="Esc")
        visit.open_sheet(dialog)

    def _remove(self, line: VehicleLine) -> None:
        say = self._visit.say
        title, text = say("registry.remove"), say("registry.remove_text", plate=line.plate)
        deed = registry_changes.remove_vehicle(line.id, "")
        confirm_deed(self._visit, Permission.CHANGE_REGISTRY, title, text, deed, self.draw)


def _aside(act: Callable[[Plate | None], object]) -> Callable[[Plate | None], None]:
    """Return a plain function that starts an asynchronous one within the page."""
    client = ui.context.client

    def start(plate: Plate | None) -> None:
        with client:
            ui.timer(0, lambda: act(plate), once=True)

    return start
