"""Who is logged in at which browser: signed tokens, their end, and who they stand for.

Rules of this file:
- A token is made by the server, signed with the site's secret and held by the browser in an
  HttpOnly cookie. It survives a restart of the service, so that a console comes back by itself.
- A log-in ends after `idle` without a click, after `longest` at the latest, and at log-out.
- Ended log-ins are remembered until they would have ended anyway.
"""

import hashlib
import hmac
import secrets
import threading
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

COOKIE: Final = "gate_session"
LONGEST: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class SessionClaims:
    """What a token says: its number, whom it stands for and since when."""

    number: str
    name: str
    since: datetime


@dataclass(frozen=True, slots=True)
class RemainingTime:
    """How long a log-in still lasts. final: no click makes it longer."""

    time: timedelta
    final: bool


class Sessions:
    """Log-ins of this service. Safe to call from any thread."""

    def __init__(self, secret: bytes, idle: timedelta, longest: timedelta = LONGEST) -> None:
        if len(secret) < 32:
            raise ValueError("the session secret must have 32 bytes or more")
        self._key = hashlib.sha256(b"gate console session\0" + secret).digest()
        self._idle = idle
        self._longest = longest
        self._seen: dict[str, datetime] = {}
        self._ended: dict[str, datetime] = {}
        self._lock = threading.Lock()

    def open(self, name: str, at: datetime) -> str:
        """Begin a log-in and return its token."""
        number = secrets.token_urlsafe(12)
        self._note(number, at)
        body = f"{number}.{_pack(name)}.{int(at.timestamp())}"
        return f"{body}.{self._sign(body)}"

    def check(self, token: str, at: datetime) -> SessionClaims | None:
        """Return who holds the token, or None where it is forged, ended, idle or too old."""
        ticket = self._read(token)
        if ticket is None or not timedelta(minutes=-1) <= at - ticket.since <= self._longest:
            return None
        with self._lock:
            if ticket.number in self._ended:
                return None
            # After a restart of the service nothing is known of clicks: the idle time begins anew.
            seen = self._seen.setdefault(ticket.number, at)
        return ticket if at - seen <= self._idle else None

    def touch(self, token: str, at: datetime) -> None:
        """Note a click, which keeps the log-in alive."""
        if ticket := self.check(token, at):
            self._note(ticket.number, at)

    def left(self, token: str, at: datetime) -> RemainingTime | None:
        """Return how long the log-in lasts if nobody clicks; None where it has ended."""
        if (ticket := self.check(token, at)) is None:
            return None
        with self._lock:
            seen = self._seen.get(ticket.number, at)
        idle, whole = self._idle - (at - seen), self._longest - (at - ticket.since)
        return RemainingTime(min(idle, whole), whole <= idle)

    def was_ended(self, token: str) -> bool:
        """Whether somebody logged out, which is no idleness."""
        ticket = self._read(token)
        with self._lock:
            return ticket is not None and ticket.number in self._ended

    def end(self, token: str, at: datetime) -> None:
        """End this log-in for every tab that holds it."""
        if ticket := self._read(token):
            with self._lock:
                self._ended[ticket.number] = at
                self._seen.pop(ticket.number, None)

    def _note(self, number: str, at: datetime) -> None:
        with self._lock:
            self._seen[number] = at
            for old in [n for n, seen in self._seen.items() if at - seen > self._longest]:
                del self._seen[old]
            for old in [n for n, ended in self._ended.items() if at - ended > self._longest]:
                del self._ended[old]

    def _read(self, token: str) -> SessionClaims | None:
        body, _, signature = token.rpartition(".")
        if not hmac.compare_digest(signature.encode(), self._sign(body).encode()):
            return None
        try:
            number, name, since = body.split(".")
            return SessionClaims(number, _unpack(name), datetime.fromtimestamp(int(since), UTC))
        except (ValueError, NotBase64):
            return None

    def _sign(self, body: str) -> str:
        return hmac.new(self._key, body.encode(), hashlib.sha256).hexdigest()


def _pack(name: str) -> str:
    return urlsafe_b64encode(name.encode()).decode().rstrip("=")


def _unpack(name: str) -> str:
    return urlsafe_b64decode(name + "=" * (-len(name) % 4)).decode()
