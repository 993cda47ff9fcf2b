"""Reads a spreadsheet in a child process with limits of memory and time.

A file of a kilobyte may say that it unpacks to gigabytes, or take minutes. The child ends at its
limits, and the service goes on; who waits for it can be told to stop, and then the child is killed.
One file at a time. The child gets none of the service's environment, and what it says is read as
data only.
"""

import asyncio
import json
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from contextlib import suppress
from pathlib import Path
from typing import Final

import registry
from registry.spreadsheets.grid import MAX_BYTES, Book, Sheet, SheetFault, SheetRow

MAX_SECONDS: Final = 60.0
MAX_SAID: Final = 64_000_000
"""Bytes that the child may say: its rows with all their quotes and escapes."""
_PORTION: Final = 1 << 20
ENVIRONMENT: Final = {
    "PYTHONPATH": str(Path(registry.__file__).resolve().parents[1]),
    "PYTHONUTF8": "1",
}
_busy = asyncio.Semaphore(1)


async def read(content: bytes) -> Book | SheetFault:
    """The sheets of a file, or why nothing in it can be read; TOO_LARGE at the limits.

    Cancelled, it ends the child first.
    """
    if len(content) > MAX_BYTES:
        return SheetFault.TOO_LARGE
    async with _busy:
        said = await _told(content)
    return said if isinstance(said, SheetFault) else await asyncio.to_thread(understood, said)


def read_now(content: bytes) -> Book | SheetFault:
    """`read` for a program that has nothing else to do."""
    return asyncio.run(read(content))


async def _told(content: bytes) -> bytes | SheetFault:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "registry.spreadsheets.reading.child"),
        stdin=PIPE,
        stdout=PIPE,
        stderr=DEVNULL,
        cwd="/",
        env=ENVIRONMENT,
    )
    try:
        async with asyncio.timeout(MAX_SECONDS):
            said, _ = await asyncio.gather(_heard(child), _feed(child, content))
            ended = await child.wait()
    except TimeoutError:
        return SheetFault.TOO_LARGE
    finally:
        if child.returncode is None:
            with suppress(ProcessLookupError):
                child.kill()
            await child.wait()
    if said is None or ended < 0:
        return SheetFault.TOO_LARGE  # killed at a limit, or by itself where memory was refused
    return said if ended == 0 else SheetFault.DAMAGED


async def _feed(child: Process, content: bytes) -> None:
    if child.stdin is None:
        return
    with suppress(BrokenPipeError, ConnectionResetError):
        child.stdin.write(content)
        await child.stdin.drain()
    child.stdin.close()


async def _heard(child: Process) -> bytes | None:
    """What the child says; None where it says too much."""
    said = bytearray()
    while portion := await child.stdout.read(_PORTION) if child.stdout else b"":
        said += portion
        if len(said) > MAX_SAID:
            child.kill()
            return None
    return bytes(said)


def understood(said: bytes) -> Book | SheetFault:
    """The sheets that the child's lines tell of. DAMAGED where it did not come to its end."""
    book: list[tuple[str, bool, bool, list[SheetRow]]] = []
    try:
        for line in said.splitlines():
            match json.loads(line):
                case {"fault": str(fault)}:
                    return SheetFault(fault)
                case {"sheet": str(name), "hidden": bool(hidden), "since_1904": bool(since)}:
                    book.append((name, hidden, since, []))
                case [int(number), list(cells), list(numbers)]:
                    book[-1][3].append(SheetRow(number, tuple(map(str, cells)), frozenset(numbers)))
                case {"end": True}:
                    return tuple(Sheet(n, tuple(rows), h, s) for n, h, s, rows in book)
                case _:
                    break
    except (ValueError, LookupError):
        pass
    return SheetFault.DAMAGED
