"""The people of a household: masked, added, corrected for a reason that goes on record, removed."""

from collections.abc import Awaitable, Callable

from gate.auth.permissions import Permission
from gate.console.components import personal_data
from gate.console.components.data_access import with_reason
from gate.console.components.decision_texts import household_text
from gate.console.ui import mutations, widgets
from gate.console.ui.confirm import confirm
from gate.console.ui.mutations import Rejected
from gate.console.ui.once import until_done
from gate.console.ui.page import PageContext
from gate.services import registry_changes
from gate.services.registry_changes import Deed
from registry.rules.fields import RowFault
from registry.rules.kinds import PersonRole
from registry.store import households
from registry.store.households import HomeRefusal
from registry.views.household import HouseholdView
from registry.views.people import PersonLine


class PeopleCard:
    """Those who live in a household. redraw: called after a change."""

    def __init__(
        self, visit: PageContext, view: HouseholdView, redraw: Callable[[], Awaitable[None]]
    ) -> None:
        self._visit, self._view, self._redraw = visit, view, redraw
        say = visit.say
        with widgets.div("card col-flex"):
            with widgets.div("row-flex"):
                widgets.heading(say("registry.people"), 3).classes("grow")
                if visit.may(Permission.CHANGE_REGISTRY):
                    widgets.icon_button(
                        "person_add", say("registry.add_person"), lambda: self._sheet(None)
                    )
            if not view.people:
                widgets.empty(say("registry.no_people"), icon="person_off")
            for line in view.people:
                self._line(line)

    def _line(self, line: PersonLine) -> None:
        visit, say = self._visit, self._visit.say
        with widgets.div("row-flex"):
            widgets.badge(visit.texts.name_of("person_role", line.role))
            personal_data.person(visit, line.name, line.phone, self._view.label)
            if visit.may(Permission.CHANGE_REGISTRY) and visit.may(Permission.REVEAL_PERSON):
                widgets.icon_button("edit", say("registry.edit_person"), lambda: self._edit(line))
                widgets.icon_button(
                    "delete", say("registry.remove_person"), lambda: self._remove(line)
                )

    def _edit(self, line: PersonLine) -> None:
        """To correct a name is to see it: a look-up, with its reason."""
        with_reason(
            self._visit,
            Permission.REVEAL_PERSON,
            "person",
            self._view.label,
            lambda: self._sheet(line),
        )

    def _sheet(self, line: PersonLine | None) -> None:
        visit, say = self._visit, self._visit.say
        title = say("registry.edit_person" if line else "registry.add_person")
        dialog, card = widgets.sheet(title)

        async def kept() -> bool:
            fields = households.person_fields(str(name.value or ""), str(phone.value or ""))
            if isinstance(fields, RowFault):
                visit.warn("registry.person_wrong", why=say(f"row_fault.{fields.value}"))
                return False
            chosen = PersonRole(str(role.value))
            deed = (
                registry_changes.change_person(line.id, fields, chosen)
                if line
                else registry_changes.add_person(self._view.id, fields, chosen)
            )
            if not await self._done(deed):
                return False
            dialog.close()
            await self._redraw()
            return True

        with card:
            name = widgets.text_field(say("registry.name"), line.name if line else "")
            name.props("autofocus")
            phone = widgets.text_field(say("registry.phone"), line.phone if line else "")
            phone.props("type=tel maxlength=20")
            roles = {one.value: visit.texts.name_of("person_role", one.value) for one in PersonRole}
            role = widgets.choice_field(
                say("registry.role"), roles, line.role if line else PersonRole.OWNER.value
            )
            with widgets.div("row-flex"):
                widgets.button(say("shell.keep"), until_done(kept), kind="good")
                widgets.button(say("shell.cancel"), dialog.close, key="Esc")
        visit.open_sheet(dialog)

    def _remove(self, line: PersonLine) -> None:
        visit, say = self._visit, self._visit.say

        async def agreed() -> None:
            if await self._done(registry_changes.remove_person(line.id)):
                await self._redraw()

        where = household_text(visit.texts, self._view.label)
        title = say("registry.remove_person")
        text = say("registry.remove_person_text", household=where)
        confirm(visit, title, text, title, agreed)

    async def _done(self, deed: Deed[object]) -> bool:
        """Make the change; tell the person what came of it."""
        made = await mutations.make(self._visit, Permission.CHANGE_REGISTRY, deed)
        if isinstance(made, Rejected):
            return False
        if isinstance(made, HomeRefusal):
            self._visit.warn(f"registry.refused.{made.value}")
            return False
        self._visit.tell("users.done")
        return True
