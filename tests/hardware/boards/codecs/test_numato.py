"""Numato: lines by the byte, answers between echo and prompt."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hardware.boards.codecs import numato
from hardware.boards.codecs.numato import AnswerDecoder


def answers(line: bytes, *pieces: bytes) -> list[bytes]:
    decoder = AnswerDecoder(line)
    found = []
    for piece in pieces:
        decoder.feed(piece)
        while (answer := decoder.next()) is not None:
            found.append(answer)
    return found


def test_lines_by_the_byte() -> None:
    assert numato.command(1, True) == b"relay on 0\r"
    assert numato.command(1, False) == b"relay off 0\r"
    assert numato.command(11, True) == b"relay on A\r"
    assert numato.read_input(1) == b"gpio read 0\r"
    assert numato.release_all(8) == b"relay writeall 00\r"
    assert numato.release_all(16) == b"relay writeall 0000\r"


@pytest.mark.parametrize("channel", [0, 33])
def test_a_channel_that_no_module_has_is_refused(channel: int) -> None:
    with pytest.raises(ValueError, match="channels 1 to 32"):
        numato.command(channel, True)


def test_answers_by_the_byte() -> None:
    assert answers(b"gpio read 0\r", b"gpio read 0\n\r1\n\r>") == [b"1"]
    assert answers(b"relay on 0\r", b"relay on 0\n\r>") == [b""]
    assert answers(b"relay read 0\r", b"relay read 0\n\ron\n\r>") == [b"on"]
    assert answers(numato.FLUSH, b"relay on 0x\n\rerror\n\r>") == [b""]


def test_a_prompt_left_over_from_before_is_skipped() -> None:
    assert answers(b"ver\r", b"\n\r>ver\n\r00000008\n\r>") == [b"00000008"]


def test_an_answer_to_another_line_is_not_taken() -> None:
    assert answers(b"gpio read 1\r", b"gpio read 0\n\r1\n\r>") == []


def test_masks_and_levels() -> None:
    assert numato.relays_from(b"05", 4) == (True, False, True, False)
    assert numato.relays_from(b"1f", 4) is None
    assert numato.relays_from(b"5", 4) is None
    assert numato.relays_from(b"on", 4) is None
    assert numato.level_from(b"1") is True
    assert numato.level_from(b"0") is False
    assert numato.level_from(b"on") is None


@given(st.binary(max_size=30).filter(lambda noise: b">" not in noise), st.integers(1, 5))
def test_cut_anyhow_an_answer_reads_alike(noise: bytes, size: int) -> None:
    heard = noise + b"\n\r>ver\n\r00000008\n\r>"
    pieces = [heard[at : at + size] for at in range(0, len(heard), size)]
    assert answers(b"ver\r", *pieces) == answers(b"ver\r", heard)
    assert answers(b"ver\r", heard)[-1] == b"00000008"
