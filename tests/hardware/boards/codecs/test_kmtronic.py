"""KMTronic: commands by the byte, status as one byte per relay."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.boards.codecs import kmtronic
from hardware.boards.codecs.kmtronic import StatusDecoder


@pytest.mark.parametrize(
    ("channel", "energised", "expected"),
    [(1, True, "FF 01 01"), (1, False, "FF 01 00"), (8, True, "FF 08 01"), (8, False, "FF 08 00")],
)
def test_commands_by_the_byte(channel: int, energised: bool, expected: str) -> None:
    assert kmtronic.command(channel, energised) == bytes.fromhex(expected)


def test_the_status_question_by_the_byte() -> None:
    assert bytes.fromhex("FF 09 00") == kmtronic.READ_ALL


def test_channel_nine_would_be_the_status_question() -> None:
    with pytest.raises(ValueError, match="channels 1 to 8"):
        kmtronic.command(9, False)


@given(st.lists(st.booleans(), min_size=1, max_size=8))
def test_a_status_reads_alike_in_one_piece_or_many(states: list[bool]) -> None:
    whole, pieces = StatusDecoder(len(states)), StatusDecoder(len(states))
    whole.feed(bytes(states))
    found = None
    for state in states:
        assert found is None
        pieces.feed(bytes((state,)))
        found = pieces.next()
    assert whole.next() == found == tuple(states)


def test_bytes_that_are_no_state_are_not_believed() -> None:
    decoder = StatusDecoder(2)
    decoder.feed(b"\x00\x02")
    assert decoder.next() is None
    assert decoder.pending == b"\x00\x02"
