"""Waveshare: every frame that the hardware facts give, by the byte."""

import pytest

from hardware.boards.codecs import modbus, waveshare
from hardware.boards.codecs.modbus import Reply, ReplyDecoder, Request


def reply(request: Request, text: str) -> Reply:
    decoder = ReplyDecoder(request)
    decoder.feed(bytes.fromhex(text))
    message = decoder.next()
    assert isinstance(message, Reply)
    return message


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (waveshare.pulse(1, 1, 700), "01 05 02 00 00 07 8D B0"),
        (waveshare.pulse(1, 1, 500), "01 05 02 00 00 05 0C 71"),
        (waveshare.pulse(1, 1, 1000), "01 05 02 00 00 0A 4C 75"),
        (waveshare.pulse(1, 2, 500), "01 05 02 01 00 05 5D B1"),
        (waveshare.pulse(1, 2, 800), "01 05 02 01 00 08 9C 74"),
        (waveshare.release(1, 1), "01 05 00 00 00 00 CD CA"),
        (waveshare.release(1, 2), "01 05 00 01 00 00 9C 0A"),
        (waveshare.release_all(1), "01 05 00 FF 00 00 FD FA"),
        (waveshare.read_relays(1), "01 01 00 00 00 08 3D CC"),
        (waveshare.read_inputs(1), "01 02 00 00 00 08 79 CC"),
        (waveshare.read_modes(1), "01 03 10 00 00 08 40 CC"),
        (waveshare.all_modes_normal(1), "01 10 10 00 00 08 10" + " 00" * 16 + " 0B 5C"),
    ],
)
def test_requests_by_the_byte(request_: Request, expected: str) -> None:
    assert request_.frame == bytes.fromhex(expected)


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (waveshare.pulse(1, 1, 700), "01 05 02 00 00 07 8D B0"),
        (waveshare.all_modes_normal(1), "01 10 10 00 00 08 C5 0F"),
        (modbus.write_coils(1, 0, (False,) * 8), "01 0F 00 00 00 08 54 0D"),
    ],
)
def test_acknowledgements_by_the_byte(request_: Request, answer: str) -> None:
    assert reply(request_, answer).frame == bytes.fromhex(answer)


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("01 02 01 00 A1 88", set()),
        ("01 02 01 01 60 48", {1}),
        ("01 02 01 05 61 8B", {1, 3}),
    ],
)
def test_input_levels_by_the_byte(text: str, closed: set[int]) -> None:
    levels = modbus.bits(reply(waveshare.read_inputs(1), text), 8)
    assert {channel for channel, level in enumerate(levels, 1) if level} == closed


def test_relay_states_by_the_byte() -> None:
    answer = reply(waveshare.read_relays(1), "01 01 01 00 51 88")
    assert modbus.bits(answer, 8) == (False,) * 8


def test_the_version_is_read() -> None:
    answer = reply(waveshare.read_version(1), "01 03 02 00 64 B9 AF")
    assert waveshare.version_text(modbus.registers(answer)[0]) == "V1.00"


def test_a_pulse_is_rounded_up_to_the_unit_of_the_board() -> None:
    assert waveshare.pulse(1, 1, 401).frame == waveshare.pulse(1, 1, 500).frame
    assert waveshare.pulse(1, 1, 1).frame == waveshare.pulse(1, 1, 100).frame


@pytest.mark.parametrize("ms", [0, -1, waveshare.FLASH_MAX_MS + 1])
def test_an_impossible_pulse_is_refused(ms: int) -> None:
    with pytest.raises(ValueError, match="outside 1 to"):
        waveshare.pulse(1, 1, ms)


def test_modes_have_names() -> None:
    assert waveshare.mode_name(1) == "linkage"
    assert waveshare.mode_name(9) == "mode 9"
