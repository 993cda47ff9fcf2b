"""Presses everything on a page that can be pressed, over the page's own socket, as anybody.

A page is opened by an admin, who sees every button. Then each event of each element is sent as a
lesser role (the role was lowered while the page was open) or nobody (the log-in has ended), and
at the end as the admin, to find what opens next: sheets are walked the same way. What an event
would do is recorded where it would be done, at the journal and the lanes, and not done.
"""

import asyncio
import json
import re
import sys
from collections.abc import Callable, Coroutine, Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from nicegui import Client, background_tasks, core, ui
from nicegui.element import Element
from nicegui.event_listener import EventListener

from gate.auth.permissions import Permission, Role
from gate.auth.users import User
from gate.console.ui.keys import Handlers, Keys
from gate.console.ui.page import PageContext
from gate.domain.errors import JournalUnavailableError
from gate.domain.ports import Lanes
from tests.gate.console.serving import Served

READS_OF_LANES = frozenset({"views", "preview", "asking"})
LESSER = (None, Role.AUDITOR, Role.GUARD, Role.MANAGER)
"""Nobody, then every role but the one that may do everything."""

LAST = ("退出登录", "取消", "关闭", "已经复制")
"""Buttons that take the log-in or a sheet away: pressed after all others, the first one last."""

SHEET = "楼栋,单元,房号,业主姓名,车牌号\n3,2,501,张三,吉A27182\n3,2,502,,吉AI2345\n"
_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Deed:
    """What an event would have done. page: path. by: the words on what was pressed."""

    page: str
    by: str
    role: Role | None
    effect: str


@dataclass
class Found:
    """What a walk found. asked: places in gate/console that asked for a right: answered yes or no.

    pressed: how many events were sent.
    """

    deeds: list[Deed] = field(default_factory=list)
    granted: set[tuple[str, int]] = field(default_factory=set)
    refused: set[tuple[str, int]] = field(default_factory=set)
    pressed: int = 0
    uploads: list[tuple[Role | None, int]] = field(default_factory=list)


def on_loop(work: Coroutine[Any, Any, Any]) -> Any:
    """Run on the server's event loop and wait."""
    assert core.loop is not None
    future: Future[Any] = asyncio.run_coroutine_threadsafe(work, core.loop)
    return future.result(120)


class Walker:
    """Walks pages of a served site. Use `walking`, which puts everything back."""

    def __init__(self, pages: Served, patch: pytest.MonkeyPatch, typed: Mapping[str, str]) -> None:
        self.found = Found()
        self._typed = typed
        self._keys: set[str] = set()
        self._pages, self._patch = pages, patch
        self._role: Role | None = Role.ADMIN
        self._effects: list[str] = []
        self._http = httpx.Client(base_url=pages.url, timeout=60)
        self._cookie = ""
        self._record()

    def close(self) -> None:
        self._http.close()

    def be(self, role: Role | None) -> None:
        """From now on the log-in belongs to this role; None: it has ended."""
        self._role = role
        self._pages.authentication.forget()

    def walk(self, page: str, path: str) -> None:
        """Open a page as admin and press everything on it. page: as registered; path: of one."""
        self.be(Role.ADMIN)
        sid, client = self.open(path)
        seen: set[tuple[str, ...]] = set()
        todo: dict[str, tuple[int, int, Element, EventListener]] = {}
        known: set[int] = set()
        while self._look(client, known, seen, todo):
            name = min(todo, key=lambda one: todo[one][:2])
            *_, element, listener = todo.pop(name)
            for args in map(_key_press, sorted(self._keys)) if listener.type == "key" else ["{}"]:
                for who in (*LESSER, Role.ADMIN):
                    self.be(who)
                    on_loop(self._press(page, sid, client, element, listener, args))
                    if isinstance(element, ui.upload):
                        self._upload(element)
        on_loop(self._leave(sid))

    def open(self, path: str) -> tuple[str, Client]:
        """Open a page and join it by a socket; return the socket's number and the client."""
        authentication, now = self._pages.authentication, self._pages.site.clock.now().utc
        self._cookie = authentication._sessions.open("admin", now)
        self._http.cookies.set("gate_session", self._cookie)
        answer = self._http.get(path)
        found = re.search(r"client_id.{1,10}?([0-9a-f]{8}-[0-9a-f-]{27})", answer.text)
        assert found is not None, (path, answer.status_code)
        sid = f"test-{next(_numbers)}"
        on_loop(self._connect(sid, found[1], self._cookie))
        return sid, Client.instances[found[1]]

    async def _connect(self, sid: str, client: str, cookie: str) -> None:
        environ = {
            "HTTP_COOKIE": f"gate_session={cookie}",
            "QUERY_STRING": f"client_id={client}&implicit_handshake=true&tab_id=t&document_id=d"
            "&next_message_id=0",
        }
        await core.sio.handlers["/"]["connect"](sid, environ, None)

    async def _leave(self, sid: str) -> None:
        core.sio.handlers["/"]["disconnect"](sid)

    def _upload(self, field: ui.upload) -> None:
        sheet = ("file", ("owners.csv", SHEET.encode(), "text/csv"))
        before = set(background_tasks.running_tasks)
        answer = self._http.post(field.props["url"], files=[sheet])
        on_loop(_settle(before))
        self.found.uploads.append((self._role, answer.status_code))

    def _look(
        self,
        client: Client,
        known: set[int],
        seen: set[tuple[str, ...]],
        todo: dict[str, tuple[int, int, Element, EventListener]],
    ) -> bool:
        """Note what is new on the page and write into its fields; return whether any is left."""
        fresh = [one for one in list(client.elements.values()) if one.id not in known]
        known |= {one.id for one in fresh}
        on_loop(_fill(client, fresh, self._typed))
        for element in fresh:
            for listener in list(element._event_listeners.values()):
                sign = (_sheet(element), type(element).__name__, listener.type, _words(element))
                if listener.handler is not None and sign not in seen:
                    seen.add(sign)
                    todo[listener.id] = (_goes(element, listener), -element.id, element, listener)
        return bool(todo)

    async def _press(
        self,
        page: str,
        sid: str,
        client: Client,
        element: Element,
        listener: EventListener,
        args: str,
    ) -> None:
        message = {
            "client_id": client.id,
            "id": element.id,
            "listener_id": listener.id,
            "args": [args],
        }
        self._effects.clear()
        if element.id in client.elements:
            await self._send(sid, message)
            self.found.pressed += 1
        by = f"{_words(element)} {listener.type} {_key(args)}".strip()
        self.found.deeds += [Deed(page, by, self._role, one) for one in self._effects]

    async def _send(self, sid: str, message: dict[str, Any]) -> None:
        before = set(background_tasks.running_tasks)
        core.sio.handlers["/"]["event"](sid, message)
        await _settle(before)

    def _record(self) -> None:
        """Note what would be done, where it would be done, and do not do it."""
        site, patch, effects = self._pages.site, self._patch, self._effects

        @contextmanager
        def unit() -> Iterator[None]:
            effects.append("journal.unit")
            raise JournalUnavailableError("nothing is changed while pages are walked")
            yield

        def append(*entries: object) -> None:
            effects.append(f"journal.append {' '.join(type(one).__name__ for one in entries)}")
            raise JournalUnavailableError("nothing is changed while pages are walked")

        patch.setattr(site.journal, "unit", unit)
        patch.setattr(site.journal, "append", append)
        for name in [one for one in vars(Lanes) if not one.startswith("_")]:
            if name not in READS_OF_LANES:
                patch.setattr(site.lanes, name, _noted(effects, f"lanes.{name}"))
        people = site.services.people
        patch.setattr(people, "get", lambda name: User(name, self._role) if self._role else None)
        real = PageContext.act

        def act(visit: PageContext, action: Permission) -> User | None:
            user = real(visit, action)
            (self.found.refused if user is None else self.found.granted).update(_callers())
            return user

        patch.setattr(PageContext, "act", act)
        laid = Keys.lay

        def lay(layers: Keys, handlers: Handlers, *, alone: bool = False) -> Callable[[], None]:
            self._keys |= set(handlers)
            return laid(layers, handlers, alone=alone)

        patch.setattr(Keys, "lay", lay)


def _noted(effects: list[str], name: str) -> Callable[..., bool]:
    def asked(*_: object) -> bool:
        effects.append(name)
        return False

    return asked


def _callers() -> Iterator[tuple[str, int]]:
    """Where in gate/console this was called from, innermost first."""
    frame = sys._getframe(2)
    while frame is not None:
        path = Path(frame.f_code.co_filename)
        if "console" in path.parts[-3:-1]:
            yield path.name, frame.f_lineno
        frame = frame.f_back  # type: ignore[assignment]


async def _settle(before: set[asyncio.Task[Any]]) -> None:
    """Wait for what an event has started, but for timers."""
    while tasks := {
        task
        for task in background_tasks.running_tasks - before
        if "timer" not in f"{task.get_coro().__qualname__} {task.get_name()}".lower()
    }:
        await asyncio.wait(tasks, timeout=30)


async def _fill(client: Client, fresh: list[Element], typed: Mapping[str, str]) -> None:
    """Write something plausible into every field, and wait for what the page makes of it."""
    before = set(background_tasks.running_tasks)
    with client:
        for element in fresh:
            if isinstance(element, ui.checkbox):
                element.value = True
            elif isinstance(element, (ui.input, ui.textarea)) and not element.value:
                element.value = plausible(element, typed)
            elif isinstance(element, ui.select) and element.value is None and element.options:
                element.value = next(iter(element.options))
    await _settle(before)


def plausible(element: ui.input | ui.textarea, typed: Mapping[str, str]) -> str:
    """What a person would write into this field. typed: by a word of the field's label."""
    if element.props.get("type") == "date":
        return "2030-01-02"
    label = str(element.props.get("label", ""))
    return next((said for word, said in typed.items() if word in label), "核对")


def _key_press(name: str) -> str:
    """What a browser sends for a key, named as `gate.console.ui.keys` names it."""
    key = name.removeprefix("shift+")
    return json.dumps(
        {
            "action": "keydown",
            "key": key,
            "code": f"Digit{key}" if key.isdigit() else f"Key{key.upper()}",
            "shiftKey": name != key,
            **dict.fromkeys(("repeat", "ctrlKey", "altKey", "metaKey"), False),
            "location": 0,
        }
    )


def _key(args: str) -> str:
    found = re.search(r'"key": ?"(.*?)"', args)
    return found[1] if found else ""


def _sheet(element: Element) -> str:
    """The title of the sheet that an element is on, "" for the page itself."""
    sheets = (one for one in element.ancestors() if isinstance(one, ui.dialog))
    return next((str(one.props.get("aria-label", "")) for one in sheets), "")


def _goes(element: Element, listener: EventListener) -> int:
    """How late this is pressed: 0 for what stays, before that what is chosen: a reason."""
    if "aria-pressed" in element.props and _sheet(element):
        return -1
    words = _words(element).split()
    late = max((len(LAST) - n for n, word in enumerate(LAST) if word in words), default=0)
    return len(LAST) if listener.type == "hide" else late


def _words(element: Element) -> str:
    """The words on an element, as a person would name it."""
    own = [str(element.props.get(name, "")) for name in ("aria-label", "label", "icon")]
    inner = [
        re.sub("<.*?>", "", str(one.content))
        for one in element.descendants()
        if isinstance(one, ui.html)
    ]
    return " ".join(filter(None, [*own, *inner]))[:60]
