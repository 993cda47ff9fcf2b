"""What could not be written into the database yet: fsynced lines in a file that is made beforehand.

Rules: the file's room is reserved while the disk has some, and lines are written over it in place,
so that a full disk does not stop it. A line has its length and a CRC-32; reading stops at the first
line that is torn, so that a power cut in the middle of a write loses only what nobody was told is
safe. A generation is a random number; the database remembers up to which line of which generation
it has taken lines over, so that none is taken twice and none is left out.
"""

import os
import secrets
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

RESERVE = 8 * 1024 * 1024
_HEAD = 8 + 1 + 8 + 1 + 16 + 1 + 8 + 1
_CHUNK = bytes(64 * 1024)


@dataclass(frozen=True, slots=True)
class Spooled:
    """One line: ordinal counts from 1 within its generation. end: offset after the line."""

    generation: str
    ordinal: int
    payload: bytes
    end: int


class Spool:
    """The file. Not thread-safe: the journal calls it under its own lock."""

    def __init__(self, path: Path, *, reserve: int = RESERVE) -> None:
        """Take over what the file holds. A file that cannot be opened is tried again by `put`."""
        self._path = path
        self._reserve = reserve
        self._handle: int | None = None
        self._generation = secrets.token_hex(8)
        self._ordinal = 0
        self._end = 0
        try:
            self._open()
        except OSError:
            self._handle = None

    def _open(self) -> int:
        if self._handle is not None:
            return self._handle
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        self._handle = handle
        self._fill(handle)
        if lines := list(scan(_contents(handle))):
            last = lines[-1]
            self._generation, self._ordinal, self._end = last.generation, last.ordinal, last.end
        return handle

    def _fill(self, handle: int) -> None:
        """Reserve room with real zeros: a hole would need the disk when it is too late."""
        size = os.fstat(handle).st_size
        try:
            while size < self._reserve:
                size += os.pwrite(handle, _CHUNK[: self._reserve - size], size)
            os.fsync(handle)
        except OSError:
            return  # What room there is will be used; `put` tells when it is not enough.

    @property
    def generation(self) -> str:
        """The number of the lines that are in the file, or will be next."""
        return self._generation

    @property
    def ordinal(self) -> int:
        """How many lines this generation has."""
        return self._ordinal

    def put(self, payloads: Sequence[bytes]) -> None:
        """Write lines and return when they are on disk. Raises OSError: then none of them counts.

        payloads: ASCII without line ends.
        """
        handle = self._open()
        lines = b"".join(
            _line(self._generation, self._ordinal + offset, payload)
            for offset, payload in enumerate(payloads, start=1)
        )
        # The byte after the last line is made invalid, so that no older line can follow it.
        _write_whole(handle, lines + b"\n", self._end)
        os.fdatasync(handle)
        self._end += len(lines)
        self._ordinal += len(payloads)

    def read(self, after: Spooled | None = None, limit: int = 1000) -> list[Spooled]:
        """Up to `limit` lines after the given one. Raises OSError."""
        start, ordinal = (after.end, after.ordinal) if after is not None else (0, 0)
        handle = self._open()
        if ordinal >= self._ordinal:
            return []
        lines = scan(_contents(handle, start, self._end), ordinal)
        return [replace(line, end=line.end + start) for line in islice(lines, limit)]

    def clear(self) -> None:
        """Begin a new generation: the database has everything, and nothing stays in the file.

        What retention takes out of the database later on must not be readable here.
        """
        with suppress(OSError):
            self._wipe()
        self._generation = secrets.token_hex(8)
        self._ordinal = 0
        self._end = 0

    def _wipe(self) -> None:
        """Write zeros over every line there is, in place, the first line first."""
        handle = self._open()
        size = os.fstat(handle).st_size
        for start in range(0, size, len(_CHUNK)):
            length = min(len(_CHUNK), size - start)
            if os.pread(handle, length, start).strip(b"\0"):
                _write_whole(handle, _CHUNK[:length], start)

    def close(self) -> None:
        """Let go of the file."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def scan(contents: bytes, ordinal: int = 0) -> Iterator[Spooled]:
    """Sound lines of one generation after `ordinal`, up to the first that is not sound."""
    generation, start = "", 0
    while line := _parse(contents, start):
        if line.ordinal != ordinal + 1 or line.generation != (generation or line.generation):
            return
        yield line
        generation, ordinal, start = line.generation, line.ordinal, line.end


def _line(generation: str, ordinal: int, payload: bytes) -> bytes:
    marked = f"{generation} {ordinal:08x} ".encode() + payload
    return f"{len(payload):08x} {zlib.crc32(marked):08x} ".encode() + marked + b"\n"


def _parse(contents: bytes, start: int) -> Spooled | None:
    """Read the line at `start`; None unless it is, byte for byte, what `_line` writes."""
    head = contents[start : start + _HEAD]
    try:
        length, _crc, generation, ordinal = head.decode("ascii").split()
        end = start + _HEAD + int(length, 16)
        line = Spooled(generation, int(ordinal, 16), contents[start + _HEAD : end], end + 1)
    except ValueError:
        return None
    sound = contents[start : line.end] == _line(generation, line.ordinal, line.payload)
    return line if sound else None


def _contents(handle: int, start: int = 0, end: int | None = None) -> bytes:
    end = os.fstat(handle).st_size if end is None else end
    parts: list[bytes] = []
    while start < end and (part := os.pread(handle, min(1 << 20, end - start), start)):
        parts.append(part)
        start += len(part)
    return b"".join(parts)


def _write_whole(handle: int, data: bytes, at: int) -> None:
    while data:
        written = os.pwrite(handle, data, at)
        data, at = data[written:], at + written
