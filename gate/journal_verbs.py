"""The record's commands as the command line calls them: from a config file to gate.journal_cli.

None of them starts the gate: verifying reads, backing up reads, restoring refuses while it runs.
"""

import sys
from pathlib import Path

from gate.config import Config, load
from gate.database import FILE, open_database
from gate.errors import GateError
from gate.journal_cli import run_backup, run_restore, run_verify
from gate.pictures import Pictures
from gate.system_clock import SystemClock
from gate.vault import KeyVault, open_vault


class ServerDatabase(GateError):  # noqa: N818 - a fact about the configuration
    """What was asked for is the database server's own business."""


def verify(config: Path) -> int:
    """Find entries that were changed, removed or moved; 0 sound, 1 findings, 2 unreadable."""
    site = load(config)
    database = open_database(site.database or _with_journal(site.data), upgrade=False)
    try:
        return run_verify(database, _vault(site), site.data, sys.stdout)
    finally:
        database.dispose()


def backup(config: Path, into: Path) -> int:
    """Copy database and pictures into a new folder in `into`; the gate may run."""
    site = load(config)
    _must_be_a_file(site)
    pictures = Pictures(_with_journal(site.data) / "pictures", _vault(site))
    try:
        return run_backup(site.data, into, pictures, SystemClock(), sys.stdout)
    finally:
        pictures.close()


def restore(config: Path, folder: Path) -> int:
    """Put the backup in `folder` in place; what it replaces is moved aside."""
    site = load(config)
    _must_be_a_file(site)
    return run_restore(site.data, folder, _vault(site), SystemClock(), sys.stdout)


def _vault(site: Config) -> KeyVault:
    """The site's keys; never made here: new ones would fit nothing that is sealed already."""
    return open_vault(site.key_file or site.data / "keys" / "vault.key", create=False)


def _with_journal(data: Path) -> Path:
    if not (data / FILE).exists():
        raise ServerDatabase(f"{data} holds no journal yet: start the gate once, or name its data")
    return data


def _must_be_a_file(site: Config) -> None:
    if site.database is not None and not site.database.startswith("sqlite"):
        raise ServerDatabase("this site keeps its journal on a server: use pg_dump and pg_restore")
