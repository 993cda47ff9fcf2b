"""Alarms by kind: the order, the tone, what is over, and the history, over a real database."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.domain.alarms import (
    AlarmGroup,
    Severity,
    by_gravity,
    has_recovered,
    loudest,
    severity_of,
)
from gate.domain.entries import AlarmAcknowledged, AlarmRaised
from gate.i18n.texts import Language, Texts
from gate.reports.alarms import AlarmFilter
from gate.reports.reports import Reports
from hardware.barrier.model import AlarmKind
from tests.gate.journal.journal_cast import NOON, NORTH, SOUTH, desk

KINDS = [kind.value for kind in AlarmKind] + ["camera", "link_down", "tailgating", "unheard_of"]
ORDER = list(Severity)


def group(kind: str, newest: int, n: int = 1) -> AlarmGroup:
    return AlarmGroup(kind, n, ("south",), newest, {}, NOON, NOON)


groups = st.lists(st.builds(group, st.sampled_from(KINDS), st.integers(1, 999)), max_size=8)


@given(groups)
def test_the_gravest_come_first_and_the_newest_of_equals(found: list[AlarmGroup]) -> None:
    ranks = [(ORDER.index(one.severity), -one.newest) for one in by_gravity(found)]
    assert ranks == sorted(ranks)


@given(groups, st.sets(st.sampled_from(KINDS)))
def test_the_tone_is_that_of_the_gravest_and_a_grave_one_never_falls_silent(found, over) -> None:
    tone = loudest(found, over)
    assert (tone is None) == (not found)
    if any(one.severity is Severity.GRAVE for one in found):
        assert tone is Severity.GRAVE


def test_what_nobody_knows_is_no_mere_notice() -> None:
    assert severity_of("unheard_of") is Severity.SERIOUS
    assert severity_of("arm_dropped") is Severity.GRAVE


@dataclass(frozen=True)
class Lane:
    arm: str = "closed"
    mode: str = "automatic"
    link: str = "up"
    presence: str = "clear"
    camera: str = "live"
    board_faults: dict[str, str] = field(default_factory=dict)


@pytest.mark.parametrize(
    ("kind", "amiss"),
    [
        ("link_down", {"link": "down"}),
        ("camera", {"camera": "lost"}),
        ("fire", {"mode": "fire"}),
        ("loop_stuck", {"presence": "present"}),
        ("open_too_long", {"arm": "open"}),
        ("arm_forced", {"arm": "fault"}),
        ("raise_timeout", {"arm": "fault"}),
        ("inputs_unread", {"board_faults": {"inputs_unread": ""}}),
        ("relay_stuck", {"board_faults": {"relay_stuck": ""}}),
    ],
)
def test_over_is_what_the_lane_shows_now_on_every_lane_of_the_alarm(kind, amiss) -> None:
    well, ill = Lane(), replace(Lane(), **amiss)
    assert has_recovered(kind, [well, well]) is True
    assert has_recovered(kind, [well, ill]) is False
    assert has_recovered(kind, []) is None


@pytest.mark.parametrize("kind", ["tailgating", "presence_while_closing", "wrong_way"])
def test_an_event_has_nothing_to_recover(kind: str) -> None:
    assert has_recovered(kind, [Lane()]) is None


@pytest.mark.parametrize("language", Language)
def test_every_severity_has_a_word(language: Language) -> None:
    texts = Texts(language)
    assert all(texts.knows(f"alarm.severity.{one.value}") for one in Severity)


def test_standing_alarms_are_counted_by_kind_however_many(tmp_path: Path) -> None:
    raised = [("camera", SOUTH)] * 240 + [("camera", NORTH), ("arm_dropped", SOUTH)]
    with desk(tmp_path) as made:
        for number, (kind, lane) in enumerate(raised):
            made.clock.pass_by(1)
            made.journal.append(AlarmRaised(f"a{number}", lane, kind, {"why": kind}))
        made.journal.append(AlarmAcknowledged("a0", "li", "seen"))
        reports = Reports(made.database, made.keyring, NOON.tzinfo)
        first, second = reports.standing_alarms()
        assert (first.kind, first.n, first.lanes) == ("arm_dropped", 1, ("south",))
        assert (second.kind, second.n, second.lanes) == ("camera", 240, ("north", "south"))
        assert second.first < second.last
        assert second.evidence == {"why": "camera"}


def test_all_of_a_kind_are_those_that_were_there_when_it_was_asked(tmp_path: Path) -> None:
    with desk(tmp_path) as made:
        for number in range(3):
            made.journal.append(AlarmRaised(f"a{number}", SOUTH, "camera", {}))
        reports = Reports(made.database, made.keyring, NOON.tzinfo)
        (seen,) = reports.standing_alarms()
        made.journal.append(AlarmRaised("later", SOUTH, "camera", {}))
        made.journal.append(AlarmRaised("other", SOUTH, "link_down", {}))
        ids = reports.alarm_ids("camera", seen.newest)
        assert ids == ("a0", "a1", "a2")
        made.journal.append(*(AlarmAcknowledged(one, "li") for one in ids))
        left = {one.kind: one.n for one in reports.standing_alarms()}
        assert left == {"camera": 1, "link_down": 1}


def test_the_history_is_filtered_and_turned_over_page_by_page(tmp_path: Path) -> None:
    with desk(tmp_path) as made:
        for number in range(10):
            made.clock.pass_by(3600)
            lane = SOUTH if number % 2 else NORTH
            kind = "camera" if number < 7 else "fire"
            made.journal.append(AlarmRaised(f"a{number}", lane, kind, {}))
        made.journal.append(AlarmAcknowledged("a3", "li", "swept"))
        reports = Reports(made.database, made.keyring, NOON.tzinfo)

        def found(**which: object) -> list[str]:
            rows, cursor = [], None
            while True:
                page = reports.alarm_page(AlarmFilter(**which), cursor, 2)
                rows += [row.alarm for row in page.rows]
                if page.cursor is None:
                    return rows
                cursor = page.cursor

        assert found() == [f"a{number}" for number in range(9, -1, -1)]
        assert found(kind="fire") == ["a9", "a8", "a7"]
        assert found(lane="south", kind="camera") == ["a5", "a3", "a1"]
        assert found(standing=False) == found(actor="li") == ["a3"]
        assert Counter(found(standing=True)) == Counter(set(found()) - {"a3"})
        later = NOON + timedelta(hours=8)
        assert found(since=later) == ["a9", "a8", "a7"]
        assert found(until=NOON + timedelta(hours=2)) == ["a0"]
        assert reports.alarm_kinds() == ("camera", "fire")


def test_a_site_acknowledges_all_or_none(tmp_path: Path) -> None:
    from tests.gate.lanes.lane_cast import Stage
    from tests.gate.lanes.test_control import site_of

    stage = Stage()
    site, _ = site_of(stage)
    assert site.acknowledge(["a", "b"], "li", "seen")
    assert [one.alarm for one in stage.of(AlarmAcknowledged)] == ["a", "b"]
    assert not site.acknowledge([], "li", "")
    stage.journal.away = True
    assert not site.acknowledge(["c"], "li", "")
