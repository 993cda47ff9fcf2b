"""LC Technology: every frame that the hardware facts give, by the byte, for both addresses."""

import pytest

from hardware.boards.codecs import lctech, modbus
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
        (modbus.write_coil(0xFF, 0, modbus.ENERGISE), "FF 05 00 00 FF 00 99 E4"),
        (modbus.write_coil(0xFF, 1, modbus.ENERGISE), "FF 05 00 01 FF 00 C8 24"),
        (lctech.release(0xFF, 1), "FF 05 00 00 00 00 D8 14"),
        (lctech.release_all(0xFF), "FF 0F 00 00 00 08 01 00 70 5D"),
        (modbus.write_coils(0xFF, 0, (True,) * 8), "FF 0F 00 00 00 08 01 FF 30 1D"),
        (lctech.read_relays(0xFF), "FF 01 00 00 00 08 28 12"),
        (lctech.read_inputs(0xFF), "FF 02 00 00 00 08 6C 12"),
        (lctech.pulse(0xFF, 1, 500), "FF 10 00 03 00 02 04 00 04 00 05 05 93"),
        (lctech.pulse(0xFF, 1, 2000), "FF 10 00 03 00 02 04 00 04 00 14 C5 9F"),
        (lctech.pulse(0xFF, 2, 500), "FF 10 00 08 00 02 04 00 04 00 05 44 20"),
        (modbus.write_coil(0xFE, 0, modbus.ENERGISE), "FE 05 00 00 FF 00 98 35"),
        (lctech.release(0xFE, 1), "FE 05 00 00 00 00 D9 C5"),
        (lctech.read_relays(0xFE, 4), "FE 01 00 00 00 04 29 C6"),
        (lctech.read_inputs(0xFE), "FE 02 00 00 00 08 6D C3"),
        (lctech.pulse(0xFE, 1, 500), "FE 10 00 03 00 02 04 00 04 00 05 01 6F"),
        (lctech.pulse(0xFE, 1, 1000), "FE 10 00 03 00 02 04 00 04 00 0A 41 6B"),
    ],
)
def test_requests_by_the_byte(request_: Request, expected: str) -> None:
    assert request_.frame == bytes.fromhex(expected)


@pytest.mark.parametrize(
    ("request_", "answer"),
    [
        (lctech.pulse(0xFF, 1, 500), "FF 10 00 03 00 02 A4 16"),
        (lctech.pulse(0xFF, 2, 500), "FF 10 00 08 00 02 D5 D4"),
        (lctech.release_all(0xFF), "FF 0F 00 00 00 08 41 D3"),
    ],
)
def test_acknowledgements_by_the_byte(request_: Request, answer: str) -> None:
    assert reply(request_, answer).frame == bytes.fromhex(answer)


def test_levels_and_relays_by_the_byte() -> None:
    first = (True, *(False,) * 7)
    assert modbus.bits(reply(lctech.read_inputs(0xFF), "FF 02 01 01 51 A0"), 8) == first
    assert modbus.bits(reply(lctech.read_relays(0xFF), "FF 01 01 01 A1 A0"), 8) == first


@pytest.mark.parametrize(
    ("channel", "register"), [(1, 0x0003), (2, 0x0008), (3, 0x000D), (4, 0x0012)]
)
def test_each_channel_has_its_pulse_register(channel: int, register: int) -> None:
    assert int.from_bytes(lctech.pulse(0xFF, channel, 500).frame[2:4], "big") == register


@pytest.mark.parametrize("ms", [0, lctech.PULSE_MAX_MS + 1])
def test_an_impossible_pulse_is_refused(ms: int) -> None:
    with pytest.raises(ValueError, match="outside 1 to"):
        lctech.pulse(0xFF, 1, ms)
