"""Visitors in a real Chromium: the name as it is said, the keyboard alone, the plate's colour."""

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from registry.rules.plates import PlateColour
from registry.tables.records import Block, VisitorPass
from tests.gate.console.browsing import settle
from tests.gate.console.sample_papers import settle_owner
from tests.gate.console.serving import Served
from tests.gate.console.typist import Typist, register_visitor

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]
HOME, OWNER = "79-1-101", "欧阳建国"
MAX_PRESSES = 60


@pytest.fixture
def home(pages: Served) -> str:
    """A household with one owner, whose name nobody but the register knows."""
    settle_owner(pages.site.services, HOME, OWNER)
    return HOME


def open_page(page: Page, pages: Served, path: str) -> None:
    page.goto(f"{pages.url}{path}")
    settle(page)


def choose(page: Page, label: str, option: str) -> None:
    page.get_by_label(label).last.click()
    page.get_by_role("option", name=option, exact=True).click()


def test_the_answer_to_a_name_tells_how_it_fits_and_never_the_name(enter, pages, home):
    page = enter("guard")
    open_page(page, pages, "/visitors/new?plate=粤B1357A")
    page.get_by_label("去哪一户").fill(home)
    expect(page.locator(".badge-good", has_text="79栋")).to_be_visible()
    said = page.get_by_label("访客说的业主姓名")
    answers = {
        "欧阳健国": "相近",  # sounds the same
        "歐陽建國": "相近",  # traditional characters
        "建国": "相近",  # without the surname
        "司马建国": "姓名不符",
        "欧阳先生": "姓名不符",  # a surname alone
    }
    for name, answer in answers.items():
        said.fill(name)
        page.keyboard.press("Enter")
        page.wait_for_function(
            "([name, answer]) => document.querySelector('#main').innerText.includes(answer)"
            " && [...document.querySelectorAll('input')].some(one => one.value === name)",
            arg=[name, answer],
        )
        expect(page.get_by_label("住户如何确认")).to_be_visible()
        assert OWNER not in page.content(), name
        assert "13900009999" not in page.content()
    said.fill("欧阳 建国 先生")
    page.keyboard.press("Enter")
    expect(page.locator(".badge-good", has_text="姓名相符")).to_be_visible()
    expect(page.get_by_label("住户如何确认")).to_be_hidden()


def test_a_visitor_is_registered_with_few_keys_and_no_mouse(enter, pages, home):
    page = enter("guard")
    typist = Typist(page)
    register_visitor(typist, page, "粤B1357C", home, OWNER)
    assert typist.presses <= MAX_PRESSES
    with pages.site.journal.reading() as session:
        made = session.exec(select(VisitorPass).where(VisitorPass.plate == "粤B1357C")).one()
        assert made.visitor_phone == "13900001234"
        assert made.name_check_id is not None


def test_without_a_match_enter_leads_to_how_the_household_confirmed(enter, pages, home):
    page = enter("guard")
    open_page(page, pages, "/visitors/new?plate=粤B1357D")
    page.get_by_label("去哪一户").fill(home)
    expect(page.locator(".badge-good", has_text="79栋")).to_be_visible()
    page.get_by_label("访客说的业主姓名").fill("建国")
    page.keyboard.press("Enter")
    expect(page.get_by_label("访客电话")).to_be_focused()
    confirmed = page.get_by_label("住户如何确认")
    expect(confirmed).to_be_visible()
    page.keyboard.press("Enter")
    expect(confirmed).to_be_focused()
    page.keyboard.type("called")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="登记", exact=True)).to_be_focused()


def test_an_answer_that_comes_late_does_not_take_the_keyboard_away(enter, pages, home):
    """Who types faster than the name is checked is led to a field that the answer then hides."""
    page = enter("guard")
    open_page(page, pages, "/visitors/new?plate=粤B1357E")
    page.get_by_label("去哪一户").fill(home)
    expect(page.locator(".badge-good", has_text="79栋")).to_be_visible()
    page.get_by_label("访客说的业主姓名").fill("建国")
    page.get_by_label("访客电话").fill("13900001234")
    confirmed = page.get_by_label("住户如何确认")
    expect(confirmed).to_be_visible()
    page.keyboard.press("Enter")
    expect(confirmed).to_be_focused()
    confirmed.evaluate("field => { field.closest('.q-field').style.display = 'none'; }")
    expect(confirmed).to_be_hidden()
    expect(page.get_by_role("button", name="登记", exact=True)).to_be_focused()


def test_the_keypad_is_one_stop_of_the_tab_key_and_arrows_move_in_it(enter, pages):
    page = enter("guard")
    open_page(page, pages, "/visitors/new")
    first = page.locator(".keypad button").first
    first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    inside = "document.activeElement.closest('.keypad') !== null"
    assert page.evaluate(inside)
    page.keyboard.press("Enter")
    expect(page.get_by_label("车牌", exact=True)).not_to_have_value("")
    page.locator(".keypad button[tabindex='0']").focus()
    page.keyboard.press("Tab")
    assert not page.evaluate(inside)


def test_a_pass_may_hold_for_one_colour_of_the_number(enter, pages, home):
    page = enter("guard")
    open_page(page, pages, "/visitors/new?plate=粤B1357F")
    page.get_by_label("去哪一户").fill(home)
    expect(page.locator(".badge-good", has_text="79栋")).to_be_visible()
    page.get_by_label("访客说的业主姓名").fill(OWNER)
    page.keyboard.press("Enter")
    expect(page.locator(".badge-good", has_text="姓名相符")).to_be_visible()
    choose(page, "车牌颜色", "黄")
    expect(page.locator(".plate-yellow")).to_be_visible()
    page.get_by_role("button", name="登记", exact=True).click()
    page.wait_for_url("**/visitors?new=*")
    with pages.site.journal.reading() as session:
        made = session.exec(select(VisitorPass).where(VisitorPass.plate == "粤B1357F")).one()
        assert made.colour is PlateColour.YELLOW


def test_the_colour_that_the_camera_saw_and_the_class_allows_is_proposed(enter, pages):
    page = enter("guard")
    lanes = pages.site.lanes
    lanes.change("south", state="asking", arm="closed", colour="yellow", plate="吉AK510E")
    colour = page.get_by_label("车牌颜色").last
    try:
        open_page(page, pages, "/visitors/new?plate=吉AK510E&passage=p-100")
        expect(colour).to_have_value("黄")
        page.get_by_label("车牌", exact=True).fill("吉AD12345")
        expect(colour).to_have_value("绿")
    finally:
        lanes.change("south", colour="blue")


def test_a_block_may_hold_for_one_colour_of_the_number(enter, pages):
    page = enter("manager")
    open_page(page, pages, "/blocks")
    page.get_by_role("button", name="加入黑名单").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("车牌", exact=True).fill("粤B1357G")
    choose(page, "车牌颜色", "黄")
    sheet.get_by_label("依据").fill("协查 7")
    sheet.get_by_role("button", name="加入黑名单").click()
    expect(page.locator(".q-notification", has_text="请选择原因")).to_be_visible()
    sheet.get_by_role("button", name="套牌").click()
    sheet.get_by_role("button", name="加入黑名单").click()
    line = page.locator(".candidate", has_text="协查 7")
    expect(line.locator(".plate-yellow")).to_be_visible()
    expect(line.locator(".badge", has_text="黄")).to_be_visible()
    with pages.site.journal.reading() as session:
        made = session.exec(select(Block).where(Block.plate == "粤B1357G")).one()
        assert made.colour is PlateColour.YELLOW


def test_who_registers_a_visitor_twice_is_asked_and_makes_one_pass(enter, pages, home):
    def register(page: Page) -> None:
        open_page(page, pages, "/visitors/new?plate=粤B1357H")
        page.get_by_label("去哪一户").fill(home)
        expect(page.locator(".badge-good", has_text="79栋")).to_be_visible()
        page.get_by_label("访客说的业主姓名").fill(OWNER)
        page.keyboard.press("Enter")
        expect(page.locator(".badge-good", has_text="姓名相符")).to_be_visible()
        page.get_by_role("button", name="登记", exact=True).click()

    def made() -> int:
        with pages.site.journal.reading() as session:
            wanted = select(VisitorPass).where(VisitorPass.plate == "粤B1357H")
            return len(session.exec(wanted).all())

    page = enter("guard")
    register(page)
    page.wait_for_url("**/visitors?new=*")
    register(page)
    sheet = page.get_by_role("dialog")
    expect(sheet).to_contain_text("已有有效登记")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert made() == 1
    page.get_by_role("button", name="登记", exact=True).click()
    expect(sheet).to_contain_text("已有有效登记")
    page.keyboard.press("1")
    page.wait_for_url("**/visitors?new=*")
    assert made() == 1
    register(page)
    expect(sheet).to_contain_text("已有有效登记")
    page.keyboard.press("2")
    page.wait_for_url("**/visitors?new=*")
    assert made() == 2
