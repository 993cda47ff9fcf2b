"""Puts the pages on a FastAPI application: the one thing that others call in this package.

Call `mount` last: the pages take every path that nothing else has taken before.
"""

from typing import Final

from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from nicegui import app as nicegui_app
from nicegui import core, ui
from nicegui.translations import translations

from gate.console.admin import account, settings, tokens, users
from gate.console.dependencies import Services
from gate.console.live import alarm_history, guard_queue, handover, live
from gate.console.presence import inside
from gate.console.privacy import disclosures, holds, notice_sign, retention, subject_access
from gate.console.records import audit, charts, log, passage, reports
from gate.console.registry import blocks, import_page, search, spaces, special
from gate.console.session import error_pages, login
from gate.console.session.anonymous_sockets import Strangers
from gate.console.session.authentication import Authentication
from gate.console.session.preferences import PreferencesMiddleware
from gate.console.session.sessions import Sessions
from gate.console.session.socket_guard import SocketGuard
from gate.console.session.upload_guard import UploadGuard
from gate.console.ui import media
from gate.console.ui.event_bridge import EventBridge
from gate.console.ui.pages import Pages
from gate.console.visitors import passes, visitor_form, visitor_log
from gate.i18n.texts import Language, Texts

PING_S: Final = 10.0
PONG_S: Final = 15.0


def mount(app: FastAPI, services: Services) -> Authentication:
    """Serve the pages of this site under /; return who knows the log-ins.

    NiceGUI knows one site per process.
    """
    authentication = Authentication(
        services.people, Sessions(services.secret, services.idle), services.clock
    )
    hub = EventBridge(services.events)
    _speak()
    app.include_router(login.router(services, authentication))
    app.include_router(media.router(services, authentication))

    @app.get("/", include_in_schema=False)
    def first() -> RedirectResponse:
        return RedirectResponse(login.HOME)

    guard = SocketGuard(authentication, services.clock)
    guard.install(core.sio)
    register(pages := Pages(services, authentication, hub, guard))
    app.state.page_rights = pages.rights
    app.add_middleware(UploadGuard, guard=guard)
    app.add_middleware(Strangers, authentication=authentication)
    error_pages.add(nicegui_app)
    app.add_middleware(PreferencesMiddleware, first=services.language)
    nicegui_app.on_startup(hub.start)
    nicegui_app.on_startup(_notice_dead_lines)
    nicegui_app.on_shutdown(hub.stop)
    ui.run_with(
        app,
        title=services.site,
        favicon=_FAVICON,
        dark=True,
        language="zh-CN",
        reconnect_timeout=120.0,
        binding_refresh_interval=None,
        tailwind=False,
        show_welcome_message=False,
    )
    return authentication


_PAGES = (
    live,
    guard_queue,
    visitor_form,
    passes,
    visitor_log,
    log,
    passage,
    inside,
    handover,
    charts,
    reports,
    search,
    spaces,
    blocks,
    special,
    import_page,
    users,
    settings,
    audit,
    account,
    alarm_history,
    tokens,
    retention,
    holds,
    disclosures,
    subject_access,
    notice_sign,
)


def register(pages: Pages) -> None:
    """Register every finished page."""
    for page in _PAGES:
        page.add(pages)


def _notice_dead_lines() -> None:
    """Notice a line that went dead without a word, as a pulled cable does, within half a minute.

    NiceGUI's own times follow its reconnect_timeout: they would leave a page for two minutes
    without saying that the service is away.
    """
    core.sio.eio.ping_interval, core.sio.eio.ping_timeout = PING_S, PONG_S


def _speak() -> None:
    """Say in our own words that the service is away."""
    for language in Language:
        texts = Texts(language)
        translations[language.tag] = {  # type: ignore[index]
            "connection_lost": texts.say("shell.away"),
            "trying_to_reconnect": texts.say("shell.away_hint"),
            "message_too_long": texts.say("shell.too_long"),
            "message_too_long_body": texts.say("shell.too_long_hint"),
        }


_FAVICON = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<rect width="32" height="32" rx="6" fill="#17507f"/><rect x="5" y="13" width="6" height="14" '
    'fill="#fff"/><rect x="8" y="12" width="21" height="4" rx="1" fill="#f3bd54" '
    'transform="rotate(-28 9 14)"/></svg>'
)
