"""What is said in passing, in a real Chromium: legible, in our own colours, over no clock."""

import pytest
from playwright.sync_api import Page, expect

from gate.i18n.texts import Language
from tests.gate.console.browsing import rest, settle
from tests.gate.console.serving import Served

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]
LEAST = 4.5
KINDS = ("positive", "negative", "ongoing")
QUASARS_OWN = {"rgb(193, 0, 21)", "rgb(33, 186, 69)", "rgb(97, 97, 97)"}
CONTRAST = """() => {
    const parts = (text) => text.match(/[\\d.]+/g).slice(0, 3).map(Number);
    const light = (text) => parts(text).map((one) => one / 255)
        .map((one) => one <= 0.03928 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
        .reduce((sum, one, n) => sum + one * [0.2126, 0.7152, 0.0722][n], 0);
    const toast = document.querySelector(".q-notification");
    const ground = getComputedStyle(toast).backgroundColor;
    const said = [toast, ...toast.querySelectorAll(".q-notification__message, .q-btn")];
    const ratios = said.map((one) => {
        const [a, b] = [light(getComputedStyle(one).color), light(ground)].sort((x, y) => y - x);
        return (a + 0.05) / (b + 0.05);
    });
    return { ground, least: Math.min(...ratios), top: toast.getBoundingClientRect().top };
}"""


def show(page: Page, kind: str) -> None:
    page.evaluate(
        """kind => Quasar.Notify.create({ message: "x", type: kind, position: "top", timeout: 0,
            actions: [{ label: "y" }] })""",
        kind,
    )
    expect(page.locator(".q-notification").first).to_be_visible()
    rest(page)


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_toast_is_legible_ours_and_below_the_top_bar(enter, pages: Served, theme, kind):
    page = enter("guard", theme=theme)
    page.goto(f"{pages.url}/log")
    settle(page)
    show(page, kind)
    seen = page.evaluate(CONTRAST)
    assert seen["least"] >= LEAST, seen
    assert seen["ground"] not in QUASARS_OWN
    assert seen["top"] >= page.locator(".topbar").bounding_box()["height"]


def test_a_visitor_that_was_registered_is_said_and_marked_on_the_next_page(enter, pages):
    from tests.gate.console.sample_papers import settle_owner
    from tests.gate.console.typist import Typist, register_visitor

    settle_owner(pages.site.services, "78-1-101", "欧阳建国")
    page = enter("guard", language=Language.CHINESE)
    register_visitor(Typist(page), page, "粤B1357K", "78-1-101", "欧阳建国")
    settle(page)
    expect(page.locator(".q-notification", has_text="已登记")).to_be_visible()
    first = page.locator(".card.candidate").first
    expect(first).to_contain_text("刚刚登记")
    expect(first.get_by_label("粤 B 1 3 5 7 K")).to_be_visible()
