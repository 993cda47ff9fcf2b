"""How a page comes to be: who asks, may that person, then the frame, then the page's own builder.

No page is registered in any other way, so no page can forget to ask.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from fastapi import Request
from fastapi.responses import RedirectResponse
from nicegui import ui

from gate.auth.permissions import Permission
from gate.console.dependencies import Services
from gate.console.session import expiry
from gate.console.session.authentication import Authentication
from gate.console.session.expiry import LastMinutes
from gate.console.session.preferences import ConsolePage, current
from gate.console.session.sessions import COOKIE
from gate.console.session.socket_guard import SocketGuard
from gate.console.ui import shell, widgets
from gate.console.ui.event_bridge import EventBridge
from gate.console.ui.page import PageContext
from gate.i18n.texts import Texts

Build = Callable[[PageContext], Awaitable[None] | None]


@dataclass(frozen=True, slots=True)
class Pages:
    """Registers pages with NiceGUI."""

    services: Services
    authentication: Authentication
    hub: EventBridge
    guard: SocketGuard
    rights: dict[str, Permission] = field(default_factory=dict)
    """The right that each page needs, by path."""

    def add(self, path: str, title: str, action: Permission, build: Build, under: str = "") -> None:
        """Register a page.

        title: key in the catalogues. build: fills the page's main element. under: the page of the
        rail that this one belongs to, where it is not one itself.
        """

        async def answer(request: Request) -> RedirectResponse | None:
            visit = self._visit(request, action)
            if visit is None:
                return RedirectResponse(expiry.to_log_in(request), status_code=303)
            await self._fill(visit, under or path, title, build)
            return None

        self.rights[path] = action
        ConsolePage(path, response_timeout=10.0)(answer)

    def _visit(self, request: Request, right: Permission) -> PageContext | None:
        token = request.cookies.get(COOKIE)
        user = self.authentication.who(token, click=True)
        if token is None or user is None:
            return None
        preferences = current()
        visit = PageContext(
            services=self.services,
            authentication=self.authentication,
            hub=self.hub,
            token=token,
            user=user,
            right=right,
            preferences=preferences,
            texts=Texts(preferences.language, self.services.settings.texts(preferences.language)),
            client=ui.context.client,
            request=request,
        )
        self._open(visit, right)
        return visit

    def _open(self, visit: PageContext, right: Permission) -> None:
        """Let the page's socket speak for as long as its reader has this right."""
        self.guard.open(
            visit.client, visit.token, right, lambda: visit.warn("shell.pressed_too_late")
        )

    async def _fill(self, visit: PageContext, path: str, title: str, build: Build) -> None:
        page = shell.frame(visit, path, visit.say(title))
        # Whatever goes wrong while a press is acted on is in the log; the person is told, too.
        ui.on_exception(lambda: visit.warn("shell.went_wrong"))
        last = LastMinutes()
        look = ui.timer(expiry.LOOK_S, lambda: self._still_there(visit, last, look))
        with page:
            shell.way_back(visit, path)
            if not visit.may(visit.right):
                self._open(visit, Permission.WATCH)  # To leave by its buttons.
                visit.client.status_code = 403
                widgets.empty(
                    visit.say("shell.not_allowed"), visit.say("shell.not_allowed_hint"), "lock"
                )
                return
            made = build(visit)
            if made is not None:
                await made

    def _still_there(self, visit: PageContext, last: LastMinutes, look: ui.timer) -> None:
        """Leave a page whose log-in has ended: this may be a shared computer.

        Where the role is another one by now, draw the page anew: with its buttons or without.
        """
        user = self.authentication.who(visit.token)
        left = self.authentication.left(visit.token)
        if user is None or left is None:
            expiry.leave(self.authentication, visit.token)
        elif user.role is not visit.user.role:
            ui.navigate.reload()
        else:
            look.interval = last.next_look(left)
