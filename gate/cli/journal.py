"""`gate journal verify`, `gate backup`, `gate restore`: from config.yaml to the record."""

import sys
from pathlib import Path

from gate.app.clock import SystemClock
from gate.app.store import key_of, open_store
from gate.cli.journal_files import run_backup, run_restore, run_verify
from gate.domain.errors import GateError
from gate.settings.config import Config, load
from gate.storage import private_files


class NotSqliteError(GateError):
    """A command for the embedded database, on a site that uses a server."""


def verify(config: Path) -> int:
    """Find any entry that was changed, removed or reordered."""
    site = load(config)
    store = open_store(site)
    try:
        return run_verify(store.database, store.keyring, site.data, sys.stdout)
    finally:
        store.close()


def backup(config: Path, folder: Path) -> int:
    """Copy database and pictures while the gate runs."""
    site = _embedded(config)
    store = open_store(site)
    try:
        return run_backup(site.data, folder, store.pictures, store.clock, sys.stdout)
    finally:
        store.close()


def restore(config: Path, folder: Path) -> int:
    """Put a backup in place; the gate must be stopped."""
    site = _embedded(config)
    site.data.mkdir(mode=private_files.FOLDER, parents=True, exist_ok=True)
    return run_restore(site.data, folder, key_of(site), SystemClock(), sys.stdout)


def _embedded(config: Path) -> Config:
    site = load(config)
    if site.database is not None:
        message = "database: this site uses a server; back it up with the server's own tools"
        raise NotSqliteError(message)
    return site
