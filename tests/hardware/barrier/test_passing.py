"""What the loops say about vehicles, with all loops, with fewer, and with none."""

import pytest

from hardware.barrier.inputs import InputName, InputSnapshot, Signal
from hardware.barrier.model import Mode, Position
from hardware.barrier.passing import PassageKind, PassageSettings, Watch, grant, watch

K = PassageKind
ALL = ("presence", "safety", "behind")


class Lane:
    """A lane with some loops; `look` says which of them are on."""

    def __init__(self, loops: tuple[str, ...] = ALL) -> None:
        self.loops = loops
        self.watch = Watch(PassageSettings(open_too_long=20.0, loop_stuck=60.0))
        self.now = 100.0
        self.position, self.mode = Position.CLOSED, Mode.AUTOMATIC
        self.events = []

    def look(self, *on: str, seconds: float = 0.1, unknown: tuple[str, ...] = ()) -> None:
        self.now += seconds
        signals = {
            InputName(name): Signal.UNKNOWN
            if name in unknown
            else Signal.ON
            if name in on
            else Signal.OFF
            for name in self.loops
        }
        self.watch, events = watch(
            self.watch, InputSnapshot(self.now, signals), self.position, self.mode, self.now
        )
        self.events += events

    def open(self, granted: bool = True) -> None:
        self.position = Position.OPEN
        if granted:
            self.watch = grant(self.watch)

    @property
    def kinds(self) -> list[PassageKind]:
        return [event.kind for event in self.events]


def test_a_vehicle_that_was_never_under_the_arm_backs_out():
    lane = Lane()
    lane.look("presence")
    lane.look("presence", seconds=20.0)
    lane.look()
    assert lane.kinds == [K.BACKED_OUT]
    assert lane.events[0].certain


def test_a_loop_that_cannot_be_read_is_no_vehicle_that_backs_out():
    lane = Lane()
    lane.look("presence")
    lane.look(unknown=("presence",))
    lane.look("presence")
    assert lane.kinds == []


def drive_in(lane: Lane) -> None:
    lane.look("presence")
    lane.look("presence", "safety")
    lane.look("safety")
    lane.look("safety", "behind")
    lane.look("behind")
    lane.look()


def test_a_vehicle_with_a_right_enters():
    lane = Lane()
    lane.look("presence")
    lane.open()
    drive_in(lane)
    assert lane.kinds == [K.ENTERED]
    assert lane.events[0].certain


def test_a_vehicle_that_goes_back_has_not_entered():
    lane = Lane()
    lane.open()
    for on in (("presence",), ("presence", "safety"), ("presence",), ()):
        lane.look(*on)
    assert lane.kinds == [K.BACKED_OUT]


def test_the_second_vehicle_on_one_right_is_tailgating():
    lane = Lane()
    lane.open()
    drive_in(lane)
    drive_in(lane)
    assert lane.kinds == [K.ENTERED, K.TAILGATING, K.ENTERED]


def test_two_rights_let_two_vehicles_in():
    lane = Lane()
    lane.open()
    lane.open()
    drive_in(lane)
    drive_in(lane)
    assert lane.kinds == [K.ENTERED, K.ENTERED]


def test_a_right_ends_with_the_closed_arm():
    lane = Lane()
    lane.open()
    lane.look()
    lane.position = Position.CLOSED
    lane.look()
    lane.open(granted=False)
    drive_in(lane)
    assert K.TAILGATING in lane.kinds


@pytest.mark.parametrize("mode", [Mode.HELD_OPEN, Mode.FIRE])
def test_nobody_tailgates_through_a_held_arm(mode):
    lane = Lane()
    lane.open(granted=False)
    lane.mode = mode
    drive_in(lane)
    assert lane.kinds == [K.ENTERED]


def test_a_vehicle_from_the_far_side_goes_the_wrong_way():
    lane = Lane()
    lane.open()
    for on in (("behind",), ("behind", "safety"), ("safety", "presence"), ("presence",), ()):
        lane.look(*on)
    assert lane.kinds == [K.WRONG_WAY]


def test_through_a_closed_arm_is_forced():
    lane = Lane()
    drive_in(lane)
    assert lane.kinds == [K.ENTERED, K.ARM_FORCED]


def test_an_arm_open_for_long_is_told_once():
    lane = Lane()
    lane.open()
    for _ in range(60):
        lane.look(seconds=1.0)
    assert lane.kinds == [K.OPEN_TOO_LONG]
    assert lane.events[0].evidence["seconds"] == "20"


def test_a_held_arm_is_not_open_for_too_long():
    lane = Lane()
    lane.open()
    lane.mode = Mode.HELD_OPEN
    for _ in range(60):
        lane.look(seconds=1.0)
    assert lane.kinds == []


def test_a_stuck_loop_is_told_once_each_time():
    lane = Lane()
    for _ in range(90):
        lane.look("presence", seconds=1.0)
    lane.look()
    assert lane.kinds == [K.LOOP_STUCK, K.BACKED_OUT]
    for _ in range(70):
        lane.look("presence", seconds=1.0)
    assert lane.kinds == [K.LOOP_STUCK, K.BACKED_OUT, K.LOOP_STUCK]


def test_without_a_loop_behind_leaving_the_presence_loop_tells_the_direction():
    lane = Lane(("presence", "safety"))
    lane.open()
    for on in (
        ("presence",),
        ("presence", "safety"),
        ("safety",),
        ("presence", "safety"),
        ("presence",),
    ):
        lane.look(*on)
    assert lane.kinds == [K.ENTERED]
    back = Lane(("presence", "safety"))
    back.open()
    for on in (("presence",), ("presence", "safety"), ("presence",), ()):
        back.look(*on)
    assert back.kinds == [K.BACKED_OUT]


def test_with_a_presence_loop_only_nothing_is_certain():
    lane = Lane(("presence",))
    lane.look("presence")
    lane.open()
    lane.look("presence")
    lane.look()
    assert lane.kinds == [K.ENTERED]
    assert not lane.events[0].certain
    lane.look("presence")
    lane.look()
    assert lane.kinds == [K.ENTERED, K.ENTERED, K.TAILGATING]


def test_with_a_presence_loop_only_leaving_before_a_closed_arm_is_backing_out():
    lane = Lane(("presence",))
    lane.look("presence")
    lane.look()
    assert lane.kinds == [K.BACKED_OUT]


def test_without_loops_only_the_arm_is_watched():
    lane = Lane(())
    lane.open()
    for _ in range(30):
        lane.look(seconds=1.0)
    assert lane.kinds == [K.OPEN_TOO_LONG]


def test_an_unknown_loop_is_taken_as_it_was():
    lane = Lane()
    lane.look("presence")
    lane.open()
    lane.look("presence", "safety")
    lane.look("safety", unknown=("presence", "safety", "behind"))
    lane.look("safety", "behind")
    lane.look("behind")
    lane.look()
    assert lane.kinds == [K.ENTERED]


def test_settings_that_would_alarm_at_every_passage_are_refused():
    with pytest.raises(ValueError, match="open_too_long"):
        PassageSettings(open_too_long=1.0)
