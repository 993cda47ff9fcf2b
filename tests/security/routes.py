"""Every route of the served application, from its own tables, and the right that each states."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import FastAPI
from nicegui import app as nicegui_app
from nicegui import core
from starlette.routing import BaseRoute, Mount, Route

from gate.auth.permissions import Permission
from gate.auth.tokens import ACTIONS, Scope

OPEN = "open"
"""Says nothing of the site to anybody: looks, sounds, the log-in itself."""

LOCAL = "this machine, or any log-in"

OWN_PAGE = "a page that this log-in opened and may still open"
UPLOAD = "/_nicegui/client/{page}/upload/{field}"

STATED: dict[str, Permission | str] = {
    "/": OPEN,
    "/login": OPEN,
    "/logout": OPEN,
    "/handover/taken": OPEN,
    "/healthz": OPEN,
    "/readyz": OPEN,
    "/metrics": LOCAL,
    "/favicon.ico": OPEN,
    "/console/static/{name}": OPEN,
    "/console/sound/{name}": OPEN,
    "/console/lane/{lane}.jpg": Permission.WATCH,
    "/console/picture/{sha256}.jpg": Permission.WATCH,
    "/api/v1/openapi.json": OPEN,
    "/_nicegui/*": OPEN,
    "/_nicegui_ws": OWN_PAGE,
    UPLOAD: OWN_PAGE,
}
"""The right of each route that is neither of the API nor a page; those state theirs themselves."""


@dataclass(frozen=True, slots=True)
class Way:
    """One method of one route. right: None where none is stated, which no route may do."""

    method: str
    path: str
    right: Permission | Scope | str | None

    @property
    def action(self) -> Permission | None:
        """The right as users have it; None for what is open."""
        if isinstance(self.right, Scope):
            return ACTIONS[self.right]
        return self.right if isinstance(self.right, Permission) else None


def ways(app: FastAPI) -> Iterator[Way]:
    """Give every method of every route, NiceGUI's own among them."""
    for route in (*_flat(app.routes), *_flat(nicegui_app.routes)):
        path = _path(route)
        for method in sorted(getattr(route, "methods", None) or {"GET"}):
            if method != "HEAD":
                yield Way(method, path, _right(app, route, path))


def _flat(routes: list[BaseRoute]) -> Iterator[BaseRoute]:
    for route in routes:
        if hasattr(route, "effective_candidates"):
            yield from _flat(route.effective_candidates())
        elif not (isinstance(route, Mount) and route.app is core.app):
            yield route


def _path(route: BaseRoute) -> str:
    path = str(getattr(route, "path", ""))
    if re.fullmatch(r"/_nicegui/client/[0-9a-f-]{36}/upload/\d+", path):
        return UPLOAD
    return "/_nicegui/*" if path.startswith("/_nicegui/") and _is_nicegui(route) else path


def _is_nicegui(route: BaseRoute) -> bool:
    """A file of NiceGUI's own package, the same for everybody."""
    if isinstance(route, Mount):
        return "static" in route.path
    made_in = getattr(getattr(route, "endpoint", None), "__module__", "")
    return isinstance(route, Route) and made_in == "nicegui.nicegui"


def _right(app: FastAPI, route: BaseRoute, path: str) -> Permission | Scope | str | None:
    pages: dict[str, Permission] = app.state.page_rights
    if path in pages:
        return pages[path]
    dependant = getattr(route, "dependant", None)
    for part in dependant.dependencies if dependant is not None else ():
        name = getattr(part.call, "__name__", "")
        if name.startswith("needs_"):
            return Scope[name.removeprefix("needs_").upper()]
    return STATED.get(path)
