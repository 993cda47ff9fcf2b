"""The registry: search as one half remembers, a household with its vehicles, people and history.

Rules of this file:
- Names and phones are masked; a reason shows one line and is logged.
- Who may not see people does not find them by name or phone either.
- A new plate that a camera could take for a registered one is warned about before it is kept.
"""

from collections.abc import Callable
from html import escape

from nicegui import ui

from gate.console import changing, masked, register_desk, widgets
from gate.console import household_desk as desk
from gate.console.asking_aside import ask
from gate.console.blocks import end_of_day
from gate.console.changing import NotDone
from gate.console.confirming import confirm
from gate.console.household_desk import (
    Finder,
    HouseholdView,
    VehicleLine,
    VehicleWanted,
)
from gate.console.lane_words import household_text
from gate.console.pages import Pages
from gate.console.plate_chip import plate_chip
from gate.console.plate_pad import PlatePad
from gate.console.visit import Visit
from gate.people import Action
from registry import addresses
from registry.kinds import VehicleKind
from registry.names import mask, mask_phone
from registry.plates import Plate, PlateColour
from registry.search import Hit


def add(pages: Pages) -> None:
    """Register the two pages."""
    finder = Finder(pages.services)

    async def search(visit: Visit) -> None:
        await SearchPage(visit, finder).draw()

    pages.add("/registry", "nav.registry", Action.SEARCH_REGISTRY, search)
    pages.add(
        "/registry/{number}", "nav.registry", Action.SEARCH_REGISTRY, household, under="/registry"
    )


class SearchPage:
    """A field and what fits what is typed into it."""

    def __init__(self, visit: Visit, finder: Finder) -> None:
        self._visit, self._finder = visit, finder
        say = visit.say
        widgets.heading(say("nav.registry"))
        key = "registry.search" if visit.may(Action.REVEAL_PERSON) else "registry.search_guard"
        self._field = widgets.text_field(say(key)).props("autofocus debounce=200 clearable")
        self._field.on_value_change(self.draw)
        self._list = widgets.div("col-flex").style("margin-top:10px")

    async def draw(self) -> None:
        """Draw what fits."""
        typed, say = str(self._field.value or "").strip(), self._visit.say
        hits = await ask(lambda: self._finder.search(typed)) if typed else ()
        if typed != str(self._field.value or "").strip():
            return  # Typed on meanwhile.
        self._list.clear()
        with self._list:
            if hits is None:
                widgets.empty(say("shell.record_away"), icon="cloud_off")
                return
            shown = [hit for hit in hits if self._may_show(hit, typed)]
            if typed and not shown:
                widgets.empty(say("registry.nothing"), icon="search_off")
            if not typed:
                widgets.empty(say("registry.how"), icon="manage_search")
            for hit in shown:
                self._hit(hit)

    def _may_show(self, hit: Hit, typed: str) -> bool:
        by_place = addresses.parse(typed) is not None
        return bool(hit.entry.plate) or by_place or self._visit.may(Action.REVEAL_PERSON)

    def _hit(self, hit: Hit) -> None:
        visit, entry = self._visit, hit.entry
        what = (
            plate_chip(entry.plate)
            if entry.plate
            else f"<b>{escape(mask(entry.name))}</b> {escape(mask_phone(entry.phone))}"
        )
        where = escape(household_text(visit.texts, entry.household))
        to = f"/registry/{entry.household_id}" if entry.household_id is not None else ""
        body = f'{what}<span class="grow">{where}</span>'
        if to:
            widgets.raw(
                f'<a class="card row-flex" style="text-decoration:none;color:inherit" '
                f'href="{to}">{body}<i class="q-icon material-icons">chevron_right</i></a>'
            )
        else:
            widgets.raw(f'<div class="card row-flex">{body}</div>')


async def household(visit: Visit) -> None:
    """Fill the page of one household."""
    await HouseholdPage(visit).draw()


class HouseholdPage:
    """One household."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit
        number = visit.request.path_params["number"]
        self._number = int(number) if str(number).isdigit() else 0
        self._place = widgets.div()

    async def draw(self) -> None:
        """Draw the household as it is now."""
        visit = self._visit
        services, number = visit.services, self._number
        view = await ask(lambda: register_desk.read(services, lambda s: desk.household(s, number)))
        self._place.clear()
        with self._place:
            if view is None:
                widgets.empty(visit.say("registry.gone"), icon="search_off")
                return
            self._head(view)
            with widgets.div("two"):
                self._vehicles(view)
                with widgets.div("col-flex"):
                    self._people(view)
                    self._history(view)

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
            if visit.may(Action.CHANGE_REGISTRY):
                widgets.button(
                    say("registry.add"), lambda: self._add(view), kind="main", icon="add"
                )

    def _vehicles(self, view: HouseholdView) -> None:
        say = self._visit.say
        with widgets.div("card col-flex"):
            widgets.heading(say("registry.vehicles"), 3)
            if not view.vehicles:
                widgets.empty(say("registry.no_vehicles"), icon="directions_car")
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
            if visit.may(Action.CHANGE_REGISTRY):
                with widgets.div("row-flex"):
                    widgets.icon_button("edit", say("registry.edit"), self._with(self._edit, line))
                    widgets.icon_button(
                        "delete", say("registry.remove"), self._with(self._remove, line)
                    )

    def _people(self, view: HouseholdView) -> None:
        visit, say = self._visit, self._visit.say
        with widgets.div("card col-flex"):
            widgets.heading(say("registry.people"), 3)
            for person in view.people:
                with widgets.div("row-flex"):
                    widgets.badge(visit.texts.name_of("person_role", person.role))
                    masked.person(visit, person.name, person.phone, view.label)

    def _history(self, view: HouseholdView) -> None:
        visit, say = self._visit, self._visit.say
        with widgets.div("card"):
            widgets.heading(say("registry.history"), 3)
            rows = (
                [
                    f'<span class="mono">{visit.hour(line.at)}</span>',
                    escape(line.who),
                    escape(visit.texts.name_of("change", line.action)),
                    escape(visit.texts.name_of("entity", line.entity.lower())),
                    escape(line.what),
                ]
                for line in view.history
            )
            heads = [say("log.time"), say("log.actor"), say("lookups.action")]
            heads += [say("registry.what"), say("log.plate")]
            widgets.table(heads, rows, caption=say("registry.history"))

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
                await ask(lambda: register_desk.read(services, lambda s: desk.lookalikes(s, plate)))
                if plate
                else ()
            )
            warning.set_content(
                widgets.badge_html(say("registry.near"), "ask", "warning")
                + " ".join(plate_chip(one, against=plate.text) for one in near)
                if near and plate
                else ""
            )

        async def kept() -> None:
            if typed[0] is None:
                visit.warn("visitor.need_plate")
                return
            act = desk.add_vehicle(view.id, typed[0], fields.wanted())
            known = await changing.make(visit, Action.CHANGE_REGISTRY, act)
            if isinstance(known, NotDone):
                return
            if known is not None:
                visit.warn("registry.duplicate", household=known.household)
                return
            dialog.close()
            visit.tell("users.done")
            await self.draw()

        with card:
            PlatePad(visit, "", on_change=_aside(plate_typed), compare=False)
            warning = widgets.raw("", "row-flex").props("aria-live=polite")
            fields = VehicleFields(visit, None)
            with widgets.div("row-flex"):
                widgets.button(say("registry.add"), kept, kind="good")
                widgets.button(say("shell.cancel"), dialog.close, key="Esc")
        visit.open_sheet(dialog)

    def _edit(self, line: VehicleLine) -> None:
        visit, say = self._visit, self._visit.say
        dialog, card = widgets.sheet(say("registry.edit"))

        async def kept() -> None:
            act = desk.change_vehicle(line.id, fields.wanted())
            done = await changing.make(visit, Action.CHANGE_REGISTRY, act)
            if not isinstance(done, NotDone):
                dialog.close()
                visit.tell("users.done")
                await self.draw()

        with card:
            widgets.raw(plate_chip(line.plate, line.colour, size="big"))
            fields = VehicleFields(visit, line)
            with widgets.div("row-flex"):
                widgets.button(say("shell.keep"), kept, kind="main")
                widgets.button(say("shell.cancel"), dialog.close, key="Esc")
        visit.open_sheet(dialog)

    def _remove(self, line: VehicleLine) -> None:
        visit, say = self._visit, self._visit.say

        async def agreed() -> None:
            act = desk.remove_vehicle(line.id, "")
            done = await changing.make(visit, Action.CHANGE_REGISTRY, act)
            if not isinstance(done, NotDone):
                visit.tell("users.done")
                await self.draw()

        confirm(
            visit,
            say("registry.remove"),
            say("registry.remove_text", plate=line.plate),
            say("registry.remove"),
            agreed,
        )


class VehicleFields:
    """Kind, colour, end and note of a vehicle."""

    def __init__(self, visit: Visit, line: VehicleLine | None) -> None:
        self._visit = visit
        say, texts = visit.say, visit.texts
        kinds = {one.value: texts.name_of("vehicle_kind", one.value) for one in VehicleKind}
        colours = {one.value: texts.name_of("colour", one.value) for one in PlateColour}
        until = visit.local(line.until).date().isoformat() if line and line.until else ""
        with widgets.div("filters"):
            self._kind = widgets.choice_field(
                say("registry.kind"), kinds, (line.kind if line else VehicleKind.OWNER).value
            )
            self._colour = widgets.choice_field(
                say("registry.colour"), colours, line.colour if line else "unknown"
            )
            self._until = widgets.text_field(say("blocks.until"), until)
            self._until.props("type=date stack-label")
        self._note = widgets.text_field(say("by_hand.remark"), line.note if line else "")

    def wanted(self) -> VehicleWanted:
        """Return what was typed."""
        return VehicleWanted(
            VehicleKind(str(self._kind.value)),
            PlateColour(str(self._colour.value)),
            end_of_day(self._visit, str(self._until.value or "")),
            str(self._note.value or "").strip(),
        )


def _aside(act: Callable[[Plate | None], object]) -> Callable[[Plate | None], None]:
    """Return a plain function that starts an asynchronous one within the page."""
    client = ui.context.client

    def start(plate: Plate | None) -> None:
        with client:
            ui.timer(0, lambda: act(plate), once=True)

    return start
