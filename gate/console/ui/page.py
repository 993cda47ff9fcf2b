"""One person at one page: what a page builder is given."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from nicegui import Client, ui
from starlette.requests import Request

from gate.auth.permissions import Permission, may
from gate.auth.users import User
from gate.console.dependencies import Services
from gate.console.session.authentication import Authentication
from gate.console.session.expiry import leave
from gate.console.session.preferences import Preferences
from gate.console.ui.answered import Answers
from gate.console.ui.event_bridge import EventBridge
from gate.console.ui.keys import Keys
from gate.i18n.texts import Texts


@dataclass(frozen=True, slots=True)
class PageContext:
    """A page that is being looked at. `user` is who opened it; `act` asks again.

    right: what its reader needs to see it at all.
    """

    services: Services
    authentication: Authentication
    hub: EventBridge
    token: str
    user: User
    right: Permission
    preferences: Preferences
    texts: Texts
    client: Client
    request: Request
    keys: Keys = field(default_factory=Keys)
    answers: Answers = field(default_factory=Answers)

    def say(self, key: str, **values: object) -> str:
        """Return a text in the language of this page."""
        return self.texts.say(key, **values)

    def may(self, action: Permission) -> bool:
        """Whether to draw something. Never rely on it in a handler: use `act`."""
        return may(self.user.role, action)

    def act(self, action: Permission) -> User | None:
        """Return who acts now if that person may, else say why not. Call it in every handler."""
        user = self.authentication.who(self.token, click=True)
        if user is None:
            leave(self.authentication, self.token)
            return None
        if not may(user.role, action):
            self.warn("shell.not_allowed")
            return None
        return user

    def go(self, path: str) -> None:
        """Lead to another page; what is typed meanwhile is meant for that one."""
        self.keys.leave()
        ui.navigate.to(path)

    def tell_there(self, path: str, key: str, **values: object) -> None:
        """Lead to another page, and say there that something was done: here nobody would read it.

        One script does both: two messages may arrive in any order.
        """
        self.keys.leave()
        said, there = json.dumps(self.say(key, **values)), json.dumps(path)
        with self.client:  # The sheet that asked for it may have gone meanwhile.
            ui.run_javascript(f"gateSayThere({there}, {said})")

    def now(self) -> datetime:
        """Return the time, aware UTC."""
        return self.services.clock.now().utc

    def local(self, at: datetime) -> datetime:
        """Return a moment in the site's zone."""
        return at.astimezone(self.services.zone)

    def time(self, at: datetime | None) -> str:
        """Return a moment as date and time for the screen, "" for none."""
        return self.local(at).strftime("%Y-%m-%d %H:%M:%S") if at is not None else ""

    def hour(self, at: datetime | None) -> str:
        """Return a moment as time of day, with the day where that is not today."""
        if at is None:
            return ""
        local, today = self.local(at), self.local(self.now()).date()
        return local.strftime("%H:%M:%S" if local.date() == today else "%m-%d %H:%M")

    def tell(self, key: str, **values: object) -> None:
        """Say that something was done."""
        with self.client:  # The sheet that asked for it may have gone meanwhile.
            ui.notify(self.say(key, **values), type="positive", position="top", timeout=4000)

    def warn(self, key: str, **values: object) -> None:
        """Say that something was not done, and why."""
        self.warn_words(self.say(key, **values))

    def warn_words(self, text: str) -> None:
        """Say in these words that something was not done."""
        with self.client:
            ui.notify(
                text,
                type="negative",
                position="top",
                timeout=8000,
                close_button=self.say("shell.close"),
            )

    def open_sheet(
        self, dialog: ui.dialog, keys: Mapping[str, Callable[[], Any]] | None = None
    ) -> None:
        """Open a dialog with keys of its own; the page below hears none until it closes.

        The keys are gone the moment the dialog begins to close, not when it has faded: a second
        press must never reach a question that was answered or cancelled.
        """
        lift = self.keys.lay(keys or {}, alone=True)
        dialog.on_value_change(lambda event: None if event.value else lift())
        dialog.on("hide", dialog.delete)
        dialog.open()

    def listen(self, on_change: Callable[[str, object], None]) -> Callable[[], None]:
        """Hear of the site's changes for as long as the page is open and its reader may see it.

        Returns what ends it before.
        """

        def heard(kind: str, payload: object) -> None:
            user = self.authentication.who(self.token)
            if user is not None and may(user.role, self.right):
                on_change(kind, payload)

        return self.hub.listen(self.client, heard)
