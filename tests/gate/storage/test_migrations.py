"""The migrations make exactly the tables of the code, and a database can go forward and back."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select
from sqlmodel import Session, SQLModel

import gate.storage.account_tables
import gate.storage.settings_table
import registry.tables.records
from gate.domain.errors import DatabaseUnusableError
from gate.journal.verify import verify
from gate.storage import tables
from gate.storage.database import FILE, Database, open_database, rebuilding
from gate.storage.migrations import run
from registry.rules.plates import Plate, PlateClass
from registry.store import store
from registry.store.store import Actor
from registry.tables.records import Space, Vehicle
from tests.gate.journal.journal_cast import NOON, desk, file_keyring, started

pytestmark = pytest.mark.slow

METADATA = [tables.metadata, SQLModel.metadata]
OWNERS = (
    gate.storage.account_tables.UserRow,
    gate.storage.settings_table.SettingRow,
    registry.tables.records.Vehicle,
)


def test_the_migrations_make_what_the_code_expects(tmp_path: Path) -> None:
    database = open_database(tmp_path)
    with database.writing() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    database.dispose()


def test_every_step_goes_back_and_forward_again(tmp_path: Path) -> None:
    database = open_database(tmp_path)
    for revision in ("0001", "base"):
        with database.writing() as connection:
            run.downgrade(connection, revision)
        with database.writing() as connection:
            run.upgrade(connection)
            assert run.current(connection) == run.newest()
    database.dispose()


def test_the_newest_step_is_known_without_alembic_as_alembic_knows_it() -> None:
    scripts = ScriptDirectory.from_config(run.settings())
    assert scripts.get_heads() == [run.newest()]


def test_an_upgrade_keeps_the_record_and_a_copy_of_the_file(tmp_path: Path) -> None:
    with desk(tmp_path) as made:
        made.journal.append(started("a"))
    database = open_database(tmp_path)
    with database.writing() as connection:
        run.downgrade(connection, "0001")
    database.dispose()

    database = open_database(tmp_path)
    with database.reading() as connection:
        assert connection.execute(select(tables.passage.c.passage)).scalars().all() == ["a"]
    assert verify(database, file_keyring(), tmp_path / "journal.witness").sound
    database.dispose()
    with closing(sqlite3.connect(tmp_path / f"{FILE}.before-upgrade-from-0001")) as copy:
        assert copy.execute("SELECT passage FROM passage").fetchall() == [("a",)]


def test_a_table_that_others_point_to_is_built_anew_with_all_its_rows(tmp_path: Path) -> None:
    """0005 lets two vehicles share a number; spaces point to vehicles meanwhile."""
    database = open_database(tmp_path)
    by = Actor("test", NOON)
    with database.writing() as connection, Session(bind=connection) as session:
        home = store.household_at(session, "3", "2", "501", by)
        plate = Plate("吉A12345", PlateClass.CIVIL)
        vehicle = store.register_vehicle(session, plate, by, household_id=home.id)
        assert isinstance(vehicle, Vehicle)
        store.give_space(session, store.add(session, Space(name="A1"), by), vehicle, by)
        session.flush()
    with rebuilding(database) as connection:
        run.downgrade(connection, "0004")
    database.dispose()
    database = open_database(tmp_path)
    with database.writing() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
        assert connection.exec_driver_sql("SELECT plate FROM vehicle").scalars().all() == [
            "吉A12345"
        ]
        assert len(connection.exec_driver_sql("SELECT * FROM space_vehicle").all()) == 1
    database.dispose()


def _homes(database: Database) -> list[int]:
    with database.reading() as connection:
        return list(connection.exec_driver_sql("SELECT id FROM household ORDER BY id").scalars())


def _made_and_removed(database: Database, rooms: tuple[str, ...], gone: str) -> int:
    """Make these households and remove one of them; return its id."""
    by = Actor("test", NOON)
    with database.writing() as connection, Session(bind=connection) as session:
        homes = {room: store.household_at(session, "3", "2", room, by) for room in rooms}
        number = store.id_of(homes[gone])
        store.remove(session, homes[gone], by)
        session.commit()
    return number


def test_every_table_with_ids_of_its_own_never_gives_one_again(tmp_path: Path) -> None:
    """But for the cells of the rollups, which nothing names and nothing deletes."""
    numbered = {
        table.name
        for metadata in METADATA
        for table in metadata.sorted_tables
        if [column.name for column in table.primary_key] == ["id"]
    }
    database = open_database(tmp_path)
    with database.reading() as connection:
        made = connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'"
        ).scalars()
        assert set(made) == numbered - {"cell"}
    database.dispose()


def test_an_upgrade_uses_no_id_again_that_the_history_names(tmp_path: Path) -> None:
    """A release before 0006 removed the last household; its id stays its own after the upgrade."""
    database = open_database(tmp_path)
    with rebuilding(database) as connection:
        run.downgrade(connection, "0005")
    gone = _made_and_removed(database, ("501", "502"), gone="502")
    assert _made_and_removed(database, ("503",), gone="503") == gone, "0005 gives ids again"
    database.dispose()

    database = open_database(tmp_path)
    assert len(_homes(database)) == 1
    assert _made_and_removed(database, ("504", "505"), gone="504") == gone + 1
    assert _homes(database)[-1] == gone + 2
    with rebuilding(database) as connection:
        run.downgrade(connection, "0005")
    assert _homes(database)[-1] == gone + 2
    database.dispose()


def test_a_database_of_a_newer_release_is_refused(tmp_path: Path) -> None:
    open_database(tmp_path).dispose()
    with closing(sqlite3.connect(tmp_path / FILE)) as file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
        file.commit()
    with pytest.raises(DatabaseUnusableError, match="newer than this release"):
        open_database(tmp_path)


def test_a_file_that_is_no_database_is_refused_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"not a database, but long enough to be read as one" * 100)
    with pytest.raises(DatabaseUnusableError, match="gate restore"):
        open_database(tmp_path)


@pytest.mark.parametrize("url", ["mysql://host/db", "sqlite://"])
def test_other_engines_are_refused(url: str) -> None:
    with pytest.raises(DatabaseUnusableError):
        open_database(url)


def test_sqlite_survives_power_cuts_by_its_settings(tmp_path: Path) -> None:
    database = open_database(tmp_path)
    with database.writer.connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    assert settings == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
    }
    database.dispose()
