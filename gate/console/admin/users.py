"""Users and roles: add, change the role, lock out, new password, second factor.

Rules of this file:
- Only `gate.auth.users.Users` changes a user, and it writes who did it.
- Nobody changes their own role or locks themselves out: that is how a site loses its last admin.
- A password is typed here once and shown nowhere.
"""

from collections.abc import Callable
from html import escape

from gate.auth.permissions import Permission, Role
from gate.console.ui import mutations, widgets
from gate.console.ui.confirm import confirm
from gate.console.ui.once import until_done
from gate.console.ui.page import PageContext
from gate.console.ui.pages import Pages
from gate.console.ui.queries import ask
from gate.storage.account_tables import UserRow


def add(pages: Pages) -> None:
    """Register the page."""
    pages.add("/users", "nav.users", Permission.MANAGE_USERS, build)


async def build(visit: PageContext) -> None:
    """Fill the page."""
    await UsersPage(visit).refresh()


class UsersPage:
    """The list of users and what may be done with each."""

    def __init__(self, visit: PageContext) -> None:
        self._visit = visit
        with widgets.div("page-head"):
            widgets.heading(visit.say("nav.users")).classes("grow")
            widgets.button(visit.say("users.add"), self._add, kind="main", icon="person_add")
        self._list = widgets.div("col-flex")

    async def refresh(self) -> None:
        """Draw the users as they are now."""
        users = await ask(self._visit.services.people.all)
        self._list.clear()
        with self._list:
            if users is None:
                widgets.empty(self._visit.say("shell.record_away"))
            for user in users or ():
                self._line(user)

    def _line(self, user: UserRow) -> None:
        visit, say = self._visit, self._visit.say
        with widgets.div("card row-flex"):
            widgets.raw(f"<b>{escape(user.name)}</b>", "grow")
            widgets.badge(say(f"roles.{user.role}"), "", "badge")
            if user.totp:
                widgets.badge(say("users.second_factor"), "good", "phonelink_lock")
            if user.disabled:
                widgets.badge(say("users.disabled"), "bad", "block")
            widgets.button(say("users.password"), self._with(self._password, user), kind="small")
            widgets.button(say("users.end"), self._with(self._end, user), kind="small")
            if user.totp:
                off = self._with(self._factor_off, user)
                widgets.button(say("users.factor_off"), off, kind="small")
            if user.name != visit.user.name:
                widgets.button(say("users.role"), self._with(self._role, user), kind="small")
                word = "users.enable" if user.disabled else "users.disable"
                widgets.button(say(word), self._with(self._disable, user), kind="small")

    def _with(self, act: Callable[[UserRow], object], user: UserRow) -> Callable[[], object]:
        return lambda: act(user)

    def _add(self) -> None:
        visit, say = self._visit, self._visit.say
        dialog, card = widgets.sheet(say("users.add"))

        async def kept() -> bool:
            made = await self._try(
                lambda by: visit.services.people.add(
                    name.value, Role(role.value), password.value, by
                )
            )
            if made:
                dialog.close()
            return made

        with card:
            name = widgets.text_field(say("login.name")).props("autofocus")
            roles = {one.value: say(f"roles.{one.value}") for one in Role}
            role = widgets.choice_field(say("users.role"), roles, Role.GUARD.value)
            password = widgets.text_field(say("login.password"), password=True)
            widgets.words(say("users.password_hint"), "small soft")
            with widgets.div("row-flex"):
                widgets.button(say("shell.keep"), until_done(kept), kind="main")
                widgets.button(say("shell.cancel"), dialog.close, key="Esc")
        visit.open_sheet(dialog)

    def _password(self, user: UserRow) -> None:
        visit, say = self._visit, self._visit.say
        dialog, card = widgets.sheet(f"{say('users.password')} · {user.name}")

        async def kept() -> bool:
            people, new = visit.services.people, password.value
            if not await self._try(lambda by: people.set_password(user.name, new, by, visit.now())):
                return False
            dialog.close()
            return True

        with card:
            password = widgets.text_field(say("login.password"), password=True).props("autofocus")
            widgets.words(say("users.password_hint"), "small soft")
            with widgets.div("row-flex"):
                widgets.button(say("shell.keep"), until_done(kept), kind="main")
                widgets.button(say("shell.cancel"), dialog.close, key="Esc")
        visit.open_sheet(dialog)

    def _role(self, user: UserRow) -> None:
        visit, say = self._visit, self._visit.say
        dialog, card = widgets.sheet(f"{say('users.role')} · {user.name}")

        async def kept() -> bool:
            people, wanted = visit.services.people, Role(role.value)
            if not await self._try(lambda by: people.set_role(user.name, wanted, by)):
                return False
            dialog.close()
            return True

        with card:
            roles = {one.value: say(f"roles.{one.value}") for one in Role}
            role = widgets.choice_field(say("users.role"), roles, user.role)
            with widgets.div("row-flex"):
                widgets.button(say("shell.keep"), until_done(kept), kind="main")
                widgets.button(say("shell.cancel"), dialog.close, key="Esc")
        visit.open_sheet(dialog)

    def _disable(self, user: UserRow) -> None:
        visit, say = self._visit, self._visit.say
        people = visit.services.people

        async def agreed() -> None:
            await self._try(
                lambda by: people.set_disabled(user.name, not user.disabled, by, visit.now())
            )

        word = "enable" if user.disabled else "disable"
        confirm(
            visit,
            say(f"users.{word}"),
            say(f"users.{word}_text", name=user.name),
            say("shell.yes"),
            agreed,
            kind="main" if user.disabled else "bad",
        )

    def _factor_off(self, user: UserRow) -> None:
        """For a lost telephone. Its owner turns the next one on, on the page of the own log-in."""
        visit, say = self._visit, self._visit.say
        people = visit.services.people

        async def agreed() -> None:
            await self._try(lambda by: people.stop_second_factor(user.name, by, visit.now()))

        text = say("users.factor_off_text", name=user.name)
        confirm(visit, say("users.factor_off"), text, say("shell.yes"), agreed)

    def _end(self, user: UserRow) -> None:
        visit, say = self._visit, self._visit.say
        people = visit.services.people

        async def agreed() -> None:
            await self._try(lambda by: people.end_log_ins(user.name, by, visit.now()))

        text = say("users.end_text", name=user.name)
        confirm(visit, say("users.end"), text, say("shell.yes"), agreed)

    async def _try(self, change: Callable[[str], object]) -> bool:
        """Make a change as who is logged in now; say what went wrong, and draw the list anew."""
        done = await mutations.log_in(self._visit, Permission.MANAGE_USERS, change)
        if done:
            self._visit.authentication.forget()
            await self.refresh()
        return done
