"""Sockets of pages for whoever is not logged in: few at a time, and for a moment only.

A page whose log-in has ended learns from its socket that it has (`socket_guard.RELOAD`), so such a
socket is let in; but nobody else needs one, and an open socket costs a descriptor for as long as
its other end likes.
"""

import asyncio
from contextlib import suppress
from typing import Final

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from gate.console.session.authentication import Authentication
from gate.console.session.sessions import COOKIE

SOCKETS: Final = "/_nicegui_ws/"
MOST: Final = 16
SECONDS: Final = 10.0


class Strangers:
    """ASGI middleware: ends what strangers hold open, and takes no more of them than `most`."""

    def __init__(
        self,
        app: ASGIApp,
        authentication: Authentication,
        most: int = MOST,
        seconds: float = SECONDS,
    ) -> None:
        self._app, self._doorkeeper = app, authentication
        self._most, self._seconds = most, seconds
        self._open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self._is_stranger(scope):
            await self._app(scope, receive, send)
        elif self._open >= self._most:
            await _turn_away(scope, receive, send)
        else:
            self._open += 1
            try:
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._seconds):
                        await self._app(scope, receive, send)
            finally:
                self._open -= 1

    def _is_stranger(self, scope: Scope) -> bool:
        if scope["type"] not in {"http", "websocket"} or not scope["path"].startswith(SOCKETS):
            return False
        return self._doorkeeper.who(HTTPConnection(scope).cookies.get(COOKIE)) is None


async def _turn_away(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1013})
        return
    answer = PlainTextResponse("log in first\n", status_code=503, headers={"Retry-After": "10"})
    await answer(scope, receive, send)
