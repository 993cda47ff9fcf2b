"""The station: what is asked is done at once or refused, and no wire makes anybody wait."""

import logging
import threading
from dataclasses import replace
from math import inf

import pytest

from hardware.barrier import guards
from hardware.barrier.events import (
    FireReset,
    HoldReleased,
    HoldRequested,
    LockRequested,
    LowerRequested,
    MaintenanceOff,
    MaintenanceOn,
    RaiseRequested,
    Unlocked,
)
from hardware.barrier.inputs import InputName, InputWiring, Signal
from hardware.barrier.model import (
    AlarmKind,
    BarrierSettings,
    BoardLink,
    Controller,
    Mode,
    OutcomeKind,
    OutcomeReason,
    Position,
    PresenceState,
)
from hardware.barrier.passing import PassageKind, PassageSeen
from hardware.boards.factory import BoardProtocol, BoardSettings, open_board
from hardware.clock import SystemClock
from hardware.emulators.arm import Contact, EmulatedArm
from hardware.emulators.cars import Behaviour, Car, Loop
from hardware.emulators.device import EmulatedDevice
from hardware.emulators.lane import EmulatedLane, LaneWiring
from hardware.emulators.line import PtyLine
from hardware.emulators.waveshare import WaveshareBoard
from hardware.station.station import (
    ArmSettings,
    ArmStateChanged,
    BarrierAlarm,
    InputChanged,
    LinkChanged,
    OrderOutcome,
    Station,
    StationError,
)
from tests.hardware.fake_clock import FakeClock
from tests.hardware.paper_board import PaperBoard
from tests.hardware.rig import KINDS

pytestmark = pytest.mark.slow

INPUTS = {
    InputName.PRESENCE: InputWiring(1),
    InputName.SAFETY: InputWiring(2),
    InputName.BEHIND: InputWiring(3),
    InputName.ARM_UP: InputWiring(4),
    InputName.ARM_DOWN: InputWiring(5),
}
SOUTH = ArmSettings(1, 2, inputs=INPUTS, barrier=BarrierSettings(safety_permanent=True))
RAISE_ONLY = BarrierSettings(controller=Controller.RAISE_ONLY, closes_itself=True)
NORTH = ArmSettings(
    3,
    inputs={InputName.PRESENCE: InputWiring(6), InputName.FIRE: InputWiring(7)},
    barrier=RAISE_ONLY,
)


class Desk:
    """A station without a thread on a paper board; `pass_time` is its thread."""

    def __init__(self, **arms: ArmSettings) -> None:
        self.clock = FakeClock()
        self.board = PaperBoard(self.clock)
        self.events: list[tuple[str, object]] = []
        self.board.levels[4] = True
        self.station = Station(
            self.board,
            arms or {"south": SOUTH},
            self.clock,
            lambda lane, event: self.events.append((lane, event)),
        )

    def pass_time(self, seconds: float) -> None:
        end = self.clock.now + seconds
        while self.clock.now < end:
            self.clock.advance(min(max(self.station.turn(), 0.001), end - self.clock.now + 0.001))

    def linked(self) -> "Desk":
        self.pass_time(0.5)
        self.events.clear()
        self.board.calls.clear()
        return self

    def outcome(self, order: str) -> OrderOutcome:
        found = [e for _, e in self.events if isinstance(e, OrderOutcome) and e.order_id == order]
        assert len(found) == 1, found
        return found[0]

    def of(self, kind: type) -> list:
        return [event for _, event in self.events if isinstance(event, kind)]


def test_at_start_relays_are_released_inputs_read_and_nothing_moves():
    desk = Desk()
    desk.pass_time(1.0)
    assert desk.board.count("connect") == 1
    assert ("release", 1) in desk.board.calls
    assert ("release", 2) in desk.board.calls
    assert desk.board.count("pulse") == 0
    state = desk.station.state("south")
    assert (state.position, state.link) == (Position.CLOSED, BoardLink.UP)
    assert state.presence is PresenceState.CLEAR
    assert state.inputs[InputName.ARM_DOWN] is Signal.ON


class TestInputsOnAnotherBoard:
    """A relay board without inputs, and a second board that the loops are wired to."""

    def make(self):
        desk = Desk()
        loops = PaperBoard(desk.clock)
        loops.levels[4] = True
        desk.board.inputs = 0
        desk.station = Station(
            desk.board,
            {"south": SOUTH},
            desk.clock,
            lambda lane, event: desk.events.append((lane, event)),
            also=[(loops, {})],
            inputs={0: 1},
        )
        return desk.linked(), loops

    def test_the_loops_are_read_from_it(self):
        desk, loops = self.make()
        assert desk.station.state("south").presence is PresenceState.CLEAR
        loops.levels[1] = True
        desk.pass_time(0.3)
        assert desk.station.state("south").presence is PresenceState.PRESENT

    def test_nothing_is_lowered_while_it_does_not_answer(self):
        desk, loops = self.make()
        desk.station.command("south", RaiseRequested("up", desk.clock.now + 2))
        desk.pass_time(1.0)
        loops.levels[3], loops.levels[4] = True, False
        desk.pass_time(0.5)
        loops.broken = True
        desk.pass_time(1.0)
        assert desk.station.state("south").presence is PresenceState.UNKNOWN
        desk.board.calls.clear()
        desk.station.command("south", LowerRequested("down"))
        desk.pass_time(15.0)
        assert ("pulse", 2) not in [call[:2] for call in desk.board.calls]

    def test_a_board_without_inputs_and_without_another_is_refused(self):
        desk = Desk()
        desk.board.inputs = 0
        with pytest.raises(StationError, match="no input"):
            Station(desk.board, {"south": SOUTH}, desk.clock, lambda _lane, _event: None)


def test_inputs_are_read_every_50_ms():
    desk = Desk().linked()
    desk.pass_time(2.0)
    assert 38 <= desk.board.count("read") <= 42


def test_a_raise_goes_out_in_the_next_turn_with_its_bytes_told():
    desk = Desk().linked()
    desk.station.command("south", RaiseRequested("a", desk.clock.now + 1.0))
    before = desk.clock.now
    desk.station.turn()
    assert desk.clock.now == before
    assert ("pulse", 1) in desk.board.calls
    told = desk.outcome("a")
    assert (told.outcome, told.why) == (OutcomeKind.RAISED, OutcomeReason.CONFIRMED)
    assert (told.sent_hex, told.received_hex) == ("01 01", "02 01")
    assert desk.station.energised("south") == {1}


def test_an_order_that_waited_for_the_thread_beyond_its_time_is_not_sent():
    desk = Desk().linked()
    desk.station.command("south", RaiseRequested("a", desk.clock.now + 1.0))
    desk.station.command("south", LowerRequested("b"))
    desk.clock.advance(6.0)
    desk.pass_time(1.0)
    assert desk.outcome("a").outcome is OutcomeKind.EXPIRED
    assert desk.outcome("b").outcome is OutcomeKind.EXPIRED
    assert desk.board.count("pulse") == 0


def test_time_that_passes_between_decision_and_bytes_is_noticed():
    """The expiry is looked at once more, after the barrier and before the wire."""
    desk = Desk().linked()
    ticks = iter([0.0, 0.0, 2.0, 2.0])

    def late(step=desk.clock.monotonic):
        desk.clock.now += next(ticks, 0.0)
        return step()

    desk.station.command("south", RaiseRequested("a", desk.clock.now + 1.0))
    desk.clock.monotonic = late
    desk.station.turn()
    assert desk.board.count("pulse") == 0
    assert (desk.outcome("a").outcome, desk.outcome("a").why) == (
        OutcomeKind.EXPIRED,
        OutcomeReason.LATE,
    )


def test_a_raise_on_a_dead_wire_is_refused_at_once_and_never_replayed():
    desk = Desk()
    desk.board.broken = True
    desk.pass_time(0.5)
    desk.station.command("south", RaiseRequested("a", desk.clock.now + 60.0))
    desk.pass_time(0.1)
    assert desk.outcome("a").why is OutcomeReason.LINK_DOWN
    desk.board.broken = False
    desk.pass_time(5.0)
    assert desk.station.state("south").link is BoardLink.UP
    assert desk.board.count("pulse") == 0


def test_link_changes_are_told_once_with_the_reason():
    desk = Desk().linked()
    desk.board.broken = True
    desk.pass_time(3.0)
    desk.board.broken = False
    desk.pass_time(3.0)
    links = desk.of(LinkChanged)
    assert [event.up for event in links] == [False, True]
    assert "made of paper" in links[0].why


def test_a_reconnect_that_nobody_saw_is_a_lost_link():
    desk = Desk().linked()
    desk.board.connect()
    desk.pass_time(0.2)
    assert [event.up for event in desk.of(LinkChanged)] == [False, True]


def test_a_pulse_that_failed_is_indeterminate_and_the_relay_is_released():
    desk = Desk().linked()
    desk.board.fail.add("pulse")
    desk.station.command("south", RaiseRequested("a", desk.clock.now + 1.0))
    desk.pass_time(0.3)
    assert desk.outcome("a").outcome is OutcomeKind.INDETERMINATE
    assert desk.board.count("pulse") == 1
    assert desk.board.count("release") >= 1
    assert desk.of(BarrierAlarm)[0].kind is AlarmKind.PULSE_FAILED


def test_one_failed_read_is_tried_again_and_two_make_the_inputs_unknown():
    desk = Desk().linked()
    desk.board.fail.add("read")
    desk.pass_time(0.06)
    assert desk.board.count("read") >= 2
    assert desk.station.state("south").presence is PresenceState.UNKNOWN
    assert all(event.on is None for event in desk.of(InputChanged))
    assert len(desk.of(InputChanged)) == len(INPUTS)


def test_a_slow_board_makes_the_inputs_stale_and_presence_unknown():
    desk = Desk().linked()
    assert desk.station.state("south").presence is PresenceState.CLEAR
    desk.clock.advance(0.31)
    assert desk.station.state("south").presence is PresenceState.UNKNOWN


def test_the_arm_is_never_lowered_on_somebody():
    desk = Desk().linked()
    desk.board.levels[4], desk.board.levels[3], desk.board.levels[1] = False, True, True
    desk.pass_time(0.5)
    desk.station.command("south", LowerRequested("down"))
    desk.pass_time(30.0)
    assert desk.board.count("pulse") == 0
    assert desk.outcome("down").why is OutcomeReason.PRESENT


def test_a_lowering_that_meets_a_car_is_raised_with_a_dead_time_and_one_relay_at_a_time():
    desk = Desk().linked()
    desk.board.levels[4], desk.board.levels[3] = False, True
    desk.pass_time(2.0)
    desk.station.command("south", LowerRequested("down"))
    desk.pass_time(0.2)
    assert desk.outcome("down").outcome is OutcomeKind.LOWERED
    desk.board.levels[3], desk.board.levels[1] = False, True
    desk.pass_time(0.5)
    pulses = [channel for name, channel in desk.board.calls if name == "pulse"]
    assert pulses == [2, 1]
    assert not desk.board.together


def test_the_second_interlock_stops_what_a_wrong_barrier_orders(monkeypatch):
    monkeypatch.setattr(guards, "must_free_first", lambda barrier, relay: False)
    desk = Desk().linked()
    desk.board.levels[4], desk.board.levels[3] = False, True
    desk.pass_time(2.0)
    desk.station.command("south", LowerRequested("down"))
    desk.pass_time(0.12)
    desk.station.command("south", RaiseRequested("up", desk.clock.now + 1.0))
    desk.pass_time(0.3)
    assert desk.board.count("pulse") >= 1
    assert not desk.board.together


def test_two_lanes_on_one_board_do_not_mix():
    desk = Desk(south=SOUTH, north=NORTH).linked()
    desk.station.command("north", RaiseRequested("n", desk.clock.now + 1.0))
    desk.pass_time(0.2)
    assert [channel for name, channel in desk.board.calls if name == "pulse"] == [3]
    assert desk.station.state("north").position is not Position.CLOSED
    assert desk.station.state("south").position is Position.CLOSED
    assert {lane for lane, event in desk.events if isinstance(event, OrderOutcome)} == {"north"}


def test_a_fire_input_raises_and_is_reset_by_a_person():
    desk = Desk(north=NORTH).linked()
    desk.board.levels[6] = True
    desk.pass_time(0.5)
    assert desk.station.state("north").mode is Mode.FIRE
    assert desk.board.count("pulse") >= 1
    desk.station.command("north", FireReset("wang"))
    desk.pass_time(0.2)
    assert desk.station.state("north").mode is Mode.FIRE
    desk.board.levels[6] = False
    desk.pass_time(0.5)
    desk.station.command("north", FireReset("wang"))
    desk.pass_time(0.2)
    assert desk.station.state("north").mode is Mode.AUTOMATIC


def test_hold_lock_maintenance_and_their_ends():
    desk = Desk().linked()
    station = desk.station
    station.command("south", HoldRequested("hold", desk.clock.now + 60.0))
    desk.pass_time(0.1)
    assert station.state("south").mode is Mode.HELD_OPEN
    assert desk.outcome("hold").outcome is OutcomeKind.RAISED
    assert station.state("south").hold_until == pytest.approx(desk.clock.now + 60.0, abs=0.5)
    station.command("south", HoldReleased())
    station.command("south", LockRequested())
    desk.pass_time(0.1)
    assert station.state("south").mode is Mode.LOCKED
    station.command("south", Unlocked())
    station.command("south", MaintenanceOn())
    desk.pass_time(0.1)
    assert station.state("south").mode is Mode.MAINTENANCE
    station.command("south", MaintenanceOff())
    desk.pass_time(0.1)
    assert station.state("south").mode is Mode.AUTOMATIC


def test_a_listener_that_fails_holds_nothing_up(caplog):
    clock = FakeClock()
    board = PaperBoard(clock)

    def fails(lane, event):
        raise RuntimeError("no room")

    station = Station(board, {"south": SOUTH}, clock, fails)
    with caplog.at_level(logging.ERROR):
        station.turn()
        clock.advance(0.2)
        station.turn()
        station.command("south", RaiseRequested("a", clock.now + 1.0))
        station.turn()
    assert board.count("pulse") == 1


def test_a_crash_in_a_turn_releases_the_relays_and_the_station_goes_on(caplog):
    desk = Desk().linked()
    right = desk.board.read_inputs
    desk.board.read_inputs = lambda: 1 / 0
    with caplog.at_level(logging.CRITICAL):
        desk.pass_time(0.2)
    assert desk.board.count("release_all") >= 1
    desk.board.read_inputs = right
    desk.pass_time(2.0)
    assert desk.station.state("south").link is BoardLink.UP
    desk.station.command("south", RaiseRequested("a", desk.clock.now + 1.0))
    desk.pass_time(0.3)
    assert desk.outcome("a").outcome is OutcomeKind.RAISED


def test_wirings_that_cannot_be_are_refused():
    clock = FakeClock()
    board = PaperBoard(clock)
    clash = ArmSettings(1, barrier=RAISE_ONLY)
    far = ArmSettings(9, barrier=RAISE_ONLY)
    blind = ArmSettings(1, barrier=RAISE_ONLY, inputs={InputName.FIRE: InputWiring(9)})
    for arms in ({"a": clash, "b": clash}, {"a": far}, {"a": blind}):
        with pytest.raises(StationError, match="board paper"):
            Station(board, arms, clock, lambda lane, event: None)
    with pytest.raises(StationError, match="south"):
        Station(board, {"south": SOUTH}, clock, print).command("west", RaiseRequested("a", 0.0))
    for wrong in ({"lower_channel": 1}, {"lower_channel": None}):
        with pytest.raises(ValueError, match=r"relay|lower_channel"):
            ArmSettings(raise_channel=1, **wrong)


def test_asking_never_waits_and_stopping_ends_the_thread():
    clock = SystemClock()
    hangs = threading.Event()

    class Hanging(PaperBoard):
        def read_inputs(self):
            hangs.wait(5.0)
            return tuple(self.levels)

    board = Hanging(FakeClock())
    station = Station(board, {"south": SOUTH}, clock, lambda lane, event: None)
    station.start()
    for number in range(100):
        station.command("south", RaiseRequested(str(number), clock.monotonic() + 1.0))
        station.state("south")
    assert not station.stop(timeout=0.05)
    hangs.set()
    assert station.stop(timeout=5.0)
    assert board.count("close") == 1


class _Answering(PaperBoard):
    """A board whose answer to a pulse comes only when the test lets it."""

    def __init__(self, clock):
        super().__init__(clock)
        self.asked, self.answers = threading.Event(), threading.Event()

    def pulse(self, channel, ms, before=inf):
        self.asked.set()
        self.answers.wait(20.0)
        return super().pulse(channel, ms, before)


def test_every_order_that_meets_the_end_gets_an_outcome_and_no_alarm():
    clock, told = SystemClock(), []
    board = _Answering(FakeClock())
    station = Station(board, {"north": NORTH}, clock, lambda lane, event: told.append(event))
    station.start()
    station.command("north", RaiseRequested("in flight", inf))
    assert board.asked.wait(20.0)
    station.command("north", RaiseRequested("queued", inf))
    assert not station.stop(timeout=0.0)
    board.answers.set()
    assert station.stop(timeout=20.0)
    station.command("north", LowerRequested("after"))
    station.command("north", HoldRequested("after too", inf))
    station.command("north", LockRequested())
    ended = {one.order_id: (one.outcome, one.why) for one in told if isinstance(one, OrderOutcome)}
    assert ended == {
        "in flight": (OutcomeKind.RAISED, OutcomeReason.CONFIRMED),
        "queued": (OutcomeKind.FAILED, OutcomeReason.ENDED),
        "after": (OutcomeKind.FAILED, OutcomeReason.ENDED),
        "after too": (OutcomeKind.FAILED, OutcomeReason.ENDED),
    }
    assert board.count("pulse") == 1
    assert [event.up for event in told if isinstance(event, LinkChanged)] == [True]
    assert not [event for event in told if isinstance(event, BarrierAlarm)]


# With an emulated board, arm and cars on a real wire.


class Site:
    """One lane as it is in the street, with the station that runs it."""

    def __init__(self, tmp_path, **arm) -> None:
        self.clock = SystemClock()
        self.device = EmulatedDevice(WaveshareBoard(), line=PtyLine(tmp_path / "b"), baud=None)
        wiring = LaneWiring(
            {1: Contact.RAISE, 2: Contact.LOWER},
            {Loop.PRESENCE: 1, Loop.SAFETY: 2, Loop.BEHIND: 3},
            4,
            5,
        )
        self.arm = EmulatedArm(travel=0.4, **arm)
        self.lane = EmulatedLane(self.device, self.arm, wiring, self.clock)
        settings = BoardSettings(BoardProtocol.WAVESHARE, str(tmp_path / "b"), name="south")
        self.events: list[object] = []
        self.board = open_board(settings, self.clock)
        self.station = Station(
            self.board, {"south": SOUTH}, self.clock, lambda lane, event: self.events.append(event)
        )

    def __enter__(self) -> "Site":
        self.device.start()
        self.lane.start()
        self.station.start()
        self.until(lambda: self.state.position is Position.CLOSED)
        return self

    def __exit__(self, *_: object) -> None:
        assert self.station.stop(5.0)
        self.lane.stop()
        self.device.stop()

    @property
    def state(self):
        return self.station.state("south")

    def until(self, holds, seconds: float = 20.0) -> None:
        end = self.clock.monotonic() + seconds
        while not holds():
            assert self.clock.monotonic() < end, (self.state, self.events[-6:])
            self.clock.sleep(0.01)

    def outcome(self, order: str) -> OrderOutcome | None:
        told = [e for e in self.events if isinstance(e, OrderOutcome) and e.order_id == order]
        return told[0] if told else None


def test_a_car_comes_through_and_the_arm_comes_down_behind_it(tmp_path):
    with Site(tmp_path) as site:
        site.lane.send(Car(speed=9.0))
        site.until(lambda: site.state.inputs[InputName.PRESENCE] is Signal.ON)
        site.station.command("south", RaiseRequested("up", site.clock.monotonic() + 2.0))
        site.until(lambda: any(isinstance(e, PassageSeen) for e in site.events))
        site.station.command("south", LowerRequested("down"))
        site.until(lambda: site.state.position is Position.CLOSED)
    seen = [event.kind for event in site.events if isinstance(event, PassageSeen)]
    assert seen == [PassageKind.ENTERED]
    assert (site.arm.hits, site.arm.together) == (0, 0)
    positions = [e.state.position for e in site.events if isinstance(e, ArmStateChanged)]
    assert [p for i, p in enumerate(positions) if i == 0 or p is not positions[i - 1]][1:6] == [
        Position.CLOSED,
        Position.OPENING,
        Position.OPEN,
        Position.CLOSING,
        Position.CLOSED,
    ]


def test_a_car_that_stops_under_a_closing_arm_is_not_hit(tmp_path):
    with Site(tmp_path) as site:
        site.station.command("south", RaiseRequested("up", site.clock.monotonic() + 2.0))
        site.until(lambda: site.state.position is Position.OPEN)
        site.station.command("south", LowerRequested("down"))
        site.until(lambda: site.outcome("down") is not None)
        site.arm.travel = 3.0
        site.lane.send(Car(Behaviour.BREAKS_THROUGH, speed=60.0, front=-2.0))
        site.until(lambda: any(isinstance(e, BarrierAlarm) for e in site.events))
        site.until(lambda: site.state.position in (Position.OPENING, Position.OPEN))
        site.until(lambda: site.arm.moving == 1 or site.arm.is_up)
    assert (site.arm.hits, site.arm.together) == (0, 0)


@pytest.mark.parametrize("after", range(16))
def test_unplugged_in_a_pulse_nothing_stays_energised_and_nothing_comes_late(
    tmp_path, after, caplog
):
    """After so many bytes of the pulse's exchange (8 there, 8 back) the plug comes out."""
    with Site(tmp_path) as site:
        raises = site.arm.raises
        pulse = site.board.pulse

        def unplug_in(channel, ms, before):
            site.device.faults.unplug_after = after
            return pulse(channel, ms, before)

        site.board.pulse = unplug_in
        site.station.command("south", RaiseRequested("up", site.clock.monotonic() + 2.0))
        site.until(lambda: site.outcome("up") is not None)
        site.board.pulse = pulse
        site.until(lambda: site.state.link is BoardLink.DOWN)
        told = site.outcome("up")
        site.device.plug()
        site.until(lambda: site.state.link is BoardLink.UP)
        site.until(lambda: not any(site.device.relays))
        site.clock.sleep(0.1)
        assert told.outcome in (OutcomeKind.INDETERMINATE, OutcomeKind.FAILED)
        assert site.arm.raises - raises <= 1
        assert not any(site.device.relays)
    assert "crashed" not in caplog.text


@pytest.mark.parametrize(
    "kind", ["waveshare", "lctech-fe-4", "lcus-spaced", "lcus-silent", "numato"]
)
def test_every_kind_of_board_raises_an_arm_and_lets_go(tmp_path, kind):
    kind = KINDS[kind]
    clock = SystemClock()
    told: list[object] = []
    link = tmp_path / "b"
    with EmulatedDevice(kind.model(), line=PtyLine(link), baud=None) as device:
        board = open_board(BoardSettings(kind.protocol, str(link), **kind.settings), clock)
        arm = ArmSettings(1, barrier=replace(RAISE_ONLY, pulse_ms=300))
        station = Station(board, {"a": arm}, clock, lambda lane, event: told.append(event))
        station.start()
        end = clock.monotonic() + 20.0
        while station.state("a").link is BoardLink.DOWN and clock.monotonic() < end:
            clock.sleep(0.01)
        device.model.relays.history.clear()
        station.command("a", RaiseRequested("up", clock.monotonic() + 2.0))
        while len(device.model.relays.history) < 2 and clock.monotonic() < end:
            clock.sleep(0.01)
        assert station.stop(5.0)
    assert [change.energised for change in device.model.relays.history] == [True, False]
    assert device.model.relays.energised_for(1)[0] >= 0.25
    outcomes = [event.outcome for event in told if isinstance(event, OrderOutcome)]
    assert outcomes == [OutcomeKind.RAISED]
