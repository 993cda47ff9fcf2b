"""`gate database back` and `gate key rotate`: what is done with the service stopped.

Going back to an earlier release: with that release's tables, and with personal columns clear, for
the earlier release may not know how to unseal them. A copy of the SQLite file is kept beside it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gate.app.store import key_file_of
from gate.domain.errors import GateError
from gate.settings.config import Config, load
from gate.storage import field_encryption
from gate.storage.database import copy_beside, open_database, rebuilding
from gate.storage.encryption import open_vault, rotate
from gate.storage.instance_lock import Tenancy
from gate.storage.migrations import run


def back(config: Path, revision: str) -> int:
    """Take the database back to the tables of this revision; return the exit status."""
    site = load(config)
    with _stopped(site):
        _back(site, revision)
    print(f"the database is of revision {revision}; install the release that belongs to it")
    return 0


def _back(site: Config, revision: str) -> None:
    database = open_database(site.database or site.data)
    try:
        if revision not in run.revisions():
            known = ", ".join(run.revisions())
            raise GateError(f"there is no revision {revision!r}; known are {known}")
        if database.path is not None:
            copy_beside(database.path, f"before-back-to-{revision}")
        field_encryption.unseal(database, open_vault(key_file_of(site), create=False))
        with rebuilding(database) as connection:
            run.downgrade(connection, revision)
    finally:
        database.dispose()


def rotate_key(config: Path) -> int:
    """Add a key; personal columns are under it at the next start, pictures as they are written."""
    site = load(config)
    with _stopped(site):
        number = rotate(key_file_of(site))
    print(f"key {number} seals from the next start on; keep a copy of the key file")
    return 0


@contextmanager
def _stopped(site: Config) -> Iterator[None]:
    """Keep a gate from starting on the folder meanwhile. Raises FolderInUseError."""
    instance_lock = Tenancy(site.data)
    instance_lock.take()
    try:
        yield
    finally:
        instance_lock.leave()
