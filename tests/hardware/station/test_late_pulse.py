"""No pulse leaves after its time, however long the wire, its answers or this program were busy.

Every wait of the clock here takes some seconds longer than asked, as on a machine that has other
things to do; whatever an order waits for between the decision and its first byte, it must not come
late.
"""

from math import inf

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hardware.barrier.events import LowerRequested, RaiseRequested
from hardware.barrier.inputs import InputName, InputWiring
from hardware.barrier.model import BarrierSettings, OutcomeKind, OutcomeReason
from hardware.boards.board import BoardSettings
from hardware.boards.factory import open_boards
from hardware.emulators.faults import EmulatedFault
from hardware.errors import BoardError, Trouble
from hardware.station.station import ArmSettings, OrderOutcome, Station
from hardware.wire.wire import WireDirection, WireFrame
from tests.hardware.fake_clock import FakeClock
from tests.hardware.memory_port import MemoryWire
from tests.hardware.rig import KINDS, Kind

pytestmark = pytest.mark.slow

RAISE, LOWER = 1, 2
FRAME_S = 0.04
"""Longer than any of these boards takes to hear a command once its first byte has left."""
ALL = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
HARD = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


class BusyClock(FakeClock):
    """A clock on which every wait takes `lag` seconds longer than asked."""

    lag = 0.0

    def advance(self, seconds: float) -> None:
        super().advance(seconds + self.lag)


class Hut:
    """A station without a thread on an emulated board in memory."""

    def __init__(self, kind: Kind, inputs: bool = False) -> None:
        self.clock = BusyClock()
        self.wire = MemoryWire(kind.model(), self.clock)
        self.frames: list[WireFrame] = []
        self.outcomes: list[OrderOutcome] = []
        asked = BoardSettings(kind.protocol, "x", **{**kind.settings, "gap_s": None})
        (self.board,) = open_boards([asked], self.clock, self.frames.append, self.wire.open)
        wired = {InputName.SAFETY: InputWiring(1, debounce_ms=0)} if inputs else {}
        barrier = BarrierSettings(safety_permanent=True)
        arm = ArmSettings(RAISE, LOWER, inputs=wired, barrier=barrier)
        self.station = Station(self.board, {"south": arm}, self.clock, self._told)
        self.board.connect()
        self.pass_time(1.0)

    def _told(self, _lane: str, event: object) -> None:
        if isinstance(event, OrderOutcome):
            self.outcomes.append(event)

    def pass_time(self, seconds: float) -> None:
        end = self.clock.now + seconds
        while self.clock.now < end:
            self.wire.pass_time(min(max(self.station.turn(), 0.001), 0.05))

    def pulses(self, channel: int) -> list[float]:
        """The seconds at which this relay was energised."""
        history = self.wire.model.relays.history
        return [one.at for one in history if one.energised and one.channel == channel]


@ALL
def test_no_raise_leaves_after_its_time(kind: Kind) -> None:
    @HARD
    @given(
        lag=st.sampled_from([0.0, 0.004, 0.03, 0.2, 3.0]),
        life=st.floats(0.01, 1.0),
        unanswered=st.booleans(),
    )
    def property_(lag: float, life: float, unanswered: bool) -> None:
        hut = Hut(kind)
        if unanswered:
            hut.wire.faults.on(EmulatedFault.SILENCE, 2)
            hut.station.command("south", RaiseRequested("before", hut.clock.now + 1.0))
            hut.station.turn()
        known = len(hut.pulses(RAISE))
        expires = hut.clock.now + life
        hut.clock.lag = lag
        hut.station.command("south", RaiseRequested("asked", expires))
        hut.pass_time(6.0)
        late = [at - expires for at in hut.pulses(RAISE)[known:] if at > expires + FRAME_S]
        assert not late

    property_()


def test_a_raise_that_waits_too_long_for_the_wire_is_late_and_the_next_one_goes() -> None:
    """The gap of an LCUS wire is 75 ms: the first order dies in it."""
    hut = Hut(KINDS["lcus-spaced"])
    hut.board.release(RAISE)
    hut.station.command("south", RaiseRequested("first", hut.clock.now + 0.05))
    hut.pass_time(1.0)
    assert [(one.order_id, one.outcome, one.why) for one in hut.outcomes] == [
        ("first", OutcomeKind.EXPIRED, OutcomeReason.LATE)
    ]
    assert not hut.pulses(RAISE)
    hut.station.command("south", RaiseRequested("second", hut.clock.now + 1.0))
    hut.pass_time(1.0)
    assert hut.outcomes[-1].outcome is OutcomeKind.RAISED
    assert len(hut.pulses(RAISE)) == 1


@ALL
def test_a_board_says_that_a_pulse_is_late_and_sends_nothing(kind: Kind) -> None:
    hut = Hut(kind)
    sent = sum(frame.direction is WireDirection.SENT for frame in hut.frames)
    with pytest.raises(BoardError) as late:
        hut.board.pulse(RAISE, 200, hut.clock.now)
    assert late.value.kind is Trouble.LATE
    assert sum(frame.direction is WireDirection.SENT for frame in hut.frames) == sent
    assert hut.board.trouble is None, "the link is as good as before"
    assert hut.board.pulse(RAISE, 200, inf)


@pytest.mark.parametrize("lag", [0.0, 0.01, 0.05, 0.11, 0.2, 1.0])
def test_no_lowering_leaves_on_loops_that_were_seen_too_long_ago(lag: float) -> None:
    """What is worth no more than its inputs is looked at when the wire is free, too."""
    hut = Hut(KINDS["waveshare"], inputs=True)
    hut.station.command("south", RaiseRequested("up", hut.clock.now + 1.0))
    hut.pass_time(10.0)
    hut.clock.lag = lag
    hut.station.command("south", LowerRequested("down"))
    hut.pass_time(20.0)
    for lowered in hut.pulses(LOWER):
        assert lowered - _last_read(hut, lowered) <= BarrierSettings().fresh_for + FRAME_S
    assert len(hut.pulses(LOWER)) == (lag < 0.15)


def _last_read(hut: Hut, before: float) -> float:
    """When the last question after the inputs was written before then."""
    asked = [one.at for one in hut.frames if one.data[1:2] == b"\x02" and one.at < before]
    return max(asked)


def test_an_unanswered_raise_is_not_sent_again() -> None:
    for kind in KINDS.values():
        hut = Hut(kind)
        hut.wire.faults.on(EmulatedFault.SILENCE, 1)
        hut.station.command("south", RaiseRequested("asked", hut.clock.now + 3.0))
        hut.pass_time(8.0)
        assert len(hut.pulses(RAISE)) == 1, kind.protocol
        assert len({one.order_id for one in hut.outcomes}) == len(hut.outcomes) == 1
