"""Who may speak over the sockets of pages: asked at each connection and at each message.

Rules of this file:
- A socket belongs to the log-in whose cookie it brought, and comes from this site's own pages.
- It speaks for a page only if that page was opened by the same log-in and the socket joined it.
- A message reaches a page only while its reader may still open that page. Handlers then ask for the
  right of what they do (`Visit.act`): this check is the outer one.
- A press that was held up on the line is not done, and its page says so
  (gate/console/session/event_age.py): the browser keeps what is pressed while the service is away,
  and sends it afterwards.
- A press is answered: whether it was heard, or is of something that is no longer there. The page
  says so (gate/console/static/presses.js).
- Whatever else arrives is dropped without a word: NiceGUI's own program sends nothing of the kind.
"""

import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final, Protocol
from urllib.parse import parse_qs, urlsplit

from nicegui import Client, ui
from socketio.exceptions import ConnectionRefusedError as Refused

from gate.auth.permissions import Permission, may
from gate.console.session.authentication import Authentication
from gate.console.session.event_age import Lateness
from gate.console.session.expiry import leave
from gate.console.session.sessions import COOKIE
from gate.domain.ports import Clock

RELOAD: Final = "Implicit handshake failed"
"""The refusal at which NiceGUI's program loads the page anew, which leads to the log-in."""

HEARD: Final = "heard"
GONE: Final = "gone"
"""What was pressed is no longer there: its place was drawn anew meanwhile."""
LATE: Final = "late"
REFUSED: Final = "refused"

_PRESSES: Final = frozenset({"click", "key", "keydown", "keyup", "keypress"})
_LEVELS: Final = frozenset({"debug", "info", "warning", "error"})
_log = logging.getLogger(__name__)
Handler = Callable[..., Any]
Message = dict[str, Any]


class Sockets(Protocol):
    """What this file needs of a Socket.IO server."""

    handlers: dict[str, dict[str, Handler]]

    def on(self, event: str, handler: Handler) -> object: ...


@dataclass(frozen=True, slots=True)
class Opened:
    """A page that is open: which log-in opened it, and the right that it needs."""

    token: str
    right: Permission
    too_late: Callable[[], object]
    """Says on the page that a press came too late."""


class SocketGuard:
    """Stands before NiceGUI's handlers of socket messages. Lives on the event loop."""

    def __init__(self, authentication: Authentication, clock: Clock) -> None:
        self._doorkeeper = authentication
        self._clock = clock
        self._lateness = Lateness()
        self._pages: dict[str, Opened] = {}
        self._tokens: dict[str, str] = {}
        self._joined: dict[str, set[str]] = {}
        self.old: dict[str, Handler] = {}
        """NiceGUI's own handlers, by name."""

    def open(
        self, client: Client, token: str, right: Permission, too_late: Callable[[], object]
    ) -> None:
        """Note a page that is being answered; it is forgotten with its client."""
        self._pages[client.id] = Opened(token, right, too_late)
        client.on_delete(lambda: self._close(client.id))

    def may_reach(self, client: str, token: str | None) -> bool:
        """Whether this log-in opened the page and may still open it."""
        page = self._pages.get(client)
        if page is None or token != page.token:
            return False
        user = self._doorkeeper.who(token)
        return user is not None and may(user.role, page.right)

    def install(self, sockets: Sockets) -> None:
        """Stand before the handlers of this server, in place of any guard before."""
        handlers = sockets.handlers["/"]
        self.old = {name: _own(name, handler) for name, handler in handlers.items()}
        sockets.on("connect", self._connect)
        sockets.on("handshake", self._handshake)
        sockets.on("disconnect", self._disconnect)
        sockets.on("event", self._event)
        sockets.on("javascript_response", self._javascript_response)
        sockets.on("ack", self._ack)
        sockets.on("log", self._note)
        sockets.on("stamp", self._stamp)
        sockets.on("active", self._active)

    async def _connect(self, sid: str, environ: Mapping[str, Any], auth: object = None) -> None:
        token, said = token_of(environ), _query(environ)
        client = said.get("client_id", "")
        page = self._pages.get(client)
        stranger = token is None or self._doorkeeper.who(token) is None
        if stranger or not from_here(environ) or (page is not None and page.token != token):
            raise Refused(RELOAD)
        self._tokens[sid] = str(token)
        try:
            await self.old["connect"](sid, environ, auth)
        except Refused:
            self._forget(sid)
            raise
        if said.get("implicit_handshake") == "true":
            self._joined.setdefault(sid, set()).add(client)

    async def _handshake(self, sid: str, data: object = None) -> bool:
        client = data.get("client_id") if isinstance(data, dict) else None
        if not isinstance(client, str) or not self.may_reach(client, self._tokens.get(sid)):
            return False
        if not await self.old["handshake"](sid, data):
            return False
        self._joined.setdefault(sid, set()).add(client)
        return True

    def _disconnect(self, sid: str) -> None:
        self._forget(sid)
        self.old["disconnect"](sid)

    def _event(self, sid: str, message: object = None) -> str:
        """Hand on what was done on a page; answer what became of it, for the page to say."""
        if self._too_late(message):
            return LATE
        if not isinstance(message, dict) or not self._passes(sid, message):
            return REFUSED
        if not _event(message):
            return GONE
        self.old["event"](sid, message)
        return HEARD

    def _stamp(self, sid: str, message: object = None) -> None:
        """A page says what its clock says."""
        if not isinstance(message, dict) or (sent := _sent(message)) is None:
            return
        page = str(message.get("client_id"))
        if page in self._pages and page in self._joined.get(sid, ()):
            self._lateness.stamp(page, sent, self._clock.monotonic())

    def _active(self, sid: str, message: object = None) -> None:
        """Somebody types or presses on a page: its log-in goes on."""
        if isinstance(message, dict) and self._passes(sid, message):
            self._doorkeeper.who(self._tokens.get(sid), click=True)

    def _too_late(self, message: object) -> bool:
        """Whether this is a press from too long ago; if so, its page says that."""
        if not isinstance(message, dict) or (sent := _sent(message)) is None:
            return False
        page = self._pages.get(str(message.get("client_id")))
        if page is None or not _event(message) or not _is_press(message):
            return False
        late = self._lateness.late(message["client_id"], sent, self._clock.monotonic())
        if late:
            _log.warning("a press that was held up on the line was not done")
            page.too_late()
        return late

    def _javascript_response(self, sid: str, message: object = None) -> None:
        self._hand_on("javascript_response", sid, message)

    def _ack(self, sid: str, message: object = None) -> None:
        self._hand_on("ack", sid, message)

    def _note(self, sid: str, message: object = None) -> None:
        self._hand_on("log", sid, message)

    def _hand_on(self, name: str, sid: str, message: object) -> None:
        if isinstance(message, dict) and self._passes(sid, message) and _WHOLE[name](message):
            self.old[name](sid, message)

    def _passes(self, sid: str, message: Message) -> bool:
        client = message.get("client_id")
        token = self._tokens.get(sid)
        if not isinstance(client, str) or client not in self._joined.get(sid, ()):
            return False
        page = self._pages.get(client)
        if page is None:
            return True  # An error's page of NiceGUI: it has nothing to press.
        if self.may_reach(client, token):
            return True
        _log.info("a message to a page that its reader may no longer open was dropped")
        self._leave(client, page.token)
        return False

    def _leave(self, client_id: str, token: str) -> None:
        """Lead the page to the log-in, or have it say that this role may not see it."""
        client = Client.instances.get(client_id)
        if client is not None and not client.is_deleted:
            with client:
                if self._doorkeeper.who(token) is None:
                    leave(self._doorkeeper, token)
                else:
                    ui.navigate.reload()

    def _close(self, client_id: str) -> None:
        self._pages.pop(client_id, None)
        self._lateness.forget(client_id)

    def _forget(self, sid: str) -> None:
        self._tokens.pop(sid, None)
        self._joined.pop(sid, None)


def _own(name: str, handler: Handler) -> Handler:
    """NiceGUI's handler behind the guard of a site that was served before."""
    guard = getattr(handler, "__self__", None)
    return guard.old[name] if isinstance(guard, SocketGuard) else handler


def token_of(environ: Mapping[str, Any]) -> str | None:
    """Return the log-in's cookie of a socket's request."""
    try:
        found = SimpleCookie(str(environ.get("HTTP_COOKIE", ""))).get(COOKIE)
    except CookieError:
        return None
    return found.value if found is not None else None


def from_here(environ: Mapping[str, Any]) -> bool:
    """Whether a page of this site asks. Programs that are no browser name no origin."""
    origin = environ.get("HTTP_ORIGIN")
    return not origin or urlsplit(str(origin)).netloc == environ.get("HTTP_HOST")


def _query(environ: Mapping[str, Any]) -> dict[str, str]:
    return {key: said[0] for key, said in parse_qs(str(environ.get("QUERY_STRING", ""))).items()}


def _event(message: Message) -> bool:
    args = message.get("args", [])
    if not isinstance(args, list) or not all(one is None or isinstance(one, str) for one in args):
        return False
    client = Client.instances.get(message["client_id"])
    number, listener = message.get("id"), message.get("listener_id")
    if client is None or not isinstance(number, int) or not isinstance(listener, str):
        return False
    element = client.elements.get(number)
    return element is not None and listener in element._event_listeners  # noqa: SLF001 - no other way


def _sent(message: Message) -> float | None:
    """What the page's clock said, in seconds."""
    sent = message.get("sent")
    return float(sent) if isinstance(sent, int | float) and math.isfinite(sent) else None


def _is_press(message: Message) -> bool:
    """Whether somebody pressed a button or a key; what was typed into a field may come late."""
    element = Client.instances[message["client_id"]].elements[message["id"]]
    listener = element._event_listeners[message["listener_id"]]  # noqa: SLF001 - no other way
    return listener.type.partition(".")[0] in _PRESSES


_WHOLE: Final[dict[str, Callable[[Message], bool]]] = {
    "javascript_response": lambda message: isinstance(message.get("request_id"), str),
    "ack": lambda message: isinstance(message.get("next_message_id"), int),
    "log": lambda message: message.get("level") in _LEVELS,
}
"""What a message must look like before NiceGUI sees it, by its name."""
