"""Registry, visitors and lists in a real Chromium: by keyboard, with evidence, names unseen."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlmodel import select

from gate.auth.permissions import Role
from registry.rules.kinds import PassKind
from registry.rules.plates import parse
from registry.rules.standing import Emergency, Registered
from registry.spreadsheets.columns import HEADINGS
from registry.spreadsheets.sheets import write_xlsx
from registry.store.store import label_of
from registry.tables.records import Household, Person, VisitorPass
from tests.gate.console.browsing import settle
from tests.gate.console.serving import Served
from tests.registry.spreadsheets.reading.packages import line, xlsx

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]


def open_page(page: Page, pages: Served, path: str) -> None:
    page.goto(f"{pages.url}{path}")
    settle(page)


def somebody(pages: Served) -> tuple[str, str]:
    """A household and the name of somebody in it."""
    with pages.site.journal.reading() as session:
        person = session.exec(select(Person).join(Household)).first()
        assert person is not None
        return label_of(session, person.household_id), person.name


def newest_pass(pages: Served, plate: str) -> VisitorPass | None:
    with pages.site.journal.reading() as session:
        found = select(VisitorPass).where(VisitorPass.plate == plate)
        return session.exec(found.order_by(VisitorPass.id.desc())).first()


def standing(pages: Served, text: str) -> object:
    services = pages.site.services
    return services.registry.standing(parse(text), services.clock.now().utc)


def test_a_visitor_is_registered_by_keyboard_alone_and_the_owners_name_is_not_shown(enter, pages):
    home, name = somebody(pages)
    page = enter("guard")
    open_page(page, pages, "/visitors/new")
    page.get_by_label("车牌").first.focus()
    page.keyboard.type("粤B2468A")
    page.get_by_label("去哪一户").focus()
    page.keyboard.type(home)
    expect(page.locator(".badge-good", has_text="栋")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.type("诸葛孔明")
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_contain_text("姓名不符")
    assert name not in page.content()
    page.get_by_label("访客说的业主姓名").fill("")
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    expect(page.locator(".badge-good", has_text="姓名相符")).to_be_visible()
    page.get_by_role("button", name="登记", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/visitors?new=*")
    made = newest_pass(pages, "粤B2468A")
    assert made is not None
    assert (made.kind, made.name_check_id is not None) == (PassKind.ONCE, True)
    open_page(page, pages, "/visitors/log")
    expect(page.locator("#main")).to_contain_text("姓名不符")
    expect(page.locator("#main")).to_contain_text("guard")
    assert name not in page.content()


def test_a_carer_for_weeks_needs_somebody_of_the_household(enter, pages):
    home, name = somebody(pages)
    page = enter("guard")
    open_page(page, pages, "/visitors/new?plate=粤B2468C")
    page.get_by_label("去哪一户").fill(home)
    expect(page.locator(".badge-good", has_text="栋")).to_be_visible()
    page.get_by_label("访客说的业主姓名").fill(name)
    page.keyboard.press("Enter")
    expect(page.locator(".badge-good", has_text="姓名相符")).to_be_visible()
    page.get_by_label("有效", exact=True).click()
    page.get_by_role("option", name="选日期").click()
    page.get_by_label("到哪天").fill("2099-01-01")
    save = page.get_by_role("button", name="登记", exact=True)
    save.click()
    expect(page.locator(".q-notification", has_text="31 天")).to_be_visible()
    later = pages.site.services.clock.now().utc + timedelta(days=60)
    page.get_by_label("到哪天").fill(later.date().isoformat())
    page.get_by_label("哪位住户同意").click()
    options = page.get_by_role("option")
    assert name not in " ".join(options.all_inner_texts())
    options.last.click()
    page.get_by_label("可进几次").fill("20")
    save.click()
    page.wait_for_url("**/visitors?new=*")
    made = newest_pass(pages, "粤B2468C")
    assert made is not None
    assert (made.kind, made.allowed, made.recurring) == (PassKind.TIMES, 20, True)
    open_page(page, pages, "/visitors")
    expect(page.locator("#main")).to_contain_text("同意：")


def test_an_ambulance_is_listed_and_taken_off(enter, pages):
    page = enter("manager")
    open_page(page, pages, "/special")
    page.get_by_role("button", name="添加车辆").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("车牌").first.fill("粤B120V5")
    add = sheet.get_by_role("button", name="添加车辆")
    add.click()
    expect(page.locator(".q-notification", has_text="请写明单位")).to_be_visible()
    sheet.get_by_label("哪个单位的车").fill("市急救中心")
    add.dblclick()
    expect(page.locator("#main")).to_contain_text("市急救中心")
    assert isinstance(standing(pages, "粤B120V5"), Emergency)
    line = page.locator(".candidate", has_text="市急救中心")
    line.get_by_role("button", name="移出").click()
    page.get_by_role("dialog").get_by_role("button", name="移出").click()
    expect(page.locator(".candidate", has_text="市急救中心")).to_have_count(0)
    assert not isinstance(standing(pages, "粤B120V5"), Emergency)


def test_a_guard_sees_special_vehicles_and_changes_none(enter, pages):
    page = enter("guard")
    open_page(page, pages, "/special")
    expect(page.locator("#main")).to_contain_text("特种车")
    expect(page.get_by_role("button", name="添加车辆")).to_have_count(0)


def test_a_household_gets_people_a_car_and_a_space(enter, pages):
    page = enter("manager")
    open_page(page, pages, "/registry")
    page.get_by_role("button", name="添加住户").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("地址").fill("77栋1单元101")
    sheet.get_by_role("button", name="添加住户").click()
    page.wait_for_url("**/registry/*")
    settle(page)
    page.get_by_role("button", name="添加人员").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("姓名").fill("澹台明月")
    sheet.get_by_label("电话").fill("12")
    keep = sheet.get_by_role("button", name="保存")
    keep.click()
    expect(page.locator(".q-notification", has_text="电话")).to_be_visible()
    sheet.get_by_label("电话").fill("13900007777")
    keep.click()
    expect(page.locator("#main")).to_contain_text("澹***")
    expect(page.locator("[role=dialog]")).to_have_count(0)
    assert "澹台明月" not in page.content()
    page.get_by_role("button", name="登记车辆").first.click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("车牌").first.fill("粤B7777A")
    sheet.get_by_role("button", name="登记车辆").click()
    expect(page.locator(".candidate")).to_have_count(1)
    assert isinstance(standing(pages, "粤B7777A"), Registered)
    open_page(page, pages, "/spaces")
    page.get_by_role("button", name="添加车位").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("车位号").fill("Z-777")
    sheet.get_by_label("属于哪一户").fill("77-1-101")
    sheet.get_by_label("可停的车牌").fill("粤B7777A")
    sheet.get_by_role("button", name="保存").click()
    expect(page.locator(".candidate", has_text="Z-777")).to_be_visible()
    assert standing(pages, "粤B7777A").registration.spaces


def test_a_sheet_is_tried_applied_and_taken_back_on_the_page(enter, pages, tmp_path: Path):
    head = list(HEADINGS.values())[:6]
    rows = [
        ["78", "1", "101", "端木蓉", "13900008881", "粤B8888A、粤B8888C"],
        ["78", "1", "102", "宇文拓", "13900008882", "粤B8888I"],
    ]
    file = tmp_path / "cars.xlsx"
    file.write_bytes(write_xlsx([head, *rows]))
    page = enter("manager")
    open_page(page, pages, "/import")
    page.locator("input[type=file]").set_input_files(file)
    expect(page.locator("#main")).to_contain_text("F3")
    assert not isinstance(standing(pages, "粤B8888A"), Registered)
    page.get_by_role("button", name="导入").last.click()
    page.get_by_role("dialog").get_by_role("button").last.click()
    expect(page.locator(".q-notification").first).to_be_visible()
    assert isinstance(standing(pages, "粤B8888C"), Registered)
    page.get_by_role("button", name="撤销").first.click()
    page.get_by_role("dialog").get_by_role("button", name="撤销").click()
    expect(page.locator(".badge", has_text="已由 manager 撤销")).to_be_visible()
    assert not isinstance(standing(pages, "粤B8888C"), Registered)


def test_every_bad_row_of_a_sheet_is_shown_with_its_cell_and_hinders_no_other(
    enter, pages, tmp_path: Path
):
    head = [*list(HEADINGS.values())[:8]]
    rows = [
        ["78", "2", "101", "端木蓉", "13900008881", "粤B8866A", "", ""],
        ["78", "2", "102", "宇文拓", "12", "粤B8866C", "", ""],
        ["78", "2", "103", "宇文拓", "13900008882", "吉A1234", "", ""],
        ["", "2", "104", "宇文拓", "13900008883", "粤B8866D", "", ""],
        ["78", "2", "105", "宇文拓", "13900008884", "粤B8866E", "", "2026-13-45"],
    ]
    file = tmp_path / "cars.csv"
    file.write_bytes("\n".join(",".join(row) for row in [head, *rows]).encode("gb18030"))
    page = enter("manager")
    open_page(page, pages, "/import")
    page.locator("input[type=file]").set_input_files(file)
    main = page.locator("#main")
    for cell in ("E3", "F4", "A5", "H6"):
        expect(main.locator("td b", has_text=cell)).to_be_visible()
    page.get_by_role("button", name="导入 1 行").click()
    page.get_by_role("dialog").get_by_role("button", name="导入 1 行").click()
    expect(main).to_contain_text("4 行未导入")
    assert isinstance(standing(pages, "粤B8866A"), Registered)
    assert not isinstance(standing(pages, "粤B8866D"), Registered)


def test_no_auditor_opens_the_registry(enter, pages):
    page = enter(Role.AUDITOR.value)
    for path in ("/special", "/visitors/log", "/spaces"):
        page.goto(f"{pages.url}{path}")
        expect(page.locator("#main")).to_contain_text("您的岗位")


HEADS = ["房号", "楼栋", "业主姓名", "车牌号"]


def several_sheets(tmp_path: Path) -> Path:
    file = tmp_path / "buildings.xlsx"
    old = line(1, HEADS) + line(2, ["509", "79", "端木蓉", "粤B7979O"])
    first = line(1, [*HEADS, "品牌"]) + line(2, ["501", "79", "端木蓉", "粤B7979A", "大众"])
    second = line(1, HEADS) + line(2, ["502", "79", "宇文拓", "粤B7979I"])
    notes = line(1, ["请勿修改表头"])
    sheets = {"旧": old, "一期": first, "二期": second, "说明": notes}
    file.write_bytes(xlsx(sheets, states={"旧": "hidden"}))
    return file


def test_a_file_of_several_sheets_is_taken_whole_and_what_is_not_used_is_said(
    enter, pages, tmp_path: Path
):
    page = enter("manager")
    open_page(page, pages, "/import")
    page.locator("input[type=file]").set_input_files(several_sheets(tmp_path))
    main = page.locator("#main")
    expect(main.locator("td b", has_text="二期!D2")).to_be_visible()
    for said in ("工作表「旧」是隐藏的", "「品牌」这一列没有导入", "工作表「说明」没有导入"):
        expect(main.locator("td", has_text=said)).to_be_visible()
    with page.expect_download() as taken:
        page.get_by_role("button", name="下载没导入的").click()
    again = tmp_path / "again.xlsx"
    taken.value.save_as(again)
    page.locator("input[type=file]").set_input_files(again)
    expect(main.locator("td b", has_text="E2")).to_be_visible()
    expect(main.locator("td", has_text="工作表")).to_have_count(0)


def test_the_columns_of_a_sheet_are_said_by_hand(enter, pages, tmp_path: Path):
    page = enter("manager")
    open_page(page, pages, "/import")
    page.locator("input[type=file]").set_input_files(several_sheets(tmp_path))
    main = page.locator("#main")
    expect(main.locator("td", has_text="「品牌」这一列没有导入")).to_be_visible()
    page.get_by_label("品牌").click()
    page.get_by_role("option", name="备注").click()
    page.get_by_role("button", name="预检").click()
    expect(main.locator("td", has_text="「品牌」这一列没有导入")).to_have_count(0)
    expect(main.locator("td", has_text="工作表「说明」没有导入")).to_be_visible()


def test_the_template_is_taken_away_and_is_read(enter, pages, tmp_path: Path):
    page = enter("manager")
    open_page(page, pages, "/import")
    with page.expect_download() as taken:
        page.get_by_role("button", name="下载模板").click()
    file = tmp_path / "template.xlsx"
    taken.value.save_as(file)
    page.locator("input[type=file]").set_input_files(file)
    expect(page.locator("#main")).to_contain_text("没有要改动的内容")


def test_a_web_page_with_the_name_of_a_spreadsheet_is_called_one(enter, pages, tmp_path: Path):
    file = tmp_path / "cars.xls"
    file.write_bytes(b"<html><table><tr><td>1</td></tr></table></html>")
    page = enter("manager")
    open_page(page, pages, "/import")
    page.locator("input[type=file]").set_input_files(file)
    expect(page.locator(".q-notification", has_text="其实是网页")).to_be_visible()
    expect(page.get_by_role("status")).to_have_count(0)


def test_a_plate_of_an_unusual_form_is_to_be_checked_and_is_registered(enter, pages):
    page = enter("manager")
    open_page(page, pages, "/special")
    page.get_by_role("button", name="添加车辆").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("车牌").first.fill("吉AKQJ12")
    expect(sheet.locator(".badge", has_text="少见的格式")).to_be_visible()
    sheet.get_by_label("哪个单位的车").fill("市急救中心二分站")
    sheet.get_by_role("button", name="添加车辆").click()
    expect(page.locator("#main")).to_contain_text("市急救中心二分站")
    assert isinstance(standing(pages, "吉AKQJ12"), Emergency)
    open_page(page, pages, "/special")
    page.get_by_role("button", name="添加车辆").click()
    sheet.get_by_label("车牌").first.fill("吉AI2345")
    expect(sheet.locator(".badge", has_text="字母 I")).to_be_visible()
