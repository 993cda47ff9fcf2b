"""Tokens of other programs: made with scopes and an end, shown once, ended by hand.

Rules of this file:
- Only `gate.auth.tokens.Tokens` makes and ends a token, and it writes who did.
- The secret is on the screen once; what is kept cannot be turned back into it.
"""

from collections.abc import Callable
from datetime import timedelta
from html import escape
from typing import TypeVar

from nicegui import run, ui
from sqlalchemy.exc import SQLAlchemyError

from gate.auth.permissions import Permission
from gate.auth.tokens import GRANTABLE, Scope, TokenError, Tokens
from gate.auth.users import User
from gate.console.ui import widgets
from gate.console.ui.confirm import confirm
from gate.console.ui.once import until_done
from gate.console.ui.page import PageContext
from gate.console.ui.pages import Pages
from gate.console.ui.queries import ask
from gate.domain.errors import GateError
from gate.storage.account_tables import TokenRow

T = TypeVar("T")
DAYS = {"30": 30, "90": 90, "365": 365, "730": 730}


def add(pages: Pages) -> None:
    """Register the page."""
    pages.add("/tokens", "nav.tokens", Permission.MANAGE_TOKENS, build)


async def build(visit: PageContext) -> None:
    """Fill the page."""
    await TokensPage(visit).refresh()


class TokensPage:
    """The list of tokens and what may be done with each."""

    def __init__(self, visit: PageContext) -> None:
        self._visit = visit
        self._tokens = Tokens(visit.services.journal)
        with widgets.div("page-head"):
            widgets.heading(visit.say("nav.tokens")).classes("grow")
            widgets.button(visit.say("tokens.add"), self._add, kind="main", icon="add")
        widgets.words(visit.say("tokens.text"), "soft")
        self._list = widgets.div("col-flex").style("margin-top:12px")

    async def refresh(self) -> None:
        """Draw the tokens as they are now."""
        rows = await ask(self._tokens.all)
        self._list.clear()
        with self._list:
            if rows is None:
                widgets.empty(self._visit.say("shell.record_away"))
            elif not rows:
                widgets.empty(self._visit.say("tokens.none"), icon="key_off")
            for row in rows or ():
                self._line(row)

    def _line(self, row: TokenRow) -> None:
        visit, say = self._visit, self._visit.say
        with widgets.div("card row-flex"):
            scopes = ", ".join(say(f"tokens.scope.{_key(one)}") for one in row.scopes.split())
            widgets.raw(f"<b>{escape(row.name)}</b> {escape(row.household)}", "grow")
            widgets.words(scopes, "small")
            made = say("tokens.made", by=row.made_by, at=visit.hour(row.made_at))
            widgets.words(made, "small soft")
            if row.revoked:
                widgets.badge(say("tokens.revoked"), "bad", "block")
            elif visit.now() >= row.expires_at:
                widgets.badge(say("tokens.over"), "", "schedule")
            else:
                day = visit.local(row.expires_at).date().isoformat()
                widgets.badge(say("tokens.until", day=day), "good", "key")
                widgets.button(say("tokens.revoke"), lambda: self._revoke(row), kind="small bad")

    def _add(self) -> None:
        visit, say = self._visit, self._visit.say
        if visit.act(Permission.MANAGE_TOKENS) is None:
            return
        dialog, card = widgets.sheet(say("tokens.add"))

        async def kept() -> bool:
            wanted = frozenset(scope for scope, box in boxes.items() if box.value)
            lasting = timedelta(days=DAYS[str(days.value)])
            home = str(household.value or "").strip()
            made = await self._try(
                lambda by: self._make(str(name.value), wanted, lasting, home, by)
            )
            if made is None:
                return False
            dialog.close()
            self._show(made[0])
            await self.refresh()
            return True

        with card:
            name = widgets.text_field(say("tokens.name")).props("autofocus maxlength=64")
            widgets.words(say("tokens.scopes"))
            with widgets.div("pairs"):
                boxes = {
                    one: ui.checkbox(say(f"tokens.scope.{_key(one)}")) for one in sorted(GRANTABLE)
                }
            lengths = {days: say("tokens.days", n=n) for days, n in DAYS.items()}
            days = widgets.choice_field(say("tokens.lasting"), lengths, "365")
            household = widgets.text_field(say("tokens.household"))
            with widgets.div("row-flex"):
                widgets.button(say("tokens.make"), until_done(kept), kind="main")
                widgets.button(say("shell.cancel"), dialog.close, key="Esc")
        visit.open_sheet(dialog)

    def _make(
        self, name: str, scopes: frozenset[Scope], lasting: timedelta, household: str, user: User
    ) -> tuple[str, int]:
        return self._tokens.make(
            name, scopes, lasting, by=user.name, at=self._visit.now(), household=household
        )

    def _show(self, secret: str) -> None:
        visit, say = self._visit, self._visit.say
        dialog, card = widgets.sheet(say("tokens.secret"))
        dialog.props("persistent")  # Only its own button closes it: nobody can show it again.
        with card:
            widgets.words(say("tokens.secret_text"))
            widgets.secret(secret)
            with widgets.div("row-flex"):
                widgets.copy_button(say("tokens.copy"))
                widgets.button(say("tokens.secret_kept"), dialog.close, kind="main")
        visit.open_sheet(dialog)

    def _revoke(self, row: TokenRow) -> None:
        say = self._visit.say

        async def agreed() -> None:
            await self._try(lambda by: self._tokens.revoke(row.id or 0, by=by.name))
            await self.refresh()

        text = say("tokens.revoke_text", name=row.name)
        confirm(self._visit, say("tokens.revoke"), text, say("shell.yes"), agreed)

    async def _try(self, change: Callable[[User], T]) -> T | None:
        """Make a change as who is logged in now; say what went wrong."""
        user = self._visit.act(Permission.MANAGE_TOKENS)
        if user is None:
            return None
        try:
            return await run.io_bound(change, user)
        except TokenError as error:
            self._visit.warn(f"tokens.fault.{error.fault.value}")
        except (GateError, SQLAlchemyError):
            self._visit.warn("shell.not_kept")
        return None


def _key(scope: str) -> str:
    return scope.replace(":", "_")
