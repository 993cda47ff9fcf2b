"""One's own log-in: a new password, the second factor, an end to log-ins left open elsewhere.

Rules of this file:
- It changes nobody but who is logged in now, whatever the page was drawn for.
- A second factor begins with a code that the telephone shows, so that nobody locks himself out.
- Secret and recovery codes are on the screen once and go nowhere else.
"""

from collections.abc import Callable

import segno
from nicegui import ui

from gate.auth import totp
from gate.auth.permissions import Permission
from gate.console.ui import mutations, widgets
from gate.console.ui.confirm import confirm
from gate.console.ui.page import PageContext
from gate.console.ui.pages import Pages
from gate.console.ui.queries import ask


def add(pages: Pages) -> None:
    """Register the page. Every role may watch, so everybody has it."""
    pages.add("/account", "nav.account", Permission.WATCH, build)


async def build(visit: PageContext) -> None:
    """Fill the page."""
    await AccountPage(visit).refresh()


class AccountPage:
    """Three cards."""

    def __init__(self, visit: PageContext) -> None:
        self._visit = visit
        widgets.heading(visit.say("nav.account"))
        if visit.user.factor_missing:
            with widgets.banner("ask", "phonelink_lock"):
                widgets.words(visit.say("account.factor_missing"), "grow")
        with widgets.div("two").style("margin-top:12px"):
            self._password()
            self._factor = widgets.div("card col-flex")
        with widgets.div("card col-flex").style("margin-top:12px"):
            widgets.heading(visit.say("account.log_ins"), 3)
            widgets.words(visit.say("account.log_ins_text"), "soft")
            widgets.button(visit.say("account.end_log_ins"), self._end_log_ins, icon="logout")

    async def refresh(self) -> None:
        """Draw whether there is a second factor."""
        visit, say = self._visit, self._visit.say
        name = visit.user.name
        users = await ask(visit.services.people.all)
        mine = next((user for user in users or () if user.name == name), None)
        self._factor.clear()
        with self._factor:
            widgets.heading(say("account.factor"), 3)
            if mine is None:
                widgets.empty(say("shell.record_away"))
            elif mine.totp:
                widgets.badge(say("account.factor_is_on"), "good", "phonelink_lock")
                left = len(mine.recovery.split())
                widgets.words(say("account.codes_left", n=left), "soft")
                widgets.button(say("account.factor_again"), self._enrol)
            else:
                widgets.words(say("account.factor_text"), "soft")
                widgets.button(say("users.factor_on"), self._enrol, kind="main")

    def _password(self) -> None:
        say = self._visit.say
        with widgets.div("card col-flex"):
            widgets.heading(say("account.password"), 3)
            old = widgets.text_field(say("account.old"), password=True)
            new = widgets.text_field(say("account.new"), password=True)
            again = widgets.text_field(say("account.again"), password=True)
            widgets.words(say("users.password_hint"), "small soft")

            async def kept() -> None:
                if new.value != again.value:
                    self._visit.warn("account.differ")
                    return
                people, now = self._visit.services.people, self._visit.now()
                me, door = self._visit.user, self._visit.authentication
                if not door.may_type(me, me.name):
                    self._visit.warn("login.wait")
                    return
                before, after = str(old.value or ""), str(new.value or "")
                done = await self._mine(
                    lambda name: people.change_own_password(name, before, after, now)
                )
                if done:
                    door.typed_right(me, me.name)
                    self._leave()

            widgets.button(say("shell.keep"), kept, kind="main")

    def _enrol(self) -> None:
        """Show secret and QR code; keep them once a code of theirs was typed."""
        visit, say = self._visit, self._visit.say
        user = visit.act(Permission.WATCH)
        if user is None:
            return
        secret = totp.new_secret()
        dialog, card = widgets.sheet(say("account.factor"))

        async def kept() -> None:
            people, now, typed = visit.services.people, visit.now(), str(code.value or "")
            codes: list[str] = []
            if await self._mine(
                lambda name: codes.extend(
                    people.turn_on_second_factor(name, secret, typed, now, name)
                )
            ):
                dialog.close()
                visit.authentication.spare(visit.token, now)
                visit.authentication.forget()
                self._show_codes(codes)
                await self.refresh()

        with card:
            widgets.words(say("account.scan"))
            picture = segno.make(totp.address(secret, user.name), error="m")
            picture_svg = picture.svg_inline(scale=5, dark="#000", light="#fff", border=3)
            widgets.raw(picture_svg, "qr").style("align-self:center")
            widgets.words(say("account.by_hand"), "small soft")
            widgets.secret(secret)
            code = widgets.text_field(say("account.code"))
            code.props("inputmode=numeric maxlength=7 autofocus")
            code.on("keydown.enter", kept)
            with widgets.div("row-flex"):
                widgets.button(say("users.factor_on"), kept, kind="main")
                widgets.button(say("shell.cancel"), dialog.close, key="Esc")
        visit.open_sheet(dialog)

    def _show_codes(self, codes: list[str]) -> None:
        visit, say = self._visit, self._visit.say
        dialog, card = widgets.sheet(say("account.codes"))
        dialog.props("persistent")  # Only its own button closes it: nobody can show them again.
        with card:
            widgets.words(say("account.codes_text"))
            with widgets.div("codes mono"):
                for code in codes:
                    widgets.words(code)
            with widgets.div("row-flex"):
                widgets.button(say("account.codes_kept"), dialog.close, kind="main")
        visit.open_sheet(dialog)

    def _end_log_ins(self) -> None:
        visit, say = self._visit, self._visit.say
        people = visit.services.people

        async def agreed() -> None:
            now = visit.now()
            if await self._mine(lambda name: people.end_log_ins(name, name, now)):
                self._leave()

        title, text = say("account.end_log_ins"), say("account.log_ins_text")
        confirm(visit, title, text, say("shell.yes"), agreed)

    def _leave(self) -> None:
        self._visit.authentication.log_out(self._visit.token)
        self._visit.authentication.forget()
        ui.navigate.to("/login?why=out")

    async def _mine(self, change: Callable[[str], object]) -> bool:
        """Change who is logged in now; say what went wrong."""
        return await mutations.log_in(self._visit, Permission.WATCH, change)
