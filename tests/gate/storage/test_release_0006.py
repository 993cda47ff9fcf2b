"""What release 0.1.0 left before the files moved into rooms is read, sound, and gone on with.

releases/0006.*: made by that release's own code: a made-up site with two users, a few households,
five passages, one entry of every kind, a changed setting; and its config.yaml.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from gate.app.resume import fire_was_on
from gate.auth.permissions import Role
from gate.auth.users import User, Users
from gate.domain.entries import Entry
from gate.journal.journal import Journal
from gate.journal.latches import latches_of
from gate.journal.projections.registry_effects import RegistryEffects
from gate.journal.store import readable, walk
from gate.journal.verify import verify
from gate.reports.model import PassageFilter
from gate.reports.reports import Reports
from gate.settings.config import load
from gate.settings.runtime import Settings
from gate.storage import field_encryption
from gate.storage.database import Database, open_database
from tests.gate.journal.journal_cast import NOON, ToldClock, file_keyring, whole
from tests.gate.storage.test_upgrade import RELEASES, left_by

CONFIG = RELEASES / "0006.config.yaml"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    left_by("0006", tmp_path)
    opened = open_database(tmp_path)
    field_encryption.seal(opened, file_keyring())
    yield opened
    opened.dispose()


@pytest.fixture
def journal(tmp_path: Path, database: Database) -> Iterator[Journal]:
    made = Journal(database, tmp_path, file_keyring(), ToldClock(), effects=RegistryEffects())
    made.start()
    yield made
    made.close()


def test_the_record_is_sound(tmp_path: Path, database: Database) -> None:
    found = verify(database, file_keyring(), tmp_path / "journal.witness")
    assert found.sound
    assert found.entries > 30


def test_an_entry_of_every_kind_is_read_back(database: Database) -> None:
    with database.reading() as connection:
        entries = [readable(kept, file_keyring()) for kept in walk(connection)]
    assert None not in entries
    known = {type(entry).__name__ for entry in entries}
    then = {"AlarmAcknowledged", "AlarmRaised", "ArmChanged", "Audited", "GuardActed"}
    then |= {"MisfitNoted", "OpeningEnded", "OpeningOrdered", "PassageDecided", "PassageEnded"}
    then |= {"PassageRead", "PassageStarted", "ServiceNoted"}
    # A kind that was renamed since is read back as what it is called now.
    assert len(known) == len(then)
    assert known <= {kind.__name__ for kind in get_args(Entry)}


def test_reports_find_its_passages(database: Database) -> None:
    page = Reports(database, file_keyring(), ZoneInfo("Asia/Shanghai")).passages(PassageFilter())
    assert len(page.rows) == 5
    assert {row.outcome for row in page.rows} == {"passed"}


def test_what_people_had_set_is_still_set(database: Database) -> None:
    with database.reading() as connection:
        assert fire_was_on(connection, "south", file_keyring())
        assert latches_of(connection, "south").locked


def test_its_users_settings_and_configuration_are_taken(journal: Journal) -> None:
    user = Users(journal).log_in("guard", "quite a long one", NOON)
    assert isinstance(user, User)
    assert (user.name, user.role) == ("guard", Role.GUARD)
    settings = Settings(journal, load(CONFIG), ToldClock())
    settings.load()
    assert settings.config.policy.open_confidence == 0.995


def test_the_record_goes_on(tmp_path: Path, journal: Journal, database: Database) -> None:
    for entries in whole("new", "吉A12345"):
        journal.append(*entries)
    assert verify(database, file_keyring(), tmp_path / "journal.witness").sound
