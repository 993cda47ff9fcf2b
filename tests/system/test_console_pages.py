"""Every page in a real Chromium: drawn, accessible, by keyboard only, and closed to who may not."""

import re

import pytest
from playwright.sync_api import Page, expect

from gate.auth.permissions import Role, may
from gate.console.ui.navigation import GUARD_PLACES, MANAGER_PLACES
from gate.i18n.texts import Language
from tests.gate.console.accessibility import CONTRAST, serious
from tests.gate.console.browsing import rest, settle
from tests.gate.console.every_page import every_page, forms
from tests.gate.console.serving import Served, ask_again

pytestmark = [pytest.mark.system, pytest.mark.timeout(900)]
PLACES = (*GUARD_PLACES, *MANAGER_PLACES)
LOOKS = [(language, theme) for language in Language for theme in ("dark", "light")]
SMALLEST = {"width": 1024, "height": 768}


def paths(pages: Served) -> list[str]:
    """Every page, wherever it stands."""
    return list(every_page(pages).values())


# A name that the font does not know is drawn as letters: wider than any sign.
UNDRAWN = """() => [...document.querySelectorAll(".material-icons")]
    .filter(one => one.getClientRects().length && one.scrollWidth
        > 1.4 * parseFloat(getComputedStyle(one).fontSize))
    .map(one => one.textContent)"""
CUT_OFF = """() => [...document.querySelectorAll(".table-wrap")]
    .filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.innerText.slice(0, 60))"""

CUT_LABELS = """() => [...document.querySelectorAll(".q-field__label")]
    .filter(one => one.getClientRects().length && one.scrollWidth > one.clientWidth + 1)
    .map(one => one.innerText)"""


def look_at(page: Page, url: str) -> None:
    page.goto(url)
    settle(page)
    expect(page.locator("main#main")).not_to_be_empty()


@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_every_page_is_drawn_with_all_its_words(enter, pages, language, theme):
    page = enter("admin", language=language, theme=theme)
    assert page.locator("html").get_attribute("lang") == language.tag
    for path in paths(pages):
        look_at(page, f"{pages.url}{path}")
        assert "⟨" not in page.inner_text("body"), path
        assert page.evaluate(UNDRAWN) == [], path
        assert page.evaluate(CUT_OFF) == [], path
        assert page.evaluate(CUT_LABELS) == [], path


def test_no_page_is_left_out_of_these_tests(pages):
    def shape(path: str) -> str:
        return re.sub(r"/(\{\w+\}|\d+|p-\d+|sample-\d+)(?=/|$)", "/*", path)

    assert {shape(path) for path in forms()} == {shape(path) for path in paths(pages)}


@pytest.mark.parametrize("language", Language)
def test_axe_finds_no_serious_fault_on_any_page_in_either_theme(enter, pages, language):
    page = enter("admin", language=language, theme="dark")
    found = {}
    for path in paths(pages):
        look_at(page, f"{pages.url}{path}")
        rest(page)
        faults = serious(page)
        page.evaluate("Quasar.Dark.set(false)")
        rest(page)
        if faults := [*faults, *serious(page, CONTRAST)]:
            found[path] = faults
    page.goto(f"{pages.url}/logout")
    for theme in ("dark", "light"):
        page.context.add_cookies([{"name": "gate_theme", "value": theme, "url": pages.url}])
        page.goto(f"{pages.url}/login")
        if faults := serious(page):
            found[f"/login {theme}"] = faults
    assert found == {}


def test_axe_finds_no_serious_fault_in_sheets(enter, pages):
    page = enter("admin")
    ask_again(pages)
    for path, key in (("/live", "1"), ("/live", "?"), ("/ask", "e")):
        look_at(page, f"{pages.url}{path}")
        page.keyboard.press(key)
        page.wait_for_selector("[role=dialog]")
        rest(page)
        assert serious(page) == [], (path, key)
    look_at(page, f"{pages.url}/settings")
    page.locator(".setting button").first.click()
    page.wait_for_selector("[role=dialog]")
    rest(page)
    assert serious(page) == []


def test_no_page_is_wider_than_a_tablet(enter, pages):
    page = enter("admin")
    page.set_viewport_size(SMALLEST)
    wide = {}
    for path in paths(pages):
        look_at(page, f"{pages.url}{path}")
        main = page.locator("main#main")
        over = main.evaluate("main => main.scrollWidth - main.clientWidth")
        if over > 1:
            wide[path] = over
    assert wide == {}


@pytest.mark.parametrize("size", [(1366, 768), (820, 1180), (390, 844)])
def test_the_window_itself_never_scrolls(enter, pages, size):
    """Only the page scrolls, inside its frame: else the top bar is half out of sight."""
    page = enter("admin")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    tall = {}
    for path in paths(pages):
        look_at(page, f"{pages.url}{path}")
        root = page.locator("html")
        over = root.evaluate("root => root.scrollHeight - root.clientHeight")
        if over > 0:
            tall[path] = over
    assert tall == {}


def test_every_page_is_reached_by_two_keys(enter, pages):
    page = enter("admin")
    for place in (*PLACES[1:], PLACES[0]):
        page.keyboard.press("Escape")
        page.keyboard.press("g")
        page.keyboard.press(place.key.lower())
        page.wait_for_url(f"{pages.url}{place.path}")
        settle(page)
        expect(page.locator("a[aria-current=page]")).to_have_attribute("href", place.path)


def test_the_keyboard_alone_gets_to_the_page_and_through_a_sheet(enter, pages):
    page = enter("guard")
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
    page.keyboard.press("?")
    page.wait_for_selector("[role=dialog]")
    for _ in range(12):
        page.keyboard.press("Tab")
        inside = "document.querySelector('.q-dialog').contains(document.activeElement)"
        page.wait_for_function(f"() => {inside}")
    page.keyboard.press("Escape")
    expect(page.locator("[role=dialog]")).to_have_count(0)


def test_a_log_in_needs_no_mouse(browser, pages):
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{pages.url}/login")
    expect(page.locator("#name")).to_be_focused()
    page.keyboard.type("guard")
    page.keyboard.press("Tab")
    expect(page.locator("#password")).to_be_focused()
    page.keyboard.type("a long password")
    page.keyboard.press("Enter")
    page.wait_for_selector("main#main")
    context.close()


@pytest.mark.parametrize("role", Role)
def test_a_page_opens_to_who_may_and_to_nobody_else(enter, pages, role):
    page = enter(role.value)
    for place in PLACES:
        answer = page.context.request.get(f"{pages.url}{place.path}")
        assert answer.status == (200 if may(role, place.action) else 403), place.path
        shown = page.locator(f"nav a[href='{place.path}']").count()
        assert bool(shown) is may(role, place.action), place.path


def test_a_stranger_is_sent_to_the_log_in_from_everywhere(browser, pages):
    context = browser.new_context()
    for path in paths(pages):
        answer = context.request.get(f"{pages.url}{path}", max_redirects=0)
        assert answer.status in {303, 307}, path
        assert answer.headers["location"].startswith("/login"), path
    context.close()


def test_paper_shows_the_report_and_not_the_rail(enter, pages):
    page = enter("manager")
    look_at(page, f"{pages.url}/reports")
    page.emulate_media(media="print")
    expect(page.locator("nav.rail")).to_be_hidden()
    expect(page.locator("header.topbar")).to_be_hidden()
    expect(page.get_by_role("heading", level=2)).to_contain_text("日报")
    assert page.pdf(format="A4").startswith(b"%PDF")
