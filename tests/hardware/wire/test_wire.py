"""Life on a bad wire: silence, lateness, noise, echo, unplugging, swapping, sharing.

Each of these runs against an emulated board on a pseudo-terminal or a serial server.
"""

import contextlib
import errno
import os
import socket
import termios
from pathlib import Path

import pytest
import serial

from hardware.boards.board import BoardProtocol, BoardSettings
from hardware.boards.factory import open_board, open_boards
from hardware.clock import SystemClock
from hardware.emulators.device import EmulatedDevice
from hardware.emulators.faults import EmulatedFault
from hardware.emulators.kmtronic import KmtronicBoard
from hardware.emulators.lcus import LcusBoard, Status
from hardware.emulators.line import PtyLine, TcpLine
from hardware.emulators.waveshare import LINKAGE, WaveshareBoard
from hardware.errors import BoardError, Trouble
from hardware.wire.wire import Wire, WireDirection, WireFrame, trouble_of
from tests.hardware.fake_clock import FakeClock
from tests.hardware.rig import KINDS, QUICK, Kind, Rig, rig

pytestmark = pytest.mark.slow

WAVESHARE = BoardProtocol.WAVESHARE
LCUS = BoardProtocol.LCUS
QUICK_ANSWER = {"reply_s": 0.05}
unplugged_kinds = pytest.mark.parametrize("name", ["waveshare", "lctech-ff", "lcus-raw", "numato"])


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look at idle wires and try to reconnect much sooner than on a site."""
    monkeypatch.setattr("hardware.boards.driver.TOUCH_S", 0.02)
    monkeypatch.setattr("hardware.boards.driver.FIRST_RETRY_S", 0.02)


def fail_of(joint: Rig) -> Trouble:
    """Pulse relay 1 and return how it failed."""
    with pytest.raises(BoardError) as failed:
        joint.board.pulse(1, 200)
    return failed.value.kind


def test_a_silent_board_fails_in_time_and_is_not_asked_again(tmp_path: Path) -> None:
    with rig(tmp_path, WAVESHARE, WaveshareBoard(), **QUICK_ANSWER) as joint:
        joint.device.faults.on(EmulatedFault.SILENCE)
        sent_before = sum(frame.direction is WireDirection.SENT for frame in joint.frames)
        assert fail_of(joint) is Trouble.SILENT
        sent = sum(frame.direction is WireDirection.SENT for frame in joint.frames) - sent_before
        assert sent == 1, "a pulse is never repeated"
        assert joint.device.relays[0], "the board has acted all the same"


@pytest.mark.parametrize("fault", [EmulatedFault.HALF, EmulatedFault.CHECKSUM])
def test_a_spoilt_acknowledgement_is_no_acknowledgement(
    tmp_path: Path, fault: EmulatedFault
) -> None:
    with rig(tmp_path, WAVESHARE, WaveshareBoard(), **QUICK_ANSWER) as joint:
        joint.device.faults.on(fault, 1)
        assert fail_of(joint) is Trouble.BAD_REPLY
        joint.board.pulse(1, 200)


def test_an_answer_behind_noise_is_found(tmp_path: Path) -> None:
    with rig(tmp_path, WAVESHARE, WaveshareBoard(), **QUICK_ANSWER) as joint:
        joint.device.faults.on(EmulatedFault.NOISE)
        joint.device.set_input(3, True)
        for _ in range(10):
            assert joint.board.read_inputs()[2]
            assert joint.board.pulse(1, 200).confirmed


def test_a_late_answer_is_never_taken_for_the_next_one(tmp_path: Path) -> None:
    """A loop that became occupied meanwhile must not be read as it was one question ago."""
    with rig(tmp_path, WAVESHARE, WaveshareBoard(), **QUICK_ANSWER) as joint:
        joint.device.faults.late_s = 0.07
        joint.device.faults.on(EmulatedFault.LATE, 1)
        with pytest.raises(BoardError) as late:
            joint.board.read_inputs()
        assert late.value.kind is Trouble.SILENT
        joint.device.set_input(1, True)
        assert joint.board.read_inputs()[0], "the answer from before the loop was occupied"


def test_three_misses_take_the_link_down_and_service_brings_it_back(tmp_path: Path) -> None:
    with rig(tmp_path, WAVESHARE, WaveshareBoard(), **QUICK_ANSWER) as joint:
        joint.device.faults.on(EmulatedFault.DEAF)
        for _ in range(3):
            assert joint.board.trouble is None
            with pytest.raises(BoardError):
                joint.board.read_inputs()
        assert joint.board.trouble is not None
        assert joint.board.identity is None
        joint.device.faults.clear()
        joint.until_link_is(up=True)
        assert joint.board.pulse(1, 200).confirmed


def test_an_adapter_that_echoes_must_be_declared(tmp_path: Path) -> None:
    """Undeclared, its echo would acknowledge every pulse of a board that is not there."""
    with rig(tmp_path, WAVESHARE, WaveshareBoard(), connect=False) as joint:
        joint.device.faults.on(EmulatedFault.ECHO)
        with pytest.raises(BoardError, match="local_echo: true"):
            joint.board.connect()
    with rig(tmp_path, WAVESHARE, WaveshareBoard(), connect=False, **QUICK_ANSWER) as joint:
        joint.device.faults.on(EmulatedFault.ECHO)
        joint.device.faults.on(EmulatedFault.SILENCE)
        with pytest.raises(BoardError, match="local_echo: true"):
            joint.board.connect()


def test_a_declared_echo_is_taken_off(tmp_path: Path) -> None:
    model = WaveshareBoard()
    with rig(tmp_path, WAVESHARE, model, connect=False, local_echo=True) as joint:
        joint.device.faults.on(EmulatedFault.ECHO)
        joint.board.connect()
        joint.device.faults.on(EmulatedFault.SILENCE, 1)
        assert fail_of(joint) is Trouble.SILENT, "the echo is not an acknowledgement"


def test_an_echo_that_stays_away_shows(tmp_path: Path) -> None:
    model = WaveshareBoard()
    with (
        rig(tmp_path, WAVESHARE, model, connect=False, local_echo=True) as joint,
        pytest.raises(BoardError, match="no true echo"),
    ):
        joint.board.connect()


@unplugged_kinds
@pytest.mark.parametrize("power", [True, False], ids=["powered", "unpowered"])
def test_unplugged_in_a_pulse_the_relay_is_released_on_return(
    tmp_path: Path, name: str, power: bool
) -> None:
    kind = KINDS[name]
    with rig(tmp_path, kind.protocol, kind.model(), **kind.settings) as joint:
        joint.board.pulse(1, 60_000)
        joint.until(lambda: joint.device.relays[0])
        joint.device.unplug(power=power)
        joint.until_link_is(up=False)
        assert joint.board.trouble is not None
        joint.device.plug()
        joint.until_link_is(up=True)
        joint.until(lambda: not joint.device.relays[0])
        assert joint.board.pulse(1, 100).sent


def pulse_bytes(kind: Kind, tmp_path: Path) -> int:
    """Return how many bytes go either way in one pulse of relay 1."""
    with rig(tmp_path, kind.protocol, kind.model(), **kind.settings) as joint:
        ack = joint.board.pulse(1, 300)
        return len(ack.sent) + len(ack.received)


@unplugged_kinds
def test_unplugged_at_each_byte_of_a_pulse(tmp_path: Path, name: str) -> None:
    """Whatever byte it was: not left energised once the wire is back, nothing pulsed late."""
    kind = KINDS[name]
    for count in range(pulse_bytes(kind, tmp_path) + 1):
        with rig(tmp_path, kind.protocol, kind.model(), **kind.settings) as joint:
            unplug_at_byte(joint, count)
            joint.until_link_is(up=False)
            joint.device.faults.clear()
            energised = sum(change.energised for change in joint.model.relays.history)
            joint.device.plug()
            joint.until_link_is(up=True)
            joint.until(lambda joint=joint: not any(joint.device.relays))
            changes = joint.model.relays.history
            assert sum(change.energised for change in changes) == energised, "pulsed late"


def unplug_at_byte(joint: Rig, count: int) -> None:
    """Pulse relay 1 while the plug comes out at that byte, or right after the last one."""
    joint.device.faults.unplug_after = count
    with contextlib.suppress(BoardError):
        joint.board.pulse(1, 60_000)
        # Commands without an answer succeed here, whatever becomes of them on the wire.
        joint.serve(0.03)
        joint.device.unplug()


def test_a_command_while_the_wire_is_away_fails_and_is_never_sent(tmp_path: Path) -> None:
    with rig(tmp_path, WAVESHARE, WaveshareBoard()) as joint:
        joint.device.unplug()
        with pytest.raises(BoardError) as first:
            joint.board.pulse(1, 500)
        with pytest.raises(BoardError) as second:
            joint.board.pulse(1, 500)
        assert first.value.kind is second.value.kind is Trouble.LOST
        joint.device.plug()
        joint.until_link_is(up=True)
        joint.serve(0.05)
        assert joint.model.relays.history == []


def test_an_idle_unplugged_board_is_noticed_without_a_command(tmp_path: Path) -> None:
    with rig(tmp_path, LCUS, LcusBoard(2, Status.NONE), silent=True, **QUICK) as joint:
        joint.device.unplug()
        joint.until_link_is(up=False)


def test_replugged_under_another_terminal_the_same_name_leads_there(tmp_path: Path) -> None:
    with rig(tmp_path, WAVESHARE, WaveshareBoard()) as joint:
        link = tmp_path / "board"
        before = link.readlink()
        spare_master, spare_slave = os.openpty()
        joint.device.unplug()
        joint.until_link_is(up=False)
        extra_master, extra_slave = os.openpty()
        joint.device.plug()
        joint.until_link_is(up=True)
        for end in (spare_master, spare_slave, extra_master, extra_slave):
            os.close(end)
        assert link.readlink() != before
        assert joint.board.pulse(1, 200).confirmed


def test_replugged_under_another_name_it_is_missing(tmp_path: Path) -> None:
    with rig(tmp_path, WAVESHARE, WaveshareBoard()) as joint:
        joint.device.unplug()
        joint.device.plug(tmp_path / "elsewhere")
        joint.until_link_is(up=False)
        joint.until(lambda: str(joint.board.trouble).count("no_port") > 0)


def test_a_swapped_board_is_refused_until_its_own_is_back(tmp_path: Path) -> None:
    own = WaveshareBoard()
    with rig(tmp_path, WAVESHARE, own, **QUICK_ANSWER) as joint:
        joint.device.unplug()
        joint.device.swap(KmtronicBoard(8))
        joint.device.plug()
        joint.until_link_is(up=False)
        joint.serve(0.5)
        assert joint.board.trouble is not None
        assert joint.model.relays.history == [], "the greeting of one board moved another"
        joint.device.swap(own)
        joint.until_link_is(up=True)


def test_a_board_at_another_address_is_not_ours(tmp_path: Path) -> None:
    model = WaveshareBoard(address=2)
    with rig(tmp_path, WAVESHARE, model, connect=False, **QUICK_ANSWER) as joint:
        with pytest.raises(BoardError) as missing:
            joint.board.connect()
        assert missing.value.kind is Trouble.SILENT


def test_a_board_reset_in_a_pulse_is_not_pulsed_again(tmp_path: Path) -> None:
    with rig(tmp_path, WAVESHARE, WaveshareBoard()) as joint:
        joint.device.faults.reset_in_pulse_s = 0.05
        joint.board.pulse(1, 5000)
        joint.until(lambda: not joint.device.relays[0])
        joint.serve(0.1)
        assert sum(change.energised for change in joint.model.relays.history) == 1


def test_linkage_that_comes_back_later_is_found_and_undone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hardware.boards.driver.INSPECT_S", 0.1)
    with rig(tmp_path, WAVESHARE, WaveshareBoard()) as joint:
        joint.model.modes[2] = LINKAGE
        joint.until_link_is(up=False)
        assert joint.board.trouble is not None
        assert joint.board.trouble.kind is Trouble.LINKAGE
        joint.until_link_is(up=True)
        assert joint.model.modes == [0] * 8


def test_a_lost_release_is_repeated_until_it_is_seen(tmp_path: Path) -> None:
    with rig(tmp_path, LCUS, LcusBoard(2, deaf_after_s=0.0), **QUICK) as joint:
        joint.board.pulse(1, 100)
        joint.until(lambda: joint.device.relays[0])
        joint.device.faults.on(EmulatedFault.DEAF)
        joint.serve(0.12)
        assert joint.device.relays[0], "the release was lost"
        joint.device.faults.clear()
        joint.until(lambda: not joint.device.relays[0])


def test_a_board_that_does_not_let_go_keeps_its_rival_locked(tmp_path: Path) -> None:
    class Welded(LcusBoard):
        def _command(self, frame: bytes, now: float) -> None:
            """Relay 1 no longer lets go."""
            if frame[1:3] != b"\x01\x00":
                super()._command(frame, now)

    settings = {**QUICK, "interlock": (frozenset({1, 2}),)}
    with rig(tmp_path, LCUS, Welded(2, deaf_after_s=0.0), **settings) as joint:
        joint.board.pulse(1, 1000)
        joint.board.release(1)
        with pytest.raises(BoardError) as refused:
            joint.board.pulse(2, 100)
        assert refused.value.kind is Trouble.INTERLOCK
        assert joint.device.relays == (True, False)


def test_two_boards_share_a_bus_and_both_come_back(tmp_path: Path) -> None:
    link = tmp_path / "bus"
    clock = SystemClock()
    first, second = WaveshareBoard(1), WaveshareBoard(2)
    settings = [BoardSettings(WAVESHARE, str(link), address=unit) for unit in (1, 2)]
    with EmulatedDevice(first, second, line=PtyLine(link), baud=None) as device:
        south, north = open_boards(settings, clock)
        south.connect()
        north.connect()
        second.relays.set(4, True, 0.0)
        device.set_input(1, True, model=1)
        assert not any(south.read_inputs())
        assert north.read_inputs()[0]
        device.unplug()
        with pytest.raises(BoardError):
            south.read_inputs()
        device.plug()
        end = clock.monotonic() + 4
        while (south.trouble or north.trouble) and clock.monotonic() < end:
            south.service()
            north.service()
            clock.sleep(0.01)
        assert south.trouble is None
        assert north.trouble is None
        assert not any(second.relays.states), "each board of the bus is released again"
        south.close()
        assert north.read_inputs()[0], "the wire stays open for the other board"
        north.close()


def test_a_serial_server_is_a_wire_like_another() -> None:
    line = TcpLine("socket://127.0.0.1:0")
    with EmulatedDevice(WaveshareBoard(), line=line, baud=None) as device:
        clock = SystemClock()
        board = open_board(BoardSettings(WAVESHARE, line.url), clock)
        joint = Rig(device, board, clock)
        board.connect()
        assert board.pulse(1, 60_000).confirmed
        device.unplug()
        joint.until_link_is(up=False)
        device.plug()
        joint.until_link_is(up=True)
        joint.until(lambda: not any(device.relays))
        board.close()


def test_a_serial_server_that_is_not_there_is_said_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    board = open_board(BoardSettings(WAVESHARE, f"socket://127.0.0.1:{port}"), SystemClock())
    with pytest.raises(BoardError) as missing:
        board.connect()
    assert missing.value.kind is Trouble.LOST
    board.close()


@pytest.mark.parametrize("url", ["socket://nowhere", "spy://", "socket://h:99999"])
def test_a_url_that_is_none_is_a_mistake_in_the_settings(url: str) -> None:
    board = open_board(BoardSettings(WAVESHARE, url), SystemClock())
    with pytest.raises(BoardError) as wrong:
        board.connect()
    assert wrong.value.kind in (Trouble.SETTINGS, Trouble.LOST, Trouble.NO_PORT)
    board.close()


def test_a_port_is_held_exclusively(tmp_path: Path) -> None:
    with rig(tmp_path, WAVESHARE, WaveshareBoard()):
        other = open_board(BoardSettings(WAVESHARE, str(tmp_path / "board")), SystemClock())
        with pytest.raises(BoardError) as busy:
            other.connect()
        assert busy.value.kind is Trouble.PORT_BUSY
        other.close()


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOENT, Trouble.NO_PORT),
        (errno.ENXIO, Trouble.NO_PORT),
        (errno.EACCES, Trouble.NOT_PERMITTED),
        (errno.EBUSY, Trouble.PORT_BUSY),
        (errno.EAGAIN, Trouble.PORT_BUSY),
        (errno.EIO, Trouble.LOST),
    ],
)
def test_error_numbers_have_meanings(number: int, kind: Trouble) -> None:
    assert trouble_of(serial.SerialException(number, "x")) is kind
    assert trouble_of(OSError(number, "x")) is kind


class BreakingPort:
    """A port that answers nothing, or raises one kind of error."""

    def __init__(self, error: Exception | None, noisy: bool = False) -> None:
        self.error = error
        self.noisy = noisy
        self.closed = False

    def read(self, most: int, wait_s: float) -> bytes:
        if self.error:
            raise self.error
        return b"\x55" * most if self.noisy else b""

    def write(self, data: bytes, wait_s: float) -> None:
        if self.error:
            raise self.error

    def close(self) -> None:
        self.closed = True

    abandon = close


@pytest.mark.parametrize(
    "error",
    [
        serial.SerialException("device reports readiness to read but returned no data"),
        serial.SerialTimeoutException("Write timeout"),
        OSError(errno.EIO, "Input/output error"),
        termios.error(errno.EIO, "Input/output error"),
    ],
)
def test_whatever_a_dying_port_raises_it_is_closed_first(error: Exception) -> None:
    port = BreakingPort(error)
    wire = Wire("x", 9600, FakeClock(), gap_s=0.0, opener=lambda url, baud: port)
    wire.open("me")
    with pytest.raises(BoardError) as lost:
        wire.send(b"x")
    assert lost.value.kind is Trouble.LOST
    assert port.closed
    assert not wire.is_open
    with pytest.raises(BoardError):
        wire.send(b"x")


def test_a_line_that_never_falls_silent_is_broken() -> None:
    port = BreakingPort(None, noisy=True)
    wire = Wire("x", 9600, FakeClock(), gap_s=0.0, opener=lambda url, baud: port)
    wire.open("me")
    with pytest.raises(BoardError, match="never falls silent"):
        wire.send(b"x")


def test_the_gap_is_kept_after_every_turn_also_a_failed_one() -> None:
    clock = FakeClock()
    port = BreakingPort(None)
    frames: list[WireFrame] = []
    wire = Wire("x", 9600, clock, gap_s=0.05, opener=lambda url, baud: port, trace=frames.append)
    wire.open("me")
    wire.send(b"\xa0\x01\x01\xa2")
    clock.slept.clear()
    wire.send(b"\xa0\x01\x00\xa1")
    assert clock.slept[0] == pytest.approx(0.05 + 4 * 10 / 9600)
    port.error = OSError(errno.EIO, "x")
    with pytest.raises(BoardError):
        wire.send(b"x")
    wire.open("me")
    port.error = None
    clock.slept.clear()
    wire.send(b"x")
    assert clock.slept[0] > 0.049
    assert [frame.data for frame in frames][:2] == [b"\xa0\x01\x01\xa2", b"\xa0\x01\x00\xa1"]
