"""Who is inside, looked at and corrected in a real Chromium: once, for a reason, taken back."""

import csv
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page, expect
from sqlmodel import col, select

from gate.auth.permissions import Role
from gate.auth.users import User
from gate.i18n.texts import Language
from gate.reports.model import AuditFilter
from gate.services import inside
from registry.rules.corrections import PutInside
from registry.rules.kinds import Occupant
from registry.tables.records import OccupancyCount, Presence
from tests.gate.console.accessibility import CONTRAST, serious
from tests.gate.console.browsing import rest, settle
from tests.gate.console.serving import Served
from tests.gate.console.taken_space import space_taken

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]


def open_page(page: Page, pages: Served) -> None:
    page.goto(f"{pages.url}/inside")
    settle(page)


def somebody_inside(pages: Served) -> Presence:
    with pages.site.journal.reading() as session:
        return session.exec(select(Presence).order_by(col(Presence.since))).all()[0]


def only_those_with(page: Page, pages: Served, part: str) -> None:
    """Filter, and wait until the list is drawn anew: a press on a line of the old one is lost."""
    with pages.site.journal.reading() as session:
        everybody = session.exec(select(Presence).order_by(col(Presence.since))).all()
    other = next(one.plate for one in everybody if part not in one.plate)
    expect(line_of(page, other)).to_be_visible()
    page.get_by_label("车牌", exact=True).fill(part)
    expect(line_of(page, other)).to_have_count(0)


def still_inside(pages: Served, plate: str) -> bool:
    with pages.site.journal.reading() as session:
        return session.get(Presence, plate) is not None


def lines(pages: Served, action: str) -> int:
    return len(pages.site.services.reports.audit(AuditFilter(action=action)).rows)


def counted(pages: Served, occupant: Occupant) -> int:
    with pages.site.journal.reading() as session:
        row = session.get(OccupancyCount, occupant)
        return row.count if row else 0


def line_of(page: Page, plate: str):
    return page.locator(".candidate", has=page.get_by_label(" ".join(plate), exact=True))


def test_a_guard_finds_a_vehicle_by_a_part_and_ends_its_stay_with_one_press(enter, pages):
    there = somebody_inside(pages)
    page, other = enter("guard"), enter("manager")
    open_page(page, pages)
    open_page(other, pages)
    only_those_with(page, pages, there.plate[-4:])
    expect(line_of(page, there.plate)).to_be_visible()
    before = lines(pages, "presence_removed")
    line_of(page, there.plate).get_by_role("button", name="补录离场").click()
    page.get_by_role("dialog").get_by_role("button", name="巡查核实").dblclick()
    expect(page.locator(".q-notification", has_text="已更正 1 项")).to_be_visible()
    expect(line_of(page, there.plate)).to_have_count(0)
    assert not still_inside(pages, there.plate)
    assert there.plate not in pages.site.services.registry.snapshot.inside
    # Somebody else still has the old list before him: the second is told.
    line_of(other, there.plate).get_by_role("button", name="补录离场").click()
    other.get_by_role("dialog").get_by_role("button", name="巡查核实").click()
    expect(other.locator(".q-notification", has_text="已经不在场内")).to_be_visible()
    assert lines(pages, "presence_removed") == before + 1
    # And it was a slip: the stay goes on as it was.
    page.get_by_role("button", name="撤回").first.click()
    page.get_by_role("dialog").get_by_role("button", name="刚才点错了").click()
    expect(line_of(page, there.plate)).to_be_visible()
    assert pages.site.services.registry.snapshot.inside[there.plate].since == there.since


def test_a_vehicle_that_came_in_unseen_is_counted_once_by_a_doubled_click(enter, pages):
    page = enter("guard")
    open_page(page, pages)
    page.get_by_role("button", name="补录进场").click()
    sheet = page.get_by_role("dialog")
    before = counted(pages, Occupant.UNKNOWN)
    sheet.get_by_role("button", name="补录进场").click()
    expect(page.locator(".q-notification", has_text="车牌")).to_be_visible()
    sheet.get_by_label("车牌", exact=True).first.fill("粤B24680")
    expect(sheet).to_contain_text("将计入：未登记")
    sheet.get_by_role("button", name="巡查核实").click()
    sheet.get_by_role("button", name="补录进场").dblclick()
    expect(line_of(page, "粤B24680")).to_be_visible()
    assert counted(pages, Occupant.UNKNOWN) == before + 1
    assert lines(pages, "presence_added") >= 1
    assert still_inside(pages, "粤B24680")


def test_a_count_says_what_it_changes_before_it_is_kept(enter, pages):
    page = enter("guard", language=Language.ENGLISH)
    open_page(page, pages)
    before = counted(pages, Occupant.VISITOR)
    page.get_by_role("button", name="Count: Visitor").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("How many you counted").fill("x")
    sheet.get_by_role("button", name="Save").click()
    expect(page.locator(".q-notification", has_text="0 to 99999")).to_be_visible()
    sheet.get_by_label("How many you counted").fill("0")
    expect(sheet).to_contain_text(f"Difference {-before:+,}")
    sheet.get_by_label("How many you counted").fill("77")
    expect(sheet).to_contain_text(f"Difference {77 - before:+,}")
    sheet.get_by_role("button", name="Save").click()
    expect(page.locator(".q-notification", has_text="Choose a reason")).to_be_visible()
    sheet.locator(".choices button").first.click()
    sheet.get_by_role("button", name="Save").dblclick()
    expect(page.locator(".card", has_text="Visitor").locator(".figure").first).to_have_text("77")
    assert counted(pages, Occupant.VISITOR) == 77
    assert lines(pages, "presence_recounted") == 1
    # A slip: the difference is taken back, and a doubled click takes it back once.
    corrected = page.locator(".row-flex", has_text=f"{before:,} → 77")
    corrected.get_by_role("button", name="Undo").click()
    expect(sheet).to_contain_text(f"({before - 77:+,})")
    sheet.get_by_role("button", name="Pressed by mistake").dblclick()
    expect(page.locator(".card", has_text="Visitor").locator(".figure").first).to_have_text(
        f"{before:,}"
    )
    assert counted(pages, Occupant.VISITOR) == before
    assert lines(pages, "presence_recounted") == 2


def test_who_was_not_seen_for_long_is_ticked_and_ended_together(enter, pages):
    services = pages.site.services
    came = services.clock.now().utc - timedelta(days=9)
    forgotten = [PutInside(f"粤B1000{n}", came, Occupant.VISITOR) for n in range(3)]
    inside.correct(services, User("tests", Role.ADMIN), forgotten, "tests")
    page = enter("manager")
    open_page(page, pages)
    page.get_by_role("button", name="长期未出场").click()
    sheet = page.get_by_role("dialog")
    boxes = sheet.get_by_role("checkbox")
    expect(boxes.first).to_be_visible()
    assert not any(box.is_checked() for box in boxes.all())
    sheet.get_by_role("button", name="打勾的补录离场").click()
    expect(page.locator(".q-notification", has_text="请先打勾")).to_be_visible()
    sheet.get_by_role("button", name="全部打勾").click()
    expect(boxes.first).to_be_checked()
    sheet.get_by_role("checkbox", name="粤B10002").click()
    sheet.get_by_role("button", name="巡查核实").click()
    sheet.get_by_role("button", name="打勾的补录离场").dblclick()
    expect(page.locator(".q-notification", has_text="已更正")).to_be_visible()
    assert [still_inside(pages, f"粤B1000{n}") for n in range(3)] == [False, False, True]


def test_an_auditor_looks_and_corrects_nothing(enter, pages):
    page = enter(Role.AUDITOR.value)
    open_page(page, pages)
    expect(page.locator(".figure").first).to_be_visible()
    for name in ("补录离场", "补录进场", "清点", "长期未出场", "撤回"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_who_may_export_takes_the_list_with_a_reason_and_a_watermark(enter, pages, form, tmp_path):
    there = somebody_inside(pages)
    guard = enter("guard")
    open_page(guard, pages)
    expect(guard.get_by_role("button", name="导出")).to_have_count(0)
    page = enter("manager")
    open_page(page, pages)
    only_those_with(page, pages, there.plate[-4:])
    expect(line_of(page, there.plate)).to_be_visible()
    before = lines(pages, "exported")
    page.get_by_role("button", name="导出").click()
    sheet = page.get_by_role("dialog")
    if form == "csv":
        sheet.get_by_label("文件类型").click()
        page.get_by_role("option", name="CSV").click()
    sheet.get_by_role("button", name="内部检查").click()
    with page.expect_download() as download:
        sheet.get_by_role("button", name="开始导出").dblclick()
    target = tmp_path / f"inside.{form}"
    download.value.save_as(target)
    rows = sheet_rows(target)
    assert rows[0][0].startswith("荷兰小镇 · manager 于 ")
    assert rows[1][:2] == ["车牌", "类别"]
    assert [row[0] for row in rows[2:]] == [there.plate]
    assert lines(pages, "exported") == before + 1


def sheet_rows(file: Path) -> list[list[str]]:
    if file.suffix == ".csv":
        return list(csv.reader(file.read_text("utf-8-sig").splitlines()))
    with closing(openpyxl.load_workbook(file)) as book:
        return [[str(one) for one in row] for row in book.worksheets[0].values]


def test_a_guard_sees_which_vehicle_is_in_the_space_and_corrects_a_missed_exit(enter, pages):
    with space_taken(pages) as there:
        page = enter("guard")
        page.goto(f"{pages.url}/ask")
        settle(page)
        expect(page.get_by_role("link", name="看场内车辆")).to_be_visible()
        assert faults_in_both_themes(page) == []
        page.keyboard.press("s")
        page.wait_for_url("**/inside?plate=*")
        settle(page)
        expect(page.locator(".candidate")).to_have_count(1)
        line_of(page, there).get_by_role("button", name="补录离场").click()
        reason = page.get_by_role("dialog").get_by_role("button", name="巡查核实")
        expect(reason).to_be_visible()
        assert faults_in_both_themes(page) == []
        reason.click()
        expect(line_of(page, there)).to_have_count(0)
        page.goto(f"{pages.url}/ask")
        settle(page)
        expect(page.locator(".ask")).to_contain_text("车位现在空着")
        assert faults_in_both_themes(page) == []


def faults_in_both_themes(page: Page) -> list[tuple[str, list[str]]]:
    rest(page)
    found = serious(page)
    page.evaluate("Quasar.Dark.set(false)")
    rest(page)
    found += serious(page, CONTRAST)
    page.evaluate("Quasar.Dark.set(true)")
    return found
