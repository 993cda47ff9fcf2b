"""The ask page in a real Chromium: what is one press away, what asks, and what is told truly."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from time import sleep

import pytest
from playwright.sync_api import Locator, Page, expect

from gate.console.components import answering
from gate.console.ui.key_help import ASK
from gate.domain.decision import CandidatePlate, Decision, Objection, Reason, Verdict
from gate.i18n.texts import Language
from gate.services import lists
from registry.rules.kinds import BlockReason
from registry.rules.plates import Plate, parse
from registry.store.store import Actor
from tests.gate.console.browsing import settle
from tests.gate.console.serving import Served

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]
READ, NEAR, BLOCKED = "吉AK510E", "吉AK510F", "吉AX510E"
LEFT = {"state": "idle", "passage": None, "arm": "closed", "mode": "automatic"}


def question(*candidates: CandidatePlate, **more: object) -> Decision:
    evidence = {"text": READ, "confidence": 0.999, "needed_confidence": 0.99}
    asked = Decision(Verdict.ASK_GUARD, Reason.NEAR_MATCH, plate=READ, candidates=candidates)
    return replace(asked, **{"evidence": evidence, **more})


ASKED = question(
    CandidatePlate(READ, 0.999, registered=False),
    CandidatePlate(BLOCKED, 0.42, registered=True, label="12-1-302"),
    CandidatePlate(NEAR, 0.0, registered=True, label="3-2-501"),
)


@contextmanager
def waiting(pages: Served, decision: Decision = ASKED, **more: object) -> Iterator[None]:
    """Let a vehicle wait at the south gate, and no other anywhere."""
    lanes = pages.site.lanes
    before = dict(lanes.lanes)
    lanes.change("north", **LEFT, decision=None, plate="", may_take_back=False)
    at = pages.site.clock.now().utc - timedelta(seconds=12)
    lanes.change(
        "south",
        **{
            "state": "asking", "passage": "p-100", "decision": decision, "plate": decision.plate,
            "arm": "closed", "mode": "automatic", "arrived": at, "may_take_back": False, **more,
        },
    )  # fmt: skip
    lanes.asked.clear()
    try:
        yield
    finally:
        for lane, view in before.items():
            lanes.lanes[lane] = view


@contextmanager
def on_the_block_list(pages: Served, text: str) -> Iterator[None]:
    """Block a plate as stolen for the length of a `with`."""
    services = pages.site.services
    plate = parse(text)
    assert isinstance(plate, Plate)
    by = Actor("tests", services.clock.now().utc)
    with services.journal.unit() as unit:
        made = lists.block(plate, BlockReason.FORGED_PLATE, "协查 9", None)(unit, by)
    services.registry.refresh()
    try:
        yield
    finally:
        with services.journal.unit() as unit:
            lists.lift(made.id, "tests")(unit, by)
        services.registry.refresh()


def open_ask(enter, pages: Served) -> Page:
    page = enter("guard")
    page.goto(f"{pages.url}/ask")
    settle(page)
    expect(page.locator(".ask").first).to_be_visible()
    return page


def line(page: Page, plate: str) -> Locator:
    return page.locator(".candidate", has=page.get_by_label(" ".join(plate), exact=True))


def admitted(pages: Served) -> list[tuple[object, ...]]:
    return [one for one in pages.site.lanes.asked if one[0] == "admit"]


def test_the_list_is_in_the_order_of_probability(enter, pages):
    with waiting(pages):
        page = open_ask(enter, pages)
        shown = page.locator(".candidate .plate").evaluate_all(
            "all => all.map(one => one.ariaLabel.replaceAll(' ', ''))"
        )
        assert shown == [READ, BLOCKED, NEAR]
        expect(page.locator(".ask .banner-ask")).to_contain_text("差一个字")


def test_a_blocked_plate_is_red_says_why_has_no_key_and_asks(enter, pages):
    with waiting(pages), on_the_block_list(pages, BLOCKED):
        page = open_ask(enter, pages)
        blocked = line(page, BLOCKED)
        expect(blocked.locator(".badge-bad")).to_contain_text("黑名单 · 套牌")
        expect(blocked.locator(".badge-good")).to_have_count(0)
        expect(blocked.locator(".btn-good")).to_have_count(0)
        expect(blocked.locator(".key")).to_have_count(0)
        page.keyboard.press("2")
        page.wait_for_timeout(300)
        expect(page.locator("[role=dialog]")).to_have_count(0)
        blocked.get_by_role("button").click()
        sheet = page.get_by_role("dialog")
        expect(sheet).to_contain_text("黑名单车辆")
        expect(sheet).to_contain_text("套牌")
        assert admitted(pages) == []
        sheet.get_by_role("button", name="其他").click()
        expect(page.locator("[role=dialog]")).to_have_count(0)
        assert admitted(pages) == [("admit", "p-100", BLOCKED, "guard", "other")]
        assert Objection.BLOCKED in pages.site.lanes.told


def test_what_the_pictures_do_not_show_takes_a_second_press_and_a_reason(enter, pages, monkeypatch):
    monkeypatch.setattr(answering, "DEAF_S", 1e9)
    with waiting(pages):
        page = open_ask(enter, pages)
        near = line(page, NEAR)
        expect(near).to_contain_text(f"画面上是 {READ}（99.9%）")
        expect(near.locator(".btn-good")).to_have_count(0)
        page.keyboard.press("3")
        expect(page.get_by_role("dialog")).to_contain_text("画面不支持")
        page.keyboard.press("3")  # The second of two quick presses: nobody has read the question.
        expect(page.locator(".q-notification", has_text="请先看清内容")).to_be_visible()
        assert admitted(pages) == []
        page.keyboard.press("Escape")
        expect(page.locator("[role=dialog]")).to_have_count(0)
        monkeypatch.setattr(answering, "DEAF_S", 0.0)
        page.keyboard.press("3")
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("5")
        expect(page.locator("[role=dialog]")).to_have_count(0)
        assert admitted(pages) == [("admit", "p-100", NEAR, "guard", "misread")]


def test_a_plate_that_was_blocked_meanwhile_is_asked_about(enter, pages):
    with waiting(pages, LIKELY):
        page = open_ask(enter, pages)
        with on_the_block_list(pages, NEAR):
            page.keyboard.press("2")
            expect(page.get_by_role("dialog")).to_contain_text("黑名单车辆")
            assert admitted(pages) == []


@contextmanager
def slow_to_answer(pages: Served, monkeypatch) -> Iterator[None]:
    """Let the lane take its time, so that a second press comes while the first is under way."""
    lanes, admit = pages.site.lanes, pages.site.lanes.admit

    def slowly(*asked: object) -> bool:
        sleep(0.5)
        return admit(*asked)

    with monkeypatch.context() as slower:
        slower.setattr(lanes, "admit", slowly)
        yield


def nothing_was_said_twice(page: Page, pages: Served) -> None:
    expect(page.locator(".q-notification", has_text="已放行")).to_be_visible()
    page.wait_for_timeout(1000)  # What came of the second press would have been said by now.
    assert page.locator(".q-notification", has_text="已经处理过").count() == 0
    assert len(admitted(pages)) == 1


def test_where_there_is_nothing_to_choose_there_is_no_list(enter, pages):
    alone = question(
        CandidatePlate(NEAR, 0.999, registered=True, label="3-2-501"),
        plate=NEAR, reason=Reason.UNSURE,
        evidence={
            "text": NEAR, "confidence": 0.999, "needed_confidence": 0.99, "agreeing": 1,
            "needed_frames": 2,
        },
    )  # fmt: skip
    with waiting(pages, alone):
        page = open_ask(enter, pages)
        expect(page.locator(".ask")).not_to_contain_text("可能是这些车")
        expect(page.locator(".ask")).to_contain_text("只看清 1 张，要求 2 张")
        expect(page.locator(".ask")).not_to_contain_text("看不清")
        admits = page.locator(".ask").get_by_role("button", name="放行")
        shown = [one for one in admits.all_inner_texts() if "不放行" not in one]
        assert shown == ["check\n放行\n1"]


LIKELY = question(CandidatePlate(NEAR, 0.9, registered=True), reason=Reason.UNSURE)


@pytest.mark.parametrize("by", ["mouse", "script", "key"])
def test_the_second_of_two_presses_is_no_answer_of_its_own(enter, pages, monkeypatch, by):
    with waiting(pages, LIKELY), slow_to_answer(pages, monkeypatch):
        page = open_ask(enter, pages)
        button = line(page, NEAR).get_by_role("button")
        if by == "mouse":
            button.dblclick()
        elif by == "script":  # As two fast taps that the browser takes for two.
            button.evaluate("one => { one.click(); one.click(); }")
        else:
            page.keyboard.press("2")
            page.keyboard.press("2")
        nothing_was_said_twice(page, pages)


def test_an_expired_right_says_for_how_long_and_is_not_green(enter, pages):
    over = pages.site.clock.now().utc - timedelta(days=49)
    expired = question(reason=Reason.EXPIRED, evidence={
        "text": READ, "confidence": 0.999, "valid_until": over.isoformat(),
    })  # fmt: skip
    with waiting(pages, expired):
        page = open_ask(enter, pages)
        day = over.astimezone(pages.site.services.zone)
        expect(page.locator(".ask .banner-ask")).to_contain_text(f"已到期 49 天（{day:%Y-%m-%d}）")
        expect(page.locator(".ask .btn-good")).to_have_count(0)


def test_how_long_a_vehicle_has_waited_is_counted_from_when_it_came(enter, pages):
    with waiting(pages):
        page = open_ask(enter, pages)
        expect(page.locator(".ask h2 .badge")).to_contain_text("已等 1")
        page.goto(f"{pages.url}/live")
        settle(page)
        expect(page.locator(".answer-ask_guard")).to_contain_text("已等 1")
        pages.site.lanes.change("south", **LEFT)
        expect(page.locator(".lane").first).to_contain_text("未处理 · 已离开")
        expect(page.locator(".answer-ask_guard")).to_have_count(0)
        expect(page.locator(".lane").first).not_to_contain_text("请处理")


def test_an_arm_that_is_held_open_stops_nobody_and_no_page_says_it_does(enter, pages):
    with waiting(pages, mode="held_open", arm="open"):
        page = open_ask(enter, pages)
        expect(page.locator(".ask")).to_contain_text("杆保持常开，拦不住车")
        page.keyboard.press("r")
        expect(page.get_by_role("dialog")).to_contain_text("拦不住车")
        page.keyboard.press("Enter")
        expect(page.locator(".q-notification", has_text="拦不住车")).to_be_visible()
        assert page.locator(".q-notification", has_text="杆保持落下").count() == 0
        page.goto(f"{pages.url}/live")
        settle(page)
        expect(page.locator(".lane").first).to_contain_text("拦不住车")


@pytest.mark.parametrize(("key", "remark"), [("r", ""), ("Enter", ""), ("3", "soliciting")])
def test_a_refusal_may_carry_a_reason_and_is_taken_back_while_it_waits(enter, pages, key, remark):
    with waiting(pages):
        page = open_ask(enter, pages)
        page.keyboard.press("r")
        expect(page.get_by_role("dialog")).to_be_visible()
        page.wait_for_timeout(800)
        page.keyboard.press(key)
        expect(page.locator(".q-notification", has_text="已拒绝")).to_be_visible()
        assert pages.site.lanes.asked == [("refuse", "p-100", "guard", remark)]
        expect(page.get_by_role("button", name="撤回不放行")).to_be_visible()
        page.keyboard.press("z")
        expect(page.locator(".ask").first).to_be_visible()
        assert pages.site.lanes.asked[-1] == ("take_back", "p-100", "guard")
        page.keyboard.press("r")
        page.get_by_role("dialog").get_by_role("button", name="不放行，不写原因").click()
        expect(page.get_by_role("button", name="撤回不放行")).to_be_visible()
        assert pages.site.lanes.asked[-1] == ("refuse", "p-100", "guard", "")


def test_a_refused_vehicle_that_left_cannot_be_taken_back(enter, pages):
    with waiting(pages, state="refused", may_take_back=True):
        page = enter("guard")
        button = page.locator(".lane").first.get_by_role("button", name="撤回不放行")
        expect(button).to_be_visible()
        pages.site.lanes.change("south", **LEFT, may_take_back=False)
        expect(button).to_have_count(0)


@pytest.mark.parametrize("opener", ["e", "r", "1"])
def test_a_sheet_says_that_its_vehicle_has_gone_and_does_nothing_to_the_next(enter, pages, opener):
    with waiting(pages):
        page = open_ask(enter, pages)
        page.keyboard.press(opener)
        sheet = page.get_by_role("dialog")
        expect(sheet).to_be_visible()
        expect(sheet.get_by_text("已离开")).to_be_hidden()
        pages.site.lanes.change("south", state="asking", passage="p-200")
        expect(sheet.get_by_text("这辆车已离开，或已处理")).to_be_visible()
        if opener == "e":
            sheet.get_by_role("button", name="放行").click()
        else:
            sheet.locator(".choices button").last.click()
        expect(page.locator(".q-notification", has_text="已离开")).to_be_visible()
        assert pages.site.lanes.asked == []


STOP_TIME = "() => { const now = performance.now(); performance.now = () => now; }"


@pytest.mark.parametrize("again", ["twice", "held"])
def test_the_key_that_opens_a_sheet_types_nothing_into_it(enter, pages, again):
    with waiting(pages):
        page = open_ask(enter, pages)
        page.evaluate(STOP_TIME)  # However slow the machine, the second press comes at once.
        page.keyboard.down("e")
        if again == "twice":
            page.keyboard.up("e")
        field = page.get_by_role("dialog").get_by_label("车牌", exact=True)
        expect(field).to_be_focused()
        page.keyboard.down("e")  # The second down of a key that is down already is a repeat.
        page.keyboard.up("e")
        page.evaluate("delete performance.now")
        page.wait_for_timeout(800)  # Longer than a doubled press.
        page.keyboard.press("End")
        expect(field).to_have_value(READ)
        page.keyboard.press("e")  # Typed on purpose, later.
        expect(field).to_have_value(f"{READ}e")


def test_a_wrong_plate_is_named_and_the_field_has_the_focus_again(enter, pages):
    with waiting(pages):
        page = open_ask(enter, pages)
        page.keyboard.press("e")
        sheet = page.get_by_role("dialog")
        field = sheet.get_by_label("车牌", exact=True)
        field.fill("A12M45")
        sheet.get_by_role("button", name="放行").click()
        expect(page.locator(".q-notification", has_text="省份")).to_be_visible()
        assert page.locator(".q-notification", has_text="请先填写").count() == 0
        expect(field).to_be_focused()


def test_a_visitor_is_registered_or_let_in_with_words(enter, pages):
    with waiting(pages):
        page = enter("guard")
        page.keyboard.press("1")
        page.get_by_role("dialog").locator(".choices button").first.wait_for()
        page.wait_for_timeout(800)
        page.keyboard.press("1")
        sheet = page.get_by_role("dialog").filter(has_text="访客要先登记")
        expect(sheet).to_be_visible()
        assert pages.site.lanes.asked == []
        sheet.get_by_role("button", name="不登记，现在放行").click()
        expect(page.locator(".q-notification", has_text="请写明谁")).to_be_visible()
        assert pages.site.lanes.asked == []
        sheet.get_by_label("情况紧急").fill("急诊，3-2-501 的母亲")
        sheet.get_by_role("button", name="不登记，现在放行").click()
        expect(page.locator("[role=dialog]")).to_have_count(0)
        raised = ("raise_by_hand", "south", "guard", "visitor: 急诊，3-2-501 的母亲", False)
        assert pages.site.lanes.asked == [raised]


def test_the_reason_visitor_leads_to_the_form_with_what_is_known(enter, pages):
    with waiting(pages):
        page = enter("guard")
        page.keyboard.press("1")
        page.get_by_role("dialog").locator(".choices button").first.click()
        page.get_by_role("button", name="去登记访客").click()
        page.wait_for_url("**/visitors/new?**")
        settle(page)
        expect(page.get_by_label("车牌", exact=True)).to_have_value(READ)
        expect(page.locator("#main")).to_contain_text("有车在等")


def test_every_key_of_the_page_is_on_the_sheet_of_keys(pages):
    from gate.console.live.guard_queue import TAKE_BACK_KEY, panel_keys

    class Looks:
        services = pages.site.services

        @staticmethod
        def may(_: object) -> bool:
            return True

    listed = {key.strip().lower() for key, _ in ASK} | {"1", "2", "3", "4", "5"}
    with waiting(pages):
        laid = set(panel_keys(Looks(), pages.site.lanes.asking()))
    with waiting(pages, Decision(Verdict.ASK_GUARD, Reason.NO_PLATE)):
        laid |= set(panel_keys(Looks(), pages.site.lanes.asking()))
    assert {"0", "e", "r", "v"} <= laid
    assert laid | {TAKE_BACK_KEY} <= listed


@pytest.mark.parametrize("language", Language)
def test_the_page_says_everything_in_both_languages(enter, pages, language):
    with waiting(pages), on_the_block_list(pages, BLOCKED):
        page = enter("guard", language=language)
        page.goto(f"{pages.url}/ask")
        settle(page)
        expect(page.locator(".ask").first).to_be_visible()
        assert "⟨" not in page.inner_text("body")
