"""The registry: search as one half remembers; making a household.

Rules of this file:
- Names and phones are masked.
- Who may not see people does not find them by name or phone either.
"""

from html import escape

from nicegui import ui

from gate.auth.permissions import Permission
from gate.console.components.decision_texts import household_text
from gate.console.components.plate_chip import plate_chip
from gate.console.registry.household_page import household
from gate.console.ui import mutations, widgets
from gate.console.ui.mutations import Rejected
from gate.console.ui.once import until_done
from gate.console.ui.page import PageContext
from gate.console.ui.pages import Pages
from gate.console.ui.queries import ask
from gate.services import registry_changes
from gate.services.search import RegistrySearch
from registry.rules import addresses
from registry.rules.names import mask, mask_phone
from registry.store.households import HomeRefusal
from registry.views.search import Hit


def add(pages: Pages) -> None:
    """Register the two pages."""
    finder = RegistrySearch(pages.services)

    async def search(visit: PageContext) -> None:
        await SearchPage(visit, finder).draw()

    pages.add("/registry", "nav.registry", Permission.SEARCH_REGISTRY, search)
    pages.add(
        "/registry/{number}",
        "nav.registry",
        Permission.SEARCH_REGISTRY,
        household,
        under="/registry",
    )


class SearchPage:
    """A field and what fits what is typed into it."""

    def __init__(self, visit: PageContext, finder: RegistrySearch) -> None:
        self._visit, self._finder = visit, finder
        say = visit.say
        with widgets.div("page-head"):
            widgets.heading(say("nav.registry")).classes("grow")
            if visit.may(Permission.CHANGE_REGISTRY):
                widgets.button(say("registry.add_household"), self._add, icon="add_home")
        key = "registry.search" if visit.may(Permission.REVEAL_PERSON) else "registry.search_guard"
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
        return bool(hit.entry.plate) or by_place or self._visit.may(Permission.REVEAL_PERSON)

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

    def _add(self) -> None:
        visit, say = self._visit, self._visit.say
        dialog, card = widgets.sheet(say("registry.add_household"))

        async def kept() -> bool:
            address = addresses.parse(str(where.value or ""))
            if address is None or not address.room:
                visit.warn("registry.address_wrong")
                return False
            deed = registry_changes.add_household(address, str(note.value or "").strip())
            made = await mutations.make(visit, Permission.CHANGE_REGISTRY, deed)
            if isinstance(made, Rejected):
                return False
            if isinstance(made, HomeRefusal):
                visit.warn(f"registry.refused.{made.value}")
                return False
            dialog.close()
            ui.navigate.to(f"/registry/{made.id}")
            return True

        add = until_done(kept)
        with card:
            where = widgets.text_field(say("registry.address")).props("autofocus input-class=mono")
            where.on("keydown.enter", add)
            note = widgets.text_field(say("registry.note"))
            with widgets.div("row-flex"):
                widgets.button(say("registry.add_household"), add, kind="good")
                widgets.button(say("shell.cancel"), dialog.close, key="Esc")
        visit.open_sheet(dialog)
