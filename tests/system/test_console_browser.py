"""The pages in a real Chromium: drawn, accessible, by keyboard, by role, doubled, disconnected."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from gate.console.navigation import GUARD_PLACES, MANAGER_PLACES
from gate.events import Decision, Reason, Verdict
from gate.people import Role
from gate.texts import Language
from tests.gate.console.browsing import chromium, log_in, open_context, settle
from tests.gate.console.serving import Served, served

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]
PATHS = [place.path for place in (*GUARD_PLACES, *MANAGER_PLACES)]


@pytest.fixture(scope="module")
def pages() -> Iterator[Served]:
    with tempfile.TemporaryDirectory() as folder, served(Path(folder), days=1, per_day=12) as site:
        yield site


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


def enter(browser: Browser, pages: Served, name: str, **preferences: object) -> Page:
    """A fresh browser session of this person, on the live page; console errors are collected."""
    page = open_context(browser, pages.url, **preferences).new_page()
    page.errors = []
    page.on("pageerror", lambda error: page.errors.append(str(error)))
    log_in(page, pages.url, name)
    return page


def asked(pages: Served, what: str) -> list[tuple[object, ...]]:
    return [one for one in pages.site.lanes.asked if one[0] == what]


def ask_again(pages: Served) -> None:
    """Let a vehicle wait at the south gate."""
    south = pages.site.lanes.views()[0]
    decision = south.decision or Decision(Verdict.ASK_GUARD, Reason.NEAR_MATCH)
    pages.site.lanes.change("south", state="asking", decision=decision, arm="closed")


@pytest.mark.parametrize(
    ("language", "theme"), [(Language.CHINESE, "dark"), (Language.ENGLISH, "light")]
)
def test_every_page_is_drawn_with_all_its_words(browser, pages, language, theme):
    page = enter(browser, pages, "admin", language=language, theme=theme)
    assert page.locator("html").get_attribute("lang") == language.tag
    for path in PATHS:
        page.goto(f"{pages.url}{path}")
        settle(page)
        expect(page.locator("main#main")).not_to_be_empty()
        assert "⟨" not in page.inner_text("body"), path
    assert page.errors == []
    page.context.close()


@pytest.mark.parametrize("path", ["/login", "/live", "/ask", "/log", "/visitors/new"])
def test_axe_finds_no_serious_fault(browser, pages, path):
    page = enter(browser, pages, "guard")
    page.goto(f"{pages.url}{path}")
    page.wait_for_timeout(500)
    found = Axe().run(page).response["violations"]
    serious = [
        (one["id"], [node["html"][:160] for node in one["nodes"][:3]])
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]
    assert serious == []
    page.context.close()


def test_the_keyboard_raises_the_arm_once_with_reason_and_name(browser, pages):
    page = enter(browser, pages, "guard")
    pages.site.lanes.asked.clear()
    page.keyboard.press("1")
    page.wait_for_selector("[role=dialog] .choices")
    page.keyboard.press("4")
    page.keyboard.press("4")
    expect(page.locator(".q-notification").first).to_be_visible()
    assert asked(pages, "raise_by_hand") == [("raise_by_hand", "south", "guard", "taxi", False)]
    page.context.close()


def test_emergency_release_is_one_press(browser, pages):
    page = enter(browser, pages, "guard")
    pages.site.lanes.asked.clear()
    page.keyboard.press("Shift+Digit2")
    page.wait_for_selector("[role=dialog] textarea")
    raised = asked(pages, "raise_by_hand")
    assert raised == [("raise_by_hand", "north", "guard", "emergency", True)]
    page.context.close()


def test_one_key_admits_a_registered_candidate_and_only_a_question_another(browser, pages):
    page = enter(browser, pages, "guard")
    ask_again(pages)
    page.goto(f"{pages.url}/ask")
    settle(page)
    pages.site.lanes.asked.clear()
    page.keyboard.press("3")
    page.wait_for_selector("[role=dialog] .choices")
    assert asked(pages, "admit") == []
    page.keyboard.press("Escape")
    expect(page.locator("[role=dialog]")).to_have_count(0)
    page.keyboard.press("1")
    expect(page.locator(".q-notification").first).to_be_visible()
    assert asked(pages, "admit") == [("admit", "p-100", "吉AK510F", "guard", "candidate")]
    page.context.close()


def test_news_are_on_the_screen_without_a_reload(browser, pages):
    page = enter(browser, pages, "guard")
    decision = Decision(Verdict.REFUSE, Reason.BLOCKED, plate="吉A66666")
    pages.site.lanes.change("north", state="refused", plate="吉A66666", decision=decision)
    expect(page.locator(".answer-refuse [aria-label='吉 A 6 6 6 6 6']")).to_be_visible()
    page.context.close()


def test_who_may_only_watch_has_no_buttons_and_no_pages_beyond(browser, pages):
    page = enter(browser, pages, "auditor")
    expect(page.locator(".lane-buttons button")).to_have_count(0)
    for path in ("/ask", "/users", "/registry", "/visitors/new"):
        assert page.goto(f"{pages.url}{path}").status == 403
    page.context.close()


def test_a_guard_who_is_no_longer_one_cannot_act_on_an_open_page(browser, pages):
    page = enter(browser, pages, "guard")
    people = pages.site.services.people
    people.set_role("guard", Role.AUDITOR, "tests")
    pages.doorkeeper.forget()
    pages.site.lanes.asked.clear()
    try:
        page.keyboard.press("Shift+Digit1")
        expect(page.locator(".q-notification").first).to_be_visible()
        assert pages.site.lanes.asked == []
    finally:
        people.set_role("guard", Role.GUARD, "tests")
        pages.doorkeeper.forget()
    page.context.close()


def test_a_lost_connection_is_said_in_our_words_and_comes_back(browser, pages):
    page = enter(browser, pages, "guard")
    popup = page.locator("#popup")
    page.evaluate("window.socket.disconnect()")
    expect(popup).to_have_attribute("aria-hidden", "false")
    expect(popup).to_contain_text("遥控器")
    page.evaluate("window.socket.connect()")
    expect(popup).to_have_attribute("aria-hidden", "true")
    page.context.close()


def test_log_out_ends_the_log_in(browser, pages):
    page = enter(browser, pages, "guard")
    page.goto(f"{pages.url}/logout")
    page.goto(f"{pages.url}/live")
    assert "/login" in page.url
    page.context.close()


@pytest.mark.parametrize("path", ["/console/lane/south.jpg", f"/console/picture/{'0' * 64}.jpg"])
def test_a_stranger_sees_no_picture(browser, pages, path):
    context = open_context(browser, pages.url)
    assert context.request.get(f"{pages.url}{path}").status == 403
    context.close()


def test_a_wrong_password_says_neither_which_was_wrong_nor_lets_in(browser, pages):
    page = open_context(browser, pages.url).new_page()
    page.goto(f"{pages.url}/login")
    for name in ("guard", "nobody"):
        page.fill("#name", name)
        page.fill("#password", "wrong password")
        page.click("button[type=submit]")
        expect(page.locator("[role=alert]")).to_have_text("用户名或密码不对")
    page.goto(f"{pages.url}/live")
    assert "/login" in page.url
    page.context.close()
