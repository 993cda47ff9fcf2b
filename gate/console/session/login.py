"""Log-in and log-out: a plain form that works before any script has loaded.

The token goes into an HttpOnly cookie of this site only. A refused log-in says the same for a wrong
name and a wrong password, also when it has to wait.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from math import ceil
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from nicegui import run
from sqlalchemy.exc import SQLAlchemyError

from gate.auth.passwords import AT_ONCE
from gate.auth.users import WAIT, LogInRefused, User
from gate.console.dependencies import Services
from gate.console.session.authentication import Authentication
from gate.console.session.devices import LASTS, Devices
from gate.console.session.guesses import Guesser, Guesses, network
from gate.console.session.preferences import LANGUAGE_COOKIE, Preferences, current
from gate.console.session.sessions import COOKIE, LONGEST
from gate.console.session.throttle import Throttle
from gate.domain.errors import JournalUnavailableError
from gate.i18n.texts import Language, Texts
from gate.web.headers import PLAIN, POLICY

TAKEN: Final = "/handover/taken"
"""Where the browser fetches the log-in of who took over."""


HOME: Final = "/live"
_AGAIN: Final = timedelta(seconds=10)
"""When it is worth trying again where the database is away, or too many wait."""
MAX_WAITING: Final = 32
"""Log-ins that wait for their turn: about three seconds' work on two cores."""


def router(services: Services, authentication: Authentication) -> APIRouter:
    """Return the three routes of coming and going."""
    routes = APIRouter(include_in_schema=False)
    desk = _Desk(services, authentication)

    @routes.get("/login")
    def ask(request: Request, why: str = "", to: str = HOME) -> Response:
        if why == "ended" and authentication.who(request.cookies.get(COOKIE)) is not None:
            # A tab whose own log-in ended, where somebody has logged in or taken over since.
            return RedirectResponse(safe_target(to), status_code=303, headers=_HEADERS)
        return HTMLResponse(_form(services.site, current(), why, to), headers=_HEADERS)

    @routes.post("/login")
    async def answer(
        request: Request,
        name: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
        code: Annotated[str, Form()] = "",
        to: Annotated[str, Form()] = HOME,
    ) -> Response:
        guesser = desk.guesser(request, name.strip())
        outcome = await desk.judge(guesser, password, code.strip())
        if isinstance(outcome, _Refusal):
            return _refused(services.site, to, name, outcome)
        user, token = outcome
        response = _let_in(request, user, token, to)
        desk.remember(request, response, user.name)
        return response

    @routes.get(TAKEN)
    def take_over(request: Request) -> RedirectResponse:
        """Give the browser the log-in of who took over, after both signed there."""
        response = RedirectResponse("/handover", status_code=303, headers=_HEADERS)
        if token := authentication.fetch(request.cookies.get(COOKIE)):
            _give(request, response, token)
        return response

    @routes.get("/logout")
    def leave(request: Request) -> RedirectResponse:
        if token := request.cookies.get(COOKIE):
            authentication.log_out(token)
        response = RedirectResponse("/login?why=out", status_code=303)
        response.delete_cookie(COOKIE)
        return response

    return routes


@dataclass(frozen=True, slots=True)
class _Refusal:
    """Why nobody was let in. wait: until it is worth trying again."""

    why: str
    status: int
    wait: timedelta | None = None


class _Desk:
    """Judges log-ins, not too many of one guesser and not too many at once."""

    def __init__(self, services: Services, authentication: Authentication) -> None:
        self._clock, self._doorkeeper = services.clock, authentication
        self._throttle, self._guesses = Throttle(), Guesses()
        self._devices = Devices(services.secret)
        self._turns, self._waiting = asyncio.Semaphore(AT_ONCE), 0

    def guesser(self, request: Request, name: str) -> Guesser:
        """Return who asks. Behind a proxy of the configuration uvicorn has put the browser here."""
        address = network(request.client.host) if request.client else ""
        return Guesser(name, address, self._devices.known(name, request.cookies))

    async def judge(
        self, guesser: Guesser, password: str, code: str
    ) -> tuple[User, str] | _Refusal:
        """Return the user and a token, or why not."""
        now = self._clock.now().utc
        if refusal := self._hold_back(guesser, now):
            return refusal
        self._guesses.begin(guesser, now)
        try:
            outcome = await self._ask(guesser.name, password, code)
        except (JournalUnavailableError, SQLAlchemyError):
            return _Refusal("away", 503, _AGAIN)
        if outcome is None:  # NiceGUI is shutting down.
            return _Refusal("away", 503, _AGAIN)
        if outcome not in {LogInRefused.WRONG, LogInRefused.CODE_WRONG}:
            self._guesses.right(guesser)
        if outcome is LogInRefused.WAIT:
            return _Refusal(outcome.value, 429, WAIT)
        if isinstance(outcome, LogInRefused):
            return _Refusal(outcome.value, 401)
        return outcome

    def remember(self, request: Request, response: Response, name: str) -> None:
        """Let this browser's tries for this name be counted by themselves from now on."""
        response.set_cookie(
            self._devices.cookie(name),
            self._devices.issue(name),
            max_age=int(LASTS.total_seconds()),
            path="/login",
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )

    def _hold_back(self, guesser: Guesser, now: datetime) -> _Refusal | None:
        """Return why this is not judged at all; the same whether or not somebody has the name."""
        if not guesser.device and not self._throttle.allows(guesser.address, now):
            return _Refusal("hurry", 429, self._throttle.wait(guesser.address, now))
        if wait := self._guesses.wait(guesser, now):
            return _Refusal(LogInRefused.WAIT.value, 429, wait)
        if self._waiting >= MAX_WAITING and not guesser.device:
            return _Refusal("hurry", 503, _AGAIN)
        return None

    async def _ask(
        self, name: str, password: str, code: str
    ) -> tuple[User, str] | LogInRefused | None:
        """Ask the authentication aside.

        The password hash is slow on purpose: the pages of the others must not wait for it, nor may
        it take all the threads that they share.
        """
        self._waiting += 1
        try:
            async with self._turns:
                return await run.io_bound(self._doorkeeper.log_in, name, password, code)
        finally:
            self._waiting -= 1


def _refused(site: str, to: str, name: str, refusal: _Refusal) -> HTMLResponse:
    """Return the form anew with what is wrong."""
    page = _form(site, current(), refusal.why, to, name)
    wait = refusal.wait
    again = {} if wait is None else {"Retry-After": str(max(1, ceil(wait.total_seconds())))}
    return HTMLResponse(page, status_code=refusal.status, headers=_HEADERS | again)


def _let_in(request: Request, user: User, token: str, to: str) -> RedirectResponse:
    response = RedirectResponse(safe_target(to), status_code=303)
    _give(request, response, token)
    if LANGUAGE_COOKIE not in request.cookies and user.language in set(Language):
        response.set_cookie(LANGUAGE_COOKIE, user.language, max_age=31_536_000, samesite="lax")
    return response


def _give(request: Request, response: Response, token: str) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(LONGEST.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def safe_target(to: str) -> str:
    """Return a path of this site; anything that could lead elsewhere becomes the first page."""
    plain = to.startswith("/") and not to.startswith(("//", "/\\", "/login", "/logout"))
    return to if plain and "\n" not in to and "\r" not in to and "\\" not in to else HOME


_HEADERS: Final = {"Cache-Control": "no-store", "X-Frame-Options": "DENY", POLICY: PLAIN}


def _form(site: str, preferences: Preferences, why: str, to: str, name: str = "") -> str:
    texts = Texts(preferences.language)
    notes = {"out", "ended", "away", "hurry", *(refused.value for refused in LogInRefused)}
    kind = {"out": "good", "ended": "ask", "code_needed": "ask"}.get(why, "bad")
    note = (
        f'<p role="alert" class="banner banner-{kind}">{escape(texts.say(f"login.{why}"))}</p>'
        if why in notes
        else ""
    )
    code = (
        _field("code", texts.say("login.code"), 'inputmode="numeric" autocomplete="one-time-code"')
        if why in {"code_needed", "code_wrong"}
        else ""
    )
    # Who has been asked once goes on with the password: the name stands there already.
    focus_name, focus_password = ("", " autofocus") if name else (" autofocus", "")
    return f"""<!doctype html>
<html lang="{preferences.language.tag}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(texts.say("login.title"))} · {escape(site)}</title>
<link rel="stylesheet" href="/console/static/theme.css"></head>
<body class="body--{preferences.theme.value}"><main class="login">
<form method="post" action="/login" class="card">
<h1>{escape(site)}</h1><p class="soft">{escape(texts.say("login.title"))}</p>{note}
{_field("name", texts.say("login.name"), f'autocomplete="username"{focus_name} required', name)}
{
        _field(
            "password",
            texts.say("login.password"),
            f'type="password" autocomplete="current-password"{focus_password} required',
        )
    }
{code}<input type="hidden" name="to" value="{escape(safe_target(to))}">
<button type="submit">{escape(texts.say("login.enter"))}</button>
<p class="small soft">{escape(texts.say("login.notice"))}</p>
</form></main></body></html>"""


def _field(name: str, label: str, attributes: str, value: str = "") -> str:
    return (
        f'<label for="{name}">{escape(label)}</label>'
        f'<input id="{name}" name="{name}" value="{escape(value)}" {attributes}>'
    )
