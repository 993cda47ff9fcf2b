"""The guard's pages in a real Chromium: by keyboard, by role, doubled, in time."""

import pytest
from playwright.sync_api import expect

from gate.auth.permissions import Role
from gate.domain.decision import Decision, Reason, Verdict
from tests.gate.console.browsing import open_context, settle
from tests.gate.console.serving import Served, ask_again

pytestmark = [pytest.mark.system, pytest.mark.timeout(240)]


def asked(pages: Served, what: str) -> list[tuple[object, ...]]:
    return [one for one in pages.site.lanes.asked if one[0] == what]


def test_the_keyboard_raises_the_arm_once_with_reason_and_name(enter, pages):
    page = enter("guard")
    pages.site.lanes.asked.clear()
    page.keyboard.press("1")
    page.wait_for_selector("[role=dialog] .choices")
    page.keyboard.press("4")
    page.keyboard.press("4")
    expect(page.locator(".q-notification").first).to_be_visible()
    assert asked(pages, "raise_by_hand") == [("raise_by_hand", "south", "guard", "taxi", False)]


def test_emergency_release_is_one_press(enter, pages):
    page = enter("guard")
    pages.site.lanes.asked.clear()
    page.keyboard.press("Shift+Digit2")
    page.wait_for_selector("[role=dialog] textarea")
    raised = asked(pages, "raise_by_hand")
    assert raised == [("raise_by_hand", "north", "guard", "emergency", True)]


def test_one_key_admits_a_registered_candidate_and_only_a_question_another(enter, pages):
    page = enter("guard")
    ask_again(pages)
    page.goto(f"{pages.url}/ask")
    settle(page)
    pages.site.lanes.asked.clear()
    page.keyboard.press("1")
    page.wait_for_selector("[role=dialog] .choices")
    assert asked(pages, "admit") == []
    page.keyboard.press("Escape")
    expect(page.locator("[role=dialog]")).to_have_count(0)
    page.keyboard.press("2")
    expect(page.locator(".q-notification").first).to_be_visible()
    assert asked(pages, "admit") == [("admit", "p-100", "吉AK510F", "guard", "candidate")]


def test_news_are_on_the_screen_without_a_reload(enter, pages):
    page = enter("guard")
    decision = Decision(Verdict.REFUSE, Reason.BLOCKED, plate="吉A66666")
    pages.site.lanes.change("north", state="refused", plate="吉A66666", decision=decision)
    expect(page.locator(".answer-refuse [aria-label='吉 A 6 6 6 6 6']")).to_be_visible()


def test_a_picture_is_sent_once_and_a_newer_one_is_drawn(enter, pages):
    page = enter("guard")
    pictures = pages.site.lanes.pictures
    south, north = pictures["south"], pictures["north"]
    drawn = "document.querySelector('img[data-live*=south]').src"
    statuses: list[int] = []
    page.on("response", lambda it: statuses.append(it.status) if "south.jpg" in it.url else None)
    try:
        page.wait_for_function(f"{drawn}.startsWith('blob:')")
        before = page.evaluate(drawn)
        with page.expect_response(lambda it: "south.jpg" in it.url and it.status == 304):
            pass
        assert page.evaluate(drawn) == before
        assert statuses.count(200) <= 1
        pictures["south"] = north
        page.wait_for_function("before => " + drawn + " !== before", arg=before)
        asked = page.context.request.get(f"{pages.url}/console/lane/south.jpg")
        assert asked.body() == north
        assert asked.headers["cache-control"] == "no-store"
    finally:
        pictures["south"] = south


def test_who_may_only_watch_has_no_buttons_and_no_pages_beyond(enter, pages):
    page = enter("auditor")
    expect(page.locator(".lane-buttons button")).to_have_count(0)
    for path in ("/ask", "/users", "/registry", "/visitors/new"):
        assert page.goto(f"{pages.url}{path}").status == 403


def test_a_guard_who_is_no_longer_one_cannot_act_on_an_open_page(enter, pages):
    page = enter("guard")
    people = pages.site.services.people
    people.set_role("guard", Role.AUDITOR, "tests")
    pages.authentication.forget()
    pages.site.lanes.asked.clear()
    try:
        page.keyboard.press("Shift+Digit1")
        expect(page.locator(".q-notification").first).to_be_visible()
        assert pages.site.lanes.asked == []
    finally:
        people.set_role("guard", Role.GUARD, "tests")
        pages.authentication.forget()


def test_log_out_ends_the_log_in(enter, pages):
    page = enter("guard")
    page.goto(f"{pages.url}/logout")
    page.goto(f"{pages.url}/live")
    assert "/login" in page.url


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


def test_hold_lower_and_the_arms_sheet_have_keys(enter, pages):
    page = enter("guard")
    pages.site.lanes.asked.clear()
    page.keyboard.press("h")
    page.keyboard.press("2")
    page.get_by_role("dialog").get_by_role("button", name="快递外卖").wait_for()
    page.keyboard.press("2")
    page.get_by_role("dialog").get_by_role("button", name="5 分钟").first.wait_for()
    page.keyboard.press("1")
    expect(page.get_by_role("button", name="结束常开")).to_be_visible()
    page.keyboard.press("h")
    page.keyboard.press("2")
    expect(page.get_by_role("button", name="结束常开")).to_have_count(0)
    page.keyboard.press("d")
    page.keyboard.press("2")
    page.wait_for_selector("[role=dialog] .choices")
    page.keyboard.press("1")
    expect(page.locator("[role=dialog]")).to_have_count(0)
    assert [one[:3] for one in pages.site.lanes.asked] == [
        ("hold", "north", "guard"),
        ("release_hold", "north", "guard"),
        ("lower", "north", "guard"),
    ]
    assert asked(pages, "hold")[0][3:] == ("delivery", 300.0)
    assert asked(pages, "lower")[0][3] == "passed_by"


def test_an_arm_is_locked_with_a_reason_and_unlocked_after_a_question(enter, pages):
    page = enter("guard")
    pages.site.lanes.asked.clear()
    page.keyboard.press("b")
    page.keyboard.press("1")
    page.get_by_role("dialog").get_by_role("button", name="锁闭道闸").click()
    page.get_by_role("dialog").get_by_role("button", name="车道停用").dblclick()
    unlock = page.locator(".lane-buttons").get_by_role("button", name="解锁道闸")
    expect(unlock).to_be_visible()
    assert pages.site.lanes.asked == [("lock", "south", "guard", "closed_lane")]
    unlock.click()
    page.get_by_role("dialog").get_by_role("button", name="解锁道闸").click()
    expect(unlock).to_have_count(0)
    assert asked(pages, "unlock") == [("unlock", "south", "guard", "")]


def test_maintenance_begins_with_a_reason_and_ends_after_a_question(enter, pages):
    page = enter("guard")
    pages.site.lanes.asked.clear()
    page.locator(".lane").nth(1).get_by_role("button", name="道闸").click()
    page.get_by_role("dialog").get_by_role("button", name="开始检修").click()
    page.keyboard.press("2")
    end = page.locator(".lane-buttons").get_by_role("button", name="结束检修")
    expect(end).to_be_visible()
    end.click()
    page.get_by_role("dialog").get_by_role("button", name="取消").click()
    expect(end).to_be_visible()
    assert asked(pages, "maintenance_off") == []
    end.click()
    page.get_by_role("dialog").get_by_role("button", name="结束检修").click()
    expect(end).to_have_count(0)
    assert asked(pages, "maintenance_on") == [("maintenance_on", "north", "guard", "service")]


def test_a_fault_and_a_fire_are_taken_back_by_a_person(enter, pages):
    page = enter("guard")
    pages.site.lanes.asked.clear()
    pages.site.lanes.change("north", arm="fault", mode="fire")
    page.locator(".lane-buttons").get_by_role("button", name="故障复位").click()
    page.get_by_role("dialog").get_by_role("button", name="已到现场查看").click()
    expect(page.locator(".lane-buttons").get_by_role("button", name="故障复位")).to_have_count(0)
    page.locator(".lane-buttons").get_by_role("button", name="火警解除").click()
    page.get_by_role("dialog").get_by_role("button", name="火警解除").click()
    expect(page.locator(".lane-buttons").get_by_role("button", name="火警解除")).to_have_count(0)
    pages.site.lanes.change("north", arm="open", mode="automatic")
    deeds = [(one[0], one[1]) for one in pages.site.lanes.asked]
    assert deeds == [("reset_fault", "north"), ("reset_fire", "north")]


def test_an_alarm_stands_until_a_person_takes_it_on(enter, pages):
    page = enter("guard")
    pages.site.lanes.asked.clear()
    expect(page.locator(".alarms .banner").first).to_contain_text("道闸被外力抬起")
    reports = pages.site.services.reports
    (forced,) = (one for one in reports.standing_alarms() if one.kind == "arm_forced")
    page.keyboard.press("k")
    page.get_by_role("dialog").locator("input").press("Enter")
    expect(page.locator("[role=dialog]")).to_have_count(0)
    ids = reports.alarm_ids("arm_forced", forced.newest)
    assert ids
    assert asked(pages, "acknowledge") == [("acknowledge", ids, "guard", "")]
