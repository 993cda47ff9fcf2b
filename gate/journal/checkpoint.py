"""The end of the chain, told outside the database, so that cutting entries off is noticed.

The file's first line is the newest entry, written over after every commit; every hour one more
line stays behind it. A line is authenticated with the keyring's key, which is not in the database,
so whoever writes the whole chain anew cannot write it. Not fsynced: after a power cut it may lag
behind the database, never run ahead of it.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from gate.storage.encryption import Keyring
from gate.storage.tables import micros, moment

FILE = "journal.witness"
_SLOT = 256
_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """At that time the chain had this entry. sound: the line carries the keyring's signature."""

    seq: int
    hash: bytes
    at: datetime
    sound: bool


class Witness:
    """Writes the file. What it cannot write it leaves: a passage never waits for a checkpoint."""

    def __init__(self, path: Path, keyring: Keyring) -> None:
        self._path = path
        self._vault = keyring
        self._handle: int | None = None
        self._kept: datetime | None = None

    def note(self, seq: int, digest: bytes, at: datetime) -> bool:
        """Tell the newest entry; False if the file did not take it."""
        line = _line(self._vault, seq, digest, at)
        try:
            handle = self._open()
            os.pwrite(handle, line, 0)
            if self._kept is None or abs(at - self._kept) >= _EVERY:
                end = max(_SLOT, os.fstat(handle).st_size // _SLOT * _SLOT)
                os.pwrite(handle, line, end)
                self._kept = at
        except OSError:
            self.close()
            return False
        return True

    def close(self) -> None:
        """Let go of the file."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _open(self) -> int:
        if self._handle is None:
            self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        return self._handle


def testimonies(path: Path, keyring: Keyring) -> Iterator[SignedCheckpoint]:
    """What the file says, the newest entry first; nothing where there is no file."""
    try:
        contents = path.read_bytes()
    except FileNotFoundError:
        return
    for start in range(0, len(contents), _SLOT):
        yield _read(contents[start : start + _SLOT], keyring)


def _line(keyring: Keyring, seq: int, digest: bytes, at: datetime) -> bytes:
    told = [seq, digest.hex(), micros(at)]
    mac = keyring.mac(json.dumps(told).encode()).hex()
    return json.dumps([*told, mac]).encode().ljust(_SLOT - 1) + b"\n"


def _read(line: bytes, keyring: Keyring) -> SignedCheckpoint:
    try:
        seq, digest, at, mac = json.loads(line)
        expected = keyring.mac(json.dumps([seq, digest, at]).encode()).hex()
        return SignedCheckpoint(int(seq), bytes.fromhex(digest), moment(at), mac == expected)
    except (ValueError, TypeError):
        return SignedCheckpoint(0, b"", moment(0), sound=False)
