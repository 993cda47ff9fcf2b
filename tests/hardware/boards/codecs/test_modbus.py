"""Modbus RTU: frames by the byte, and what may never be taken for a reply."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hardware.boards.codecs import modbus
from hardware.boards.codecs.checksums import crc16, crc_holds, with_crc
from hardware.boards.codecs.modbus import Refusal, Reply, ReplyDecoder


def frame(text: str) -> bytes:
    return bytes.fromhex(text)


def replies(decoder: ReplyDecoder, *pieces: bytes) -> list[Reply | Refusal]:
    found = []
    for piece in pieces:
        decoder.feed(piece)
        while (message := decoder.next()) is not None:
            found.append(message)
    return found


requests = st.one_of(
    st.builds(modbus.read_coils, st.integers(1, 255), st.integers(0, 500), st.integers(1, 64)),
    st.builds(modbus.read_inputs, st.integers(1, 255), st.integers(0, 500), st.integers(1, 64)),
    st.builds(modbus.read_registers, st.integers(1, 255), st.integers(0, 500), st.integers(1, 30)),
    st.builds(
        modbus.write_coil, st.integers(1, 255), st.integers(0, 0xFFFF), st.integers(0, 0xFFFF)
    ),
    st.builds(
        modbus.write_registers,
        st.integers(1, 255),
        st.integers(0, 500),
        st.lists(st.integers(0, 0xFFFF), min_size=1, max_size=8),
    ),
)


@st.composite
def asked_and_answered(draw: st.DrawFn) -> tuple[modbus.Request, bytes]:
    """Draw a request and a true reply to it, or a true refusal."""
    request = draw(requests)
    if draw(st.booleans()):
        head = bytes((request.unit, request.function | 0x80))
        return request, with_crc(head + bytes((draw(st.integers(1, 4)),)))
    missing = request.reply_size - len(request.reply_start) - 2
    data = draw(st.binary(min_size=missing, max_size=missing))
    return request, with_crc(request.reply_start + data)


def test_the_crc_is_the_one_of_the_standard() -> None:
    assert crc16(frame("01 05 00 00 FF 00")) == 0x3A8C
    assert crc_holds(frame("01 05 00 00 FF 00 8C 3A"))
    assert not crc_holds(b"\xff\xff")


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (modbus.read_coils(1, 0, 8), "01 01 00 00 00 08 3D CC"),
        (modbus.read_inputs(1, 0, 8), "01 02 00 00 00 08 79 CC"),
        (modbus.read_registers(1, 0x1000, 8), "01 03 10 00 00 08 40 CC"),
        (modbus.write_coil(1, 1, modbus.ENERGISE), "01 05 00 01 FF 00 DD FA"),
        (modbus.write_coil(1, 1, modbus.RELEASE), "01 05 00 01 00 00 9C 0A"),
        (modbus.write_coil(1, 0, 0x5500), "01 05 00 00 55 00 F2 9A"),
        (modbus.write_register(1, 0x1000, 1), "01 06 10 00 00 01 4C CA"),
        (modbus.write_coils(1, 0, (True,) * 8), "01 0F 00 00 00 08 01 FF BE D5"),
        (modbus.write_coils(1, 0, (False,) * 8), "01 0F 00 00 00 08 01 00 FE 95"),
    ],
)
def test_requests_by_the_byte(request_: modbus.Request, expected: str) -> None:
    assert request_.frame == frame(expected)


@pytest.mark.parametrize(
    ("code", "text", "meaning"),
    [
        (0x05, "01 85 02 C3 51", "illegal address"),
        (0x05, "01 85 03 02 91", "illegal value"),
        (0x02, "01 82 02 C1 61", "illegal address"),
        (0x01, "01 81 01 81 90", "illegal function"),
    ],
)
def test_refusals_by_the_byte(code: int, text: str, meaning: str) -> None:
    asked = {
        0x01: modbus.read_coils(1, 0, 8),
        0x02: modbus.read_inputs(1, 0, 8),
        0x05: modbus.write_coil(1, 9, modbus.ENERGISE),
    }[code]
    (refusal,) = replies(ReplyDecoder(asked), frame(text))
    assert isinstance(refusal, Refusal)
    assert refusal.meaning == meaning
    assert Refusal(b"", 99).meaning == "code 99"


def test_a_reply_to_another_question_is_not_taken() -> None:
    decoder = ReplyDecoder(modbus.write_coil(1, 0x0200, 5))
    stale = frame("01 05 02 00 00 07 8D B0")
    assert replies(decoder, stale) == []
    assert bytes(decoder.skipped) + decoder.pending == stale
    (reply,) = replies(decoder, frame("01 05 02 00 00 05 0C 71"))
    assert reply.frame == frame("01 05 02 00 00 05 0C 71")


def test_a_reply_of_another_board_is_not_taken() -> None:
    assert replies(ReplyDecoder(modbus.read_inputs(2, 0, 8)), frame("01 02 01 00 A1 88")) == []


@pytest.mark.parametrize("unit", [0, 256, -1])
def test_a_broadcast_is_never_asked(unit: int) -> None:
    with pytest.raises(ValueError, match="not a board address"):
        modbus.read_coils(unit, 0, 8)


def test_a_word_must_fit() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        modbus.write_coil(1, 0, 0x10000)


@given(asked_and_answered())
def test_fed_byte_by_byte_equals_fed_whole(pair: tuple[modbus.Request, bytes]) -> None:
    request, answer = pair
    whole = replies(ReplyDecoder(request), answer)
    pieces = [answer[at : at + 1] for at in range(len(answer))]
    assert replies(ReplyDecoder(request), *pieces) == whole
    assert len(whole) == 1
    assert whole[0].frame == answer


@settings(max_examples=200)
@given(asked_and_answered(), st.binary(max_size=40), st.integers(1, 7))
def test_any_bytes_cut_anyhow_decode_alike(
    pair: tuple[modbus.Request, bytes], noise: bytes, size: int
) -> None:
    request, answer = pair
    heard = noise + answer + noise
    pieces = [heard[at : at + size] for at in range(0, len(heard), size)]
    assert replies(ReplyDecoder(request), heard) == replies(ReplyDecoder(request), *pieces)


@given(asked_and_answered(), st.binary(max_size=40))
def test_a_reply_behind_noise_is_found(pair: tuple[modbus.Request, bytes], noise: bytes) -> None:
    request, answer = pair
    # Noise that by chance opens like a reply may swallow a shorter refusal; the deadline ends that.
    if len(answer) == request.reply_size:
        found = replies(ReplyDecoder(request), noise + answer)
        assert answer in [message.frame for message in found]


@settings(max_examples=300)
@given(asked_and_answered(), st.data())
def test_one_to_three_wrong_bits_are_never_accepted(
    pair: tuple[modbus.Request, bytes], data: st.DataObject
) -> None:
    """The CRC finds every error of up to three bits in frames of this size."""
    request, answer = pair
    positions = st.integers(0, 8 * len(answer) - 1)
    flipped = data.draw(st.sets(positions, min_size=1, max_size=3))
    number = int.from_bytes(answer, "big")
    for position in flipped:
        number ^= 1 << position
    spoilt = number.to_bytes(len(answer), "big")
    assert replies(ReplyDecoder(request), spoilt) == []


@given(st.lists(st.booleans(), min_size=1, max_size=40))
def test_bits_survive_packing(states: list[bool]) -> None:
    packed = modbus.pack_bits(states)
    reply = Reply(b"", bytes((len(packed),)) + packed)
    assert modbus.bits(reply, len(states)) == tuple(states)
