"""What is pressed or typed in a real Chromium is done in its order, or the page says it is not.

The line between page and service is held up on purpose (`Line`), never by load.
"""

from threading import Event

import pytest
from playwright.sync_api import Locator, Page, WebSocketRoute, expect

from gate.console.live import guard_queue
from gate.services import inside
from tests.gate.console.browsing import settle
from tests.gate.console.serving import Served, ask_again

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]
SOCKETS = "**/_nicegui_ws/**"


class Line:
    """The page's socket. Messages to either side are kept while its side is held."""

    def __init__(self, page: Page) -> None:
        self.hold_up = self.hold_down = False
        self.up: list[str | bytes] = []
        self.down: list[str | bytes] = []
        self.route: WebSocketRoute | None = None
        self._page = page
        page.route_web_socket(SOCKETS, self._join)

    def _join(self, route: WebSocketRoute) -> None:
        self.route, self._server = route, route.connect_to_server()

        def up(message: str | bytes) -> None:
            self.up.append(message)
            self._flow()

        def down(message: str | bytes) -> None:
            self.down.append(message)
            self._flow()

        route.on_message(up)
        self._server.on_message(down)

    def _flow(self) -> None:
        while self.up and not self.hold_up:
            self._server.send(self.up.pop(0))
        while self.down and not self.hold_down:
            self.route.send(self.down.pop(0))

    def wait_for(self, event: str) -> None:
        """Wait until the service has sent such a message, which the page does not know yet."""
        while not any(f'"{event}"' in str(message) for message in self.down):
            self._page.wait_for_timeout(50)

    def let_go(self) -> None:
        self.hold_up = self.hold_down = False
        self._flow()


def said(page: Page, words: str) -> None:
    expect(page.locator(".q-notification", has_text=words)).to_be_visible()


def silent(page: Page, words: str) -> None:
    expect(page.locator(".q-notification", has_text=words)).to_have_count(0)


def test_what_is_typed_before_the_page_has_its_socket_arrives_in_its_order(enter, pages):
    page = enter("guard")
    line = Line(page)
    for plate in ("粤B24680", "粤B13579", "粤BD12345"):
        line.hold_down = True  # The service's greeting is on its way.
        page.goto(f"{pages.url}/visitors/new")
        field = page.get_by_label("车牌", exact=True)
        expect(field).to_be_focused()
        for number, character in enumerate(plate):
            page.keyboard.insert_text(character)
            page.wait_for_timeout(7 + number)  # No two of the page's timers in step.
        line.let_go()
        settle(page)
        expect(page.locator("#main")).to_contain_text("未登记")
        chip = page.get_by_label(" ".join(plate), exact=True).first
        expect(chip).to_be_visible()
        expect(field).to_have_value(plate)


def left_button(page: Page) -> Locator:
    """What says of the first vehicle in the list that it has left."""
    return page.get_by_role("button", name="补录离场").first


def stay_sheet(page: Page) -> Locator:
    return page.get_by_role("dialog").get_by_role("button", name="巡查核实")


def open_inside(page: Page, pages: Served) -> None:
    page.goto(f"{pages.url}/inside")
    settle(page)
    expect(left_button(page)).to_be_visible()


def remember(page: Page) -> None:
    """Remember the list as it is drawn now."""
    left_button(page).evaluate("one => { window.old = one; }")


def drawn_anew(page: Page) -> None:
    """Wait until the list that was remembered is gone and another one is there."""
    page.wait_for_function("() => !window.old.isConnected")
    expect(left_button(page)).to_be_visible()


def test_a_press_on_a_line_that_is_no_longer_there_is_said(enter, pages):
    page = enter("guard")
    line = Line(page)
    open_inside(page, pages)
    line.hold_down = True  # The page does not know yet that the service draws the list anew.
    page.get_by_role("button", name="刷新").click()
    line.wait_for("update")
    left_button(page).click()
    line.let_go()
    said(page, "没有执行")
    expect(page.get_by_role("dialog")).to_have_count(0)
    left_button(page).click()
    expect(stay_sheet(page)).to_be_visible()


def test_a_button_that_is_drawn_anew_under_the_finger_is_said(enter, pages):
    page = enter("guard")
    open_inside(page, pages)
    remember(page)
    left_button(page).hover()
    page.mouse.down()
    page.evaluate("document.querySelector('[aria-label=\"刷新\"]').click()")
    drawn_anew(page)
    page.wait_for_timeout(1100)  # Longer than a doubled click.
    page.mouse.up()
    said(page, "没有执行")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_the_page_says_that_it_waits_until_the_service_has_heard(enter, pages):
    page = enter("guard")
    line = Line(page)
    open_inside(page, pages)
    line.hold_up = True
    left_button(page).click()
    said(page, "正在等待服务响应")
    line.let_go()
    expect(stay_sheet(page)).to_be_visible()
    silent(page, "正在等待服务响应")
    silent(page, "没有执行")


def test_a_press_that_went_with_the_line_is_said(enter, pages):
    page = enter("guard")
    line = Line(page)
    open_inside(page, pages)
    line.hold_up = True
    left_button(page).click()
    line.up.clear()  # It never arrives.
    line.hold_up = False
    line.route.close()
    said(page, "可能没有执行")
    settle(page)
    left_button(page).click()
    expect(stay_sheet(page)).to_be_visible()


def test_an_older_answer_is_not_drawn_over_a_newer_one(enter, pages, monkeypatch):
    page = enter("guard")
    open_inside(page, pages)
    read, begun, go_on, answered = inside.read, Event(), Event(), Event()

    def read_slowly(services, which, *more):
        shown = read(services, which, *more)
        if which.part == "ZZ":
            begun.set()
            assert go_on.wait(60)
            answered.set()
        return shown

    monkeypatch.setattr(inside, "read", read_slowly)
    field = page.get_by_label("车牌", exact=True)
    field.fill("ZZ")  # Fits nobody, and its answer takes long.
    assert begun.wait(60)
    remember(page)
    field.fill("")
    drawn_anew(page)
    go_on.set()
    assert answered.wait(60)
    left_button(page).click()
    expect(stay_sheet(page)).to_be_visible()
    expect(page.locator("#main")).not_to_contain_text("没有符合条件的车")


def test_an_error_behind_a_press_is_said_and_the_next_press_is_heard(enter, pages, monkeypatch):
    page = enter("guard")
    open_inside(page, pages)
    with monkeypatch.context() as broken:
        broken.setattr("gate.console.presence.corrections.why_sheet", None)
        left_button(page).click()
        said(page, "出错了")
    left_button(page).click()
    expect(stay_sheet(page)).to_be_visible()


def test_what_is_typed_after_the_keys_that_lead_to_another_page_acts_on_none(enter, pages):
    page = enter("guard")
    page.goto(f"{pages.url}/ask")
    settle(page)
    expect(page.locator(".ask").first).to_be_visible()
    pages.site.lanes.asked.clear()
    page.keyboard.press("g")
    page.keyboard.press("n")
    page.keyboard.press("r")  # Would refuse the vehicle, were it still meant for this page.
    page.wait_for_url("**/visitors/new")
    assert pages.site.lanes.asked == []


def test_a_key_for_the_vehicle_that_was_on_top_is_not_done_to_the_next(enter, pages, monkeypatch):
    lanes = pages.site.lanes
    before = dict(lanes.lanes)
    ask_again(pages)
    decision = lanes.views()[0].decision
    for key in ("south", "north"):
        lanes.change(key, state="asking", passage=f"p-{key}", decision=decision, arm="closed")
    monkeypatch.setattr(guard_queue, "FRESH_S", 1e9)
    try:
        page = enter("guard")
        page.goto(f"{pages.url}/ask")
        settle(page)
        expect(page.locator(".ask")).to_have_count(2)
        lanes.asked.clear()
        lanes.change("south", state="idle")  # Somebody else let it in.
        page.keyboard.press("r")
        said(page, "刚刚换了")
        assert lanes.asked == []
        monkeypatch.setattr(guard_queue, "FRESH_S", 0.0)
        page.reload()
        settle(page)
        page.keyboard.press("r")
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Enter")
        said(page, "已拒绝")
        assert [one[0] for one in lanes.asked] == ["refuse"]
    finally:
        for lane, view in before.items():
            lanes.lanes[lane] = view
