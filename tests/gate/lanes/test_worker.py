"""A lane at work: from what eye, board and guard say to journal, arm and view."""

from dataclasses import replace

import pytest

from gate.cameras.messages import CameraReport, FullPicture, SetReadingEnabled, TrackLost
from gate.domain import entries
from gate.domain.decision import Answer, Decision, Reason, Verdict
from gate.domain.passage import PassageEnd, Trigger
from gate.lanes.messages import Raise
from gate.lanes.stop_line import ENOUGH, stop_line
from hardware.barrier.inputs import InputName
from hardware.barrier.model import AlarmKind, OutcomeKind, OutcomeReason
from hardware.barrier.model import OrderId as ArmOrder
from hardware.barrier.passing import PassageKind, PassageSeen
from hardware.station.events import (
    ArmStateChanged,
    BarrierAlarm,
    BoardFault,
    InputChanged,
    LinkChanged,
    OrderOutcome,
)
from recognition.arrivals import PlateStay
from tests.gate.lanes.lane_cast import ARM, Stage


def arrive(stage: Stage) -> None:
    """Let the loop close; the pictures that come afterwards were taken afterwards."""
    stage.work.handle(InputChanged(InputName.PRESENCE, False, stage.clock.second))
    stage.work.handle(InputChanged(InputName.PRESENCE, True, stage.clock.second))
    stage.clock.second += 0.1


def outcome(stage: Stage, kind: OutcomeKind = OutcomeKind.RAISED) -> None:
    order, _ = stage.arm.raised[-1]
    why = OutcomeReason.CONFIRMED if kind is OutcomeKind.RAISED else OutcomeReason.NO_ANSWER
    at = stage.clock.second
    stage.work.handle(OrderOutcome(ArmOrder(order), kind, why, "0105", "0105", at))


def test_a_resident_drives_through() -> None:
    stage = Stage()
    arrive(stage)
    stage.see("吉A12345")
    assert stage.arm.raised == []
    stage.see("吉A12345")
    outcome(stage)
    stage.work.handle(PassageSeen(PassageKind.ENTERED, stage.clock.second))
    kinds = [type(entry) for entry in stage.journal.entries]
    assert kinds == [
        entries.PassageStarted,
        entries.PassageRead,
        entries.PassageDecided,
        entries.OpeningOrdered,
        entries.OpeningEnded,
        entries.PassageEnded,
    ]
    assert stage.work.view().state == "idle"
    assert stage.looks == [SetReadingEnabled(on=True), SetReadingEnabled(on=False)]


def test_the_order_is_on_disk_before_the_arm_hears_of_it() -> None:
    stage = Stage()
    arrive(stage)
    stage.see("吉A12345")
    stage.see("吉A12345")
    ordered = next(i for i, one in enumerate(stage.log) if isinstance(one, entries.OpeningOrdered))
    raised = next(i for i, one in enumerate(stage.log) if isinstance(one, tuple))
    assert ordered < raised


def test_what_cannot_be_written_is_not_opened() -> None:
    stage = Stage()
    arrive(stage)
    stage.see("吉A12345")
    stage.journal.away = True
    stage.see("吉A12345")
    assert stage.arm.raised == []
    assert stage.work.view().state == "asking"


def test_one_reading_is_not_enough_and_the_guard_is_asked_after_the_time() -> None:
    stage = Stage()
    arrive(stage)
    stage.see("吉A12345")
    stage.clock.second += 3
    stage.work.handle(None)
    assert stage.arm.raised == []
    view = stage.work.view()
    assert (view.state, view.plate) == ("asking", "吉A12345")


@pytest.mark.parametrize("text", ["吉A12346", "吉B12345", "辽A12345", "吉A1234S"])
def test_one_character_away_does_not_open(text: str) -> None:
    stage = Stage()
    arrive(stage)
    for _ in range(5):
        stage.see(text)
    stage.clock.second += 3
    stage.work.handle(None)
    assert stage.arm.raised == []
    assert stage.work.view().state == "asking"


def test_a_stale_picture_decides_nothing() -> None:
    stage = Stage()
    arrive(stage)
    for _ in range(5):
        stage.see("吉A12345", age=0.9)
    assert stage.arm.raised == []


def test_the_guard_gets_the_whole_picture_that_came_too_late_to_decide() -> None:
    stage = Stage()
    arrive(stage)
    stage.see("吉A12345", age=0.9, frame=b"whole")
    stage.see("吉A12345", frame=b"")
    stage.clock.second += 3
    stage.work.handle(None)
    assert stage.work.view().state == "asking"
    assert stage.album.kept == [b"whole", b"plate"]


def test_the_plate_of_a_car_further_back_decides_nothing() -> None:
    stage = Stage(least_plate=150.0)
    arrive(stage)
    for _ in range(5):
        stage.see("吉A12345")
    assert stage.arm.raised == []


def test_no_plate_goes_to_the_guard_with_a_picture() -> None:
    stage = Stage()
    arrive(stage)
    stage.work.handle(FullPicture(b"whole", stage.clock.second))
    stage.clock.second += 3
    stage.work.handle(None)
    assert stage.work.view().state == "asking"
    assert stage.album.kept == [b"whole"]


def test_the_next_car_is_not_let_in_by_the_plate_of_the_one_before() -> None:
    stage = Stage()
    arrive(stage)
    stage.see("吉A12345")
    stage.see("吉A12345")
    outcome(stage)
    stage.work.handle(PassageSeen(PassageKind.ENTERED, stage.clock.second))
    arrive(stage)
    for _ in range(4):
        stage.see("吉A12345")
    assert len(stage.arm.raised) == 1


def test_a_guard_corrects_the_plate_and_admits() -> None:
    stage = Stage()
    arrive(stage)
    stage.see("吉A12346")
    stage.clock.second += 3
    stage.work.handle(None)
    passage = stage.work.view().passage
    assert passage is not None
    assert stage.work.handle(Answer(passage, "zhang", True, "吉A12345", "看清楚了"))
    *_, decided = stage.of(entries.PassageDecided)
    assert isinstance(decided, entries.PassageDecided)
    assert (decided.by, decided.corrected_from) == ("zhang", "吉A12346")
    assert len(stage.arm.raised) == 1
    assert not stage.work.handle(Answer(passage, "zhang", True, "吉A12345", "again"))
    assert len(stage.arm.raised) == 1


def test_a_guard_refuses() -> None:
    stage = Stage()
    arrive(stage)
    stage.clock.second += 3
    stage.work.handle(None)
    passage = stage.work.view().passage
    assert passage is not None
    assert stage.work.handle(Answer(passage, "zhang", False, "", "推销"))
    *_, decided = stage.of(entries.PassageDecided)
    assert isinstance(decided, entries.PassageDecided)
    assert (decided.by, decided.decision.verdict) == ("zhang", Verdict.REFUSE)
    assert stage.arm.raised == []


def test_a_raise_by_hand_is_recorded_with_name_and_remark() -> None:
    stage = Stage()
    assert stage.work.handle(Raise("zhang", "快递", emergency=False))
    (ordered,) = stage.of(entries.OpeningOrdered)
    assert isinstance(ordered, entries.OpeningOrdered)
    assert (ordered.by, ordered.remark) == ("zhang", "快递")


def test_the_button_in_the_hut_raises_and_says_so() -> None:
    stage = Stage()
    stage.work.handle(InputChanged(InputName.BUTTON, True, stage.clock.second))
    (ordered,) = stage.of(entries.OpeningOrdered)
    assert isinstance(ordered, entries.OpeningOrdered)
    assert ordered.by == "button"


@pytest.mark.parametrize("kind", [OutcomeKind.FAILED, OutcomeKind.INDETERMINATE])
def test_a_raise_that_failed_is_journalled_and_put_before_the_guard(kind: OutcomeKind) -> None:
    stage = Stage()
    arrive(stage)
    stage.see("吉A12345")
    stage.see("吉A12345")
    outcome(stage, kind)
    (ended,) = stage.of(entries.OpeningEnded)
    assert isinstance(ended, entries.OpeningEnded)
    assert ended.outcome == kind.value
    assert stage.work.view().state == "asking"
    assert len(stage.arm.raised) == 1


def test_alarms_are_recorded_and_move_nothing() -> None:
    stage = Stage()
    at = stage.clock.second
    stage.work.handle(PassageSeen(PassageKind.TAILGATING, at))
    stage.work.handle(BarrierAlarm(AlarmKind.ARM_FORCED, {}, at))
    stage.work.handle(LinkChanged(False, "unplugged", at))
    for state in ("lost", "restarting", "lost"):
        stage.work.handle(CameraReport(state, "", 0.0, None))
    kinds = [entry.kind for entry in stage.of(entries.AlarmRaised)]  # type: ignore[union-attr]
    assert kinds == ["tailgating", "arm_forced", "link_down", "camera"]
    assert stage.arm.raised == []


@pytest.mark.parametrize(
    ("why", "word", "board"),
    [
        ("board b at /dev/x: silent: no answer; check power", "silent", "board b at /dev/x"),
        ("crashed: see the log", "crashed: see the log", ""),
    ],
)
def test_a_board_that_does_not_answer_is_named(why: str, word: str, board: str) -> None:
    stage = Stage()
    stage.work.handle(LinkChanged(False, why, stage.clock.second))
    (alarm,) = stage.of(entries.AlarmRaised)
    assert isinstance(alarm, entries.AlarmRaised)
    assert (alarm.evidence["why"], alarm.evidence["board"]) == (word, board)


def test_a_car_that_follows_closely_gets_a_passage_of_its_own() -> None:
    stage = Stage()
    arrive(stage)
    stage.see("吉A12345")
    stage.see("吉A12345")
    outcome(stage)
    arrive(stage)
    stage.work.handle(PassageSeen(PassageKind.ENTERED, stage.clock.second))
    assert stage.work.view().state == "identifying"
    for _ in range(3):
        stage.see("吉B99999", track=2)
    assert len(stage.arm.raised) == 1


class TestWithoutLoops:
    """A lane whose only sense is its camera."""

    def test_a_plate_that_stood_there_from_the_start_begins_no_passage(self) -> None:
        stage = Stage(loop=False)
        for _ in range(5):
            stage.see("吉A12345", stay=PlateStay(stage.clock.second, at_start=True))
        assert stage.work.view().state == "idle"

    def test_a_parked_plate_does_not_hold_the_lane_against_one_that_comes(self) -> None:
        stage = Stage(loop=False)
        parked = PlateStay(stage.clock.second - 600.0)
        for _ in range(3):
            stage.see("京N88888", track=1, width=300.0, stay=parked)
            stage.see("吉A12345", track=2)
        assert len(stage.arm.raised) == 1

    def test_a_new_track_starts_a_passage_and_its_end_ends_it(self) -> None:
        stage = Stage(loop=False)
        stage.see("吉A12345")
        stage.see("吉A12345")
        outcome(stage)
        stage.work.handle(TrackLost(1, stage.clock.second))
        (started,) = stage.of(entries.PassageStarted)
        (ended,) = stage.of(entries.PassageEnded)
        assert isinstance(started, entries.PassageStarted)
        assert isinstance(ended, entries.PassageEnded)
        assert (started.trigger, ended.end) == (Trigger.CAMERA, PassageEnd.PASSED)

    def test_a_stranger_that_leaves_has_backed_out_and_what_was_read_is_kept(self) -> None:
        stage = Stage(loop=False)
        stage.see("吉A99999")
        stage.work.handle(TrackLost(1, stage.clock.second))
        (read,) = stage.of(entries.PassageRead)
        assert isinstance(read, entries.PassageRead)
        assert (read.text, read.picture.plate) == ("吉A99999", "sha-2")
        (ended,) = stage.of(entries.PassageEnded)
        assert isinstance(ended, entries.PassageEnded)
        assert ended.end is PassageEnd.BACKED_OUT


def drive_through(stage: Stage, width: float = 140.0) -> None:
    """Let the resident come, be read and pass; then the picture is empty again."""
    arrive(stage)
    for _ in range(2):
        stage.see("吉A12345", width=width)
    outcome(stage)
    stage.work.handle(PassageSeen(PassageKind.ENTERED, stage.clock.second))
    stage.work.handle(TrackLost(1, stage.clock.second))
    stage.clock.second += 15.0


def test_the_plate_behind_a_vehicle_that_cannot_be_read_does_not_open() -> None:
    """As wide as the setting asks, but not as wide as plates are at this line."""
    stage = Stage(least_plate=60.0)
    for _ in range(ENOUGH):
        drive_through(stage)
    opened = len(stage.arm.raised)
    arrive(stage)
    for _ in range(5):
        stage.see("吉A12345", track=2, width=80.0)
    stage.clock.second += 3
    stage.work.handle(None)
    assert len(stage.arm.raised) == opened
    assert stage.work.view().state == "asking"
    assert stage.of(entries.PassageDecided)[-1].decision.reason is Reason.NO_PLATE


def test_the_plate_in_the_next_lane_does_not_open() -> None:
    """As wide as at the line and moving, but not where plates at the line are."""
    stage = Stage()
    stage.work = stage.made(line=stop_line([(300.0, 430.0, 140.0)] * ENOUGH))
    arrive(stage)
    for _ in range(5):
        stage.see("吉A12345")
    stage.clock.second += 3
    stage.work.handle(None)
    assert stage.arm.raised == []
    assert stage.work.view().decision.reason is Reason.NO_PLATE


def test_a_picture_taken_while_it_drove_up_goes_on_record_with_the_decision() -> None:
    """The eye sends the whole picture once a second, here while the plate was small."""
    stage = Stage()
    stage.work = stage.made(line=stop_line([(970.0, 430.0, 200.0)] * ENOUGH))
    stage.see("京N88888", width=90.0)
    arrive(stage)
    for _ in range(2):
        stage.see("京N88888", width=200.0, frame=b"")
    (read,) = stage.of(entries.PassageRead)
    assert isinstance(read, entries.PassageRead)
    assert read.picture.frame


def test_a_lane_without_a_loop_reads_from_afar() -> None:
    stage = Stage(loop=False, least_plate=60.0)
    stage.work = stage.made(line=stop_line([(970.0, 430.0, 200.0)] * ENOUGH))
    for _ in range(2):
        stage.see("吉A12345", width=80.0)
    assert len(stage.arm.raised) == 1


def test_a_picture_that_did_not_see_the_vehicle_come_opens_nothing_and_is_told() -> None:
    """The camera repeats what it showed a minute ago, as if it was new."""
    stage = Stage()
    before = stage.clock.second - 60.0
    stage.work.handle(CameraReport("live", "", 10.0, 0.05, changed=before))
    arrive(stage)
    for _ in range(5):
        stage.see("吉A12345", stay=PlateStay(before))
    stage.clock.second += 3
    stage.work.handle(None)
    assert stage.arm.raised == []
    assert stage.work.view().state == "asking"
    assert stage.work.view().decision.reason is Reason.PLATE_WAS_THERE
    alarm = stage.of(entries.AlarmRaised)[-1]
    assert (alarm.kind, alarm.evidence["why"]) == ("camera", "frozen")


def test_a_camera_is_not_blamed_for_a_vehicle_that_came_while_the_loop_was_not_read() -> None:
    stage = Stage()
    before = stage.clock.second - 60.0
    stage.work.handle(CameraReport("live", "", 10.0, 0.05, changed=before))
    for on in (False, None, True):
        stage.work.handle(InputChanged(InputName.PRESENCE, on, stage.clock.second))
    stage.clock.second += 8
    stage.work.handle(None)
    assert stage.work.view().state == "asking"
    assert stage.of(entries.AlarmRaised) == []


def test_what_a_board_does_not_do_is_in_the_view() -> None:
    stage = Stage()
    faults = {BoardFault.INPUTS_UNREAD: "board south: refused: inputs"}
    stage.work.handle(ArmStateChanged(replace(ARM, faults=faults)))
    assert stage.work.view().board_faults == {"inputs_unread": "board south: refused: inputs"}


def test_a_vehicle_that_stood_before_the_loop_for_a_moment_was_seen_to_come() -> None:
    stage = Stage()
    came = stage.clock.second - 4.0
    arrive(stage)
    for _ in range(2):
        stage.see("吉A12345", stay=PlateStay(came, came, elsewhere=came))
    assert len(stage.arm.raised) == 1


@pytest.mark.parametrize("taught", [0, ENOUGH])
def test_a_plate_first_read_where_it_stands_opens_once_the_lane_knows_its_line(
    taught: int,
) -> None:
    """Before that nobody knows whether it came or whether what hid it went away."""
    stage = Stage()
    stage.work = stage.made(line=stop_line([(970.0, 430.0, 140.0)] * taught))
    arrive(stage)
    for _ in range(3):
        stage.see("吉A12345", stay=PlateStay(stage.clock.second, stage.clock.second - 1.0))
    stage.clock.second += 3
    stage.work.handle(None)
    assert len(stage.arm.raised) == bool(taught)
    view = stage.work.view()
    assert view.plate == "吉A12345"
    if not taught:
        assert view.decision.reason is Reason.PLATE_WAS_THERE
        (read,) = stage.of(entries.PassageRead)
        assert read.votes


def test_a_plate_seen_before_the_loop_closed_and_not_since_opens_nothing() -> None:
    stage = Stage()
    for _ in range(4):
        stage.see("吉A12345")
    arrive(stage)
    stage.clock.second += 3
    stage.work.handle(None)
    assert stage.arm.raised == []
    assert stage.work.view().state == "asking"


def test_a_stranger_is_not_let_in_on_the_readings_of_a_car_whose_track_was_lost() -> None:
    """Two cars in view, both tracks lost at once while no passage is open; then the next one."""
    stage = Stage()
    for _ in range(5):
        stage.see("吉A12345", track=1)
        stage.see("京N88888", track=2, width=100.0)
    for track in (1, 2):
        stage.work.handle(TrackLost(track, stage.clock.second))
    stage.clock.second += 0.4
    arrive(stage)
    stage.see("京N88888", track=3)
    stage.clock.second += 3
    stage.work.handle(None)
    assert stage.arm.raised == []
    assert stage.work.view().plate == "京N88888"


def test_a_new_camera_process_takes_nothing_over_from_the_one_before() -> None:
    stage = Stage()
    for _ in range(5):
        stage.see("吉A12345", track=1)
    stage.work.handle(CameraReport("restarting", "crashed", 0.0, None))
    arrive(stage)
    stage.see("京N88888", track=1)
    stage.clock.second += 3
    stage.work.handle(None)
    assert stage.arm.raised == []
    assert stage.work.view().plate == "京N88888"


def test_an_order_expires_with_the_picture_it_rests_on() -> None:
    stage = Stage()
    arrive(stage)
    stage.see("吉A12345")
    stage.clock.second += 0.4
    taken = stage.clock.second - 0.3
    stage.see("吉A12345", age=0.3)
    (_, expires) = stage.arm.raised[-1]
    assert expires == pytest.approx(taken + 0.8)


def test_what_took_too_long_to_decide_is_asked_and_not_ordered() -> None:
    """The process was stopped between the reading and the decision."""
    stage = Stage()
    arrive(stage)
    stage.see("吉A12345")
    decide = stage.work._decider.decide

    def slowly(*asked: object) -> Decision:
        stage.clock.second += 3.0
        return decide(*asked)

    stage.work._decider.decide = slowly
    stage.see("吉A12345")
    assert stage.arm.raised == []
    assert stage.work.view().decision.reason is Reason.PICTURE_OLD


def test_a_guards_answer_does_not_expire_with_a_picture() -> None:
    stage = Stage()
    arrive(stage)
    stage.see("京N88888")
    stage.clock.second += 3
    stage.work.handle(None)
    assert stage.work.handle(Answer(stage.work.view().passage, "wang", True, "", "other: known"))
    (_, expires) = stage.arm.raised[-1]
    assert expires == pytest.approx(stage.clock.second + 2.0)


def test_a_camera_that_was_zoomed_out_is_followed_after_the_guards_answers() -> None:
    stage = Stage()
    stage.work = stage.made(line=stop_line([(970.0, 430.0, 200.0)] * ENOUGH))
    for _ in range(ENOUGH + 1):
        arrive(stage)
        stage.see("吉A12345", width=100.0)
        stage.clock.second += 3
        stage.work.handle(None)
        passage = stage.work.view().passage
        assert passage is not None
        assert stage.work.handle(Answer(passage, "wang", True, "", "other: seen"))
        outcome(stage)
        stage.work.handle(PassageSeen(PassageKind.ENTERED, stage.clock.second))
        stage.work.handle(TrackLost(1, stage.clock.second))
        stage.clock.second += 15.0
    drive_through(stage, width=100.0)
    assert stage.work.view().decision.reason is Reason.RESIDENT
