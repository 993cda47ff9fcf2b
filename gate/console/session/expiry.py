"""The end of a log-in while its page is open: said two minutes before, and led back afterwards.

Rules of this file:
- A key or a press on the page keeps the log-in alive (`SocketGuard`); only to look does not.
- What was typed stays in this browser tab, for the same person only, and only where the log-in
  ended by itself: who logs out leaves nothing behind.
"""

import json
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode

from fastapi import Request
from nicegui import ui

from gate.console.session.authentication import Authentication
from gate.console.session.sessions import COOKIE, RemainingTime

LOOK_S: Final = 20.0
"""So often a page asks whether its log-in still lasts; more often once it nears its end."""

WARN: Final = timedelta(minutes=2)


def to_log_in(request: Request) -> str:
    """Return the address of the log-in that leads back to where this request wanted to go."""
    query = f"?{request.url.query}" if request.url.query else ""
    why = {"why": "ended"} if request.cookies.get(COOKIE) else {}
    return f"/login?{urlencode({**why, 'to': request.url.path + query})}"


def leave(authentication: Authentication, token: str) -> None:
    """Send the page of this context to the log-in. The browser keeps what was typed there."""
    keep = json.dumps(not authentication.logged_out(token))
    ui.run_javascript(f"window.gateEnded ? gateEnded({keep}) : location.reload()")


class LastMinutes:
    """Says on a page that its log-in is about to end, for how long, and that it goes on."""

    def __init__(self) -> None:
        self._told = False

    def next_look(self, left: RemainingTime) -> float:
        """Tell the page what there is to tell; return after how many seconds to ask anew."""
        near = left.time <= WARN
        if near or self._told:
            seconds = json.dumps(left.time.total_seconds() if near else None)
            final = json.dumps(left.final)
            ui.run_javascript(f"window.gateLeaving && gateLeaving({seconds}, {final})")
        self._told = near
        until = left.time if near else left.time - WARN
        return min(LOOK_S, until.total_seconds() + 1)
