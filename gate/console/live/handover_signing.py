"""Both sign a handover; from then on the console acts in the name of who took over.

Rules of this file:
- The one who takes over proves who that is as at the log-in: password, and code where there is one.
- The sheet is counted at the moment of signing, so that the next shift begins where it ends.
- Once the sheet is kept, the log-in of who leaves is over, in every tab. The browser fetches the
  one of the successor (gate/console/session/login.py); until it has, nobody is logged in there.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime

from nicegui import run

from gate.auth.permissions import Permission, may
from gate.auth.users import LogInRefused, User
from gate.console.live.handover_sheet import KEPT, not_automatic, sheet_entry
from gate.console.session.login import TAKEN
from gate.console.ui import widgets
from gate.console.ui.once import until_done
from gate.console.ui.page import PageContext
from gate.console.ui.queries import ask
from gate.domain.errors import GateError
from gate.reports.model import AuditFilter, ShiftSummary


class Signing:
    """The card in which both sign. since, last: of the shift, and the number of the sheet before.

    again: draws the page anew.
    """

    def __init__(
        self, visit: PageContext, since: datetime, last: int, again: Callable[[], Awaitable[None]]
    ) -> None:
        self._visit, self._since, self._last, self._again = visit, since, last, again

    def show(self) -> None:
        """Draw the card."""
        say = self._visit.say
        with widgets.div("card col-flex"):
            widgets.heading(say("handover.sign"), 3)
            self._remark = widgets.text_field(say("handover.remark"), area=True)
            widgets.words(say("handover.leaves", name=self._visit.user.name))
            self._name = widgets.text_field(say("handover.takes"))
            self._password = widgets.text_field(say("login.password"), password=True)
            self._code = widgets.text_field(say("login.code"))
            self._code.props('inputmode=numeric autocomplete="one-time-code"')
            self._code.set_visibility(False)
            widgets.words(say("handover.then"), "small soft")
            sign = until_done(self._sign)
            widgets.button(say("handover.keep"), sign, kind="good big", icon="draw")
            for field in (self._password, self._code):
                field.on("keydown.enter", sign)

    async def _sign(self) -> bool:
        """Keep the sheet and pass the console on; whether that was done."""
        visit = self._visit
        leaving = visit.act(Permission.HAND_OVER)
        if leaving is None or not await self._still_the_last():
            return False
        taker = await self._taker(leaving)
        if taker is None:
            return False
        user, token = taker
        if not await self._keep(leaving, user):
            visit.authentication.log_out(token)
            return False
        visit.authentication.hand_over(visit.token, token)
        visit.tell_there(TAKEN, "handover.kept", name=user.name)
        return True

    async def _still_the_last(self) -> bool:
        """Whether nobody has handed over meanwhile, at another console."""
        reports = self._visit.services.reports
        newest = await ask(lambda: reports.audit(AuditFilter(action=KEPT), None, 1).rows)
        if newest is None:
            self._visit.warn("shell.record_away")
            return False
        if (newest[0].seq if newest else 0) == self._last:
            return True
        self._visit.warn("handover.meanwhile")
        await self._again()
        return False

    async def _taker(self, leaving: User) -> tuple[User, str] | None:
        """Return who takes over, with a log-in, once that person has signed."""
        authentication, name = self._visit.authentication, str(self._name.value or "").strip()
        password, code = str(self._password.value or ""), str(self._code.value or "").strip()
        for field in (self._password, self._code):
            field.set_value("")
        if name == leaving.name:
            self._visit.warn("handover.same")
            return None
        if not authentication.may_type(leaving, name):
            self._visit.warn("login.wait")
            return None
        answer = await self._ask(name, password, code)
        if isinstance(answer, str):
            self._visit.warn(f"login.{answer}")
            return None
        authentication.typed_right(leaving, name)
        user, token = answer
        if not may(user.role, Permission.HAND_OVER):
            authentication.log_out(token)
            self._visit.warn("shell.not_allowed")
            return None
        return answer

    async def _ask(self, name: str, password: str, code: str) -> tuple[User, str] | str:
        """Return the log-in of who takes over, or the word for why not."""
        try:
            answer = await run.io_bound(self._visit.authentication.log_in, name, password, code)
        except GateError:
            return "away"
        if answer is None:  # NiceGUI is shutting down.
            return "away"
        if not isinstance(answer, LogInRefused):
            return answer
        self._code.set_visibility(answer in {LogInRefused.CODE_NEEDED, LogInRefused.CODE_WRONG})
        return answer.value

    async def _keep(self, leaving: User, taker: User) -> bool:
        """Put the sheet on record, counted now."""
        visit, now = self._visit, self._visit.now()
        summary = await ask(lambda: visit.services.reports.shift(self._since, now))
        if summary is None:
            visit.warn("shell.record_away")
            return False
        return await self._append(summary, now, (leaving.name, taker.name))

    async def _append(self, summary: ShiftSummary, now: datetime, names: tuple[str, str]) -> bool:
        visit, remark = self._visit, str(self._remark.value or "")
        entry = sheet_entry(summary, (self._since, now), names, remark, not_automatic(visit))
        try:
            await run.io_bound(visit.services.journal.append, entry)
        except GateError:
            visit.warn("shell.not_kept")
            return False
        return True
