"""A log-in that ends while somebody is at the page: warned, led back, and nothing typed is lost."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from gate.console.session import expiry
from gate.console.session.sessions import COOKIE
from tests.gate.console.browsing import fill_log_in, settle
from tests.gate.console.serving import Served

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]
FORM = "/visitors/new?plate=粤B2468A"


@pytest.fixture(autouse=True)
def watched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages ask every second whether their log-in still lasts."""
    monkeypatch.setattr(expiry, "LOOK_S", 1.0)


def token_of(page: Page) -> str:
    cookies = page.context.cookies()
    return next(one["value"] for one in cookies if one["name"] == COOKIE)


def idle_until(pages: Served, page: Page, left_s: float) -> None:
    """Let the last press be so long ago that so much of the log-in is left."""
    sessions, now = pages.authentication._sessions, pages.site.clock.now().utc
    ticket = sessions.check(token_of(page), now)
    assert ticket is not None
    sessions._note(ticket.number, now - sessions._idle + timedelta(seconds=left_s))


def left(pages: Served, page: Page) -> timedelta:
    found = pages.authentication.left(token_of(page))
    assert found is not None
    return found.time


def half_a_visitor(page: Page, pages: Served) -> None:
    page.goto(pages.url + FORM)
    settle(page)
    page.get_by_label("访客电话").fill("13900001234")
    page.get_by_label("去哪一户").fill("99-9-9999")
    expect(page.locator("#main")).to_contain_text("没有这一户")


def log_in_again(page: Page, name: str) -> None:
    expect(page.locator(".login")).to_contain_text("登录")
    fill_log_in(page, name)


def by_key(page: Page) -> None:
    page.keyboard.press("Shift")


def by_button(page: Page) -> None:
    page.get_by_role("button", name="继续使用").click()


def by_typing(page: Page) -> None:
    page.get_by_label("访客电话").press_sequentially("5")


@pytest.mark.parametrize("going_on", [by_key, by_button, by_typing])
def test_the_end_is_said_before_and_one_press_goes_on(
    enter: Callable[..., Page], pages: Served, going_on: Callable[[Page], None]
) -> None:
    page = enter("guard")
    half_a_visitor(page, pages)
    idle_until(pages, page, 110)
    expect(page.locator(".leaving")).to_contain_text("即将自动退出登录")
    expect(page.locator(".leaving .mono")).to_have_text(re.compile(r"^1:[0-4]\d$"))
    going_on(page)
    expect(page.locator(".leaving")).to_have_count(0)
    page.wait_for_timeout(1500)  # The page has looked again by then, and found nothing to say.
    expect(page.locator(".leaving")).to_have_count(0)
    assert left(pages, page) > timedelta(hours=11)


def test_what_a_script_does_to_a_page_keeps_nobody_logged_in(
    enter: Callable[..., Page], pages: Served
) -> None:
    page = enter("guard")
    idle_until(pages, page, 110)
    expect(page.locator(".leaving")).to_be_visible()
    page.evaluate("document.body.dispatchEvent(new Event('input', { bubbles: true }))")
    page.evaluate("document.body.dispatchEvent(new Event('pointerdown', { bubbles: true }))")
    expect(page.locator(".leaving")).to_be_visible()
    assert left(pages, page) < timedelta(seconds=111)


def test_another_tab_that_is_used_takes_the_warning_away(
    enter: Callable[..., Page], pages: Served
) -> None:
    page = enter("guard")
    idle_until(pages, page, 110)
    expect(page.locator(".leaving")).to_be_visible()
    other = page.context.new_page()
    other.goto(f"{pages.url}/live")
    settle(other)
    page.bring_to_front()
    expect(page.locator(".leaving")).to_have_count(0)


def test_the_longest_time_is_said_too_and_no_press_makes_it_longer(
    enter: Callable[..., Page], pages: Served
) -> None:
    page = enter("guard")
    sessions = pages.authentication._sessions
    began = pages.site.clock.now().utc - sessions._longest + timedelta(seconds=110)
    old = sessions.open("guard", began)
    ticket = sessions._read(old)
    assert ticket is not None
    sessions._note(ticket.number, pages.site.clock.now().utc)
    page.context.add_cookies([{"name": COOKIE, "value": old, "url": pages.url}])
    page.goto(f"{pages.url}/live")
    settle(page)
    expect(page.locator(".leaving")).to_contain_text("最长时间")
    page.keyboard.press("Shift")
    page.wait_for_timeout(1500)
    expect(page.locator(".leaving")).to_be_visible()


def test_after_idling_the_person_is_led_back_and_finds_what_was_typed(
    enter: Callable[..., Page], pages: Served
) -> None:
    page = enter("guard")
    half_a_visitor(page, pages)
    idle_until(pages, page, -1)
    log_in_again(page, "guard")
    assert page.url.startswith(f"{pages.url}/visitors/new?plate=")
    expect(page.locator(".draft")).to_contain_text("刚才的登录已到时退出")
    expect(page.locator(".draft")).to_contain_text("已放回原处")
    expect(page.get_by_label("车牌", exact=True)).to_have_value("粤B2468A")
    expect(page.get_by_label("访客电话")).to_have_value("13900001234")
    expect(page.get_by_label("去哪一户")).to_have_value("99-9-9999")
    expect(page.locator("#main")).to_contain_text("没有这一户")


def test_a_press_on_a_page_whose_log_in_has_ended_loses_nothing_either(
    enter: Callable[..., Page], pages: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expiry, "LOOK_S", 600.0)
    page = enter("guard")
    half_a_visitor(page, pages)
    idle_until(pages, page, -1)
    page.get_by_role("button", name="登记", exact=True).click()
    log_in_again(page, "guard")
    expect(page.get_by_label("访客电话")).to_have_value("13900001234")


def test_nobody_else_sees_what_was_typed(enter: Callable[..., Page], pages: Served) -> None:
    page = enter("guard")
    half_a_visitor(page, pages)
    idle_until(pages, page, -1)
    log_in_again(page, "manager")
    expect(page.get_by_label("访客电话")).to_have_value("")
    expect(page.locator(".draft")).to_have_count(0)
    assert page.evaluate("sessionStorage.getItem('gateDraft')") is None
    assert "13900001234" not in page.content()


def test_who_logs_out_leaves_nothing_behind_in_any_tab(
    enter: Callable[..., Page], pages: Served
) -> None:
    page = enter("guard")
    half_a_visitor(page, pages)
    other = page.context.new_page()
    other.goto(f"{pages.url}/live")
    settle(other)
    other.get_by_role("button", name="退出登录").click()
    other.wait_for_url("**/login*")
    page.bring_to_front()
    expect(page.locator(".login")).to_be_visible()
    assert page.evaluate("sessionStorage.getItem('gateDraft')") is None


def phone(page: Page) -> str:
    return page.get_by_label("访客电话").input_value()


def test_a_half_filled_form_outlives_f5(enter, pages):
    page = enter("guard")
    half_a_visitor(page, pages)
    page.reload()
    settle(page)
    expect(page.locator(".draft")).to_contain_text("放回原处")
    assert phone(page) == "13900001234"


def test_a_half_filled_form_outlives_back_and_forward(enter, pages):
    page = enter("guard")
    page.goto(f"{pages.url}/live")
    settle(page)
    half_a_visitor(page, pages)
    page.go_back()
    settle(page)
    expect(page.locator(".draft")).to_have_count(0)
    page.go_forward()
    settle(page)
    expect(page.locator(".draft")).to_contain_text("放回原处")
    assert phone(page) == "13900001234"


def test_who_logs_out_leaves_nothing_of_a_half_filled_form(enter, pages):
    page = enter("guard")
    half_a_visitor(page, pages)
    page.locator(".topbar button").last.click()
    expect(page.locator(".login")).to_contain_text("登录")
    assert page.evaluate("sessionStorage.getItem('gateDraft')") is None


def test_what_was_searched_for_is_no_form(enter, pages):
    page = enter("guard")
    page.goto(f"{pages.url}/inside")
    settle(page)
    page.get_by_label("车牌").fill("12345")
    page.reload()
    settle(page)
    expect(page.locator(".draft")).to_have_count(0)
