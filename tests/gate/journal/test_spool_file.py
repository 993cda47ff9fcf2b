"""The spool loses nothing that `put` took, tolerates a torn end, and writes on a full disk."""

import os
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gate.journal.spool_file import Spool, scan

PAYLOADS = st.lists(
    st.binary(max_size=60).map(lambda raw: raw.hex().encode()), min_size=1, max_size=8
)


def payloads(spool: Spool) -> list[bytes]:
    return [line.payload for line in spool.read()]


def written(lines: list[bytes]) -> tuple[bytes, list[int]]:
    """The file that holds the lines, and where each of them ends."""
    with TemporaryDirectory() as folder:
        spool = Spool(Path(folder) / "spool", reserve=0)
        spool.put(lines)
        ends = [line.end for line in spool.read()]
        spool.close()
        return (Path(folder) / "spool").read_bytes(), ends


def test_lines_survive_closing(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", reserve=4096)
    spool.put([b"one", b"two"])
    spool.put([b"three"])
    spool.close()
    again = Spool(tmp_path / "spool", reserve=4096)
    assert payloads(again) == [b"one", b"two", b"three"]
    again.put([b"four"])
    assert [line.ordinal for line in again.read()] == [1, 2, 3, 4]
    again.close()


@settings(max_examples=25)
@given(PAYLOADS, st.data())
def test_a_torn_end_costs_only_the_lines_it_tore(lines: list[bytes], data: st.DataObject) -> None:
    contents, ends = written(lines)
    cut = data.draw(st.integers(0, len(contents)))
    kept = [line.payload for line in scan(contents[:cut] + bytes(100))]
    assert kept == lines[: sum(end <= cut for end in ends)]


@settings(max_examples=25)
@given(PAYLOADS, st.integers(0, 10_000), st.integers(1, 255))
@example([b"0123456789"], 7, 0x20)  # A length of 0000000A instead of 0000000a.
def test_a_changed_byte_ends_the_reading_there(lines: list[bytes], at: int, by: int) -> None:
    whole, ends = written(lines)
    contents = bytearray(whole[: ends[-1]])
    at %= len(contents)
    contents[at] ^= by
    kept = [line.payload for line in scan(bytes(contents))]
    assert kept == lines[: sum(end <= at for end in ends)]


def test_after_clearing_old_lines_do_not_come_back(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", reserve=4096)
    spool.put([b"a" * 50, b"b" * 50, b"c" * 50])
    spool.clear()
    spool.put([b"new"])
    assert payloads(spool) == [b"new"]
    spool.close()
    again = Spool(tmp_path / "spool", reserve=4096)
    assert payloads(again) == [b"new"]
    again.close()


def test_the_reserve_is_written_beforehand_and_used_in_place(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", reserve=16_384)
    blocks = (tmp_path / "spool").stat().st_blocks
    spool.put([b"x" * 5000, b"y" * 5000])
    assert (tmp_path / "spool").stat().st_size == 16_384
    assert (tmp_path / "spool").stat().st_blocks == blocks
    spool.close()


def test_a_folder_that_appears_later_is_used_then(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    spool = Spool(blocked / "spool")
    with pytest.raises(FileExistsError):
        spool.put([b"lost?"])
    blocked.unlink()
    spool.put([b"kept"])
    assert payloads(spool) == [b"kept"]
    spool.close()


def test_a_write_that_failed_does_not_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path / "spool", reserve=4096)
    spool.put([b"first"])

    def refuse(handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fdatasync", refuse)
        with pytest.raises(OSError, match="No space"):
            spool.put([b"second"])
    spool.put([b"third"])
    assert payloads(spool) == [b"first", b"third"]
    spool.close()
