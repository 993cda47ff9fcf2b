"""Alarms and sounds in a real Chromium: by kind, on every page, heard even when the line is cut."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from gate.console.ui.navigation import GUARD_PLACES
from gate.domain.entries import AlarmAcknowledged, AlarmRaised
from gate.domain.passage import LaneId
from tests.gate.console.browsing import log_in, open_context, settle
from tests.gate.console.serving import Served

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]
SOUTH, NORTH = LaneId("south"), LaneId("north")
NUMBERS = count(1)
HEAR = """
    window.heard = [];
    const play = HTMLMediaElement.prototype.play;
    window.broken = [];
    HTMLMediaElement.prototype.play = function () {
        const name = this.dataset.sound;
        window.heard.push(name);
        // A browser that waits for a first press forbids it; anything else is a sound that is lost.
        return play.call(this).catch((error) => {
            if (error.name !== "NotAllowedError") window.broken.push(`${name}: ${error.name}`);
            throw error;
        });
    };
"""


def acknowledge_all(pages: Served) -> None:
    reports = pages.site.services.reports
    for group in reports.standing_alarms():
        ids = reports.alarm_ids(group.kind, group.newest)
        pages.site.publish(*(AlarmAcknowledged(one, "tests") for one in ids))


@contextmanager
def standing(pages: Served, *kinds: tuple[str, LaneId, int]) -> Iterator[list[str]]:
    """Let these alarms stand, and no others; yield their ids."""
    acknowledge_all(pages)
    ids = []
    for kind, lane, n in kinds:
        new = [f"t-{next(NUMBERS)}" for _ in range(n)]
        pages.site.publish(*(AlarmRaised(one, lane, kind, {}) for one in new))
        ids += new
    pages.site.lanes.asked.clear()
    try:
        yield ids
    finally:
        acknowledge_all(pages)
        # As the sample has it: other tests look at it.
        again = f"t-{next(NUMBERS)}"
        pages.site.publish(AlarmRaised(again, NORTH, "arm_forced", {"position": "opening"}))


def open_page(page: Page, pages: Served, path: str) -> None:
    page.goto(f"{pages.url}{path}")
    settle(page)


def heard(page: Page, sound: str, times: int = 1) -> None:
    page.wait_for_function(
        "([sound, n]) => window.heard.filter(one => one === sound).length >= n", arg=[sound, times]
    )
    page.wait_for_timeout(300)  # A sound that cannot be played is known by then.
    assert page.evaluate("window.broken") == []


MANY = (("camera", SOUTH, 24), ("raise_retried", NORTH, 3), ("arm_dropped", NORTH, 1))


def test_the_strip_shows_kinds_the_gravest_first_with_how_many_and_what_is_over(enter, pages):
    with standing(pages, *MANY):
        page = enter("guard")
        strips = page.locator(".alarms .banner")
        expect(strips).to_have_count(2)
        expect(strips.first).to_contain_text("道闸自行落下")
        expect(strips.nth(1)).to_contain_text("摄像机异常 ×24")
        expect(strips.nth(1)).to_contain_text("已恢复")
        pages.site.lanes.change("south", camera="lost")
        expect(strips.nth(1)).not_to_contain_text("已恢复")
        pages.site.lanes.change("south", camera="live")
        expect(strips.nth(1)).to_contain_text("已恢复")
        page.get_by_role("link", name="还有 1 类报警").click()
        page.wait_for_url("**/alarms")
        expect(page.locator(".alarms .banner")).to_have_count(3)


def test_all_of_a_kind_are_taken_on_with_one_confirmation(enter, pages):
    with standing(pages, ("camera", SOUTH, 24), ("raise_retried", NORTH, 1)) as ids:
        page = enter("guard")
        expect(page.locator(".alarms .banner").first).to_contain_text("×24")
        page.keyboard.press("k")
        sheet = page.get_by_role("dialog")
        expect(sheet).to_contain_text("24")
        pages.site.publish(AlarmRaised("t-late", SOUTH, "camera", {}))  # Nobody has seen it.
        sheet.locator("input").press("Enter")
        expect(page.locator("[role=dialog]")).to_have_count(0)
        taken = [one for one in pages.site.lanes.asked if one[0] == "acknowledge"]
        assert taken == [("acknowledge", tuple(ids[:24]), "guard", "")]


@pytest.mark.parametrize(
    ("kind", "tone", "others"),
    [
        ("arm_dropped", "grave", {"serious", "notice"}),
        ("wrong_way", "serious", {"grave", "notice"}),
        ("raise_retried", "notice", {"grave", "serious"}),
    ],
)
def test_every_page_says_and_sounds_what_stands(enter, pages, kind, tone, others):
    page = enter("guard")
    page.add_init_script(HEAR)
    with standing(pages, (kind, NORTH, 2)):
        for place in GUARD_PLACES:
            open_page(page, pages, place.path)
            expect(page.locator(".topbar a[href='/alarms']")).to_contain_text("2 条报警")
            heard(page, tone)
        if tone == "grave":
            heard(page, "grave", 2)  # Until a person takes it on.
        assert not others & set(page.evaluate("window.heard"))
        acknowledge_all(pages)
        expect(page.locator(".topbar a[href='/alarms']")).to_have_count(0)
        page.evaluate("window.heard.length = 0")
        page.wait_for_timeout(4500)
        assert page.evaluate("window.heard") == []


def test_who_only_watches_sees_alarms_and_hears_none(enter, pages):
    page = enter("auditor")
    page.add_init_script(HEAR)
    with standing(pages, ("arm_dropped", NORTH, 1)):
        open_page(page, pages, "/live")
        expect(page.locator(".topbar a[href='/alarms']")).to_be_visible()
        page.wait_for_timeout(1000)
        assert not {"grave", "serious", "notice"} & set(page.evaluate("window.heard"))
        expect(page.locator(".alarms button")).to_have_count(0)


def test_a_lost_service_is_heard_and_its_return_too(browser, pages):
    """All that is played is there already: nothing of the service is asked while it is away."""
    page = open_context(browser, pages.url).new_page()
    page.add_init_script(HEAR)
    cut = False
    sockets: list[WebSocketRoute] = []

    def join(route: WebSocketRoute) -> None:
        if cut:
            route.close()
            return
        sockets.append(route)
        route.connect_to_server()

    page.route_web_socket("**/_nicegui_ws/**", join)
    with standing(pages):
        log_in(page, pages.url, "guard")
        page.wait_for_timeout(500)
        cut = True
        page.route("**/_nicegui_ws/**", lambda route: route.abort())
        page.route("**/console/sound/**", lambda route: route.abort())
        sockets[-1].close()
        heard(page, "lost")
        assert "back" not in page.evaluate("window.heard")
        assert not page.evaluate("document.body.classList.contains('muted')")
        cut = False
        page.unroute("**/_nicegui_ws/**")
        page.wait_for_function("() => window.socket?.connected === true")
        heard(page, "back")
    page.context.close()


def test_leaving_a_page_is_no_lost_service(enter, pages):
    page = enter("guard")
    page.add_init_script(HEAR)
    with standing(pages):
        for path in ("/live", "/ask", "/live"):
            open_page(page, pages, path)
        page.wait_for_timeout(2500)
        assert not {"lost", "back"} & set(page.evaluate("window.heard"))


def test_the_history_says_who_took_it_on_and_is_filtered(enter, pages):
    with standing(pages, ("fire", SOUTH, 1), ("wrong_way", NORTH, 1)) as (fire, _):
        pages.site.publish(AlarmAcknowledged(fire, "zhang", "误报，已查看"))
        page = enter("manager")
        open_page(page, pages, "/alarms")
        table = page.locator("main table tbody")
        expect(table).to_contain_text("zhang 已确认")
        page.get_by_label("由谁确认").fill("zhang")
        page.get_by_role("button", name="查找").click()
        expect(table.locator("tr")).to_have_count(1)
        expect(table).to_contain_text("误报，已查看")
        expect(table).to_contain_text("火警信号")
        page.get_by_label("由谁确认").fill("")
        page.get_by_label("状态").last.click()
        page.get_by_role("option", name="待确认", exact=True).click()
        page.get_by_role("button", name="查找").click()
        expect(table).to_contain_text("有车逆行")
        expect(table).not_to_contain_text("火警信号")
