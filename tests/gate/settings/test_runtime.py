"""Settings change while the gate runs: within bounds, on record, undone, kept over a restart."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.app.from_config import lane_settings, policy_of, rules_of
from gate.domain import entries
from gate.domain.entries import Audited
from gate.domain.errors import JournalUnavailableError
from gate.domain.schedule import parse_schedule
from gate.i18n.texts import Language, Texts
from gate.reports.model import AuditFilter
from gate.reports.reports import Reports
from gate.settings.config import Config, PolicyConfig, parse
from gate.settings.runtime import CHANGED, RESTORED, Settings, text_keys, tunable_of
from gate.settings.tunables import (
    POLICY,
    SettingFault,
    SettingKind,
    SettingRefusedError,
    Tunable,
    read,
)
from tests.gate.journal.journal_cast import Desk, desk
from tests.gate.lanes.lane_cast import Stage
from tests.gate.lanes.test_worker import arrive
from tests.gate.settings.test_config import GOOD

SURE = "policy.open_confidence"
GREETING = "text.zh_CN.sign.in.admit"


@contextmanager
def office(folder: Path) -> Iterator[tuple[Settings, Desk]]:
    with desk(folder) as made:
        settings = Settings(made.journal, parse(GOOD), made.clock)
        settings.load()
        yield settings, made


def history(made: Desk) -> list[tuple[str, str, dict[str, object]]]:
    reports = Reports(made.database, made.keyring, ZoneInfo("Asia/Shanghai"))
    rows = reports.audit(AuditFilter(action="setting_*")).rows
    return [(row.action, row.why, row.detail) for row in rows]


def refusal(call: Callable[[], object]) -> SettingFault | None:
    try:
        call()
    except SettingRefusedError as refused:
        return refused.fault
    return None


# --- what is taken -------------------------------------------------------------------------------


@given(st.sampled_from(sorted(POLICY)), st.one_of(st.text(max_size=20), st.floats(), st.integers()))
def test_what_is_taken_is_within_bounds_and_a_value_that_the_file_could_hold(key, typed):
    tunable = POLICY[key]
    try:
        value = read(tunable, typed)
    except SettingRefusedError:
        return
    name = key.removeprefix("policy.")
    assert getattr(PolicyConfig.model_validate({name: value}), name) == value
    if (
        tunable.kind in {SettingKind.SHARE, SettingKind.SECONDS, SettingKind.COUNT}
        and value is not None
    ):
        assert tunable.low <= value <= tunable.high


@given(st.floats(max_value=0.8999, allow_nan=False) | st.floats(min_value=1.0) | st.just("nan"))
def test_no_page_makes_the_entrance_open_on_a_guess(typed):
    assert refusal(lambda: read(POLICY[SURE], typed)) is SettingFault.RANGE


def test_no_page_lets_one_picture_open_the_entrance():
    assert refusal(lambda: read(POLICY["policy.min_frames"], "1")) is SettingFault.RANGE


@given(st.decimals(2, 20, allow_nan=False, places=1).filter(lambda number: number % 1))
def test_a_count_is_whole(typed):
    assert refusal(lambda: read(POLICY["policy.min_frames"], typed)) is SettingFault.WHOLE


def test_the_bounds_of_the_page_are_these():
    """Written down once more: whoever widens one has to say so here too (ADR 0065)."""
    bounds = {key: (one.low, one.high) for key, one in POLICY.items() if one.high}
    assert bounds == {
        "policy.open_confidence": (0.9, 0.9999),
        "policy.min_frames": (2, 20),
        "policy.exit_confidence": (0.5, 0.9999),
        "policy.emergency_confidence": (0.6, 0.9999),
        "policy.decide_within_s": (1, 30),
        "policy.order_expires_s": (0.5, 5),
        "policy.wait_for_passing_s": (10, 600),
        "policy.visitor_capacity": (0, 9999),
        "policy.expired_grace_days": (0, 60),
    }


@given(st.text(max_size=40) | st.text(max_size=20).map(lambda name: f"policy.{name}"))
def test_nothing_but_what_is_listed_may_change(key):
    if key in POLICY or key in {*text_keys(Language.CHINESE), *text_keys(Language.ENGLISH)}:
        return
    assert refusal(lambda: tunable_of(key)) is SettingFault.UNKNOWN


@given(st.text(max_size=80))
def test_a_text_that_is_taken_can_be_said_with_a_plate(typed):
    tunable = tunable_of(GREETING)
    try:
        text = str(read(tunable, typed))
    except SettingRefusedError:
        return
    assert len(text) <= tunable.longest
    assert Texts(Language.CHINESE, {"sign.in.admit": text}).say("sign.in.admit", plate="吉A12345")


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ("", SettingFault.EMPTY),
        ("欢迎" * 30, SettingFault.LONG),
        ("欢迎 {name}", SettingFault.NAMES),
        ("欢迎 {plate", SettingFault.NAMES),
        ("欢迎 {plate!r}", SettingFault.NAMES),
        ("欢迎 {plate.text}", SettingFault.NAMES),
        ("欢迎\u200b {plate}", SettingFault.CHARACTER),
        ("{plate} 欠费请缴费", SettingFault.DEBT),
        ("{plate}: Payment OVERDUE", SettingFault.DEBT),
    ],
)
def test_what_no_sign_may_show(typed, fault):
    assert refusal(lambda: read(tunable_of(GREETING), typed)) is fault


def test_hours_are_read_as_the_file_reads_them():
    typed = "1-5 07:00-22:00; 6,7 08:00-22:00"
    assert read(POLICY["policy.visitor_hours"], typed) == typed
    assert parse_schedule(typed)
    assert refusal(lambda: read(POLICY["policy.visitor_hours"], "every day")) is SettingFault.HOURS


def test_a_full_width_digit_is_a_digit():
    assert read(POLICY["policy.visitor_capacity"], "３０") == 30
    assert read(POLICY["policy.visitor_capacity"], "") is None


@pytest.mark.parametrize(
    "key", ["web.port", "policy.nothing", "text.zh_CN.nav.live", "text.de.sign.in.admit", ""]
)
def test_what_is_not_listed_does_not_change(key):
    assert refusal(lambda: tunable_of(key)) is SettingFault.UNKNOWN


def test_every_text_that_may_change_is_the_programs_own_to_begin_with():
    for language in Language:
        assert all(read(tunable_of(key), tunable_of(key).original) for key in text_keys(language))


# --- what becomes of it --------------------------------------------------------------------------


def test_a_change_is_in_force_at_once_and_on_record(tmp_path):
    with office(tmp_path) as (settings, made):
        heard: list[float] = []
        settings.subscribe(lambda: heard.append(settings.config.policy.open_confidence))
        settings.change(SURE, "0.995", by="li", why="two misreads last week")
        assert heard == [0.995]
        assert settings.config.policy.open_confidence == 0.995
        assert settings.given[SURE].by == "li"
        assert history(made) == [
            (CHANGED, "two misreads last week", {"after": 0.995, "before": 0.99, "was_file": True})
        ]


def test_nothing_else_of_the_configuration_changes(tmp_path):
    with office(tmp_path) as (settings, _):
        file = parse(GOOD)
        settings.change("policy.second_car", "admit", by="li", why="agreed with the owners")
        expected = file.model_copy(
            update={"policy": file.policy.model_copy(update={"second_car": "admit"})}
        )
        assert settings.config == expected


def test_a_change_outlives_a_restart_and_can_be_taken_back_to_the_file(tmp_path):
    with office(tmp_path) as (settings, _):
        settings.change(SURE, "0.995", by="li", why="why not")
        settings.change(GREETING, "您好 {plate}", by="li", why="politer")
    with office(tmp_path) as (settings, made):
        assert settings.config.policy.open_confidence == 0.995
        assert settings.texts(Language.CHINESE) == {"sign.in.admit": "您好 {plate}"}
        assert settings.texts(Language.ENGLISH) == {}
        settings.restore(SURE, by="wang", why="as agreed")
        assert settings.config.policy.open_confidence == 0.99
        assert history(made)[0][0] == RESTORED
    with office(tmp_path) as (settings, _):
        assert settings.config.policy.open_confidence == 0.99


def test_a_change_can_be_undone_unless_another_came_after_it(tmp_path):
    with office(tmp_path) as (settings, made):
        settings.change(SURE, "0.98", by="li", why="first")
        settings.change(SURE, "0.995", by="li", why="second")
        (_, _, second), (_, _, first) = history(made)
        assert refusal(lambda: settings.undo(SURE, first, by="wang")) is SettingFault.RACED
        settings.undo(SURE, second, by="wang")
        assert settings.value(SURE) == 0.98
        settings.undo(SURE, first, by="wang")
        assert SURE not in settings.given
        assert len(history(made)) == 4


def test_a_change_without_a_reason_or_without_a_difference_is_none(tmp_path):
    with office(tmp_path) as (settings, made):
        assert refusal(lambda: settings.change(SURE, "0.995", by="li", why=" ")) is SettingFault.WHY
        assert (
            refusal(lambda: settings.change(SURE, "0.99", by="li", why="why")) is SettingFault.SAME
        )
        assert refusal(lambda: settings.restore(SURE, by="li")) is SettingFault.SAME
        assert history(made) == []


def test_what_is_not_kept_is_not_in_force(tmp_path, monkeypatch):
    with office(tmp_path) as (settings, made):

        @contextmanager
        def away() -> Iterator[None]:
            raise JournalUnavailableError("the disk is full")
            yield

        monkeypatch.setattr(made.journal, "unit", away)
        with pytest.raises(JournalUnavailableError):
            settings.change(SURE, "0.995", by="li", why="why")
        assert settings.value(SURE) == 0.99


def test_a_kept_value_that_is_not_taken_any_more_gives_way_to_the_file(tmp_path):
    with office(tmp_path) as (settings, made):
        settings.change(SURE, "0.995", by="li", why="why")
        with made.database.writing() as connection:
            connection.exec_driver_sql("UPDATE setting SET value = '0.2'")
        with made.database.writing() as connection:
            connection.exec_driver_sql(
                "INSERT INTO setting VALUES ('policy.gone', '1', 'li', '2026-01-01 00:00:00')"
            )
    with office(tmp_path) as (settings, _):
        assert settings.value(SURE) == 0.99
        assert settings.given == {}


# --- lanes ---------------------------------------------------------------------------------------


def retuned(config: Config) -> object:
    from gate.lanes.messages import SettingsChanged

    return SettingsChanged(
        lane_settings("south", config.lanes["south"], config), rules_of(config, str)
    )


def test_a_running_lane_works_by_the_new_value_from_the_next_picture_on(tmp_path):
    stage = Stage()
    with office(tmp_path) as (settings, _):
        settings.change("policy.min_frames", "4", by="li", why="why")
        arrive(stage)
        stage.see("吉A12345")
        stage.work.handle(retuned(settings.config))
        stage.see("吉A12345")
        stage.see("吉A12345")
        assert stage.arm.raised == []
        stage.see("吉A12345")
        assert len(stage.of(entries.OpeningOrdered)) == 1


def test_a_shorter_look_counts_for_the_vehicle_that_waits_now(tmp_path):
    stage = Stage()
    with office(tmp_path) as (settings, _):
        arrive(stage)
        stage.clock.second += 1.5
        settings.change("policy.decide_within_s", "1", by="li", why="why")
        stage.work.handle(retuned(settings.config))
        assert stage.work.view().state == "asking"


def test_the_rules_follow(tmp_path):
    with office(tmp_path) as (settings, _):
        settings.change("policy.expired_grace_days", "7", by="li", why="why")
        settings.change("policy.blocked_emergency", "false", by="li", why="why")
        policy = policy_of(settings.config)
        assert policy.grace == timedelta(days=7)
        assert policy.blocked_emergency is False


def test_a_text_of_the_site_goes_before_the_programs():
    texts = Texts(Language.CHINESE, {"sign.in.admit": "您好 {plate}"})
    assert texts.say("sign.in.admit", plate="吉A12345") == "您好 吉A12345"
    assert texts.say("sign.out.admit", plate="吉A12345") != ""


def test_who_changed_it_is_in_the_entry(tmp_path):
    with office(tmp_path) as (settings, made):
        settings.change(SURE, "0.995", by="li", why="why")
        rows = Reports(made.database, made.keyring, ZoneInfo("UTC")).audit(AuditFilter()).rows
        assert [(row.actor, row.target) for row in rows if row.action == CHANGED] == [("li", SURE)]
        assert Audited.__name__ in made.heard


def test_a_tunable_text_may_use_the_names_of_the_original_only():
    plain = Tunable("x", SettingKind.TEXT, original="no names here")
    assert read(plain, "hello") == "hello"
    assert refusal(lambda: read(plain, "hello {plate}")) is SettingFault.NAMES
