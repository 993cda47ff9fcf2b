"""What people ask of the arms: written first, with the picture, and not forgotten by a restart."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gate.cameras.messages import Preview
from gate.domain import entries
from gate.domain.entries import BarrierAction, GuardActed
from gate.domain.passage import LaneId
from gate.domain.ports import Lanes
from gate.journal.latches import Latches, latches_of
from gate.lanes.control import ANSWER_WITHIN, SHOWS_NOW_S, LaneControl
from gate.lanes.event_bus import EventBus
from gate.lanes.messages import Operate
from gate.lanes.thread import LaneThread
from tests.gate.journal.journal_cast import NORTH, SOUTH, desk
from tests.gate.lanes.lane_cast import Stage


@contextmanager
def works(controller: LaneThread) -> Iterator[None]:
    controller.start()
    try:
        yield
    finally:
        assert controller.stop(5.0)


def site_of(stage: Stage) -> tuple[LaneControl, LaneThread]:
    hub = EventBus()
    controller = LaneThread(stage.work, stage.clock, hub)
    lanes = {LaneId("south"): controller}
    made = LaneControl(lanes, hub=hub, journal=stage.journal, clock=stage.clock)
    return made, controller


@pytest.mark.parametrize("action", BarrierAction)
def test_what_is_asked_is_written_with_name_reason_and_picture_before_the_arm_hears_of_it(action):
    stage = Stage()
    site, controller = site_of(stage)
    controller.tell(Preview(b"what the camera shows", stage.clock.second))
    with works(controller):
        assert site.command(SOUTH, action, "li", "broken", 60.0)
    first, then = stage.log[-2:]
    assert isinstance(first, GuardActed)
    assert (first.by, first.action, first.remark) == ("li", action.value, "broken")
    assert first.picture == "sha-1"
    assert not isinstance(then, entries.Entry)


def test_an_old_picture_does_not_show_what_a_person_acted_on():
    stage = Stage()
    site, controller = site_of(stage)
    controller.tell(Preview(b"long ago", stage.clock.second))
    stage.clock.second += SHOWS_NOW_S + 1
    with works(controller):
        assert site.command(SOUTH, BarrierAction.LOCK, "li", "")
    assert stage.of(GuardActed)[0].picture == ""


@pytest.mark.parametrize("action", BarrierAction)
def test_what_cannot_be_written_is_not_done(action):
    stage = Stage()
    site, controller = site_of(stage)
    stage.journal.away = True
    with works(controller):
        assert not site.command(SOUTH, action, "li", "")
    assert stage.log == []


def test_what_the_person_was_told_failed_is_not_done_later():
    stage = Stage()
    _, controller = site_of(stage)
    until = stage.clock.second + ANSWER_WITHIN
    stage.clock.second = until + 0.1
    late = Operate(BarrierAction.LOWER, "li", "", until)
    with works(controller):
        assert not controller.ask(late).result(5.0)
    assert stage.log == []


@pytest.mark.parametrize("action", BarrierAction)
def test_a_lane_that_is_not_there_does_nothing(action):
    stage = Stage()
    site, _ = site_of(stage)
    assert not site.command(LaneId("west"), action, "li", "")
    assert stage.log == []


def test_a_raise_by_hand_keeps_the_picture_of_that_moment():
    stage = Stage()
    site, controller = site_of(stage)
    controller.tell(Preview(b"an ambulance", stage.clock.second))
    controller.start()
    try:
        assert site.raise_by_hand(SOUTH, "li", "emergency", True)
    finally:
        assert controller.stop(5.0)
    decided = stage.of(entries.PassageDecided)[0]
    assert stage.album.get(decided.picture.frame) == b"an ambulance"


def test_locks_and_maintenance_are_remembered_over_a_restart(tmp_path: Path):
    def now(lane: LaneId = SOUTH) -> Latches:
        with made.database.reading() as connection:
            return latches_of(connection, lane)

    with desk(tmp_path) as made:
        assert now() == Latches(locked=False, maintenance=False)
        made.journal.append(GuardActed(SOUTH, "li", "lock"))
        made.journal.append(GuardActed(SOUTH, "li", "maintenance_on", "broken"))
        assert now() == Latches(locked=True, maintenance=True)
        assert now(NORTH) == Latches(locked=False, maintenance=False)
        made.journal.append(GuardActed(SOUTH, "li", "unlock"))
        assert now() == Latches(locked=False, maintenance=True)
        made.journal.append(GuardActed(SOUTH, "wang", "maintenance_off"))
        assert now() == Latches(locked=False, maintenance=False)


def test_a_site_is_what_pages_ask():
    site, _ = site_of(Stage())
    lanes: Lanes = site
    assert [view.lane for view in lanes.views()] == ["south"]
