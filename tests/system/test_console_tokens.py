"""Tokens and one's own log-in in a real Chromium: made, shown once, ended; never twice."""

import re
from datetime import timedelta

import pyotp
import pytest
from playwright.sync_api import Page, expect

from gate.auth.permissions import Role
from gate.auth.tokens import Scope, Tokens
from gate.i18n.texts import Language
from gate.reports.model import AuditFilter
from tests.gate.console.browsing import settle
from tests.gate.console.sample_site import PASSWORD
from tests.gate.console.serving import Served

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]
SECRET = re.compile(r"gate_[\w-]{40,}")


def open_page(page: Page, pages: Served, path: str) -> None:
    page.goto(f"{pages.url}{path}")
    settle(page)


def named(pages: Served, name: str) -> list[object]:
    return [row for row in Tokens(pages.site.journal).all() if row.name == name]


def audited(pages: Served, action: str, target: str) -> int:
    rows = pages.site.services.reports.audit(AuditFilter(action=action)).rows
    return sum(row.target == target for row in rows)


def test_a_token_is_made_once_shown_once_and_ended_after_a_question(enter, pages):
    page = enter("admin")
    open_page(page, pages, "/tokens")
    page.get_by_role("button", name="新建令牌").click()
    sheet = page.get_by_role("dialog")
    make = sheet.get_by_role("button", name="生成")
    expect(make).to_be_in_viewport()
    make.click()
    expect(page.locator(".q-notification", has_text="请填写名称，并至少选一项权限")).to_be_visible()
    sheet.get_by_label("名称").fill("充电桩系统")
    sheet.get_by_role("checkbox", name="登记访客").click()
    sheet.get_by_role("checkbox", name="查看车道状态").click()
    sheet.get_by_label("只限一户").fill("3-2-501")
    make.click()
    expect(page.locator(".q-notification", has_text="只限一户的令牌")).to_be_visible()
    expect(sheet.get_by_label("名称")).to_have_value("充电桩系统")
    sheet.get_by_label("只限一户").fill("")
    sheet.get_by_label("有效期").click()
    page.get_by_role("option", name="30 天", exact=True).click()
    make.dblclick()

    secret = page.locator(".secret")
    expect(secret).to_have_text(SECRET)
    (row,) = named(pages, "充电桩系统")
    assert row.scopes.split() == [Scope.LANES_READ, Scope.PASSES_WRITE]
    assert row.expires_at - row.made_at == timedelta(days=30)
    said = secret.inner_text()
    holder = Tokens(pages.site.journal).check(said, pages.site.clock.now().utc)
    assert holder is not None
    page.keyboard.press("Escape")
    expect(secret).to_be_visible()
    page.get_by_role("button", name="已经复制").click()
    expect(page.locator("[role=dialog]")).to_have_count(0)
    assert said not in page.content()
    open_page(page, pages, "/tokens")
    assert said not in page.content()

    card = page.locator(".card", has_text="充电桩系统")
    card.get_by_role("button", name="作废").click()
    expect(page.get_by_role("dialog")).to_contain_text("立即无法访问")
    page.get_by_role("button", name="取消").click()
    expect(page.locator("[role=dialog]")).to_have_count(0)
    assert not named(pages, "充电桩系统")[0].revoked
    card.get_by_role("button", name="作废").click()
    page.get_by_role("dialog").get_by_role("button", name="确定").dblclick()
    expect(card).to_contain_text("已作废")
    expect(card.get_by_role("button")).to_have_count(0)
    assert Tokens(pages.site.journal).check(said, pages.site.clock.now().utc) is None
    assert audited(pages, "token_made", "充电桩系统") == 1
    assert audited(pages, "token_revoked", "充电桩系统") == 1


def test_a_token_is_made_by_keyboard_alone_and_in_english(enter, pages):
    page = enter("admin", language=Language.ENGLISH, theme="light")
    open_page(page, pages, "/tokens")
    page.get_by_role("button", name="New token").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Name (which program)")).to_be_focused()
    page.keyboard.type("parking app")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.get_by_role("button", name="Make").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".secret")).to_have_text(SECRET)
    page.get_by_role("button", name="I have copied it").focus()
    page.keyboard.press("Enter")
    expect(page.locator("[role=dialog]")).to_have_count(0)
    expect(page.locator(".card", has_text="parking app")).to_contain_text("until")
    assert len(named(pages, "parking app")) == 1


def test_a_secret_is_copied_by_its_button(enter, pages):
    page = enter("admin")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_page(page, pages, "/tokens")
    page.get_by_role("button", name="新建令牌").click()
    page.get_by_label("名称").fill("复印")
    page.get_by_role("checkbox", name="查看车道状态").click()
    page.get_by_role("button", name="生成").click()
    page.get_by_role("button", name="复制", exact=True).click()
    expect(page.get_by_role("button", name="已复制", exact=True)).to_be_visible()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator(".secret").inner_text()


@pytest.mark.parametrize("role", [Role.GUARD, Role.MANAGER, Role.AUDITOR])
def test_only_an_admin_sees_tokens(enter, pages, role):
    page = enter(role.value)
    assert page.goto(f"{pages.url}/tokens").status == 403
    expect(page.locator("#main")).to_contain_text("您的岗位不能做这件事")
    assert "业主小程序" not in page.content()


def test_a_wrong_old_password_is_said_in_chinese_and_nothing_typed_is_lost(enter, pages):
    page = enter("auditor")
    open_page(page, pages, "/account")
    page.get_by_label("原密码").fill("not the old one")
    page.get_by_label("新密码", exact=True).fill("another long password")
    page.get_by_label("再输一次新密码").fill("another long password")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".q-notification", has_text="原密码不对")).to_be_visible()
    expect(page.get_by_label("再输一次新密码")).to_have_value("another long password")


def test_a_second_factor_begins_with_a_code_and_its_recovery_codes_are_shown_once(enter, pages):
    people = pages.site.services.people
    people.add("factor", Role.GUARD, PASSWORD, "tests")
    page = enter("factor")
    open_page(page, pages, "/account")
    page.get_by_role("button", name="开启两步验证").click()
    sheet = page.get_by_role("dialog")
    expect(sheet.locator(".qr svg")).to_be_visible()
    secret = sheet.locator(".secret").inner_text()
    sheet.get_by_label("六位验证码").fill("000000")
    sheet.get_by_role("button", name="开启两步验证").click()
    expect(page.locator(".q-notification", has_text="验证码不对")).to_be_visible()
    expect(sheet.locator(".secret")).to_have_text(secret)
    code = pyotp.TOTP(secret).at(pages.site.clock.now().utc)
    sheet.get_by_label("六位验证码").fill(code)
    page.keyboard.press("Enter")
    codes = page.locator(".codes")
    expect(codes.locator("div").first).to_have_text(re.compile(r"\S{8,}"))
    first = codes.locator("div").first.inner_text()
    page.keyboard.press("Escape")
    expect(codes).to_be_visible()
    page.get_by_role("button", name="已经抄好").click()
    expect(page.locator("[role=dialog]")).to_have_count(0)
    expect(page.locator("#main")).to_contain_text("已开启")
    assert first not in page.content()
