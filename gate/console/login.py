"""Log-in and log-out: a plain form that works before any script has loaded.

The token goes into an HttpOnly cookie of this site only. A refused log-in says the same for a wrong
name and a wrong password.
"""

from datetime import timedelta
from functools import partial
from html import escape
from math import ceil
from typing import Annotated, Final

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from nicegui import run
from sqlalchemy.exc import SQLAlchemyError

from gate.console.doorkeeper import Doorkeeper
from gate.console.preferences import LANGUAGE_COOKIE, Preferences, current
from gate.console.services import Services
from gate.console.sessions import COOKIE, LONGEST
from gate.console.throttle import Throttle
from gate.errors import JournalAway
from gate.people import WAIT, LogInRefused, User
from gate.security.headers import PLAIN, POLICY
from gate.texts import Language, Texts

HOME: Final = "/live"
_AGAIN: Final = timedelta(seconds=10)
"""When it is worth trying again where the database is away."""


def router(services: Services, doorkeeper: Doorkeeper) -> APIRouter:
    """Return the three routes of coming and going."""
    routes = APIRouter(include_in_schema=False)
    throttle = Throttle()

    @routes.get("/login")
    def ask(request: Request, why: str = "", to: str = HOME) -> HTMLResponse:
        return HTMLResponse(_form(services.site, current(), why, to), headers=_HEADERS)

    @routes.post("/login")
    async def answer(
        request: Request,
        name: Annotated[str, Form()] = "",
        password: Annotated[str, Form()] = "",
        code: Annotated[str, Form()] = "",
        to: Annotated[str, Form()] = HOME,
    ) -> Response:
        refused = partial(_refused, services.site, to, name)
        now, address = services.clock.now().utc, _address(request)
        if not throttle.allows(address, now):
            return refused("hurry", 429, throttle.wait(address, now))
        # The password hash is slow on purpose; the pages of the others must not wait for it.
        try:
            outcome = await run.io_bound(doorkeeper.log_in, name.strip(), password, code.strip())
        except (JournalAway, SQLAlchemyError):
            return refused("away", 503, _AGAIN)
        if outcome is None:  # NiceGUI is shutting down.
            return Response(status_code=503)
        if outcome is LogInRefused.WAIT:
            return refused(outcome.value, 429, WAIT)
        if isinstance(outcome, LogInRefused):
            return refused(outcome.value, 401)
        user, token = outcome
        return _let_in(request, user, token, to)

    @routes.get("/logout")
    def leave(request: Request) -> RedirectResponse:
        if token := request.cookies.get(COOKIE):
            doorkeeper.log_out(token)
        response = RedirectResponse("/login?why=out", status_code=303)
        response.delete_cookie(COOKIE)
        return response

    return routes


def _refused(
    site: str, to: str, name: str, why: str, status: int, wait: timedelta | None = None
) -> HTMLResponse:
    """Return the form anew with what is wrong. wait: until it is worth trying again."""
    page = _form(site, current(), why, to, name)
    again = {} if wait is None else {"Retry-After": str(max(1, ceil(wait.total_seconds())))}
    return HTMLResponse(page, status_code=status, headers=_HEADERS | again)


def _address(request: Request) -> str:
    """Who asks. Behind a proxy on this machine uvicorn has put the browser's address here."""
    return request.client.host if request.client else ""


def _let_in(request: Request, user: User, token: str, to: str) -> RedirectResponse:
    response = RedirectResponse(safe_target(to), status_code=303)
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(LONGEST.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    if LANGUAGE_COOKIE not in request.cookies and user.language in set(Language):
        response.set_cookie(LANGUAGE_COOKIE, user.language, max_age=31_536_000, samesite="lax")
    return response


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
