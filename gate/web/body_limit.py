"""How much a request may carry: a body that is larger is refused before anybody reads it whole.

The API's bodies and forms are small; only a spreadsheet that is uploaded is not.
"""

from collections.abc import Callable
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BYTES: Final = 1_000_000
MAX_OF_API: Final = 64_000
"""Bytes of JSON: the largest body that the API knows has a few hundred."""
MAX_UPLOADED: Final = 21_000_000
"""A spreadsheet of 20 MB and what a form wraps around it."""

SAID: Final = "this request is too large"
UPLOADS: Final = "/_nicegui/client/"


def most(path: str) -> int:
    """Return how many bytes a request to this path may carry."""
    if path.startswith(UPLOADS):
        return MAX_UPLOADED
    return MAX_OF_API if path.startswith("/api/") else MAX_BYTES


class BodyLimit:
    """ASGI middleware: answers 413 to a body that says, or turns out, to be too large."""

    def __init__(self, app: ASGIApp, limit: Callable[[str], int] = most) -> None:
        self._app, self._limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope["path"])
        if _said(scope) > limit:
            await _too_large(scope, receive, send)
            return
        counted = _Counted(receive, send, limit)
        try:
            await self._app(scope, counted.receive, counted.send)
        except _TooLargeError:
            if not counted.answered:
                await _too_large(scope, receive, send)


class _TooLargeError(HTTPException):
    """More came than may come. FastAPI lets this kind through where it reads a body."""

    def __init__(self) -> None:
        super().__init__(413, SAID, headers={"Connection": "close"})


class _Counted:
    """Counts what arrives; notes whether the answer has begun."""

    def __init__(self, receive: Receive, send: Send, limit: int) -> None:
        self._receive, self._send, self._left = receive, send, limit
        self.answered = False

    async def receive(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise _TooLargeError
        return message

    async def send(self, message: Message) -> None:
        self.answered = True
        await self._send(message)


def _said(scope: Scope) -> int:
    """The length that the request states; 0 for none or nonsense, which is counted instead."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0


async def _too_large(scope: Scope, receive: Receive, send: Send) -> None:
    answer = JSONResponse({"detail": SAID}, status_code=413, headers={"Connection": "close"})
    await answer(scope, receive, send)
