"""A board that answers and does not do its part is not taken for a healthy one."""

from dataclasses import replace

import pytest

from hardware.barrier.events import FireSignal, RaiseRequested
from hardware.barrier.inputs import InputName, InputWiring, Signal
from hardware.barrier.model import (
    AlarmKind,
    BarrierSettings,
    BoardLink,
    Controller,
    OutcomeKind,
    Position,
)
from hardware.boards.factory import BoardProtocol
from hardware.station.events import BoardFault
from hardware.station.station import ArmSettings, BarrierAlarm, LinkChanged, OrderOutcome
from tests.hardware.rig import KINDS
from tests.hardware.station.ailing import AILMENTS, INPUTS, READS, WRITES, Bench

WITH_INPUTS = {
    "waveshare": (INPUTS, KINDS["waveshare"]),
    "lctech": (INPUTS, KINDS["lctech-ff"]),
    "numato": ((b"gpio",), KINDS["numato"]),
}
ARM = ArmSettings(
    1,
    inputs={InputName.PRESENCE: InputWiring(1), InputName.ARM_DOWN: InputWiring(2)},
    barrier=BarrierSettings(controller=Controller.RAISE_ONLY, closes_itself=True),
)
TWO_WAYS = ArmSettings(1, 2)
PROVABLE = {name: kind for name, kind in KINDS.items() if not kind.settings.get("silent")}
WRITTEN = {
    name: ((b"relay on",) if kind.protocol is BoardProtocol.NUMATO else WRITES, kind)
    for name, kind in KINDS.items()
    if kind.protocol in {BoardProtocol.WAVESHARE, BoardProtocol.LCTECH, BoardProtocol.NUMATO}
}


def well(bench: Bench) -> Bench:
    """Return it with its arm down and nothing told yet."""
    bench.set_input(2, True)
    bench.pass_time(0.5)
    assert (bench.state.position, bench.state.link) == (Position.CLOSED, BoardLink.UP)
    assert not bench.state.faults
    bench.events.clear()
    return bench


def told(bench: Bench) -> list[str]:
    """Return what people were told of a board that does not work, in words with its place."""
    alarms = [
        f"{e.kind} {e.evidence['board']}"
        for e in bench.of(BarrierAlarm)
        if e.kind is AlarmKind.INPUTS_UNREAD
    ]
    return alarms + [event.why for event in bench.of(LinkChanged) if not event.up]


@pytest.mark.parametrize("ailment", AILMENTS)
@pytest.mark.parametrize("kind", WITH_INPUTS)
class TestInputsThatAreNotRead:
    def test_the_board_is_named_within_two_seconds_and_the_arm_is_unknown(self, kind, ailment):
        asked, board = WITH_INPUTS[kind]
        bench = well(Bench(board, ARM))
        bench.models[0].ails, bench.models[0].spoil = asked, AILMENTS[ailment]
        bench.pass_time(2.0)
        assert bench.state.position is Position.UNKNOWN
        assert bench.state.faults or bench.state.link is BoardLink.DOWN
        said = told(bench)
        assert len(said) == 1
        assert "board b0 at 0" in said[0]

    def test_it_stays_told_and_does_not_flap(self, kind, ailment):
        asked, board = WITH_INPUTS[kind]
        bench = well(Bench(board, ARM))
        bench.models[0].ails, bench.models[0].spoil = asked, AILMENTS[ailment]
        bench.pass_time(2.0)
        for _ in range(120):
            bench.pass_time(0.25)
            assert bench.state.faults or bench.state.link is BoardLink.DOWN
        assert len(told(bench)) == 1

    def test_it_is_well_again_when_they_are_read_again(self, kind, ailment):
        asked, board = WITH_INPUTS[kind]
        bench = well(Bench(board, ARM))
        bench.models[0].ails, bench.models[0].spoil = asked, AILMENTS[ailment]
        bench.pass_time(3.0)
        bench.models[0].ails = ()
        bench.pass_time(7.0)
        assert not bench.state.faults
        assert (bench.state.position, bench.state.link) == (Position.CLOSED, BoardLink.UP)


@pytest.mark.parametrize("ailment", AILMENTS)
def test_loops_on_another_board_are_missed_as_well(ailment):
    bench = well(Bench(KINDS["waveshare-8ch"], ARM, loops=KINDS["lctech-ff"]))
    bench.models[1].ails, bench.models[1].spoil = INPUTS, AILMENTS[ailment]
    bench.pass_time(2.0)
    assert BoardFault.INPUTS_UNREAD in bench.state.faults
    assert bench.state.position is Position.UNKNOWN
    assert [said.split(": ")[0] for said in told(bench)] == ["inputs_unread board b1 at 1"]


def test_loops_on_another_board_that_is_unplugged_are_missed_as_well():
    bench = well(Bench(KINDS["waveshare-8ch"], ARM, loops=KINDS["lctech-ff"]))
    bench.wires[1].plugged = False
    bench.pass_time(2.0)
    assert "b1" in bench.state.faults[BoardFault.INPUTS_UNREAD]
    assert bench.state.position is Position.UNKNOWN


def test_an_arm_whose_inputs_are_refused_can_still_be_raised_and_is_for_fire():
    bench = well(Bench(KINDS["waveshare"], ARM))
    bench.models[0].ails, bench.models[0].spoil = INPUTS, AILMENTS["exception"]
    bench.pass_time(2.0)
    bench.station.command("south", RaiseRequested("by hand", bench.clock.now + 1.0))
    bench.pass_time(1.0)
    assert [e.outcome for e in bench.of(OrderOutcome)] == [OutcomeKind.RAISED]
    before = len(bench.models[0].relays.history)
    bench.station.command("south", FireSignal(on=True))
    bench.pass_time(12.0)
    assert len(bench.models[0].relays.history) > before


def test_one_read_in_five_is_enough():
    bench = well(Bench(KINDS["waveshare"], ARM))
    model, number = bench.models[0], 0

    def mostly(answer: bytes) -> bytes:
        nonlocal number
        number += 1
        return answer if number % 5 == 0 else AILMENTS["exception"](answer)

    model.ails, model.spoil = INPUTS, mostly
    bench.pass_time(20.0)
    assert told(bench) == []


def test_an_arm_without_inputs_does_not_miss_them():
    bench = Bench(KINDS["waveshare"], replace(ARM, inputs={}))
    bench.models[0].ails, bench.models[0].spoil = INPUTS, AILMENTS["exception"]
    bench.pass_time(5.0)
    assert not bench.state.faults


@pytest.mark.parametrize("kind", ["waveshare", "waveshare-8ch", "lctech-ff"])
def test_a_board_that_answers_only_errors_is_not_linked(kind):
    bench = Bench(KINDS[kind], TWO_WAYS)
    bench.pass_time(0.5)
    bench.models[0].ails, bench.models[0].spoil = READS + WRITES, AILMENTS["exception"]
    bench.pass_time(20.0)
    assert bench.state.link is BoardLink.DOWN
    assert "refused" in bench.state.why


@pytest.mark.parametrize("ailment", [name for name in AILMENTS if name != "noise"])
@pytest.mark.parametrize("kind", WRITTEN)
class TestWritesThatAreNotDone:
    def test_they_are_told_until_one_works(self, kind, ailment):
        asked, board = WRITTEN[kind]
        bench = Bench(board, TWO_WAYS)
        bench.pass_time(0.5)
        bench.models[0].ails, bench.models[0].spoil = asked, AILMENTS[ailment]
        bench.station.command("south", RaiseRequested("up", bench.clock.now + 1.0))
        bench.pass_time(0.4)
        failed = [e.evidence["why"] for e in bench.of(BarrierAlarm)]
        assert failed
        assert bench.state.faults or bench.state.link is BoardLink.DOWN
        bench.models[0].ails = ()
        bench.pass_time(10.0)
        bench.station.command("south", RaiseRequested("again", bench.clock.now + 1.0))
        bench.pass_time(1.0)
        assert not bench.state.faults
        assert bench.state.link is BoardLink.UP


@pytest.mark.parametrize("ailment", ["exception", "silence"])
def test_a_pulse_that_was_not_done_is_not_made_good_by_a_release(ailment):
    bench = Bench(KINDS["lctech-ff"], TWO_WAYS)
    bench.pass_time(0.5)
    bench.models[0].ails, bench.models[0].spoil = (b"\x10",), AILMENTS[ailment]
    bench.station.command("south", RaiseRequested("up", bench.clock.now + 1.0))
    bench.pass_time(5.0)
    assert "board b0" in bench.state.faults[BoardFault.WRITES_FAIL]


class TestAWeldedRelay:
    @pytest.mark.parametrize("kind", PROVABLE)
    def test_it_is_alarmed_within_two_seconds_of_its_pulse_and_named(self, kind):
        bench = Bench(PROVABLE[kind], TWO_WAYS)
        bench.pass_time(0.5)
        bench.models[0].relays.welded.add(1)
        bench.station.command("south", RaiseRequested("up", bench.clock.now + 1.0))
        bench.pass_time(0.5 + 2.0)
        stuck = [e for e in bench.of(BarrierAlarm) if e.kind is AlarmKind.RELAY_STUCK]
        assert [(e.evidence["relay"], e.evidence["channel"]) for e in stuck] == [("raise", "1")]
        assert stuck[0].evidence["board"] == "board b0 at 0"
        assert bench.state.position is Position.FAULT
        assert BoardFault.RELAY_STUCK in bench.state.faults

    @pytest.mark.parametrize("kind", PROVABLE)
    def test_its_rival_is_never_energised_and_it_is_well_when_it_lets_go(self, kind):
        bench = Bench(PROVABLE[kind], TWO_WAYS)
        bench.pass_time(0.5)
        relays = bench.models[0].relays
        relays.welded.add(2)
        bench.boards[0].pulse(2, 300)
        bench.pass_time(3.0)
        bench.station.command("south", FireSignal(on=True))
        bench.pass_time(5.0)
        assert not relays.together
        relays.welded.clear()
        bench.pass_time(5.0)
        assert not bench.state.faults
        assert len([e for e in bench.of(BarrierAlarm) if e.kind is AlarmKind.RELAY_STUCK]) == 1

    @pytest.mark.parametrize("kind", PROVABLE)
    def test_a_relay_that_nobody_energised_is_released(self, kind):
        bench = Bench(PROVABLE[kind], TWO_WAYS)
        bench.pass_time(3.0)
        bench.models[0].relays.set(1, True, bench.clock.now)
        bench.pass_time(12.0)
        assert not any(bench.models[0].relays.states)
        assert not bench.state.faults

    def test_a_silent_board_cannot_tell(self):
        bench = Bench(KINDS["lcus-silent"], TWO_WAYS)
        bench.models[0].relays.welded.add(1)
        bench.station.command("south", RaiseRequested("up", bench.clock.now + 1.0))
        bench.pass_time(5.0)
        assert not bench.state.faults

    @pytest.mark.parametrize("kind", PROVABLE)
    def test_a_healthy_board_is_never_blamed(self, kind):
        bench = Bench(PROVABLE[kind], TWO_WAYS)
        for number in range(20):
            bench.station.command("south", RaiseRequested(str(number), bench.clock.now + 1.0))
            bench.pass_time(0.7 + number / 10)
            assert not bench.state.faults
        assert not [e for e in bench.of(BarrierAlarm) if e.kind is AlarmKind.RELAY_STUCK]


def test_a_signal_that_was_on_when_the_board_came_back_is_told_as_unknown_first():
    bench = well(Bench(KINDS["waveshare"], ARM))
    bench.models[0].ails, bench.models[0].spoil = INPUTS, AILMENTS["exception"]
    bench.pass_time(2.0)
    bench.set_input(1, True)
    bench.models[0].ails = ()
    bench.pass_time(0.5)
    assert bench.state.inputs[InputName.PRESENCE] is Signal.ON
