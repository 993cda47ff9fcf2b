"""`gate journal verify`, `gate backup`, `gate restore`: the record, for people at a terminal.

What is found goes to `out`; a progress bar goes to stderr where that is a terminal.
"""

import sqlite3
import sys
from pathlib import Path
from typing import NoReturn, TextIO

from sqlalchemy.exc import DBAPIError
from tqdm import tqdm

from gate.domain.errors import GateError
from gate.domain.ports import Clock
from gate.journal import backup
from gate.journal.checkpoint import FILE as WITNESS_FILE
from gate.journal.verify import verify
from gate.storage.database import Database
from gate.storage.encryption import Keyring
from gate.storage.pictures import Pictures


def run_verify(database: Database, keyring: Keyring, folder: Path, out: TextIO) -> int:
    """Check the whole journal; 0 if sound, 1 with a line for each finding, 2 if unreadable."""
    with tqdm(unit=" entries", disable=not sys.stderr.isatty(), file=sys.stderr) as bar:
        try:
            found = verify(
                database,
                keyring,
                folder / WITNESS_FILE,
                progress=lambda done: _advance(bar, done),
            )
        except DBAPIError as error:
            print(f"the journal cannot be read: {error.orig}; see `gate restore`", file=out)
            return 2
    for finding in found.findings:
        print(f"{finding.flaw}: {finding.what}", file=out)
    state = "sound" if found.sound else f"{len(found.findings)} findings"
    print(f"{found.entries} entries, {found.purged} bodies purged on record: {state}", file=out)
    return 0 if found.sound else 1


def run_backup(data: Path, into: Path, pictures: Pictures, clock: Clock, out: TextIO) -> int:
    """Make a backup into the folder; 0, or 1 with what is wrong."""
    with tqdm(unit=" pages", disable=not sys.stderr.isatty(), file=sys.stderr) as bar:

        def told(done: int, total: int) -> None:
            bar.total = total
            _advance(bar, done)

        try:
            made = backup.make(data, into, pictures, clock.now().utc, progress=told)
        except (OSError, sqlite3.Error) as error:
            print(f"no backup was made: {error}", file=out)
            return 1
    size = made.bytes / 1_000_000
    line = f"{made.folder}: {made.entries} entries, {made.pictures} pictures, {size:.1f} MB"
    print(
        line, "Keep a copy of the key file elsewhere: it is not in the backup.", sep="\n", file=out
    )
    return 0


def run_restore(data: Path, folder: Path, keyring: Keyring, clock: Clock, out: TextIO) -> int:
    """Put a backup in place; 0, or 1 with what is wrong, and then nothing was changed."""
    try:
        found = backup.restore(data, folder, keyring, clock)
    except (GateError, OSError) as error:
        print(f"nothing was restored: {error}", file=out)
        return 1
    print(f"restored the backup of {found.at.isoformat()}: {found.entries} entries", file=out)
    return 0


def _advance(bar: "tqdm[NoReturn]", done: int) -> None:
    bar.update(done - bar.n)
