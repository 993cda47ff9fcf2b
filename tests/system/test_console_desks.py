"""Settings, handover, export and a restarted service, in a real Chromium."""

import csv
import io
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import openpyxl
import pyotp
import pytest
from playwright.sync_api import Page, expect

from gate.auth.permissions import Role
from gate.reports.model import AuditFilter
from tests.gate.console.browsing import log_in, open_context, settle
from tests.gate.console.sample_site import PASSWORD, fill
from tests.gate.console.serving import Served
from tests.system.site import free_port, wait_for

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]
SURE = "policy.open_confidence"


def open_page(page: Page, pages: Served, path: str) -> None:
    page.goto(f"{pages.url}{path}")
    settle(page)


def audits(pages: Served, action: str, after: int = 0) -> list[tuple[str, str, str]]:
    """The newest lines of that action, newest first. after: only those with a higher number."""
    rows = pages.site.services.reports.audit(AuditFilter(action=action)).rows
    return [(row.actor, row.target, row.why) for row in rows if row.seq > after]


def newest(pages: Served) -> int:
    """The number of the newest line of the audit."""
    return pages.site.services.reports.audit(AuditFilter()).rows[0].seq


def change(page: Page, value: str, why: str) -> None:
    page.locator(".setting button").first.click()
    sheet = page.get_by_role("dialog")
    sheet.locator("input").first.fill(value)
    sheet.locator("input").nth(1).fill(why)
    sheet.get_by_role("button", name="保存").dblclick()


def test_a_threshold_is_changed_with_a_reason_and_taken_back(enter, pages):
    page = enter("manager")
    open_page(page, pages, "/settings")
    settings = pages.site.services.settings
    known = newest(pages)
    change(page, "0.5", "too slow")
    expect(page.get_by_role("alert").filter(has_text="配置文件")).to_be_visible()
    assert settings.value(SURE) == 0.99
    page.keyboard.press("Escape")
    expect(page.locator("[role=dialog]")).to_have_count(0)

    change(page, "0.985", "上周误读两次")
    expect(page.locator(".setting").first).to_contain_text("0.985")
    assert settings.value(SURE) == 0.985
    assert audits(pages, "setting_changed", known) == [("manager", SURE, "上周误读两次")]

    page.get_by_role("button", name="修改记录").click()
    expect(page.locator(".setting").first).to_contain_text("上周误读两次")
    page.get_by_role("button", name="撤销").first.click()
    expect(page.locator(".setting").first).not_to_contain_text("上周误读两次")
    assert SURE not in settings.given


def test_a_text_of_the_sign_is_changed_on_the_page(enter, pages):
    page = enter("manager")
    open_page(page, pages, "/settings")
    page.get_by_role("button", name="用语").click()
    expect(page.locator(".setting").first).to_contain_text("显示屏")
    page.locator(".setting button").first.click()
    sheet = page.get_by_role("dialog")
    sheet.locator("textarea").fill("您好 {plate}")
    sheet.locator("input").last.fill("更亲切")
    sheet.get_by_role("button", name="保存").click()
    expect(page.locator(".setting").first).to_contain_text("您好 {plate}")
    settings = pages.site.services.settings
    assert len(settings.given) == 1


def test_what_only_the_file_changes_is_shown_with_key_and_file(enter, pages):
    page = enter("manager")
    open_page(page, pages, "/settings")
    page.get_by_role("button", name="配置文件").click()
    expect(page.locator("#main")).to_contain_text("config.yaml")
    expect(page.locator("code", has_text="web.port")).to_be_visible()
    expect(page.locator("code", has_text=SURE)).to_have_count(0)


def test_a_manager_who_is_no_longer_one_changes_nothing_on_an_open_page(enter, pages):
    page = enter("manager")
    open_page(page, pages, "/settings")
    people = pages.site.services.people
    people.set_role("manager", Role.GUARD, "tests")
    pages.authentication.forget()
    try:
        # The page may have noticed by itself already.
        page.locator(".setting button").evaluate_all("all => all.length && all[0].click()")
        expect(page.locator("main#main")).to_contain_text("您的岗位不能做这件事")
        expect(page.locator("[role=dialog]")).to_have_count(0)
    finally:
        people.set_role("manager", Role.MANAGER, "tests")
        pages.authentication.forget()


def test_both_guards_sign_once_and_the_sheet_is_kept(enter, pages):
    page = enter("guard")
    open_page(page, pages, "/handover")
    before = newest(pages)
    keep = page.get_by_role("button", name="双方确认并保存")

    page.get_by_label("接班人用户名").fill("guard")
    page.get_by_label("密码").fill(PASSWORD)
    keep.click()
    expect(page.locator(".q-notification").first).to_contain_text("自己的用户名")
    page.get_by_label("接班人用户名").fill("manager")
    page.get_by_label("密码").fill("wrong password")
    keep.click()
    expect(page.locator(".q-notification", has_text="密码不对")).to_be_visible()
    assert audits(pages, "handover", before) == []

    page.get_by_label("交代事项").fill("钥匙两把")
    page.get_by_label("密码").fill(PASSWORD)
    keep.dblclick()
    expect(page.locator("#main")).to_contain_text("guard → manager")
    assert audits(pages, "handover", before) == [("guard", "manager", "钥匙两把")]


def sign(page: Page, name: str, code: str = "") -> None:
    page.get_by_label("接班人用户名").fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    if code:
        page.get_by_label("六位验证码").fill(code)
    page.get_by_role("button", name="双方确认并保存").click()


def test_after_the_handover_the_console_acts_in_the_name_of_who_took_over(enter, pages):
    page = enter("guard")
    open_page(page, pages, "/handover")
    other = page.context.new_page()
    open_page(other, pages, "/live")
    before = page.context.cookies()
    sign(page, "manager")
    expect(page.locator(".topbar .who")).to_contain_text("manager")
    expect(page.locator(".q-notification").first).to_contain_text("现在由 manager 登录")
    expect(page.locator(".rail a[href='/settings']")).to_be_visible()

    token = {one["name"]: one["value"] for one in before}["gate_session"]
    assert pages.authentication.who(token) is None  # whoever copied it acts in nobody's name
    other.reload()
    settle(other)
    expect(other.locator(".topbar .who")).to_contain_text("manager")

    open_page(page, pages, "/settings")
    change(page, "0.981", "接班后改")
    expect(page.locator(".setting").first).to_contain_text("0.981")
    assert audits(pages, "setting_changed")[0] == ("manager", SURE, "接班后改")


def test_who_takes_over_shows_the_second_factor_as_at_the_log_in(enter, pages):
    people, clock = pages.site.services.people, pages.site.clock
    secret = pyotp.random_base32()
    now = clock.now().utc
    people.turn_on_second_factor("manager", secret, pyotp.TOTP(secret).at(now), now, "tests")
    try:
        page = enter("guard")
        open_page(page, pages, "/handover")
        kept = newest(pages)
        sign(page, "manager")
        expect(page.locator(".q-notification").first).to_contain_text("六位验证码")
        sign(page, "manager", "000000")
        expect(page.locator(".q-notification", has_text="验证码不对")).to_be_visible()
        assert audits(pages, "handover", kept) == []
        expect(page.locator(".topbar .who")).to_contain_text("guard")
        later = now + timedelta(seconds=30)
        sign(page, "manager", pyotp.TOTP(secret).at(later))
        expect(page.locator(".topbar .who")).to_contain_text("manager")
        assert len(audits(pages, "handover", kept)) == 1
    finally:
        people.stop_second_factor("manager", "tests", now)
        pages.authentication.forget()


def test_a_shift_begins_where_the_last_sheet_ends(enter, pages):
    page = enter("guard")
    open_page(page, pages, "/handover")
    sign(page, "manager")
    expect(page.locator(".topbar .who")).to_contain_text("manager")
    rows = pages.site.services.reports.audit(AuditFilter(action="handover")).rows
    sign(page, "guard")
    expect(page.locator(".topbar .who")).to_contain_text("guard")
    newest, *older = pages.site.services.reports.audit(AuditFilter(action="handover")).rows
    assert [row.seq for row in older] == [row.seq for row in rows]
    assert newest.detail["since"] == rows[0].detail["until"]
    assert (newest.detail["came_in"], newest.detail["went_out"]) == (0, 0)


@pytest.mark.parametrize("form", ["xlsx", "csv"])
def test_an_export_asks_why_and_carries_who_took_it(enter, pages, form):
    page = enter("manager")
    open_page(page, pages, "/log")
    # Soon after midnight today's log is empty.
    page.get_by_label("时间", exact=True).click()
    page.get_by_role("option", name="最近 7 天").click()
    page.get_by_role("button", name="查找").click()
    expect(page.locator("#main table tbody tr").nth(2)).to_be_visible()
    page.get_by_role("button", name="导出").click()
    sheet = page.get_by_role("dialog")
    if form == "csv":
        sheet.get_by_label("文件类型").click()
        page.get_by_role("option", name="CSV").click()
    sheet.get_by_label("补充说明").fill("业委会月报")
    sheet.get_by_role("button", name="内部检查").click()
    with page.expect_download() as download:
        sheet.get_by_role("button", name="开始导出").dblclick()
    body = Path(download.value.path()).read_bytes()
    if form == "csv":
        rows = list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))
    else:
        book = openpyxl.load_workbook(io.BytesIO(body))
        rows = [[str(cell.value or "") for cell in row] for row in book.worksheets[0].rows]
    assert "manager" in rows[0][0]
    assert "业委会月报" in rows[0][0]
    assert len(rows) > 2
    taken = [why for _, _, why in audits(pages, "export*") if "业委会月报" in why]
    assert taken


def test_a_socket_that_is_lost_is_said_in_our_words_and_comes_back(enter, pages):
    page = enter("guard")
    popup = page.locator("#popup")
    page.evaluate("window.socket.disconnect()")
    expect(popup).to_have_attribute("aria-hidden", "false")
    expect(popup).to_contain_text("遥控器")
    page.evaluate("window.socket.connect()")
    expect(popup).to_have_attribute("aria-hidden", "true")


def test_a_page_does_not_leave_while_the_machine_is_off(enter, pages):
    page = enter("guard")
    page.route("**/healthz", lambda route: route.abort())
    page.evaluate("window.stayed = true")
    timeout = "window.socket.listeners('connect_error').forEach(f => f(new Error('timeout')))"
    for _ in range(3):
        page.evaluate(timeout)
    expect(page.locator("#popup")).to_have_attribute("aria-hidden", "false")
    assert page.evaluate("window.stayed === true")


@contextmanager
def line_down(page: Page) -> Iterator[None]:
    """The network between page and service is gone for a while; then the page is back by itself."""
    popup = page.locator("#popup")
    page.context.set_offline(True)
    page.evaluate("window.socket.io.engine.close()")
    expect(popup).to_have_attribute("aria-hidden", "false")
    yield
    page.context.set_offline(False)
    expect(popup).to_have_attribute("aria-hidden", "true")


def test_a_press_while_the_service_was_away_is_not_done_afterwards(enter, pages):
    page = enter("guard")
    pages.site.lanes.asked.clear()
    page.wait_for_function("() => window.gateStamped")
    with line_down(page):
        # As if it had been pressed a minute ago.
        page.evaluate("window.now = performance.now.bind(performance)")
        page.evaluate("performance.now = () => window.now() - 60000")
        page.keyboard.press("Shift+Digit1")
        page.evaluate("performance.now = window.now")
    expect(page.locator(".q-notification", has_text="没有执行")).to_be_visible()
    assert pages.site.lanes.asked == []
    page.keyboard.press("Shift+Digit1")
    page.wait_for_selector("[role=dialog] textarea")
    assert [one[:2] for one in pages.site.lanes.asked] == [("raise_by_hand", "south")]


def test_what_is_typed_while_the_service_is_away_arrives_afterwards(enter, pages):
    page = enter("guard")
    open_page(page, pages, "/visitors/new")
    with line_down(page):
        page.get_by_label("车牌", exact=True).fill("粤B24680")
        page.get_by_label("去哪一户").fill("99-9-9999")
    expect(page.locator("#main")).to_contain_text("没有这一户")
    expect(page.get_by_label("车牌", exact=True)).to_have_value("粤B24680")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator(".q-notification", has_text="要去的住户")).to_be_visible()


def test_what_was_typed_is_put_back_where_the_page_has_to_be_loaded_anew(enter, pages):
    page = enter("guard")
    open_page(page, pages, "/visitors/new")
    page.evaluate("window.first = true")
    page.get_by_label("车牌", exact=True).fill("粤B24680")
    with line_down(page):
        pass
    page.evaluate("location.reload()")  # As NiceGUI does where messages of the page are missing.
    page.wait_for_function("() => window.first === undefined")
    expect(page.locator(".draft")).to_contain_text("已放回原处")
    expect(page.get_by_label("车牌", exact=True)).to_have_value("粤B24680")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator(".q-notification", has_text="要去的住户")).to_be_visible()


@contextmanager
def service(folder: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The pages in a process of their own."""
    command = [sys.executable, "-m", "tests.gate.console.standalone", str(folder), str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as child:
        try:
            yield child
        finally:
            child.kill()


def typing(form: Page, remark: Page, url: str) -> None:
    """Half a visitor in one tab, half a remark in another."""
    form.goto(f"{url}/visitors/new")
    settle(form)
    form.get_by_label("车牌", exact=True).fill("粤B2468A")
    form.get_by_label("访客电话").fill("13900001234")
    remark.goto(f"{url}/live")
    settle(remark)
    remark.keyboard.press("1")
    remark.get_by_role("dialog").locator("input").fill("送货车掉头 <b>")


def typed_on(form: Page, remark: Page) -> None:
    """What has a field is in it again, and the service knows it; the rest is shown, and once."""
    expect(form.locator(".draft")).to_contain_text("已放回原处")
    expect(form.get_by_label("车牌", exact=True)).to_have_value("粤B2468A")
    expect(form.get_by_label("访客电话")).to_have_value("13900001234")
    form.get_by_role("button", name="登记", exact=True).click()
    expect(form.locator(".q-notification", has_text="要去的住户")).to_be_visible()
    expect(remark.locator(".draft")).to_contain_text("送货车掉头 <b>")
    remark.locator(".draft button").click()
    remark.reload()
    settle(remark)
    expect(remark.locator(".draft")).to_have_count(0)


def test_a_restarted_service_is_waited_for_and_the_page_comes_back_by_itself(browser):
    folder, port = Path(tempfile.mkdtemp(prefix="gate-pages-")), free_port()
    fill(folder, days=1, per_day=3)
    url = f"http://127.0.0.1:{port}"
    context = open_context(browser, url)
    page = context.new_page()

    def up() -> bool:
        try:
            return context.request.get(f"{url}/healthz", timeout=2000).ok
        except Exception:
            return False

    try:
        with service(folder, port):
            wait_for(up, 120.0, "the pages")
            log_in(page, url, "guard")
            page.evaluate("window.first = true")
            form, remark = context.new_page(), context.new_page()
            typing(form, remark, url)
        expect(page.locator("#popup")).to_have_attribute("aria-hidden", "false")
        expect(page.locator("#popup")).to_contain_text("断了")
        with service(folder, port):
            wait_for(up, 120.0, "the pages, again")
            page.wait_for_function("() => window.first === undefined", timeout=60_000)
            settle(page)
            expect(page.locator(".lane")).to_have_count(2)
            page.keyboard.press("1")
            page.wait_for_selector("[role=dialog] .choices")
            typed_on(form, remark)
    finally:
        context.close()
        shutil.rmtree(folder, ignore_errors=True)
