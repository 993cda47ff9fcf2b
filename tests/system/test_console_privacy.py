"""Data protection in a real Chromium: holds, purges, disclosures, a person's data, the sign."""

import io
import json
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from gate.auth.permissions import Role
from gate.domain.passage import PassageId
from gate.i18n.texts import Language
from gate.privacy import disclosures, holds
from gate.reports.model import AuditFilter
from tests.gate.console.browsing import settle
from tests.gate.console.long_ago import drove_out, purge
from tests.gate.console.serving import Served

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]
PAPERS = ("/privacy/holds", "/privacy/disclosures", "/privacy/disclosures/form", "/privacy/sign")


def open_page(page: Page, pages: Served, path: str) -> None:
    page.goto(f"{pages.url}{path}")
    settle(page)


def plate_of(pages: Served, passage: str) -> str:
    found = pages.site.services.reports.passage(PassageId(passage))
    assert found is not None
    return found.row.plate


def held(pages: Served, plate: str) -> list[holds.Hold]:
    with pages.site.journal.reading() as session:
        every = holds.holds(session.connection(), all_of_them=True)
    return [one for one in every if one.plate == plate]


def disclosed(pages: Served, document: str) -> list[disclosures.Disclosure]:
    with pages.site.journal.reading() as session:
        every = disclosures.disclosures(session.connection())
    return [one for one in every if one.document == document]


def audits(pages: Served, action: str, why: str) -> int:
    rows = pages.site.services.reports.audit(AuditFilter(action=action)).rows
    return sum(row.why == why for row in rows)


def said(page: Page, words: str) -> None:
    """Wait for a message, then send it away: the next one must be a new one."""
    message = page.locator(".q-notification", has_text=words)
    expect(message.first).to_be_visible()
    message.first.get_by_role("button", name="关闭").click()
    expect(message).to_have_count(0)


def test_a_hold_spares_its_passage_from_the_purge_until_it_is_released(enter, pages):
    drove_out(pages, "p-held", "吉A31415", 200)
    drove_out(pages, "p-over", "吉A27182", 200)
    page = enter("manager")
    open_page(page, pages, "/privacy/holds")
    page.get_by_role("button", name="新建保全").click()
    sheet = page.get_by_role("dialog")
    keep = sheet.get_by_role("button", name="保存")
    keep.click()
    said(page, "请填写车牌或通行编号其中一个")
    sheet.get_by_label("车牌").fill("吉A3141")
    sheet.get_by_label("原因").fill("剐蹭纠纷 0415")
    keep.click()
    said(page, "吉A3141 不是车牌号")
    sheet.get_by_label("车牌").fill("吉A31415")
    sheet.get_by_label("从（可空）").fill("2026-03-02")
    sheet.get_by_label("到（可空）").fill("2026-03-01")
    keep.click()
    said(page, "不能早于")
    sheet.get_by_label("从（可空）").fill("")
    sheet.get_by_label("到（可空）").fill("")
    expect(sheet.get_by_label("原因")).to_have_value("剐蹭纠纷 0415")
    keep.dblclick()
    card = page.locator(".card", has_text="剐蹭纠纷 0415")
    expect(card).to_have_count(1)
    expect(card).to_contain_text("保全中")
    assert len(held(pages, "吉A31415")) == 1

    assert purge(pages).passages == 1
    assert (plate_of(pages, "p-held"), plate_of(pages, "p-over")) == ("吉A31415", "")
    open_page(page, pages, "/privacy")
    record = page.locator("table tr", has_text="满 180 天")
    expect(record).to_have_count(1)
    expect(record).to_contain_text("通行记录")

    open_page(page, pages, "/privacy/holds")
    card.get_by_role("button", name="解除").click()
    expect(sheet).to_contain_text("下一个夜里清除")
    release = sheet.get_by_role("button", name="解除")
    release.click()
    said(page, "请说明原因")
    assert held(pages, "吉A31415")[0].released is None
    sheet.get_by_label("原因").fill("已和解 0416")
    release.dblclick()
    expect(card).to_contain_text("manager 于")
    expect(card.get_by_role("button")).to_have_count(0)
    assert audits(pages, "hold_released", "已和解 0416") == 1
    assert purge(pages).passages == 1
    assert plate_of(pages, "p-held") == ""


def test_a_hold_on_a_passage_that_is_not_there_would_keep_nothing(enter, pages):
    page = enter("manager")
    open_page(page, pages, "/privacy/holds")
    page.get_by_role("button", name="新建保全").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("或通行编号").fill("p-nowhere")
    sheet.get_by_label("原因").fill("保险")
    sheet.get_by_role("button", name="保存").click()
    said(page, "没有编号为 p-nowhere 的通行")
    sheet.get_by_label("或通行编号").fill("sample-000003")
    sheet.get_by_role("button", name="保存").click()
    expect(page.locator(".card", has_text="sample-000003")).to_contain_text("保全中")


def test_how_long_data_is_kept_is_shown_with_its_floor_and_where_it_is_changed(enter, pages):
    page = enter("auditor")
    open_page(page, pages, "/privacy")
    row = page.locator("table").first.locator("tr", has_text="操作记录")
    expect(row).to_contain_text("365 天")
    expect(row).to_contain_text("180 天")
    expect(row).to_contain_text("网络安全法第二十一条")
    expect(page.locator("#main")).to_contain_text("config.yaml")
    expect(page.locator("#main input")).to_have_count(0)


def test_a_disclosure_is_registered_once_and_its_form_is_for_paper(enter, pages):
    page = enter("manager")
    open_page(page, pages, "/privacy/disclosures")
    page.get_by_role("button", name="登记一次提供").click()
    sheet = page.get_by_role("dialog")
    expect(sheet).to_contain_text("保存后不能修改")
    sheet.get_by_label("单位").fill("净月分局")
    keep = sheet.get_by_role("button", name="保存")
    keep.click()
    said(page, "前五项都要填写")
    expect(sheet.get_by_label("单位")).to_have_value("净月分局")
    sheet.get_by_label("文件名称和文号").fill("净公调〔2026〕7号")
    sheet.get_by_label("办案人员和证件号").fill("王某 警号 000777")
    sheet.get_by_label("调取范围").fill("吉A31415 三月")
    sheet.get_by_label("法律依据").fill("刑事诉讼法第五十四条")
    keep.dblclick()
    line = page.locator("table tr", has_text="净公调〔2026〕7号")
    expect(line).to_have_count(1)
    (kept,) = disclosed(pages, "净公调〔2026〕7号")
    line.get_by_role("link").click()
    page.wait_for_url(f"**/privacy/disclosures/form/{kept.id}")
    settle(page)
    expect(page.locator("article.paper")).to_contain_text("王某 警号 000777")
    on_paper(page, "article.paper")


def on_paper(page: Page, shown: str) -> None:
    """Only what is for paper is on it."""
    page.emulate_media(media="print")
    expect(page.locator("nav.rail")).to_be_hidden()
    expect(page.locator("header.topbar")).to_be_hidden()
    expect(page.get_by_role("button", name="打印")).to_be_hidden()
    expect(page.locator(shown)).to_be_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_a_form_of_no_line_is_no_empty_form(enter, pages):
    page = enter("manager")
    for number in ("9999", "x"):
        open_page(page, pages, f"/privacy/disclosures/form/{number}")
        expect(page.locator("#main")).to_contain_text("登记里没有这一条")
        expect(page.locator("article.paper")).to_have_count(0)
    open_page(page, pages, "/privacy/disclosures/form")
    expect(page.locator("article.paper td")).to_have_text([""] * 7)


def test_a_person_gets_a_copy_and_is_deleted_after_a_question(enter, pages):
    drove_out(pages, "p-person", "吉A16180", 3)
    page = enter("manager")
    open_page(page, pages, "/privacy/person")
    copy, forget = (page.get_by_role("button", name=name) for name in ("导出副本", "删除"))
    page.get_by_label("车牌").fill("吉A16180")
    copy.click()
    said(page, "请填写原因")
    page.get_by_label("登记的姓名").fill("钱某")
    page.get_by_label("原因").fill("申请 0417")
    forget.click()
    said(page, "以及车牌或姓名和电话")
    page.get_by_label("登记的姓名").fill("")
    with page.expect_download() as download:
        copy.click()
    archive = zipfile.ZipFile(io.BytesIO(Path(download.value.path()).read_bytes()))
    data = json.loads(archive.read("data.json"))
    assert [one["passage"] for one in data["passages"]] == ["p-person"]
    assert audits(pages, "person_exported", "申请 0417") == 1

    forget.click()
    sheet = page.get_by_role("dialog")
    expect(sheet).to_contain_text("不能恢复")
    sheet.get_by_role("button", name="取消").click()
    expect(page.locator("[role=dialog]")).to_have_count(0)
    assert plate_of(pages, "p-person") == "吉A16180"
    forget.click()
    sheet.get_by_role("button", name="删除").dblclick()
    expect(page.locator(".q-notification", has_text="已删除：通行 1 条")).to_be_visible()
    assert plate_of(pages, "p-person") == ""
    assert audits(pages, "person_forgotten", "申请 0417") == 1


def test_the_sign_says_whom_to_ask_in_both_languages_and_goes_to_paper(enter, pages):
    page = enter("manager")
    open_page(page, pages, "/privacy/sign")
    page.get_by_label("联系人和电话").fill("物业 0431-8888 <b>")
    sign = page.locator("article.notice")
    expect(sign.locator("section")).to_have_count(2)
    for section in sign.locator("section").all():
        expect(section).to_contain_text("物业 0431-8888 <b>")
        expect(section).to_contain_text("180")
    on_paper(page, "article.notice")


def test_holds_in_english_by_keyboard_alone(enter, pages):
    page = enter("manager", language=Language.ENGLISH, theme="light")
    open_page(page, pages, "/privacy")
    page.get_by_role("link", name="Holds for disputes").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/privacy/holds")
    settle(page)
    page.get_by_role("button", name="New hold").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Plate", exact=True)).to_be_focused()
    page.keyboard.insert_text("吉A14142")
    page.get_by_label("Reason").focus()
    page.keyboard.type("by keys")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Save")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator(".card", has_text="by keys")).to_contain_text("In force")
    assert len(held(pages, "吉A14142")) == 1


def test_who_only_reads_the_papers_changes_none(enter, pages):
    page = enter("auditor")
    for path in PAPERS:
        open_page(page, pages, path)
        expect(page.locator("#main h1, #main h2, #main .paper").first).to_be_visible()
    for path in ("/privacy/holds", "/privacy/disclosures"):
        open_page(page, pages, path)
        expect(page.locator("#main button")).to_have_count(0)
    assert page.goto(f"{pages.url}/privacy/person").status == 403


def test_a_guard_sees_no_paper(enter, pages):
    page = enter("guard")
    for path in ("/privacy", "/privacy/person", *PAPERS):
        assert page.goto(f"{pages.url}{path}").status == 403
        expect(page.locator("#main")).to_contain_text("您的岗位不能做这件事")


def test_a_manager_who_is_no_longer_one_places_no_hold_from_an_open_sheet(enter, pages):
    page = enter("manager")
    open_page(page, pages, "/privacy/holds")
    page.get_by_role("button", name="新建保全").click()
    sheet = page.get_by_role("dialog")
    sheet.get_by_label("车牌").fill("吉A17320")
    sheet.get_by_label("原因").fill("迟了")
    people = pages.site.services.people
    people.set_role("manager", Role.GUARD, "tests")
    pages.authentication.forget()
    try:
        # The page may have noticed by itself already.
        keep = ".q-dialog .btn-main"
        page.locator(keep).evaluate_all("all => all.length && all[0].click()")
        expect(page.locator("body")).to_contain_text("您的岗位不能做这件事")
        assert held(pages, "吉A17320") == []
    finally:
        people.set_role("manager", Role.MANAGER, "tests")
        pages.authentication.forget()
