"""The child that reads: what it says arrives whole, and its end, however it comes, is survived."""

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from registry.spreadsheets.grid import MAX_BYTES, SheetFault
from registry.spreadsheets.reading import aside, child
from registry.spreadsheets.reading.whole import read
from tests.registry.spreadsheets.reading.packages import good_sheet, line, text, xls, xlsx

FAR = xlsx({"a": line(1, ["房号"]) + f'<row r="1048576">{text("XFD1048576", "x")}</row>'})
MERGED = xlsx({"a": line(1, ["房号"])}, merged=["A1:XFD1048576"] * 200_000)
NO_ADDRESSES = xlsx({"a": "<row>" + "<c><v>1</v></c>" * 4_000_000 + "</row>"})


def children() -> set[int]:
    """Processes that read a spreadsheet for this one; a browser may be a child as well."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
                command = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            ours = int(stat.rpartition(")")[2].split()[1]) == os.getpid()
            if ours and child.__name__.encode() in command:
                found.add(int(entry.name))
    return found


@pytest.mark.parametrize(
    "content",
    [
        xlsx({"1栋": good_sheet(), "旧": good_sheet()}, states={"旧": "hidden"}),
        xls({"a": [["房号", "\n\u2028'"], [13800000000.0, "吉A12345"]]}, since_1904=True),
        "房号,车牌号\r\n501,吉A12345\r\n".encode("gb18030"),
        b"",
        b"%PDF",
    ],
)
def test_what_the_child_reads_is_what_the_file_has(content: bytes) -> None:
    assert aside.read_now(content) == read(content)
    said = "\n".join(child.lines(read(content)))
    assert aside.understood(said.encode()) == read(content)


@pytest.mark.parametrize("content", [FAR, MERGED, NO_ADDRESSES], ids=["far", "merged", "cells"])
def test_a_small_file_of_many_cells_is_too_large(content: bytes) -> None:
    assert len(content) < 1_000_000
    assert aside.read_now(content) is SheetFault.TOO_LARGE


def test_a_file_that_is_too_long_starts_no_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere")
    assert aside.read_now(bytes(MAX_BYTES + 1)) is SheetFault.TOO_LARGE


def run_child(code: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [
            sys.executable,
            "-c",
            f"from registry.spreadsheets.reading import child; child._limit(); {code}",
        ],
        capture_output=True,
        check=False,
        cwd=Path(__file__).parents[4],
    )


def test_the_child_gets_no_more_memory_than_its_limit() -> None:
    assert run_child("bytes(500_000_000)").returncode == 0
    done = run_child(f"bytes({child.MAX_MEMORY})")
    assert b"MemoryError" in done.stderr


def test_the_child_writes_no_file(tmp_path: Path) -> None:
    done = run_child(f"open({str(tmp_path / 'x')!r}, 'w').write('x' * 9999)")
    assert done.returncode != 0


def test_the_child_gets_no_more_processor_time_than_its_limit() -> None:
    code = "import resource; print(resource.getrlimit(resource.RLIMIT_CPU))"
    assert run_child(code).stdout.decode().strip() == f"({child.MAX_CPU_S}, {child.MAX_CPU_S})"


def test_the_child_loads_nothing_of_the_service() -> None:
    code = (
        "import sys; from registry.spreadsheets.reading.child import read; "
        "print(sorted(m for m in sys.modules if m.split('.')[0] in "
        "('gate', 'sqlmodel', 'sqlalchemy', 'nicegui', 'numpy', 'recognition', 'hardware')))"
    )
    assert run_child(code).stdout.decode().strip() == "[]"


def test_the_child_sees_none_of_the_services_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATE_SECRET", "x")
    monkeypatch.setenv("PYTHONSTARTUP", "/nowhere")
    assert aside.ENVIRONMENT.keys() == {"PYTHONPATH", "PYTHONUTF8"}


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGXCPU, signal.SIGABRT])
def test_a_child_that_is_killed_is_a_file_that_is_too_large(number: int) -> None:
    async def killed() -> object:
        reading = asyncio.create_task(aside.read(NO_ADDRESSES))
        before: set[int] = set()
        while not before:
            await asyncio.sleep(0.01)
            before = children()
        for pid in before:
            os.kill(pid, number)
        return await reading

    assert asyncio.run(killed()) is SheetFault.TOO_LARGE


def test_who_stops_waiting_ends_the_child() -> None:
    async def stopped() -> None:
        reading = asyncio.create_task(aside.read(FAR))
        while not children():
            await asyncio.sleep(0.01)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading

    asyncio.run(stopped())
    assert children() == set()


def test_a_child_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside, "MAX_SECONDS", 0.0)
    assert aside.read_now(xlsx({"a": good_sheet()})) is SheetFault.TOO_LARGE
    assert children() == set()


def test_a_child_that_says_too_much_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside, "MAX_SAID", 10)
    assert aside.read_now(xlsx({"a": good_sheet()})) is SheetFault.TOO_LARGE


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b'{"sheet": "a", "hidden": false, "since_1904": false}\n[1, ["x"], []]\n',
        b'[1, ["x"], []]\n{"end": true}\n',
        b'{"fault": "no such"}\n',
        b"no json\n",
        b'{"other": 1}\n{"end": true}\n',
    ],
)
def test_half_of_what_a_child_says_is_nothing(said: bytes) -> None:
    assert aside.understood(said) is SheetFault.DAMAGED
