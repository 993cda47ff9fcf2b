"""What must hold of every board, whatever happens on its wire; and that each of it can fail.

Random pulses, releases, pauses, faults, unpluggings and resets, on a clock that moves only when it
is waited on. Boards declared silent are left out: nothing can be proved of them.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from itertools import pairwise
from math import inf

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hardware.boards import driver
from hardware.boards import energised as holding
from hardware.boards.board import Ack, BoardSettings, RelayBoard
from hardware.boards.factory import open_boards
from hardware.boards.lctech_board import LcTechDialect
from hardware.boards.modbus_session import ModbusLine
from hardware.boards.status_board import UnacknowledgedProtocol
from hardware.boards.waveshare_board import WaveshareDialect
from hardware.emulators.faults import EmulatedFault
from hardware.emulators.rtu import Call, ModbusExceptionError
from hardware.emulators.waveshare import WaveshareBoard
from hardware.errors import BoardError
from tests.hardware.fake_clock import FakeClock
from tests.hardware.memory_port import MemoryWire
from tests.hardware.rig import KINDS, Kind

pytestmark = pytest.mark.slow

RAISE, LOWER = 1, 2
INTERLOCK = (frozenset({RAISE, LOWER}),)
Step = tuple[str, int, int]

TRUE_FAULTS = [fault for fault in EmulatedFault if fault is not EmulatedFault.ECHO]
steps = st.one_of(
    st.tuples(st.just("pulse"), st.sampled_from([RAISE, LOWER]), st.sampled_from([100, 400, 900])),
    st.tuples(st.just("turn"), st.sampled_from([RAISE, LOWER]), st.sampled_from([100, 400])),
    st.tuples(st.just("release"), st.sampled_from([RAISE, LOWER]), st.just(0)),
    st.tuples(st.just("release_all"), st.just(0), st.just(0)),
    st.tuples(st.just("wait"), st.integers(0, 900), st.just(0)),
    st.tuples(st.just("fault"), st.integers(0, len(TRUE_FAULTS) - 1), st.integers(1, 3)),
    st.tuples(st.just("unplug"), st.just(0), st.just(0)),
    st.tuples(st.just("unplug_after"), st.integers(0, 30), st.just(0)),
    st.tuples(st.just("plug"), st.just(0), st.just(0)),
    st.tuples(st.just("reset"), st.just(0), st.just(0)),
    st.tuples(st.just("weld"), st.sampled_from([RAISE, LOWER]), st.just(0)),
    st.tuples(st.just("free"), st.just(0), st.just(0)),
)


class Site:
    """A board in memory, its driver, and what must hold between them."""

    def __init__(self, kind: Kind) -> None:
        self.clock = FakeClock()
        self.wire = MemoryWire(kind.model(), self.clock)
        self.wire.faults.late_s = 0.3
        asked = BoardSettings(kind.protocol, "x", interlock=INTERLOCK, **kind.settings)
        asked = replace(asked, gap_s=None)
        (self.board,) = open_boards([asked], self.clock, opener=self.wire.open)
        self.board.connect()

    @property
    def energised(self) -> int:
        """How often a relay was energised so far."""
        return sum(change.energised for change in self.wire.model.relays.history)

    def do(self, step: Step) -> None:
        before, was_up = self.energised, self.board.trouble is None
        pulses = self._act(*step)
        assert self.energised - before <= pulses, "a relay was energised that nobody asked for"
        if not was_up and self.board.trouble is None:
            assert not any(self.wire.model.relays.states), "energised after a reconnect"
        assert frozenset({RAISE, LOWER}) not in self.wire.model.relays.together

    def _act(self, what: str, first: int, second: int) -> int:
        """Do one step; return how many energisings it may cause."""
        match what:
            case "pulse":
                with suppress(BoardError):
                    self.board.pulse(first, second)
                return 1
            case "turn":
                with suppress(BoardError):
                    self.board.release(3 - first)
                    self.board.pulse(first, second)
                return 1
            case "release":
                with suppress(BoardError):
                    self.board.release(first)
            case "release_all":
                with suppress(BoardError):
                    self.board.release_all()
            case "wait":
                self.serve(first / 1000)
            case "fault":
                self.wire.faults.on(TRUE_FAULTS[first], second)
            case _:
                self._plug(what, first)
        return 0

    def _plug(self, what: str, count: int) -> None:
        match what:
            case "unplug":
                self.wire.plugged = False
            case "unplug_after":
                self.wire.faults.unplug_after = count
            case "plug":
                self.wire.plugged = True
            case "reset":
                self.wire.model.relays.welded.clear()
                self.wire.model.reset(self.clock.now)
            case "weld":
                self.wire.model.relays.welded.add(count)
            case "free":
                self.wire.model.relays.welded.clear()

    def serve(self, seconds: float) -> None:
        end = self.clock.now + seconds
        while self.clock.now < end:
            due = self.board.service()
            left = end - self.clock.now
            self.wire.pass_time(max(0.001, left if due is None else min(due, left)))

    def _stuck_is_told(self) -> None:
        """Whatever stays energised is known, and whatever is called stuck stays energised."""
        self.serve(12.0)
        energised = {ch for ch, on in enumerate(self.wire.model.relays.states, 1) if on}
        told = self.board.stuck if self.board.trouble is None else energised
        assert told == energised, "stuck and not told, or told and not stuck"

    def settle(self) -> None:
        """End all faults and let service() do its work."""
        self.wire.faults.clear()
        self.wire.plugged = True
        self._stuck_is_told()
        self.wire.model.relays.welded.clear()
        before = self.energised
        self.serve(12.0)
        assert self.board.trouble is None, "the link did not come back"
        assert not any(self.wire.model.relays.states), "left energised"
        assert self.energised == before, "pulsed late"


def live(kind: Kind, story: list[Step]) -> None:
    site = Site(kind)
    for step in story:
        site.do(step)
    site.settle()


provable = {name: kind for name, kind in KINDS.items() if not kind.settings.get("silent")}


@pytest.mark.parametrize("kind", provable.values(), ids=provable.keys())
def test_whatever_happens_relays_obey_and_let_go(kind: Kind) -> None:
    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(steps, min_size=1, max_size=25))
    def property_(story: list[Step]) -> None:
        live(kind, story)

    property_()


def no_rivals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding.EnergisedRelays, "rivals", lambda self, channel, now: ())


def no_release_at_connect(monkeypatch: pytest.MonkeyPatch) -> None:
    for dialect in (WaveshareDialect, LcTechDialect, UnacknowledgedProtocol):
        monkeypatch.setattr(dialect, "release_all", lambda self: Ack(b"", b"", True))
    monkeypatch.setattr(driver.Driver, "_expect_released", lambda self: None)
    monkeypatch.setattr(driver.Driver, "_watch", lambda self, states: None)


def a_release_is_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    def told(self: holding.EnergisedRelays, channel: int, *_at: float, **_answered: bool) -> None:
        self.released(channel)

    monkeypatch.setattr(holding.EnergisedRelays, "told", told)
    monkeypatch.setattr(driver.Driver, "_watch", lambda self, states: None)


def writes_are_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    once = ModbusLine.tell

    def twice(self: ModbusLine, request, *before: float) -> Ack:
        try:
            return once(self, request, *before)
        except BoardError:
            self._wire._clock.sleep(1.0)
            return once(self, request, *before)

    monkeypatch.setattr(ModbusLine, "tell", twice)


def a_lost_pulse_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    def plan(self: driver.Driver, channel: int, ms: int) -> None:
        if ms == 0:
            self._holding.released(channel)
        elif not self._dialect.timed:
            self._holding.release_at(channel, self._clock.monotonic() + ms / 1000)

    monkeypatch.setattr(driver.Driver, "_plan_end", plan)
    monkeypatch.setattr(driver.Driver, "_watch", lambda self, states: None)


def nothing_is_read_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding.EnergisedRelays, "to_prove", lambda self, now: ())


def an_answer_is_enough_for_the_rival(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holding.EnergisedRelays, "unproven", lambda self, channels: ())


def commands_wait_for_the_wire(monkeypatch: pytest.MonkeyPatch) -> None:
    pulse = driver.Driver.pulse
    link = driver.Driver._link
    waiting: list[tuple[int, int]] = []

    def keep(self: RelayBoard, channel: int, ms: int, before: float = inf) -> Ack:
        try:
            return pulse(self, channel, ms)
        except BoardError:
            waiting.append((channel, ms))
            raise

    def link_and_send(self: driver.Driver, tries: int):
        identity = link(self, tries)
        while waiting:
            pulse(self, *waiting.pop())
        return identity

    monkeypatch.setattr(driver.Driver, "pulse", keep)
    monkeypatch.setattr(driver.Driver, "_link", link_and_send)


MUTANTS: dict[str, tuple[str, Callable[[pytest.MonkeyPatch], None]]] = {
    "no interlock": ("waveshare", no_rivals),
    "no interlock in software pulses": ("lcus-raw", no_rivals),
    "nothing released at connect": ("kmtronic", no_release_at_connect),
    "an unanswered release is believed": ("lcus-spaced", a_release_is_believed),
    "nothing is read back": ("waveshare", nothing_is_read_back),
    "nothing is read back in software pulses": ("numato", nothing_is_read_back),
    "an answer is enough for the rival": ("lctech-ff", an_answer_is_enough_for_the_rival),
    "writes are repeated": ("waveshare", writes_are_repeated),
    "a pulse that failed is not ended": ("numato", a_lost_pulse_is_forgotten),
    "commands wait for the wire": ("lctech-ff", commands_wait_for_the_wire),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_each_rule_is_seen_to_fail_when_it_is_broken(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, break_rule = MUTANTS[name]
    break_rule(monkeypatch)

    @settings(
        max_examples=400,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(steps, min_size=5, max_size=25))
    def property_(story: list[Step]) -> None:
        live(KINDS[kind], story)

    with pytest.raises(AssertionError):
        property_()


def test_a_board_that_is_away_costs_the_others_of_its_bus_little() -> None:
    """One short question at a time, at growing distances, for as long as it takes."""
    site = Site(KINDS["waveshare"])
    site.wire.faults.on(EmulatedFault.DEAF)
    for _ in range(driver.MISSES):
        with pytest.raises(BoardError):
            site.board.read_inputs()
    tries: list[tuple[float, float]] = []
    end = site.clock.now + 60
    while site.clock.now < end:
        start = site.clock.now
        due = site.board.service()
        assert due is not None
        if site.clock.now > start:
            tries.append((start, site.clock.now - start))
        site.wire.pass_time(max(due, 0.001))
    assert max(length for _, length in tries) < 0.45
    starts = [start for start, _ in tries]
    pauses = [later - earlier for earlier, later in pairwise(starts)]
    assert pauses[0] < 1.0
    assert pauses[-1] > 4.9
    assert len(tries) < 20


def test_a_firmware_without_version_is_accepted() -> None:
    class Versionless(WaveshareBoard):
        def _registers(self, call: Call) -> bytes:
            if call.word(0) == 0x8000:
                raise ModbusExceptionError(2)
            return super()._registers(call)

    site = Site(replace(KINDS["waveshare"], model=Versionless))
    assert site.board.identity is not None
    assert site.board.identity.version is None


def test_an_idle_board_that_stops_answering_is_noticed() -> None:
    site = Site(KINDS["lcus-spaced"])
    site.serve(30.0)
    assert site.board.trouble is None
    site.wire.faults.on(EmulatedFault.DEAF)
    site.serve(driver.ALIVE_S + driver.MISSES * 2)
    assert site.board.trouble is not None
