"""Files go only to a page that the sender's log-in opened and may still open.

NiceGUI makes a route for each upload field, whose address holds the page's secret number and asks
for nothing else.
"""

from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from gate.console.session.sessions import COOKIE
from gate.console.session.socket_guard import SocketGuard
from gate.web.body_limit import UPLOADS


class UploadGuard:
    """ASGI middleware: 403 to an upload from anybody else."""

    def __init__(self, app: ASGIApp, guard: SocketGuard) -> None:
        self._app, self._guard = app, guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(UPLOADS):
            page = scope["path"].removeprefix(UPLOADS).partition("/")[0]
            token = HTTPConnection(scope).cookies.get(COOKIE)
            if not self._guard.may_reach(page, token):
                answer = PlainTextResponse("this page is not yours\n", status_code=403)
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)
