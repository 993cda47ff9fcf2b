"""Backups while the gate runs, and putting one back.

A backup is a folder: the database as of one moment (SQLite's online backup under a read
transaction, so that no lane waits and no write starts it anew), the spool, the pictures, and a
manifest with the sha256 of each. A picture that an earlier backup beside it has is linked to that
one. Keys are not in it, so that a thief of the backup cannot read it: keep a copy of the key file
elsewhere.
Rules: a backup without a manifest is unfinished; a restore changes nothing until every file and the
whole chain were checked; what it replaces is moved aside, not deleted. PostgreSQL is backed up with
pg_dump; these functions are for SQLite.
"""

import hashlib
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from gate.domain.entries import ServiceNoted
from gate.domain.errors import GateError, RestoreRefusedError
from gate.domain.ports import Clock
from gate.journal.checkpoint import FILE as WITNESS_FILE
from gate.journal.journal import SPOOL_FILE, Journal
from gate.journal.verify import verify
from gate.storage import private_files
from gate.storage.database import FILE, open_database
from gate.storage.encryption import Keyring, sync_folder
from gate.storage.instance_lock import Tenancy
from gate.storage.pictures import Pictures

MANIFEST = "manifest.json"
PICTURES = "pictures"
_FORMAT = 1
_PAGES = 1024
_NAME = "gate-%Y%m%dT%H%M%S%fZ"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Backup:
    """What was made, or found sound. entries: number of the newest entry in it."""

    folder: Path
    at: datetime
    entries: int
    pictures: int
    bytes: int


def make(
    data: Path, into: Path, pictures: Pictures, at: datetime, *, progress: Progress | None = None
) -> Backup:
    """Make the backup folder `into/gate-<time>`. progress: pages done, pages in all.

    data: the data folder with the SQLite file. Raises OSError and sqlite3.Error.
    """
    folder = into / at.astimezone(UTC).strftime(_NAME)
    earlier = newest(into)
    for one in into.glob("gate-*Z"):  # What a release made that left them open.
        private_files.close(one)
    folder.mkdir(mode=private_files.FOLDER, parents=True)
    entries = _copy_database(data / FILE, folder / FILE, progress)
    # After the database: lines that it has already are known by the mark inside it.
    if (data / SPOOL_FILE).exists():
        shutil.copy2(data / SPOOL_FILE, folder / SPOOL_FILE)
    pictures.settle()
    n = _copy_pictures(pictures, folder, earlier)
    files = {str(path.relative_to(folder)): _digest(path) for path in _files(folder)}
    manifest = {"format": _FORMAT, "at": at.isoformat(), "entries": entries, "files": files}
    text = json.dumps(manifest, sort_keys=True, indent=1)
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    for path in (folder / FILE, folder / SPOOL_FILE, folder / MANIFEST):
        if path.exists():
            private_files.close(path)
    _sync(folder)
    size = sum(path.stat().st_size for path in _files(folder))
    return Backup(folder, at, entries, n, size)


def check(folder: Path) -> Backup:
    """Compare every file of a backup with its manifest. Raises RestoreRefusedError."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        files: dict[str, str] = manifest["files"]
        at, entries = datetime.fromisoformat(manifest["at"]), int(manifest["entries"])
    except (OSError, ValueError, KeyError) as error:
        raise RestoreRefusedError(f"{folder} is not a finished backup: {error}") from error
    if manifest.get("format") != _FORMAT:
        raise RestoreRefusedError(
            f"{folder} was made by another release: use that release's restore"
        )
    for name, digest in files.items():
        path = folder / name
        if not path.is_file() or _digest(path) != digest:
            raise RestoreRefusedError(f"{path} is missing or was changed: use another backup")
    size = sum((folder / name).stat().st_size for name in files)
    return Backup(folder, at, entries, sum(name.startswith(PICTURES) for name in files), size)


def restore(data: Path, folder: Path, keyring: Keyring, clock: Clock) -> Backup:
    """Put a backup in place of what is in the data folder; that is moved to `replaced-<time>`.

    Raises RestoreRefusedError, and FolderInUseError while the gate runs.
    """
    data.mkdir(mode=private_files.FOLDER, parents=True, exist_ok=True)
    instance_lock = Tenancy(data)
    instance_lock.take()
    try:
        found = check(folder)
        fresh = data / "restoring"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=private_files.FOLDER)
        for name in (FILE, SPOOL_FILE):
            if (folder / name).exists():
                shutil.copy2(folder / name, fresh / name)
        _must_be_sound(fresh, keyring)
        _bring_pictures(folder / PICTURES, data / PICTURES)
        _exchange(data, fresh, clock.now().utc)
    finally:
        instance_lock.leave()
    _note(data, found, keyring, clock)
    return found


def newest(into: Path) -> Path | None:
    """The newest finished backup in a folder of backups."""
    finished = (path.parent for path in into.glob(f"gate-*/{MANIFEST}"))
    return max(finished, default=None)


def prune(into: Path, before: datetime) -> int:
    """Delete backups made before then, so that they outlive no retention; the newest one stays."""
    keep = newest(into)
    limit = before.astimezone(UTC).strftime(_NAME)
    old = [one for one in into.glob("gate-*Z") if one.is_dir() and one.name < limit and one != keep]
    for folder in old:
        shutil.rmtree(folder)
    return len(old)


def _copy_database(source: Path, target: Path, progress: Progress | None) -> int:
    def told(status: int, remaining: int, total: int) -> None:
        if progress is not None:
            progress(total - remaining, total)

    with closing(sqlite3.connect(source, isolation_level=None)) as live:
        live.execute("BEGIN")
        row = live.execute("SELECT max(seq) FROM entry").fetchone()
        with closing(sqlite3.connect(target)) as copy:
            live.backup(copy, pages=_PAGES, progress=told)
            # The copy is one file, without a write-ahead log beside it that could get lost.
            copy.execute("PRAGMA journal_mode=DELETE").fetchall()
        live.execute("ROLLBACK")
    return int(row[0] or 0)


def _copy_pictures(pictures: Pictures, folder: Path, earlier: Path | None) -> int:
    n = 0
    for _, path in pictures.names():
        name = Path(PICTURES) / path.parent.parent.name / path.parent.name / path.name
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            if earlier is not None and (earlier / name).exists():
                target.hardlink_to(earlier / name)
            else:
                shutil.copy2(path, target)
        except FileNotFoundError:
            continue  # Retention removed it meanwhile.
        n += 1
    return n


def _must_be_sound(fresh: Path, keyring: Keyring) -> None:
    """Check file and chain of what will be put in place. Raises RestoreRefusedError."""
    try:
        with closing(sqlite3.connect(fresh / FILE)) as copy:
            answer = copy.execute("PRAGMA quick_check").fetchone()[0]
    except sqlite3.Error as error:
        raise RestoreRefusedError(f"the backup's database is damaged: {error}") from error
    if answer != "ok":
        raise RestoreRefusedError(f"the backup's database is damaged: {answer}")
    try:
        database = open_database(fresh)
        verified = verify(database, keyring, fresh / WITNESS_FILE)
        database.dispose()
    except GateError as error:
        raise RestoreRefusedError(f"the backup cannot be used: {error}") from error
    if not verified.sound:
        first = verified.findings[0].what
        raise RestoreRefusedError(
            f"the backup's journal is not sound: {first} ({len(verified.findings)})"
        )


def _bring_pictures(source: Path, target: Path) -> None:
    """Copy the pictures that are not there; a name says what is in it, so none is replaced."""
    for path in source.glob("??/??/*"):
        place = target / path.relative_to(source)
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            beside = place.with_name(place.name + ".new")
            shutil.copy2(path, beside)
            beside.replace(place)


def _exchange(data: Path, fresh: Path, now: datetime) -> None:
    """Move the old files aside and the new ones in."""
    _sync(fresh)
    aside = data / f"replaced-{now:%Y%m%dT%H%M%SZ}"
    aside.mkdir(mode=private_files.FOLDER, exist_ok=True)
    for name in (FILE, FILE + "-wal", FILE + "-shm", SPOOL_FILE, WITNESS_FILE):
        if (data / name).exists():
            (data / name).replace(aside / name)
    for path in fresh.iterdir():
        path.replace(data / path.name)
    fresh.rmdir()
    private_files.tighten(data)
    sync_folder(data)


def _note(data: Path, found: Backup, keyring: Keyring, clock: Clock) -> None:
    """Put the restore itself on record."""
    database = open_database(data)
    journal = Journal(database, data, keyring, clock)
    try:
        detail: dict[str, object] = {"made": found.at.isoformat(), "entries": found.entries}
        journal.append(ServiceNoted("restored", detail))
    finally:
        journal.close()
        database.dispose()


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != MANIFEST)


def _sync(folder: Path) -> None:
    """Have everything in a folder on disk before anything relies on it."""
    for path in folder.rglob("*"):
        if path.is_dir():
            sync_folder(path)
        else:
            with path.open("rb") as file:
                os.fsync(file.fileno())
    sync_folder(folder)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
