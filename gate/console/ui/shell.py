"""The frame around every page: top bar, rail of pages, keys, alarms' sound, our own words when the
service is away."""

import json
from datetime import datetime
from functools import partial
from html import escape

from nicegui import ui
from nicegui.element import Element

from gate.console.session.preferences import LANGUAGE_COOKIE, THEME_COOKIE, Theme
from gate.console.ui import widgets
from gate.console.ui.alarm_watch import AlarmWatch
from gate.console.ui.key_help import show_keys
from gate.console.ui.navigation import GUARD_PLACES, MANAGER_PLACES, NavigationItem, places
from gate.console.ui.page import PageContext
from gate.i18n.texts import Language


def head(visit: PageContext) -> None:
    """Load the looks and the script, and tell the script its texts, zone and clock."""
    script_head(
        visit.texts.area("script"),
        str(visit.services.zone),
        visit.services.clock.now().utc,
        visit.user.name,
    )


def script_head(texts: dict[str, str], zone: str, now: datetime, user: str) -> None:
    """Write the head; values pass as JSON with `<` escaped, so no text can end the script."""
    said = {"texts": texts, "zone": zone, "now": now.timestamp() * 1000, "user": user}
    settings = json.dumps(said)
    settings = settings.replace("<", "\\u003c")
    ui.add_head_html(
        '<link rel="stylesheet" href="/console/static/theme.css">'
        f"<script>(s => {{ window.gateTexts = s.texts; window.gateZone = s.zone; "
        f"window.gateUser = s.user; "
        f"window.gateOffset = s.now - Date.now(); }})({settings})</script>"
        '<script defer src="/console/static/presses.js"></script>'
        '<script defer src="/console/static/console.js"></script>'
    )


def frame(visit: PageContext, path: str, title: str) -> Element:
    """Draw the frame and return the element that the page fills."""
    head(visit)
    ui.page_title(f"{title} · {visit.services.site}")
    with widgets.div("shell"):
        raw_skip(visit.say("shell.skip"))
        _top(visit)
        _rail(visit, path)
        page = widgets.div("page", tag="main").props("id=main tabindex=-1")
    _keys(visit)
    return page


def way_back(visit: PageContext, path: str) -> None:
    """On a page behind one of the rail: a link to that one."""
    over = next((place for place in (*GUARD_PLACES, *MANAGER_PLACES) if place.path == path), None)
    if over is None or visit.request.url.path == path or not visit.may(over.action):
        return
    label = escape(visit.say(f"nav.{over.text}"))
    sign = '<i class="q-icon material-icons" aria-hidden="true">chevron_left</i>'
    widgets.raw(f'<a class="crumb no-print" href="{path}">{sign}{label}</a>')


def raw_skip(text: str) -> None:
    """Let the keyboard jump over the rail."""
    widgets.raw(f'<a class="skip" href="#main">{escape(text)}</a>', tag="div").classes("skip-box")


def _top(visit: PageContext) -> None:
    with widgets.div("topbar", tag="header"):
        widgets.words(visit.services.site, "site", tag="span")
        _asking(visit)
        AlarmWatch(visit)
        widgets.div("grow")
        widgets.raw('<span data-clock class="clock"></span>', tag="span")
        other, name = _other_language(visit)
        widgets.button(
            name,
            lambda: _prefer(LANGUAGE_COOKIE, other.value),
            kind="small plain",
        ).props(f"lang={other.tag}")
        dark = visit.preferences.theme is Theme.DARK
        widgets.icon_button(
            "light_mode" if dark else "dark_mode",
            visit.say("shell.to_light" if dark else "shell.to_dark"),
            lambda: _prefer(THEME_COOKIE, (Theme.LIGHT if dark else Theme.DARK).value),
            kind="small plain",
        )
        widgets.icon_button(
            "keyboard",
            visit.say("shell.keys"),
            lambda: show_keys(visit),
            kind="small plain",
        )
        role = visit.say(f"roles.{visit.user.role.value}")
        who, own = escape(f"{visit.user.name} · {role}"), escape(visit.say("nav.account"))
        widgets.raw(f'<a href="/account" class="who soft" title="{own}">{who}</a>', tag="span")
        widgets.icon_button(
            "logout", visit.say("shell.log_out"), lambda: _log_out(visit), kind="small plain"
        )


def _other_language(visit: PageContext) -> tuple[Language, str]:
    if visit.preferences.language is Language.CHINESE:
        return Language.ENGLISH, visit.say("shell.other_language")
    return Language.CHINESE, visit.say("shell.other_language")


def _prefer(cookie: str, value: str) -> None:
    ui.run_javascript(f"gatePrefer({json.dumps(cookie)}, {json.dumps(value)})")


def _log_out(visit: PageContext) -> None:
    visit.authentication.log_out(visit.token)
    ui.run_javascript("gateForget(); location.assign('/logout')")


def _asking(visit: PageContext) -> None:
    """Draw how many vehicles wait for a person, on every page, with a sound when one more comes."""
    place = widgets.div("row-flex")
    before = [0]

    def draw() -> None:
        count = len(visit.services.lanes.asking())
        if count == before[0]:
            return  # A link that is drawn anew under a press is not followed.
        place.clear()
        if count:
            with place:
                text = visit.say("shell.asking", n=count)
                label = widgets.badge_html(text, "ask", "contact_support")
                widgets.raw(f'<a href="/ask" class="bare">{label}</a>')
        if count > before[0]:
            ui.run_javascript("window.gateAsk && gateAsk()")
        before[0] = count

    draw()
    visit.listen(lambda kind, _: draw() if kind == "lane" else None)


def _rail(visit: PageContext, path: str) -> None:
    guard, manager = places(visit.user.role)
    with widgets.div("rail", tag="nav").props(f'aria-label="{visit.say("shell.pages")}"'):
        for place in guard:
            _link(visit, place, path)
        if guard and manager:
            widgets.div(tag="hr")
        for place in manager:
            _link(visit, place, path)


def _link(visit: PageContext, place: NavigationItem, path: str) -> None:
    label = escape(visit.say(f"nav.{place.text}"))
    here = path == place.path
    current = ' aria-current="page"' if here else ""
    widgets.raw(
        f'<a href="{place.path}"{current} title="{label}">'
        f'<i class="q-icon material-icons" aria-hidden="true">{place.icon}</i>'
        f'<span class="label">{label}</span></a>'
    )


def _keys(visit: PageContext) -> None:
    """`?` shows the keys; G and a letter goes to a page. Pages lay their own keys on top."""
    letters = {p.key.lower(): p.path for group in places(visit.user.role) for p in group}

    def go() -> None:
        visit.keys.then({key: partial(visit.go, path) for key, path in letters.items()})

    visit.keys.lay({"?": lambda: show_keys(visit), "g": go})
    visit.keys.listen()
