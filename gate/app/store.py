"""The record of a site and everything that stands on it, opened for the gate and for commands."""

from dataclasses import dataclass
from pathlib import Path

from gate.app.clock import SystemClock
from gate.auth.users import Users
from gate.journal.journal import Journal
from gate.journal.projections.registry_effects import RegistryEffects
from gate.settings.config import Config
from gate.storage import field_encryption, private_files
from gate.storage.database import Database, open_database
from gate.storage.encryption import FileKeyring, Keyring, open_vault
from gate.storage.pictures import Pictures


@dataclass(frozen=True, slots=True)
class Store:
    """The record and everything that stands on it; enough for commands that move nothing."""

    clock: SystemClock
    database: Database
    keyring: Keyring
    journal: Journal
    pictures: Pictures
    people: Users

    def close(self) -> None:
        """Let go of files and connections."""
        self.pictures.close()
        self.journal.close()
        self.database.dispose()


def open_store(config: Config) -> Store:
    """Open database, keys, journal and pictures of the data folder, making what is not there."""
    clock = SystemClock()
    config.data.mkdir(mode=private_files.FOLDER, parents=True, exist_ok=True)
    private_files.tighten(config.data)
    keyring = key_of(config)
    database = open_database(config.database or config.data)
    field_encryption.seal(database, keyring)
    journal = Journal(database, config.data, keyring, clock, effects=RegistryEffects())
    pictures = Pictures(config.data / "pictures", keyring)
    people = Users(journal, factor_required=config.web.admin_second_factor)
    return Store(clock, database, keyring, journal, pictures, people)


def key_of(config: Config) -> FileKeyring:
    """Open the site's key, making one where there is none."""
    path = key_file_of(config)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return open_vault(path)


def key_file_of(config: Config) -> Path:
    """Where the site's key lies."""
    return config.key_file or config.data / "keys" / "vault.key"
