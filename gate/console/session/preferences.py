"""Language and theme of a browser: two plain cookies, known before a page's first byte goes out.

The middleware reads them into a context variable, and `ConsolePage` hands them to NiceGUI, so that
no page flashes white at night and the page's `lang` attribute is true.
"""

from contextvars import ContextVar
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from nicegui import ui
from nicegui.language import Language as QuasarLanguage
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from gate.i18n.texts import FIRST, Language

LANGUAGE_COOKIE: Final = "gate_language"
THEME_COOKIE: Final = "gate_theme"


class Theme(StrEnum):
    """Looks of the pages: calm and dark for the night, or light."""

    DARK = "dark"
    LIGHT = "light"


@dataclass(frozen=True, slots=True)
class Preferences:
    """How this browser wants its pages."""

    language: Language = FIRST
    theme: Theme = Theme.DARK


_current: ContextVar[Preferences | None] = ContextVar("preferences", default=None)


def current() -> Preferences:
    """Return the preferences of the request that is being answered."""
    return _current.get() or Preferences()


def of(connection: HTTPConnection, first: Language = FIRST) -> Preferences:
    """Read the two cookies; whatever is not a known word counts as not set."""
    language = connection.cookies.get(LANGUAGE_COOKIE, "")
    theme = connection.cookies.get(THEME_COOKIE, "")
    return Preferences(
        Language(language) if language in set(Language) else first,
        Theme(theme) if theme in set(Theme) else Theme.DARK,
    )


class PreferencesMiddleware:
    """Puts the preferences of each request where `current` finds them."""

    def __init__(self, app: ASGIApp, first: Language = FIRST) -> None:
        self._app = app
        self._first = first

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            _current.set(of(HTTPConnection(scope), self._first))
        await self._app(scope, receive, send)


class ConsolePage(ui.page):
    """A NiceGUI page in the language and theme of the request."""

    def resolve_language(self) -> QuasarLanguage | None:
        """Return the language for the `lang` attribute and Quasar's own words."""
        return "zh-CN" if current().language is Language.CHINESE else "en-US"

    def resolve_dark(self) -> bool | None:
        """Return whether Quasar draws dark."""
        return current().theme is Theme.DARK
