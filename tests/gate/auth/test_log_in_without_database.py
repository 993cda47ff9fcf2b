"""Users log in on what can be read while the database takes nothing, or is damaged."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import select

from gate.auth import totp
from gate.auth.permissions import Role
from gate.auth.users import LogInRefused, User, Users
from gate.domain.errors import JournalUnavailableError
from gate.storage.database import FILE
from gate.storage.tables import audit
from tests.gate.journal.journal_cast import NOON, Desk, desk

pytestmark = pytest.mark.slow

PASSWORD = "quite a long one"
SECRET = totp.new_secret()
TOTP = pyotp.TOTP(SECRET)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path, start=False) as one:  # Its own thread would look at the file meanwhile.
        yield one


@pytest.fixture
def people(made: Desk) -> Users:
    known = Users(made.journal)
    known.add("guard", Role.GUARD, PASSWORD, by="test")
    known.add("gone", Role.GUARD, PASSWORD, by="test")
    return known


@contextmanager
def held(made: Desk) -> Iterator[None]:
    """Another program holds the database: it can be read, not written."""
    with closing(sqlite3.connect(made.folder / FILE, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@contextmanager
def garbage(made: Desk) -> Iterator[None]:
    """The file holds something else: it can be neither read nor written."""
    made.database.dispose()  # The last connection leaves one file, without a log beside it.
    file = made.folder / FILE
    before = file.read_bytes()
    file.write_bytes(b"garbage! " * 1000)
    yield
    made.database.dispose()
    for suffix in ("-wal", "-shm"):
        file.with_name(FILE + suffix).unlink(missing_ok=True)
    file.write_bytes(before)


Broken = Callable[[Desk], AbstractContextManager[None]]
broken = pytest.mark.parametrize("away", [held, garbage])


def log_ins(made: Desk) -> list[tuple[str, str]]:
    """Return what is on record of log-ins once the database is back."""
    made.clock.pass_by(60)
    assert made.journal.catch_up()
    with made.database.reading() as connection:
        found = select(audit.c.actor, audit.c.action).where(audit.c.action.like("log_in%"))
        return [(row[0], row[1]) for row in connection.execute(found.order_by(audit.c.seq))]


@broken
def test_a_right_password_lets_in_and_a_wrong_one_does_not(
    made: Desk, people: Users, away: Broken
) -> None:
    with away(made):
        assert people.log_in("guard", PASSWORD, NOON) == User("guard", Role.GUARD)
        assert people.log_in("guard", "wrong", NOON) is LogInRefused.WRONG
        assert people.log_in("nobody", PASSWORD, NOON) is LogInRefused.WRONG
        assert people.get("guard") == User("guard", Role.GUARD)
    assert log_ins(made) == [
        ("guard", "log_in"),
        ("guard", "log_in_refused"),
        ("nobody", "log_in_refused"),
    ]


@broken
def test_the_last_change_counts(made: Desk, people: Users, away: Broken) -> None:
    people.set_disabled("gone", True, "test", NOON)
    people.set_password("guard", "another long one", "test", NOON)
    with away(made):
        assert people.log_in("gone", PASSWORD, NOON) is LogInRefused.DISABLED
        assert people.log_in("guard", PASSWORD, NOON) is LogInRefused.WRONG
        assert isinstance(people.log_in("guard", "another long one", NOON), User)


@broken
def test_a_code_counts_once_meanwhile_and_afterwards(
    made: Desk, people: Users, away: Broken
) -> None:
    codes = people.turn_on_second_factor("guard", SECRET, TOTP.at(NOON), NOON, by="guard")
    later = NOON + timedelta(minutes=5)
    code = TOTP.at(later)
    with away(made):
        assert people.log_in("guard", PASSWORD, later) is LogInRefused.CODE_NEEDED
        assert isinstance(people.log_in("guard", PASSWORD, later, code), User)
        assert people.log_in("guard", PASSWORD, later, code) is LogInRefused.CODE_WRONG
        assert isinstance(people.log_in("guard", PASSWORD, later, codes[0]), User)
        assert people.log_in("guard", PASSWORD, later, codes[0]) is LogInRefused.CODE_WRONG
    made.clock.pass_by(60)
    for used in (code, codes[0]):
        assert people.log_in("guard", PASSWORD, later, used) is LogInRefused.CODE_WRONG
    assert isinstance(people.log_in("guard", PASSWORD, later, codes[1]), User)


def test_where_nothing_takes_entries_people_get_in_all_the_same(
    made: Desk, people: Users, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(made.journal._spooler, "put", refuse)
    with held(made):
        assert isinstance(people.log_in("guard", PASSWORD, NOON), User)


def test_a_database_that_was_never_read_tells_nothing(made: Desk) -> None:
    fresh = Users(made.journal)
    with garbage(made), pytest.raises(JournalUnavailableError):
        fresh.log_in("guard", PASSWORD, NOON)
