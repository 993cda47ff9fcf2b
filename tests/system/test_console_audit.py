"""The audit log in a real Chromium: in words, by day, as a file, and leading to what it names."""

import csv
import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from gate.console.records.audit import LENGTH
from gate.domain.entries import (
    Audited,
    GuardActed,
    OpeningOrdered,
    PassageEnded,
    PassageStarted,
    ServiceNoted,
)
from gate.domain.passage import Direction, LaneId, OrderId, PassageEnd, PassageId, Trigger
from gate.i18n.texts import Language
from tests.gate.console.browsing import settle
from tests.gate.console.serving import Served

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]
RAW = re.compile(r"\b[a-z]+_[a-z_]+\b")


def open_audit(enter, pages: Served, **preferences: object) -> Page:
    page = enter("manager", **preferences)
    page.goto(f"{pages.url}/lookups")
    settle(page)
    expect(page.locator("main tbody tr").first).to_be_visible()
    return page


@pytest.fixture
def written(pages) -> None:
    """Lines of every sort."""
    pages.site.publish(
        Audited("", "log_in_refused", why="wrong"),
        GuardActed(LaneId("south"), "guard", "maintenance_on", "broken: 横杆松动"),
        ServiceNoted("spool_drained", {"entries": 3}),
        ServiceNoted("started"),
        Audited("manager", "setting_changed", "policy.open_confidence", "上周误读"),
        Audited("manager", "visitor_registered", "粤B24680"),
    )


@pytest.mark.parametrize("language", Language)
def test_no_line_shows_a_word_of_the_machine(enter, pages, written, language):
    page = open_audit(enter, pages, language=language)
    # Not the object's: a file may be called as it likes.
    cells = page.locator("tbody td:nth-child(2), tbody td:nth-child(3), tbody td:nth-child(5)")
    assert [cell for cell in cells.all_inner_texts() if RAW.search(cell)] == []
    if language is Language.CHINESE:
        table = page.locator("main tbody")
        for words in ("用户名或密码不对", "（未填用户名）", "系统", "补录暂存记录", "南门入口"):
            expect(table).to_contain_text(words)
        expect(page.locator("nav a[aria-current=page]")).to_contain_text("审计日志")


def test_a_raise_leads_to_its_passage_and_a_setting_to_the_settings(enter, pages, written):
    passage, lane = PassageId("sample-raised"), LaneId("south")
    pages.site.publish(
        PassageStarted(passage, lane, Direction.IN, Trigger.GUARD),
        OpeningOrdered(
            OrderId("raised"), passage, lane, Direction.IN, "guard", "by_hand", "", remark="moving"
        ),
        PassageEnded(passage, lane, PassageEnd.BACKED_OUT),
    )
    page = open_audit(enter, pages)
    expect(page.locator("main tbody a[href='/settings']").first).to_be_visible()
    raised = page.locator("main tbody tr", has_text="人工抬杆").first
    raised.locator("a").first.click()
    page.wait_for_url("**/passages/sample-raised")


def test_the_days_bound_the_lines(enter, pages, written):
    page = open_audit(enter, pages)
    zone = pages.site.services.zone
    today = pages.site.clock.now().utc.astimezone(zone).date()
    tomorrow = today + timedelta(days=1)
    page.get_by_label("从", exact=True).fill(tomorrow.isoformat())
    page.get_by_role("button", name="查找").click()
    expect(page.locator("main#main")).to_contain_text("没有符合条件的记录")
    page.get_by_label("从", exact=True).fill(today.isoformat())
    page.get_by_label("到", exact=True).fill(today.isoformat())
    page.get_by_role("button", name="查找").click()
    expect(page.locator("main tbody tr").first).to_be_visible()


def test_older_lines_come_page_by_page_and_the_newest_again(enter, pages):
    marks = [f"mark-{number:03}" for number in range(2 * LENGTH)]
    pages.site.publish(
        *(Audited("manager", "setting_changed", "policy.open_confidence", mark) for mark in marks)
    )
    page = open_audit(enter, pages)
    table, lines = page.locator("main tbody"), page.locator("main tbody tr")
    expect(lines).to_have_count(LENGTH)
    expect(table).to_contain_text(marks[-1])
    expect(page.get_by_role("button", name="回到最新")).to_have_count(0)
    page.get_by_role("button", name="更早的记录").click()
    expect(table).to_contain_text(marks[1])
    expect(table).not_to_contain_text(marks[-1])
    page.get_by_role("button", name="回到最新").click()
    expect(table).to_contain_text(marks[-1])
    expect(table).not_to_contain_text(marks[1])


def test_it_is_taken_as_a_file_with_a_reason(enter, pages, written):
    page = open_audit(enter, pages)
    page.get_by_role("button", name="导出").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("文件类型").click()
    page.get_by_role("option", name="CSV").click()
    sheet.get_by_role("button", name="开始导出").click()
    expect(page.locator(".q-notification", has_text="请选择原因")).to_be_visible()
    sheet.get_by_role("button", name="内部检查").click()
    with page.expect_download() as download:
        sheet.get_by_role("button", name="开始导出").click()
    body = Path(download.value.path()).read_bytes().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(body)))
    assert "内部检查" in rows[0][0]
    assert rows[1] == ["时间", "处理人", "做了什么", "对象", "原因"]
    assert ["（未填用户名）", "登录被拒", "", "用户名或密码不对"] in [row[1:] for row in rows]
