"""The emulated boards, by the bytes of the hardware facts and without any driver."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from hardware.boards.codecs.checksums import with_crc
from hardware.clock import SystemClock
from hardware.emulators import rtu
from hardware.emulators.bank import RelayBank
from hardware.emulators.control import ControlSocket, obey
from hardware.emulators.device import EmulatedDevice
from hardware.emulators.faults import EmulatedFault, Faults
from hardware.emulators.kmtronic import KmtronicBoard
from hardware.emulators.lctech import LcTechBoard
from hardware.emulators.lcus import LcusBoard, Status
from hardware.emulators.line import PtyLine
from hardware.emulators.model import BoardModel
from hardware.emulators.numato import NumatoModule
from hardware.emulators.sign import SignBoard
from hardware.emulators.waveshare import EDGE, LINKAGE, TOGGLE, WaveshareBoard


def talk(model: BoardModel, *frames: str | bytes, now: float = 0.0) -> list[bytes]:
    """Send frames to a model, a second apart, and return its answers."""
    answers = []
    for frame in frames:
        now += 1.0
        sent = bytes.fromhex(frame) if isinstance(frame, str) else frame
        answer = b"".join(model.take(byte, now) for byte in sent)
        answers.append(answer + model.silence(now))
        model.tick(now)
    return answers


def hexed(model: BoardModel, frame: str) -> str:
    return talk(model, frame)[0].hex(" ").upper()


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        ("01 05 00 00 FF 00 8C 3A", "01 05 00 00 FF 00 8C 3A"),
        ("01 05 00 00 55 00 F2 9A", "01 05 00 00 55 00 F2 9A"),
        ("01 05 00 FF FF 00 BC 0A", "01 05 00 FF FF 00 BC 0A"),
        ("01 05 02 00 00 07 8D B0", "01 05 02 00 00 07 8D B0"),
        ("01 05 04 00 00 07 8D 38", "01 05 04 00 00 07 8D 38"),
        ("01 0F 00 00 00 08 01 FF BE D5", "01 0F 00 00 00 08 54 0D"),
        ("01 01 00 00 00 08 3D CC", "01 01 01 00 51 88"),
        ("01 02 00 00 00 08 79 CC", "01 02 01 00 A1 88"),
        ("01 06 10 00 00 01 4C CA", "01 06 10 00 00 01 4C CA"),
        ("01 10 10 00 00 08 10" + " 00" * 16 + " 0B 5C", "01 10 10 00 00 08 C5 0F"),
        ("00 03 40 00 00 01 90 1B", "01 03 02 00 01 79 84"),
        ("00 03 80 00 00 01 AC 1B", "01 03 02 00 64 B9 AF"),
    ],
)
def test_waveshare_answers_by_the_byte(request_: str, answer: str) -> None:
    assert hexed(WaveshareBoard(), request_) == answer


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ("01 05 00 09 FF 00", "01 85 02 C3 51"),
        ("01 05 00 00 12 34", "01 85 03 02 91"),
        ("01 02 00 00 00 10", "01 82 02 C1 61"),
        ("01 2B 00 00", "01 AB 01"),
    ],
)
def test_waveshare_refuses_by_the_byte(body: str, answer: str) -> None:
    frame = bytes.fromhex(body)
    assert (
        talk(WaveshareBoard(), frame + rtu.checksum(frame))[0].hex(" ").upper().startswith(answer)
    )


def test_both_checksums_are_the_same_function() -> None:
    for size in range(40):
        data = bytes(range(size))
        assert data + rtu.checksum(data) == with_crc(data)


def test_waveshare_is_silent_on_a_wrong_checksum_and_on_another_address() -> None:
    assert talk(WaveshareBoard(), "01 05 00 00 FF 00 8C 3B") == [b""]
    assert talk(WaveshareBoard(2), "01 05 00 00 FF 00 8C 3A") == [b""]


def test_waveshare_takes_another_address() -> None:
    board = WaveshareBoard()
    talk(board, "00 06 40 00 00 02 1C 1A")
    assert board.address == 2


def test_a_new_write_ends_a_flash_and_a_new_flash_restarts_it() -> None:
    board = WaveshareBoard()
    talk(board, "01 05 02 00 00 0A 4C 75")
    assert board.relays.due() == pytest.approx(2.0)
    talk(board, "01 05 02 00 00 0A 4C 75", now=0.5)
    assert board.relays.due() == pytest.approx(2.5)
    talk(board, "01 05 00 00 00 00 CD CA", now=0.6)
    assert board.relays.due() is None
    assert not any(board.relays.states)


def test_the_modes_of_waveshare_inputs() -> None:
    board = WaveshareBoard(mode=LINKAGE)
    board.modes[1], board.modes[2] = TOGGLE, EDGE
    for channel in (1, 2, 3):
        board.set_input(channel, True, 1.0)
    assert board.relays.states[:3] == (True, True, True)
    for channel in (1, 2, 3):
        board.set_input(channel, False, 2.0)
    assert board.relays.states[:3] == (False, True, False)


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        ("FF 05 00 00 FF 00 99 E4", "FF 05 00 00 FF 00 99 E4"),
        ("FF 0F 00 00 00 08 01 FF 30 1D", "FF 0F 00 00 00 08 41 D3"),
        ("FF 10 00 03 00 02 04 00 04 00 05 05 93", "FF 10 00 03 00 02 A4 16"),
        ("FF 10 00 08 00 02 04 00 04 00 05 44 20", "FF 10 00 08 00 02 D5 D4"),
        ("00 03 00 00 00 01 85 DB", "00 03 02 00 FF C5 C4"),
        ("FF 10 03 E9 00 01 02 00 03 8B CC", "FF 10 03 E9 00 01 C5 A7"),
    ],
)
def test_lctech_answers_by_the_byte(request_: str, answer: str) -> None:
    assert hexed(LcTechBoard(), request_) == answer


def test_lctech_states_by_the_byte() -> None:
    board = LcTechBoard()
    board.set_input(1, True, 0.0)
    assert hexed(board, "FF 02 00 00 00 08 6C 12") == "FF 02 01 01 51 A0"
    board.relays.set(1, True, 0.0)
    assert hexed(board, "FF 01 00 00 00 08 28 12") == "FF 01 01 01 A1 A0"


def test_lctech_says_nothing_to_a_count_it_does_not_know() -> None:
    asked = bytes.fromhex("FF 02 00 00 00 04")
    assert talk(LcTechBoard(), asked + rtu.checksum(asked)) == [b""]


def test_the_string_that_goes_round_with_a_wrong_checksum_is_rejected() -> None:
    assert talk(LcTechBoard(0xFE), "FE 10 00 03 00 02 04 00 04 00 0A 00 D8") == [b""]


def test_lctech_linkage_overrides_the_wire() -> None:
    board = LcTechBoard(linkage=True)
    board.set_input(2, True, 0.0)
    talk(board, "FF 0F 00 00 00 08 01 00 70 5D")
    assert board.relays.states[1]


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (Status.SPACED, b"CH1: ON \r\nCH2: OFF\r\n"),
        (Status.TIGHT, b"CH1:ON \r\nCH2:OFF \r\n"),
        (Status.RAW, b"\x01\x00"),
        (Status.NONE, b""),
    ],
)
def test_lcus_has_four_ways_to_answer(status: Status, answer: bytes) -> None:
    assert talk(LcusBoard(2, status), "A0 01 01 A2", "FF") == [b"", answer]


def test_lcus_tells_the_old_state_first_if_it_is_of_that_kind() -> None:
    board = LcusBoard(2, Status.RAW, stale=True)
    assert talk(board, "A0 01 01 A2", "FF", "FF")[1:] == [b"\x00\x00", b"\x01\x00"]


def test_lcus_loses_a_frame_that_follows_without_a_pause() -> None:
    board = LcusBoard(1)
    talk(board, "A0 01 01 A2 A0 01 00 A1")
    assert board.relays.states == (True,)


def test_kmtronic_by_the_byte() -> None:
    board = KmtronicBoard(2)
    answers = talk(board, "FF 02 01", "FF 02 03", "FF 09 00", "FF 02 00", "FF 02 03")
    assert [answer.hex(" ") for answer in answers] == ["", "ff 02 01", "00 01", "", "ff 02 00"]


def test_numato_by_the_byte() -> None:
    module = NumatoModule(8)
    module.set_input(1, True, 0.0)
    assert talk(module, b"gpio read 0\r") == [b"gpio read 0\n\r1\n\r>"]
    assert talk(module, b"relay on 0\r") == [b"relay on 0\n\r>"]
    assert talk(module, b"relay read 0\r") == [b"relay read 0\n\ron\n\r>"]
    assert talk(module, b"relay readall\r") == [b"relay readall\n\r01\n\r>"]
    assert talk(module, b"\r") == [b"\n\r>"]


def test_a_sign_loses_what_comes_too_soon() -> None:
    board = SignBoard()
    red, green = bytes.fromhex("FA 2C 01 01 28"), bytes.fromhex("FA 2C 01 02 29")
    talk(board, red + green)
    assert board.lights[1] == "red"
    assert board.lost == 1
    talk(board, green, now=5.0)
    assert board.lights[1] == "green"


def test_the_bank_remembers_what_was_energised_together() -> None:
    bank = RelayBank(4)
    bank.flash(1, True, 1.0, 0.5)
    bank.tick(2.0)
    bank.set(2, True, 2.0)
    assert bank.together == set()
    bank.set(3, True, 2.5)
    assert bank.together == {frozenset({2, 3})}
    assert bank.energised_for(1) == [0.5]


def test_a_counted_fault_is_used_up() -> None:
    faults = Faults()
    faults.on(EmulatedFault.SILENCE, 2)
    assert [faults.spoil(b"xx")[0] for _ in range(3)] == [b"", b"", b"xx"]
    faults.on(EmulatedFault.HALF)
    assert faults.spoil(b"abcd")[0] == b"ab"
    assert list(faults.active()) == [EmulatedFault.HALF]


def test_at_9600_baud_a_byte_takes_its_time(tmp_path: Path) -> None:
    """Eight bytes, 3.5 silent characters, the turnaround, six bytes: 19 ms at the least."""
    with EmulatedDevice(WaveshareBoard(), line=PtyLine(tmp_path / "b")) as device:
        clock = SystemClock()
        end = os.open(tmp_path / "b", os.O_RDWR | os.O_NOCTTY)
        start = clock.monotonic()
        os.write(end, bytes.fromhex("01 01 00 00 00 08 3D CC"))
        heard = b""
        while len(heard) < 6:
            heard += os.read(end, 6)
        assert clock.monotonic() - start > 0.0185
        os.close(end)
        assert device.relays == (False,) * 8


def test_orders_in_words(tmp_path: Path) -> None:
    with EmulatedDevice(WaveshareBoard(), line=PtyLine(tmp_path / "b"), baud=None) as device:
        assert obey(device, "input 3 on") == "ok"
        assert obey(device, "inputs") == "ok 00100000"
        assert obey(device, "relays") == "ok 00000000"
        assert obey(device, "fault late 2") == "ok"
        assert obey(device, "late 0.3") == "ok"
        assert device.faults.late_s == 0.3
        assert obey(device, "clear") == "ok"
        assert obey(device, "unplug-after 3") == "ok"
        assert obey(device, "reset-in-pulse 50") == "ok"
        assert obey(device, "unplug power") == "ok"
        assert not (tmp_path / "b").is_symlink()
        assert obey(device, f"plug {tmp_path / 'c'}") == "ok"
        assert (tmp_path / "c").is_symlink()
        assert obey(device, "show").startswith("ok waveshare address 1")
        assert obey(device, "fault unheard-of").startswith("error")
        assert obey(device, "dance").startswith("error")
        assert obey(device, "input 99 on").startswith("error")


def test_another_process_can_work_a_device(tmp_path: Path) -> None:
    control = tmp_path / "control"
    with (
        EmulatedDevice(WaveshareBoard(), line=PtyLine(tmp_path / "b"), baud=None) as device,
        ControlSocket(device, control),
        socket.socket(socket.AF_UNIX) as caller,
    ):
        caller.connect(str(control))
        with caller.makefile("rw") as lines:
            print("input 2 on", file=lines, flush=True)
            assert lines.readline() == "ok\n"
            print("inputs", file=lines, flush=True)
            assert lines.readline() == "ok 01000000\n"
    assert not control.exists()


def test_a_device_as_a_program(tmp_path: Path) -> None:
    link = tmp_path / "board"
    command = [sys.executable, "-m", "hardware.emulators", "lcus", "--link", str(link)]
    with subprocess.Popen(
        [*command, "--relays", "2", "--status", "raw", "--baud", "0"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[3],
    ) as program:
        assert program.stdout is not None
        assert program.stdin is not None
        assert program.stdout.readline() == f"lcus at {link}\n"
        end = os.open(link, os.O_RDWR | os.O_NOCTTY)
        os.write(end, bytes.fromhex("A0 02 01 A3"))
        answer = ""
        while answer != "ok 01\n":
            assert answer in ("", "ok 00\n")
            print("relays", file=program.stdin, flush=True)
            answer = program.stdout.readline()
        print("quit", file=program.stdin, flush=True)
        os.close(end)
        assert program.wait(5) == 0
    assert not link.is_symlink()
