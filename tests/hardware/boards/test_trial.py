"""Trying a board by hand over an emulated one."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware.boards.board import BoardProtocol, BoardSettings
from hardware.boards.trial import Trial, TrialAction, run
from hardware.clock import SystemClock
from hardware.emulators.device import EmulatedDevice
from hardware.emulators.line import PtyLine
from hardware.emulators.waveshare import LINKAGE, WaveshareBoard

pytestmark = pytest.mark.slow


class Bench:
    """A board on the bench of an installer."""

    def __init__(self, tmp_path: Path) -> None:
        self.model = WaveshareBoard(mode=LINKAGE)
        self.link = tmp_path / "board"
        self.device = EmulatedDevice(self.model, line=PtyLine(self.link), baud=None)
        self.lines: list[str] = []

    def try_(self, action: TrialAction, protocol: BoardProtocol = BoardProtocol.WAVESHARE, **more):
        settings = BoardSettings(protocol, str(self.link), reply_s=0.2, **more.pop("settings", {}))
        return run(Trial(settings, action, **more), self.lines.append, SystemClock())


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    with bench.device:
        yield bench


def test_status_shows_the_board_its_findings_and_its_frames(bench: Bench) -> None:
    bench.device.set_input(3, True)
    assert bench.try_(TrialAction.STATUS) == 0
    text = "\n".join(bench.lines)
    assert "waveshare board, 8 relays, 8 inputs, version V1.00" in text
    assert "corrected: input 1 drove relay 1 (linkage)" in text
    assert "relays energised: none" in text
    assert "inputs closed: 3" in text
    assert "->  01 01 00 00 00 08 3D CC" in text
    assert "<-  01 02 01 04" in text


def test_a_pulse_is_tried_by_the_printed_number(bench: Bench) -> None:
    assert bench.try_(TrialAction.PULSE, channel=2, ms=200) == 0
    assert any("01 05 02 01 00 02" in line for line in bench.lines)
    (seconds,) = bench.model.relays.energised_for(2)
    assert seconds > 0.19


def test_watch_tells_changes_and_comes_back_after_an_unplugging(bench: Bench) -> None:
    clock = SystemClock()

    def listen(line: str) -> None:
        bench.lines.append(line)
        if line == "inputs closed: none":
            bench.device.set_input(1, True)
        if line == "inputs closed: 1":
            bench.device.unplug()
        if line.startswith("link down"):
            bench.device.plug()

    settings = BoardSettings(BoardProtocol.WAVESHARE, str(bench.link), reply_s=0.2)
    assert run(Trial(settings, TrialAction.WATCH, watch_s=2.0), listen, clock) == 0
    told = [line for line in bench.lines if line.startswith(("inputs", "link"))]
    assert told[0] == "inputs closed: none"
    assert told[1] == "inputs closed: 1"
    assert told[2].startswith("link down")
    assert told[3] == "link up"


def test_the_wrong_protocol_fails_with_a_sentence(bench: Bench) -> None:
    assert bench.try_(TrialAction.STATUS, BoardProtocol.KMTRONIC) == 1
    assert bench.lines[-1].startswith("failed: board at")
    assert bench.model.relays.history == []


def test_settings_that_cannot_be_fail_before_the_wire(bench: Bench) -> None:
    assert bench.try_(TrialAction.STATUS, BoardProtocol.LCUS, settings={"address": 3}) == 1
    assert "no address" in bench.lines[0]
    assert len(bench.lines) == 1
