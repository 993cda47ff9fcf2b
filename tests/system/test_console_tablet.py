"""Every page on a tablet held upright: nothing is cut off, nothing to press is too small."""

import pytest
from playwright.sync_api import Browser, Page, expect

from gate.i18n.texts import Language
from tests.gate.console.browsing import log_in, open_context, settle
from tests.gate.console.every_page import every_page
from tests.gate.console.serving import Served, ask_again

pytestmark = [pytest.mark.system, pytest.mark.timeout(900)]
UPRIGHT = (768, 1024)
# As high as gate/console/static/theme.css says for a finger; half a pixel is rounding.
TOO_SMALL = """() => {
    const targets = "button, a[href], input, select, textarea, [role=button], [role=checkbox]";
    const drawn = (one) => one.getClientRects().length && getComputedStyle(one).opacity !== "0";
    const around = (one) => one.closest(".q-field__control") || one.closest(".q-checkbox") || one;
    return [...document.querySelectorAll(targets)]
        .filter((one) => drawn(one) && !one.matches(".skip"))
        .filter((one) => around(one).getBoundingClientRect().height < 43.5)
        .map((one) => one.outerHTML.slice(0, 160));
}"""
BESIDE = """() => {
    const main = document.querySelector("main#main");
    const wide = [...document.querySelectorAll(".table-wrap")]
        .filter((one) => one.scrollWidth > one.clientWidth + 1);
    const over = Math.max(
        document.documentElement.scrollWidth - innerWidth, main.scrollWidth - main.clientWidth);
    return [...wide.map((one) => one.innerText.slice(0, 60)), ...(over > 1 ? [over] : [])];
}"""


def on_tablet(browser: Browser, pages: Served, language: Language) -> Page:
    context = open_context(
        browser, pages.url, language=language, theme="light", size=UPRIGHT, touch=True
    )
    page = context.new_page()
    log_in(page, pages.url, "admin")
    assert page.evaluate("matchMedia('(pointer: coarse)').matches")
    return page


@pytest.mark.parametrize("language", Language)
def test_every_page_fits_an_upright_tablet_and_a_finger(browser, pages, language):
    ask_again(pages)
    page = on_tablet(browser, pages, language)
    cut, small = {}, {}
    for name, path in every_page(pages).items():
        page.goto(f"{pages.url}{path}")
        settle(page)
        expect(page.locator("main#main")).not_to_be_empty()
        if found := page.evaluate(BESIDE):
            cut[name] = found
        if found := page.evaluate(TOO_SMALL):
            small[name] = found
    page.context.close()
    assert (cut, small) == ({}, {})


def test_a_finger_does_what_a_key_does(browser, pages):
    ask_again(pages)
    page = on_tablet(browser, pages, Language.CHINESE)
    pages.site.lanes.asked.clear()
    page.goto(f"{pages.url}/live")
    settle(page)
    page.locator(".lane").first.get_by_role("button", name="抬杆").tap()
    sheet = page.get_by_role("dialog")
    expect(sheet.locator(".choices")).to_be_visible()
    page.touchscreen.tap(10, 900)  # Beside the sheet: a slip closes nothing.
    expect(sheet).to_be_visible()
    sheet.get_by_role("button", name="出租车").tap()
    expect(page.locator("[role=dialog]")).to_have_count(0)
    assert [one[:2] for one in pages.site.lanes.asked] == [("raise_by_hand", "south")]
    page.context.close()
