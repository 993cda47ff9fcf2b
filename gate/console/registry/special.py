"""Special vehicles: ambulances and repair crews on ordinary plates, and listed forms of plates."""

from collections.abc import Callable
from html import escape

from gate.auth.permissions import Permission
from gate.console.components.dates import end_of_day
from gate.console.components.plate_chip import plate_chip
from gate.console.components.plate_field import PlatePad
from gate.console.ui import mutations, widgets
from gate.console.ui.confirm import confirm_deed
from gate.console.ui.mutations import Rejected
from gate.console.ui.once import OneShot
from gate.console.ui.page import PageContext
from gate.console.ui.pages import Pages
from gate.console.ui.queries import ask
from gate.services import lists, units
from gate.services.registry_changes import Deed
from registry.rules.kinds import ListedKind
from registry.rules.passes import ValidityPeriod
from registry.rules.patterns import PatternFault
from registry.rules.plates import PlateColour
from registry.store.listed import ListingRefusal
from registry.views import special
from registry.views.special import FormLine, ListedLine


def add(pages: Pages) -> None:
    """Register the page."""
    pages.add("/special", "nav.special", Permission.SEARCH_REGISTRY, build)


async def build(visit: PageContext) -> None:
    """Fill the page."""
    await SpecialPage(visit).draw()


class SpecialPage:
    """Listed vehicles, and below them listed forms."""

    def __init__(self, visit: PageContext) -> None:
        self._visit = visit
        self._once = OneShot()
        say = visit.say
        with widgets.div("page-head"):
            widgets.heading(say("nav.special")).classes("grow")
            if visit.may(Permission.CHANGE_REGISTRY):
                widgets.button(say("special.add_form"), self._add_form, icon="pattern")
                widgets.button(say("special.add"), self._add, kind="main", icon="add")
        widgets.words(say("special.hint"), "small soft")
        self._list = widgets.div("col-flex").style("margin-top:10px")

    async def draw(self) -> None:
        """Draw both lists as they are now."""
        services, say = self._visit.services, self._visit.say
        found = await ask(lambda: units.read(services, special.special))
        self._list.clear()
        with self._list:
            if found is None:
                widgets.empty(say("shell.record_away"), icon="cloud_off")
                return
            vehicles, forms = found
            with widgets.div("card col-flex"):
                widgets.heading(say("special.vehicles"), 3)
                if not vehicles:
                    widgets.empty(say("special.none"), icon="emergency")
                for line in vehicles:
                    self._vehicle(line)
            with widgets.div("card col-flex"):
                widgets.heading(say("special.forms"), 3)
                if not forms:
                    widgets.words(say("special.no_forms"), "soft")
                for form in forms:
                    self._form(form)

    def _vehicle(self, line: ListedLine) -> None:
        visit = self._visit
        until = visit.say("registry.until", at=visit.time(line.until)) if line.until else ""
        over = line.until is not None and line.until <= visit.now()
        badge = widgets.badge_html(until, "ask" if over else "", "event") if until else ""
        with widgets.div("candidate"):
            widgets.raw(plate_chip(line.plate, line.colour))
            widgets.raw(
                f"{self._kind(line.kind)} <b>{escape(line.organisation)}</b> {escape(line.note)}"
                f'<div class="small">{badge}</div>'
            )
            self._remover(line.plate, lists.unlist(line.id))

    def _form(self, line: FormLine) -> None:
        with widgets.div("candidate"):
            widgets.raw(f'<b class="mono">{escape(line.form)}</b>')
            widgets.raw(f"{self._kind(line.kind)} {escape(line.note)}")
            self._remover(line.form, lists.unlist_pattern(line.id))

    def _kind(self, kind: ListedKind) -> str:
        icon = "emergency" if kind is ListedKind.EMERGENCY else "build"
        return widgets.badge_html(self._visit.say(f"special.kind.{kind.value}"), "good", icon)

    def _remover(self, name: str, deed: Deed[None]) -> None:
        if self._visit.may(Permission.CHANGE_REGISTRY):
            label = self._visit.say("special.remove")
            widgets.icon_button("delete", label, lambda: self._remove(name, deed))

    def _remove(self, name: str, deed: Deed[None]) -> None:
        say = self._visit.say
        title, text = say("special.remove"), say("special.remove_text", plate=name)
        confirm_deed(self._visit, Permission.CHANGE_REGISTRY, title, text, deed, self.draw)

    async def _listed(self, deed: Deed[object], close: Callable[[], object]) -> None:
        visit = self._visit
        if not self._once.take():
            return
        made = await mutations.make(visit, Permission.CHANGE_REGISTRY, deed)
        if isinstance(made, Rejected):
            self._once.give_back()
            return
        if isinstance(made, ListingRefusal | PatternFault):
            self._once.give_back()
            visit.warn(f"special.refused.{made.value}")
            return
        close()
        visit.tell("users.done")
        await self.draw()

    def _kinds(self) -> dict[str, str]:
        return {kind.value: self._visit.say(f"special.kind.{kind.value}") for kind in ListedKind}

    def _add(self) -> None:
        self._once = OneShot()
        visit, say = self._visit, self._visit.say
        dialog, card = widgets.sheet(say("special.add"), wide=True)

        async def kept() -> None:
            if pad.found is None:
                pad.complain()
                return
            deed = lists.list_vehicle(
                pad.found,
                ListedKind(str(kind.value)),
                str(organisation.value or ""),
                ValidityPeriod(None, end_of_day(visit, str(until.value or ""))),
                colour=pad.colour,
                note=str(note.value or "").strip(),
            )
            await self._listed(deed, dialog.close)

        with card:
            pad = PlatePad(visit, "", compare=False, ask_colour=PlateColour.UNKNOWN)
            with widgets.div("filters"):
                kind = widgets.choice_field(
                    say("special.kind"), self._kinds(), ListedKind.EMERGENCY.value
                )
                until = widgets.text_field(say("special.until")).props("type=date stack-label")
            organisation = widgets.text_field(say("special.organisation"))
            note = widgets.text_field(say("by_hand.remark"))
            with widgets.div("row-flex"):
                widgets.button(say("special.add"), kept, kind="good")
                widgets.button(say("shell.cancel"), dialog.close, key="Esc")
        visit.open_sheet(dialog)

    def _add_form(self) -> None:
        self._once = OneShot()
        visit, say = self._visit, self._visit.say
        dialog, card = widgets.sheet(say("special.add_form"))

        async def kept() -> None:
            words = str(note.value or "").strip()
            deed = lists.list_pattern(str(form.value or ""), ListedKind(str(kind.value)), words)
            await self._listed(deed, dialog.close)

        with card:
            form = widgets.text_field(say("special.form")).props("autofocus input-class=mono")
            kind = widgets.choice_field(
                say("special.kind"), self._kinds(), ListedKind.EMERGENCY.value
            )
            note = widgets.text_field(say("by_hand.remark"))
            with widgets.div("row-flex"):
                widgets.button(say("special.add_form"), kept, kind="good")
                widgets.button(say("shell.cancel"), dialog.close, key="Esc")
        visit.open_sheet(dialog)
