"""Every sheet that asks why, in a real Chromium: nothing is chosen, and nothing is done without."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from gate.reports.model import AuditFilter
from tests.gate.console.browsing import settle
from tests.gate.console.serving import Served
from tests.system.test_console_ask import waiting

pytestmark = [pytest.mark.system, pytest.mark.timeout(900)]
Open = Callable[[Page], None]


def keys(*pressed: str) -> Open:
    def opened(page: Page) -> None:
        for key in pressed:
            page.keyboard.press(key)

    return opened


def button(name: str) -> Open:
    return lambda page: page.get_by_role("button", name=name).first.click()


def seldom(name: str) -> Open:
    """A deed of the arm's sheet."""

    def opened(page: Page) -> None:
        keys("b", "1")(page)
        page.get_by_role("dialog").get_by_role("button", name=name).click()

    return opened


SHEETS: dict[str, tuple[str, Open]] = {
    "raise": ("/live", keys("1")),
    "hold": ("/live", keys("h", "1")),
    "lower": ("/live", keys("d", "1")),
    "lock": ("/live", seldom("锁闭道闸")),
    "maintenance": ("/live", seldom("开始检修")),
    "refuse": ("/ask", keys("r")),
    "let in": ("/ask", keys("1")),
    "block": ("/blocks", button("加入黑名单")),
    "left": ("/inside", button("补录离场")),
    "came": ("/inside", button("补录进场")),
    "count": ("/inside", button("清点")),
    "long unseen": ("/inside", button("长期未出场")),
    "export log": ("/log", button("导出")),
    "export inside": ("/inside", button("导出")),
    "export audit": ("/lookups", button("导出")),
    "export report": ("/reports", button("导出")),
    "visitor's name": ("/visitors", button("查看")),
}
# A press that says yes without a reason; a sheet whose reasons act at once has none.
YES = {
    "block": "加入黑名单", "came": "补录进场", "count": "保存", "long unseen": "打勾的补录离场",
    "export log": "开始导出", "export inside": "开始导出", "export audit": "开始导出",
    "export report": "开始导出", "visitor's name": "查看",
}  # fmt: skip
BEFORE: dict[str, Callable[[Locator], None]] = {
    "block": lambda sheet: sheet.get_by_label("车牌", exact=True).fill("粤B13570"),
    "came": lambda sheet: sheet.get_by_label("车牌", exact=True).fill("粤B13570"),
    "count": lambda sheet: sheet.locator("input").first.fill("7"),
}
CHOSEN = """() => {
    const sheet = [...document.querySelectorAll("[role=dialog]")].pop();
    return [...sheet.querySelectorAll("[aria-pressed=true], [aria-checked=true]")]
        .map((one) => one.innerText);
}"""


@pytest.mark.parametrize("name", SHEETS)
def test_nothing_is_chosen_and_nothing_is_done_without(enter, pages: Served, name: str):
    with waiting(pages):
        walk(enter, pages, name)


def walk(enter, pages: Served, name: str) -> None:
    page = enter("manager")
    path, opened = SHEETS[name]
    page.goto(f"{pages.url}{path}")
    settle(page)
    expect(page.locator("main#main")).not_to_be_empty()
    opened(page)
    sheet = page.get_by_role("dialog").last
    expect(sheet).to_be_visible()
    expect(sheet.locator(".choices button").first).to_be_visible()
    assert page.evaluate(CHOSEN) == []
    digits = sheet.locator(".choices .key").all_inner_texts()
    assert digits == [str(n) for n in range(1, len(digits) + 1)]
    if name not in YES:
        return
    if name in BEFORE:
        BEFORE[name](sheet)
    if name == "long unseen":
        return  # Its yes asks for ticks first; test_console_inside.py goes through it.
    pages.site.lanes.asked.clear()
    before = pages.site.services.reports.audit(AuditFilter()).rows[0].seq
    sheet.get_by_role("button", name=YES[name]).last.click()
    expect(page.locator(".q-notification", has_text="请选择原因")).to_be_visible()
    expect(sheet).to_be_visible()
    assert pages.site.services.reports.audit(AuditFilter()).rows[0].seq == before
    assert pages.site.lanes.asked == []


def test_a_visitors_purpose_is_proposed_to_nobody(enter, pages):
    page = enter("guard")
    page.goto(f"{pages.url}/visitors/new")
    settle(page)
    expect(page.get_by_label("事由").last).to_have_value("")


def test_a_digit_chooses_and_shows_what_it_chose(enter, pages):
    page = enter("manager")
    page.goto(f"{pages.url}/lookups")
    settle(page)
    page.get_by_role("button", name="导出").click()
    sheet = page.get_by_role("dialog")
    expect(sheet.locator(".choices button").first).to_be_visible()
    page.keyboard.press("3")
    expect(sheet.locator("[aria-pressed=true]")).to_contain_text("事件处理")
