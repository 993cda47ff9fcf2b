"""LED board, traffic light and voice: bytes, and what a driver at the lane reads and hears."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.clock import SystemClock
from hardware.emulators.device import EmulatedDevice
from hardware.emulators.line import PtyLine
from hardware.emulators.sign import SignBoard
from hardware.emulators.speech import SpeechModule
from hardware.signs import frames
from hardware.signs.sign import LaneSigns, SignColour, SignProtocol, SignSettings
from hardware.wire.wire import WireFrame

TEXTS = ["欢迎光临 吉A12345", "请登记", "一路顺风"]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hardware.signs.sign.GAP_S", 0.02)
    monkeypatch.setattr("hardware.signs.sign.FIRST_RETRY_S", 0.05)
    monkeypatch.setattr("hardware.emulators.sign.REST_S", 0.01)


def until(holds: Callable[[], bool]) -> None:
    clock = SystemClock()
    end = clock.monotonic() + 4
    while not holds():
        assert clock.monotonic() < end, "it never came true"
        clock.sleep(0.01)


class Lane:
    """A lane's signs and the emulated devices at the other ends."""

    def __init__(self, tmp_path: Path) -> None:
        self.board, self.module = SignBoard(), SpeechModule()
        self.led = EmulatedDevice(self.board, line=PtyLine(tmp_path / "led"), baud=None)
        self.voice = EmulatedDevice(self.module, line=PtyLine(tmp_path / "voice"), baud=None)
        self.frames: list[WireFrame] = []
        settings = (
            SignSettings(SignProtocol.LED, str(tmp_path / "led")),
            SignSettings(SignProtocol.VOICE, str(tmp_path / "voice")),
        )
        self.signs = LaneSigns(settings, SystemClock(), self.frames.append)


@pytest.fixture
def lane(tmp_path: Path) -> Iterator[Lane]:
    lane = Lane(tmp_path)
    with lane.led, lane.voice:
        lane.signs.start()
        yield lane
        lane.signs.stop()


def test_a_text_by_the_byte() -> None:
    expected = "F5 C2 FF 01 0B 08 FF FF 26 4E 30 34 26 48 30 34 24 31"
    frame = frames.show_text("请登记")
    assert frame == bytes.fromhex(expected) + "请登记".encode("gbk") + b"\x1a"


@pytest.mark.parametrize(
    ("light", "colour", "expected"),
    [
        (1, SignColour.OFF, "FA 2C 01 00 27"),
        (1, SignColour.RED, "FA 2C 01 01 28"),
        (1, SignColour.GREEN, "FA 2C 01 02 29"),
        (2, SignColour.OFF, "FA 2C 02 00 28"),
        (2, SignColour.RED, "FA 2C 02 01 29"),
        (2, SignColour.GREEN, "FA 2C 02 02 2A"),
    ],
)
def test_lights_by_the_byte(light: int, colour: SignColour, expected: str) -> None:
    assert frames.show_colour(light, colour) == bytes.fromhex(expected)


def test_there_is_no_third_light() -> None:
    with pytest.raises(ValueError, match="no traffic light 3"):
        frames.show_colour(3, SignColour.RED)


def test_speech_by_the_byte() -> None:
    assert frames.say("直行") == bytes.fromhex("FD 00 07 01 01 D6 B1 D0 D0 9D")


@given(st.text(max_size=200))
def test_no_text_can_carry_an_order_to_the_board(text: str) -> None:
    body = frames.show_text(text)[18:-1]
    assert len(body) <= frames.TEXT_MOST
    decoded = body.decode("gbk")
    assert not set("&$\x1a\r\n") & set(decoded)
    assert all(sign.isprintable() for sign in decoded)


@pytest.mark.parametrize("text", TEXTS)
def test_the_board_shows_what_was_said(lane: Lane, text: str) -> None:
    lane.signs.show(text)
    until(lambda: lane.board.text == text)


def test_the_newest_text_wins_and_telling_never_waits(lane: Lane) -> None:
    for number in range(50):
        lane.signs.show(f"吉A{number:05d}")
    until(lambda: lane.board.text == "吉A00049")
    assert lane.board.lost == 0


def test_lights_and_texts_do_not_push_each_other_out(lane: Lane) -> None:
    lane.signs.show("请登记")
    lane.signs.light(1, SignColour.RED)
    lane.signs.light(2, SignColour.GREEN)
    until(lambda: lane.board.lights == {1: "red", 2: "green"} and lane.board.text == "请登记")


def test_the_voice_says_it(lane: Lane) -> None:
    lane.signs.say("欢迎光临")
    until(lambda: lane.module.spoken == ["欢迎光临"])
    assert any(frame.data == frames.say("欢迎光临") for frame in lane.frames)


def test_after_a_broken_wire_the_board_shows_the_present_text(lane: Lane) -> None:
    lane.signs.show("请登记")
    until(lambda: lane.board.text == "请登记")
    lane.led.unplug(power=False)
    assert lane.board.text == ""
    lane.signs.light(1, SignColour.RED)
    until(lambda: len(lane.signs.troubles) == 1)
    lane.led.plug()
    until(lambda: lane.board.text == "请登记" and lane.board.lights[1] == "red")
    assert lane.signs.troubles == ()


def test_speech_never_comes_late(lane: Lane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hardware.signs.sign.SPEECH_LIFE_S", 0.0)
    lane.voice.unplug()
    lane.signs.say("一路顺风")
    until(lambda: len(lane.signs.troubles) == 1)
    monkeypatch.setattr("hardware.signs.sign.SPEECH_LIFE_S", 2.0)
    lane.voice.plug()
    lane.signs.say("请登记")
    until(lambda: lane.module.spoken != [])
    assert lane.module.spoken == ["请登记"]


def test_a_lane_without_such_devices_is_told_in_vain(tmp_path: Path) -> None:
    signs = LaneSigns((), SystemClock())
    signs.start()
    signs.show("请登记")
    signs.say("请登记")
    signs.stop()
    assert signs.troubles == ()
