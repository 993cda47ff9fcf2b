"""A lane in words: every reason, state, entry and remark is said in both languages, escaped."""

from dataclasses import replace

import pytest

from gate.console.components.decision_texts import (
    actor_text,
    answer_html,
    household_text,
    reason_aloud,
    reason_text,
    remark_text,
    state_badges,
)
from gate.console.live.gate_drawing import state_classes
from gate.console.records.entry_texts import entry_line
from gate.domain.decision import Decision, Reason, Verdict
from gate.domain.entries import (
    AlarmAcknowledged,
    AlarmRaised,
    ArmChanged,
    Audited,
    GuardActed,
    MisfitNoted,
    OpeningEnded,
    OpeningOrdered,
    PassageDecided,
    PassageEnded,
    PassageRead,
    PassageStarted,
    ServiceNoted,
)
from gate.domain.passage import Direction, LaneId, OrderId, PassageEnd, PassageId, Picture, Trigger
from gate.i18n.texts import Language, Texts
from gate.lanes.event_bus import EventBus
from hardware.barrier.model import AlarmKind, Mode, OutcomeReason, Position, PresenceState
from hardware.barrier.passing import PassageKind
from hardware.cameras.frames import CameraState
from hardware.station.events import BoardFault
from tests.gate.console.fakes import FakeClock, FakeLanes, FakePictures

SEEN = tuple(set(PassageKind) - {PassageKind.ENTERED, PassageKind.BACKED_OUT})
LANE, PASSAGE, ORDER = LaneId("south"), PassageId("p"), OrderId("o")
ENTRIES = (
    PassageStarted(PASSAGE, LANE, Direction.IN, Trigger.LOOP),
    PassageRead(PASSAGE, LANE, "吉A12345", 0.99, 6, 5, "blue", (), (), Picture()),
    PassageDecided(PASSAGE, LANE, Decision(Verdict.ADMIT, Reason.RESIDENT), "auto"),
    OpeningOrdered(ORDER, PASSAGE, LANE, Direction.IN, "guard", "by_hand", "", emergency=True),
    OpeningEnded(ORDER, PASSAGE, LANE, "raised"),
    PassageEnded(PASSAGE, LANE, PassageEnd.PASSED),
    AlarmRaised("a", LANE, "arm_forced", {}),
    AlarmAcknowledged("a", "guard"),
    ArmChanged(LANE, "open", "automatic", "up", "clear"),
    GuardActed(LANE, "guard", "hold", "moving"),
    Audited("guard", "log_in"),
    MisfitNoted(LANE, "VehiclePassed", "Idle"),
    ServiceNoted("started"),
)
both = pytest.mark.parametrize("texts", [Texts(language) for language in Language])


@pytest.fixture
def view():
    return FakeLanes(FakeClock(), EventBus(), FakePictures()).views()[0]


@both
@pytest.mark.parametrize("reason", Reason)
def test_every_reason_is_said_and_can_be_read_aloud(texts, reason):
    for said in (reason_text(texts, reason.value), reason_aloud(texts, reason.value)):
        assert said
        assert "⟨" not in said
        assert said != reason.value


@both
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: type(entry).__name__)
def test_every_entry_has_a_line(texts, entry):
    assert "⟨" not in entry_line(texts, entry)


@both
def test_every_state_of_the_arm_has_a_word(texts):
    for area, words in (
        ("arm", Position),
        ("mode", Mode),
        ("presence", PresenceState),
        ("camera", CameraState),
        ("alarm.kind", AlarmKind),
        ("alarm.kind", SEEN),
        ("why", OutcomeReason),
        ("link", BoardFault),
    ):
        for word in words:
            assert texts.knows(f"{area}.{word.value}"), f"{area}.{word.value}"


def test_what_is_wrong_with_a_lane_is_shown(view):
    texts = Texts(Language.ENGLISH)
    broken = replace(view, link="down", camera="lost", mode="fire", presence="unknown")
    badges = state_badges(texts, broken)
    for word in ("Relay board not answering", "Camera not connected", "Fire", "Loop: unknown"):
        assert word in badges


def test_the_answer_shows_plate_reason_and_since_when(view):
    html = answer_html(Texts(Language.CHINESE), view)
    assert "吉 A K 5 1 0 E" in html
    assert f'data-waiting="{view.since.isoformat()}"' in html


def test_a_lane_with_a_hostile_plate_is_escaped(view):
    hostile = replace(view, decision=None, plate='<img src=x onerror="x">')
    assert "<img src=x" not in answer_html(Texts(Language.CHINESE), hostile)


def test_a_state_that_a_device_invents_is_a_harmless_class():
    assert state_classes('up" onload="x', "clear") == "arm-uponloadx presence-clear"


def test_households_are_said_as_people_say_them():
    assert household_text(Texts(Language.CHINESE), "3-2-501") == "3栋2单元501"
    assert household_text(Texts(Language.CHINESE), "3-501") == "3栋501"
    assert household_text(Texts(Language.CHINESE), "物业公司") == "物业公司"


def test_a_remark_begins_with_a_code_of_the_reason_list_or_not():
    texts = Texts(Language.CHINESE)
    assert remark_text(texts, "delivery") == "快递外卖"
    assert remark_text(texts, "delivery: 三号楼") == "快递外卖：三号楼"
    assert remark_text(texts, "anything else") == "anything else"


def test_what_nobody_did_is_said_in_the_readers_language():
    assert actor_text(Texts(Language.CHINESE), "auto") == "自动"
    assert actor_text(Texts(Language.ENGLISH), "guard") == "guard"
