"""The manager's pages without a mouse: Tab reaches all, the focus is seen, Esc closes."""

import pytest
from playwright.sync_api import Page, expect

from gate.console.ui.navigation import MANAGER_PLACES
from tests.gate.console.browsing import rest, settle
from tests.gate.console.every_page import every_page
from tests.gate.console.serving import Served

pytestmark = [pytest.mark.system, pytest.mark.timeout(900)]
MOST = 30  # Stops of one page: a list goes on as it begins.
WITHIN_DATES = 8  # A date has stops of its own: day, month, year, its calendar.
PAGES = (
    *(place.text for place in MANAGER_PLACES),
    *("household", "holds", "disclosures", "person", "sign", "account", "passage"),
)
SHEETS = (
    ("/tokens", "新建令牌"),
    ("/users", "添加用户"),
    ("/privacy/holds", "新建保全"),
    ("/privacy/disclosures", "登记一次提供"),
    ("/settings", "修改 入口自动放行置信度"),
    ("/registry", "添加住户"),
    ("/spaces", "添加车位"),
    ("/blocks", "加入黑名单"),
    ("/special", "添加车辆"),
)
# What a key must get to, in the order in which it stands on the page.
MARK = """most => {
    const stops = "a[href], button, input, select, textarea, [tabindex='0']";
    const all = [...document.querySelector("main#main").querySelectorAll(stops)]
        .filter((one) => one.getClientRects().length && one.tabIndex >= 0 && !one.disabled);
    all.forEach((one, n) => { one.dataset.stop = n; });
    return Math.min(all.length, most);
}"""
HERE = """() => {
    const one = document.activeElement;
    const looks = getComputedStyle(one);
    const framed = one.closest(".q-field--focused, .q-uploader");
    const outlined = looks.outlineStyle !== "none" && parseFloat(looks.outlineWidth) >= 2;
    const ringed = one.matches(".q-btn") && looks.boxShadow !== "none";
    const said = one.outerHTML.slice(0, 120);
    return [Number(one.dataset.stop ?? -1), Boolean(framed || outlined || ringed), said];
}"""


def look_at(page: Page, pages: Served, path: str) -> None:
    page.goto(f"{pages.url}{path}")
    settle(page)
    expect(page.locator("main#main")).not_to_be_empty()
    rest(page)


def test_tab_reaches_every_action_in_order_and_the_focus_is_seen(enter, pages):
    page = enter("admin")
    wrong = {}
    paths = every_page(pages)
    for name in PAGES:
        look_at(page, pages, paths[name])
        count = page.evaluate(MARK, MOST)
        assert count, name
        page.evaluate("document.activeElement.blur(); document.querySelector('main#main').focus()")
        walked = []
        for _ in range(count + WITHIN_DATES):
            page.keyboard.press("Tab")
            walked.append(page.evaluate(HERE))
        missed = sorted(set(range(count)) - {stop for stop, _, _ in walked})
        unseen = [said for stop, seen, said in walked if stop >= 0 and not seen]
        if missed or unseen:
            wrong[name] = (missed, unseen[:3], [said for _, _, said in walked][:3])
    assert wrong == {}


@pytest.mark.parametrize(("path", "opener"), SHEETS)
def test_a_sheet_takes_the_focus_and_escape_gives_it_back(enter, pages, path, opener):
    page = enter("admin")
    look_at(page, pages, path)
    button = page.get_by_role("button", name=opener)
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=dialog]")
    inside = "document.querySelector('.q-dialog').contains(document.activeElement)"
    page.wait_for_function(f"() => {inside}")
    page.keyboard.press("Tab")
    page.wait_for_function(f"() => {inside}")
    page.keyboard.press("Escape")
    expect(page.locator("[role=dialog]")).to_have_count(0)
    expect(button).to_be_focused()
