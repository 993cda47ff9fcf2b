"""Pages without a script for what is not there and what went wrong: they say no detail to anybody.

NiceGUI's own would keep a page with a socket for every address that a stranger tries, and show the
error's words.
"""

import logging
from html import escape

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from gate.console.session.login import safe_target
from gate.console.session.preferences import current
from gate.i18n.texts import Texts
from gate.web.headers import PLAIN, POLICY

_log = logging.getLogger(__name__)


def add(nicegui: FastAPI) -> None:
    """Answer these for the application that holds the pages."""
    nicegui.add_exception_handler(404, _missing)
    nicegui.add_exception_handler(Exception, _broken)


def page(code: int, key: str, sign: str, retry: str = "") -> HTMLResponse:
    """Return a page that says what is the matter, with a way to the first page.

    sign: a character drawn large above the words. retry: the path to try again, or "".
    """
    preferences = current()
    texts = Texts(preferences.language)
    title, hint = escape(texts.say(f"shell.{key}")), escape(texts.say(f"shell.{key}_hint"))
    label = escape(texts.say("shell.try_again"))
    again = f'<a href="{escape(retry)}">{label}</a>' if retry else ""
    return HTMLResponse(
        f"""<!doctype html>
<html lang="{preferences.language.tag}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{title}</title>
<link rel="stylesheet" href="/console/static/theme.css"></head>
<body class="body--{preferences.theme.value}"><main class="login"><div class="card">
<div class="sign" aria-hidden="true">{sign}</div>
<h1>{title}</h1><p class="soft">{hint}</p><div class="ways">{again}
<a href="/">{escape(texts.say("shell.to_first"))}</a></div></div></main></body></html>""",
        status_code=code,
        headers={"Cache-Control": "no-store", POLICY: PLAIN},
    )


async def _missing(request: Request, error: Exception) -> Response:
    del error
    if request.url.path.startswith("/api/"):
        return JSONResponse({"detail": "Not Found"}, status_code=404)
    return page(404, "not_there", "?")


async def _broken(request: Request, error: Exception) -> Response:
    _log.error("the page %s could not be made", request.url.path, exc_info=error)
    return page(500, "broken", "!", safe_target(f"{request.url.path}?{request.url.query}"))
