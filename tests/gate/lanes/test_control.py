"""What people ask of the arms: written first, with the picture, and not forgotten by a restart."""

from pathlib import Path

import pytest

from gate.cameras.messages import Preview
from gate.domain import entries
from gate.domain.entries import GuardActed
from gate.domain.passage import LaneId
from gate.domain.ports import Lanes
from gate.journal.latches import Latches, latches_of
from gate.lanes.control import SHOWS_NOW_S, LaneControl, LaneHandle
from gate.lanes.event_bus import EventBus
from gate.lanes.thread import LaneThread
from tests.gate.journal.journal_cast import NORTH, SOUTH, desk
from tests.gate.lanes.lane_cast import Stage

DEEDS = ["lower", "lock", "unlock", "begin_maintenance", "end_maintenance", "reset_fire"]


def site_of(stage: Stage) -> tuple[LaneControl, LaneThread]:
    hub = EventBus()
    controller = LaneThread(stage.work, stage.clock, hub)
    parts = {LaneId("south"): LaneHandle(controller, stage.arm, 600.0)}
    made = LaneControl(
        parts,
        hub=hub,
        journal=stage.journal,
        pictures=stage.album,
        clock=stage.clock,
        new_id=stage.new_id,
    )
    return made, controller


@pytest.mark.parametrize("deed", [*DEEDS, "reset_fault", "release_hold"])
def test_a_deed_is_written_with_name_reason_and_picture_before_the_arm_hears_of_it(deed):
    stage = Stage()
    site, controller = site_of(stage)
    controller.tell(Preview(b"what the camera shows", stage.clock.second))
    assert getattr(site, deed)(SOUTH, "li", "broken")
    first, then = stage.log[-2:]
    assert isinstance(first, GuardActed)
    assert (first.by, first.remark, first.picture) == ("li", "broken", "sha-1")
    assert not isinstance(then, entries.Entry)


def test_an_old_picture_does_not_show_what_a_person_acted_on():
    stage = Stage()
    site, controller = site_of(stage)
    controller.tell(Preview(b"long ago", stage.clock.second))
    stage.clock.second += SHOWS_NOW_S + 1
    assert site.lock(SOUTH, "li", "")
    assert stage.of(GuardActed)[0].picture == ""


@pytest.mark.parametrize("deed", DEEDS)
def test_what_cannot_be_written_is_not_done(deed):
    stage = Stage()
    site, _ = site_of(stage)
    stage.journal.away = True
    assert not getattr(site, deed)(SOUTH, "li", "")
    assert stage.log == []


@pytest.mark.parametrize("deed", DEEDS)
def test_a_lane_that_is_not_there_does_nothing(deed):
    stage = Stage()
    site, _ = site_of(stage)
    assert not getattr(site, deed)(LaneId("west"), "li", "")
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
