"""LCUS: commands by the byte, and the four kinds of status answer."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.boards.codecs import lcus
from hardware.boards.codecs.lcus import StatusDecoder


def status(relays: int, *pieces: bytes) -> tuple[bool, ...] | None:
    decoder = StatusDecoder(relays)
    found = None
    for piece in pieces:
        decoder.feed(piece)
        found = decoder.next() or found
    return found


def spaced(states: list[bool]) -> bytes:
    return "".join(
        f"CH{n}: {'ON ' if on else 'OFF'}\r\n" for n, on in enumerate(states, 1)
    ).encode()


def tight(states: list[bool]) -> bytes:
    return "".join(f"CH{n}:{'ON' if on else 'OFF'} \r\n" for n, on in enumerate(states, 1)).encode()


@pytest.mark.parametrize(
    ("channel", "energised", "expected"),
    [
        (1, True, "A0 01 01 A2"),
        (1, False, "A0 01 00 A1"),
        (2, True, "A0 02 01 A3"),
        (2, False, "A0 02 00 A2"),
        (3, True, "A0 03 01 A4"),
        (3, False, "A0 03 00 A3"),
        (4, True, "A0 04 01 A5"),
        (4, False, "A0 04 00 A4"),
    ],
)
def test_commands_by_the_byte(channel: int, energised: bool, expected: str) -> None:
    assert lcus.command(channel, energised) == bytes.fromhex(expected)


@pytest.mark.parametrize("channel", [0, 9, -1])
def test_a_channel_that_no_board_has_is_refused(channel: int) -> None:
    with pytest.raises(ValueError, match="channels 1 to 8"):
        lcus.command(channel, True)


def test_the_three_spoken_kinds_of_status() -> None:
    assert status(2, b"CH1: ON \r\nCH2: OFF\r\n") == (True, False)
    assert status(2, b"CH1:OFF \r\nCH2:ON \r\n") == (False, True)
    assert status(2, b"\x00\x01") == (False, True)


def test_half_an_answer_is_no_answer() -> None:
    assert status(2, b"CH1: ON \r\nCH2: O") is None
    assert status(2, b"CH1: ON \r\nCH2: OFF") is None
    assert status(4, b"\x00\x01") is None
    assert status(2, b"") is None


@pytest.mark.parametrize(
    "wrong",
    [
        b"CH1: ON \r\nCH3: OFF\r\n",
        b"CH2: ON \r\nCH1: OFF\r\n",
        b"CH1: MAYBE\r\nCH2: OFF\r\n",
        b"\x07\x00",
    ],
)
def test_an_answer_of_another_board_is_not_believed(wrong: bytes) -> None:
    assert status(2, wrong) is None


@given(
    st.lists(st.booleans(), min_size=1, max_size=8),
    st.sampled_from([spaced, tight, bytes]),
    st.integers(1, 9),
)
def test_cut_anyhow_a_status_reads_alike(states: list[bool], spell, size: int) -> None:
    heard = spell(states)
    pieces = [heard[at : at + size] for at in range(0, len(heard), size)]
    assert status(len(states), heard) == tuple(states)
    assert status(len(states), *pieces) == tuple(states)


@given(st.binary(max_size=60))
def test_noise_never_breaks_the_decoder(noise: bytes) -> None:
    decoder = StatusDecoder(4)
    decoder.feed(noise)
    found = decoder.next()
    assert found is None or len(found) == 4
    assert decoder.next() is None or found is None
