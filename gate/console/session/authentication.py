"""Who stands behind a browser's request, right now: the only place where pages learn of a role.

Rules of this file:
- Every page and every action asks here, on the server, each time; hiding a button is a courtesy.
- A user who is locked out or given another role feels it within `FRESH`.
- While the database is away, a log-in that was good keeps its last known rights: the guard must be
  able to raise the arm then, too.
"""

import logging
from datetime import datetime, timedelta
from typing import Final, Protocol

from gate.auth.users import LogInRefused, User
from gate.console.session.guesses import Guesser, Guesses
from gate.console.session.sessions import RemainingTime, Sessions
from gate.domain.errors import JournalUnavailableError
from gate.domain.ports import Clock

FRESH: Final = timedelta(seconds=10)
FETCH: Final = timedelta(minutes=1)
"""So long a browser may take to fetch the log-in of who took over at it."""
_log = logging.getLogger(__name__)


class UserDirectory(Protocol):
    """What the pages need of `gate.auth.users.Users` to let somebody in."""

    def log_in(
        self, name: str, password: str, at: datetime, code: str = ""
    ) -> User | LogInRefused: ...
    def get(self, name: str) -> User | None: ...


class Authentication:
    """Log-in, log-out, and who holds a token. Safe to call from any thread."""

    def __init__(self, people: UserDirectory, sessions: Sessions, clock: Clock) -> None:
        self._people = people
        self._sessions = sessions
        self._clock = clock
        self._known: dict[str, tuple[User, datetime]] = {}
        self._spared: dict[str, datetime] = {}
        self._guesses = Guesses()
        self._handed: dict[str, tuple[str, datetime]] = {}

    def log_in(self, name: str, password: str, code: str = "") -> tuple[User, str] | LogInRefused:
        """Return the user and a token, or why not. Slow on purpose: call it off the event loop."""
        at = self._clock.now().utc
        answer = self._people.log_in(name, password, at, code)
        if isinstance(answer, LogInRefused):
            return answer
        self._known[answer.name] = (answer, at)
        return answer, self._sessions.open(answer.name, at)

    def may_type(self, seat: User, name: str) -> bool:
        """Count a password that is typed for `name` by who is logged in already as `seat`.

        False where too many were wrong: then it is not to be looked at. Event loop only.
        """
        at, guesser = self._clock.now().utc, Guesser(name, f"log-in of {seat.name}")
        if self._guesses.wait(guesser, at):
            return False
        self._guesses.begin(guesser, at)
        return True

    def typed_right(self, seat: User, name: str) -> None:
        """Forget the wrong ones: the password was right."""
        self._guesses.right(Guesser(name, f"log-in of {seat.name}"))

    def spare(self, token: str, since: datetime) -> None:
        """Let this log-in go on though those from before `since` are over: it caused that itself.

        Who sets up a second factor has just shown a code of it. Forgotten at a restart.
        """
        if ticket := self._sessions.check(token, self._clock.now().utc):
            self._spared[ticket.number] = since.replace(microsecond=0)

    def hand_over(self, token: str, successor: str) -> None:
        """End a log-in, in every tab, and keep its successor's for the browser that held it."""
        now = self._clock.now().utc
        self.log_out(token)
        self._handed = {one: kept for one, kept in self._handed.items() if now - kept[1] <= FETCH}
        self._handed[token] = (successor, now)

    def fetch(self, token: str | None) -> str | None:
        """Return, once, the log-in that was left for the browser with this one; None for none."""
        kept = self._handed.pop(token or "", None)
        return kept[0] if kept and self._clock.now().utc - kept[1] <= FETCH else None

    def log_out(self, token: str) -> None:
        """End the log-in, in every tab."""
        self._sessions.end(token, self._clock.now().utc)

    def who(self, token: str | None, *, click: bool = False) -> User | None:
        """Return the user behind a token; a click keeps the log-in alive."""
        at = self._clock.now().utc
        ticket = self._sessions.check(token, at) if token else None
        if ticket is None or token is None:
            return None
        user = self._user(ticket.name, at)
        if user is None:
            return None
        over = user.since is not None and ticket.since < user.since
        if over and self._spared.get(ticket.number) != user.since:
            return None
        if click:
            self._sessions.touch(token, at)
        return user

    def left(self, token: str) -> RemainingTime | None:
        """Return how long a log-in still lasts; None where it has ended."""
        at = self._clock.now().utc
        return self._sessions.left(token, at) if self.who(token) is not None else None

    def logged_out(self, token: str) -> bool:
        """Whether the person left by a press, in this tab or another."""
        return self._sessions.was_ended(token)

    def forget(self) -> None:
        """Ask for every user anew at the next click: after somebody's rights were changed."""
        self._known.clear()

    def _user(self, name: str, at: datetime) -> User | None:
        known = self._known.get(name)
        if known is not None and timedelta() <= at - known[1] < FRESH:
            return known[0]
        try:
            user = self._people.get(name)
        except JournalUnavailableError:
            _log.warning("the database is away; a logged-in user keeps the last known rights")
            return known[0] if known is not None else None
        if user is None:
            self._known.pop(name, None)
            return None
        self._known[name] = (user, at)
        return user
