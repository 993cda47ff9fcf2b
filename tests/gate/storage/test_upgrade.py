"""Upgrade and rollback rehearsed on what an earlier release left: tests/gate/storage/releases.

0002 is the database of the release before personal columns were sealed: made-up residents, two
users, a token, a hold and twelve passages, with the key of `journal_cast.key_vault`.
"""

import lzma
import sqlite3
from contextlib import closing
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from sqlalchemy import MetaData, create_engine, inspect, text
from sqlmodel import Session, select

from gate.auth.permissions import Role
from gate.auth.tokens import Tokens
from gate.auth.users import LogInRefused, User, Users
from gate.domain.entries import Audited
from gate.domain.passage import Direction, PassageId
from gate.journal.journal import Journal
from gate.journal.projections.registry_effects import RegistryEffects
from gate.journal.verify import verify
from gate.privacy import holds
from gate.reports.reports import Reports
from gate.storage import field_encryption
from gate.storage.database import FILE, Database, open_database, rebuilding
from gate.storage.migrations import run
from gate.storage.tables import micros
from registry.rules.kinds import Occupant
from registry.tables.records import Person
from registry.views import stays
from registry.views.search import load_index
from registry.views.stays import Which
from tests.gate.journal.journal_cast import NOON, NORTH, ToldClock, file_keyring, whole
from tests.postgres import Server

pytestmark = pytest.mark.slow

RELEASES = Path(__file__).parent / "releases"
PASSWORD = "quite a long one"
PASSAGES = 12


def left_by(revision: str, folder: Path) -> None:
    """Put an earlier release's files into a folder."""
    database = lzma.decompress((RELEASES / f"{revision}.db.xz").read_bytes())
    (folder / FILE).write_bytes(database)
    (folder / "journal.witness").write_bytes((RELEASES / f"{revision}.witness").read_bytes())


def move_to_postgres(folder: Path, url: str) -> None:
    """The same data in a PostgreSQL database of the same revision."""
    target = create_engine(url)
    with target.begin() as connection:
        run.upgrade_to(connection, "0002")
    source = create_engine(f"sqlite:///{folder / FILE}")
    known = MetaData()
    known.reflect(target)
    with source.connect() as old, target.begin() as new:
        for table in known.sorted_tables:
            if table.name == "alembic_version":
                continue
            rows = [dict(row) for row in old.execute(select(table)).mappings()]
            if rows:
                new.execute(table.insert(), rows)
        for table in known.sorted_tables:
            _after_the_last(new, table.name)
    source.dispose()
    target.dispose()


def _after_the_last(connection, table: str) -> None:
    """Rows came with their numbers: let the next one follow them."""
    columns = {column["name"]: column for column in inspect(connection).get_columns(table)}
    if "nextval" in str(columns.get("id", {}).get("default")):
        sequence = f"pg_get_serial_sequence('{table}', 'id')"
        newest = f'(SELECT coalesce(max(id), 0) + 1 FROM "{table}")'
        connection.execute(text(f"SELECT setval({sequence}, {newest}, false)"))


@pytest.fixture
def place(tmp_path: Path, where: str | None) -> Path | str:
    """What an earlier release left, on either engine; ready to be opened."""
    left_by("0002", tmp_path)
    if where is None:
        return tmp_path
    move_to_postgres(tmp_path, where)
    return where


def clear_names(database: Database) -> list[str]:
    """What lies in the column of names, as it lies there."""
    with database.reading() as connection:
        return [str(row[0]) for row in connection.execute(text("SELECT name FROM person"))]


def must_be_whole(database: Database, folder: Path) -> None:
    """The record is sound and nothing is missing."""
    assert verify(database, file_keyring(), folder / "journal.witness").sound
    with database.reading() as connection:
        kept = connection.execute(text("SELECT count(*) FROM passage")).scalar()
        assert kept == PASSAGES
        assert len(holds.holds(connection)) == 1


def test_an_earlier_release_s_data_is_upgraded_and_used(tmp_path: Path, place: Path | str) -> None:
    database = open_database(place)
    field_encryption.seal(database, file_keyring())
    must_be_whole(database, tmp_path)
    assert all(name.startswith("sealed:") for name in clear_names(database))
    journal = Journal(database, tmp_path, file_keyring(), ToldClock())
    journal.start()
    try:
        people = Users(journal)
        assert people.log_in("guard", PASSWORD, NOON) == User("guard", Role.GUARD)
        assert people.log_in("admin", PASSWORD, NOON) is LogInRefused.CODE_NEEDED
        assert [token.name for token in Tokens(journal).all()] == ["old program"]
        with journal.reading() as session:
            anybody = session.exec(select(Person)).first()
            assert anybody is not None
            assert load_index(session).search(anybody.phone)[0].entry.name == anybody.name
        for entries in whole("new", "吉A12345"):
            journal.append(*entries)
    finally:
        journal.close()
        database.dispose()


def test_what_was_written_since_survives_the_way_back_and_forward_again(
    tmp_path: Path, place: Path | str
) -> None:
    database = open_database(place)
    field_encryption.seal(database, file_keyring())
    journal = Journal(database, tmp_path, file_keyring(), ToldClock())
    with journal.unit() as unit:
        before = unit.session.exec(select(Person).order_by(Person.id)).all()
        names = [person.name for person in before]
        unit.append(Audited("admin", "since"))
    journal.close()

    field_encryption.unseal(database, file_keyring())
    with rebuilding(database) as connection:
        run.downgrade(connection, "0002")
    assert sorted(clear_names(database)) == sorted(names)
    with database.reading() as connection:
        columns = {one["name"] for one in inspect(connection).get_columns("user_account")}
    assert "totp_step" not in columns
    must_be_whole(database, tmp_path)
    database.dispose()

    database = open_database(place)
    field_encryption.seal(database, file_keyring())
    assert all(name.startswith("sealed:") for name in clear_names(database))
    must_be_whole(database, tmp_path)
    database.dispose()


def test_the_copy_made_before_the_upgrade_is_the_short_way_back(tmp_path: Path) -> None:
    left_by("0002", tmp_path)
    before = (tmp_path / FILE).read_bytes()
    open_database(tmp_path).dispose()
    copy = tmp_path / f"{FILE}.before-upgrade-from-0002"
    with closing(sqlite3.connect(copy)) as kept, closing(sqlite3.connect(":memory:")) as old:
        old.deserialize(before)
        assert list(kept.iterdump()) == list(old.iterdump())


def test_the_verbs_of_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from gate.__main__ import main
    from gate.storage.encryption import open_vault

    config = tmp_path / "config.yaml"
    config.write_bytes((Path(__file__).parents[3] / "config.yaml").read_bytes())
    data = tmp_path / "data"
    monkeypatch.setenv("GATE_DATA", str(data))
    (data / "keys").mkdir(parents=True)
    open_vault(data / "keys" / "vault.key")
    left_by("0002", data)
    database = open_database(data)
    names = clear_names(database)
    field_encryption.seal(database, open_vault(data / "keys" / "vault.key"))
    database.dispose()
    assert main(["database", "back", "9999", "--config", str(config)]) == 2
    assert main(["database", "back", "0002", "--config", str(config)]) == 0
    with closing(sqlite3.connect(data / FILE)) as file:
        assert file.execute("SELECT version_num FROM alembic_version").fetchall() == [("0002",)]
        assert sorted(row[0] for row in file.execute("SELECT name FROM person")) == sorted(names)
    assert (data / f"{FILE}.before-back-to-0002").exists()
    assert main(["key", "rotate", "--config", str(config)]) == 0
    assert open_vault(data / "keys" / "vault.key").newest == 2


def test_the_tables_are_the_same_on_both_engines(postgres: Server, tmp_path: Path) -> None:
    found = []
    for place in (tmp_path, postgres.new_database()):
        database = open_database(place)
        with database.reading() as connection:
            names = inspect(connection).get_table_names()
            found.append(
                {t: {c["name"] for c in inspect(connection).get_columns(t)} for t in names}
            )
        database.dispose()
    assert found[0] == found[1]


# --- who is inside is kept once (0007) ------------------------------------------------------------

MINUTE = timedelta(minutes=1)


def written_before(database: Database) -> None:
    """What both lists held at 0006, where they agreed and where they did not."""
    rows = (
        # came in before the registry kept a list
        ("吉A00001", 1, "p1", NOON, "registered"),
        # left unseen: a person took it off the registry's list, which the other never heard of
        ("吉A00002", 2, "p2", NOON, "registered"),
        # taken off, and came in again afterwards
        ("吉A00003", 3, "p3", NOON + 10 * MINUTE, "visitor"),
        # in both
        ("吉A00004", 4, "p4", NOON, "registered"),
    )
    stored = NOON.replace(tzinfo=None)
    with database.writing() as connection:
        for plate, number, passage, since, standing in rows:
            values = {"plate": plate, "number": number, "passage": passage, "standing": standing}
            connection.execute(
                text(
                    "INSERT INTO inside (plate, number, passage, lane, since, standing) "
                    "VALUES (:plate, :number, :passage, 'south', :since, :standing)"
                ),
                values | {"since": micros(since)},
            )
        for plate, passage in (("吉A00004", "p4"), ("吉A00005", "")):
            connection.execute(
                text(
                    "INSERT INTO presence (plate, since, occupant, passage) "
                    "VALUES (:plate, :since, 'resident', :passage)"
                ),
                {"plate": plate, "since": stored, "passage": passage},
            )
        connection.execute(
            text(
                "INSERT INTO occupancy_count (occupant, count, recounted_at) "
                "VALUES ('resident', 7, NULL), ('visitor', 2, :at)"
            ),
            {"at": stored + 20 * MINUTE},
        )
        for plate in ("吉A00002", "吉A00003"):
            connection.execute(
                text(
                    "INSERT INTO change (at, who, action, entity, entity_id) "
                    "VALUES (:at, 'wang', 'deleted', 'Presence', :plate)"
                ),
                {"at": stored + 5 * MINUTE, "plate": plate},
            )


def test_two_lists_of_those_inside_become_one(tmp_path: Path, where: str | None) -> None:
    place = where or tmp_path
    database = open_database(place)
    with rebuilding(database) as connection:
        run.downgrade(connection, "0006")
    written_before(database)
    database.dispose()

    database = open_database(place)
    with database.reading() as connection:
        lines = stays.page(Session(connection), Which(), None, 100).lines
        counts = stays.counts(Session(connection))
        assert not inspect(connection).has_table("inside")
    assert {line.plate: (line.since, line.passage, line.occupant) for line in lines} == {
        "吉A00001": (NOON, "p1", Occupant.RESIDENT),
        "吉A00003": (NOON + 10 * MINUTE, "p3", Occupant.VISITOR),
        "吉A00004": (NOON, "p4", Occupant.RESIDENT),
        "吉A00005": (NOON, "", Occupant.RESIDENT),
    }
    # The one that is taken over is counted, but not where a person has counted since.
    assert counts.occupancy.balance == {Occupant.RESIDENT: 8, Occupant.VISITOR: 2}
    database.dispose()


def test_an_earlier_release_s_vehicles_inside_leave_with_their_visits(
    tmp_path: Path, place: Path | str
) -> None:
    database = open_database(place)
    field_encryption.seal(database, file_keyring())
    reports = Reports(database, file_keyring(), UTC)
    assert reports.inside().known[Occupant.RESIDENT] == PASSAGES
    assert reports.inside().total() == PASSAGES
    clock = ToldClock(NOON + timedelta(days=1))
    journal = Journal(database, tmp_path, file_keyring(), clock, effects=RegistryEffects())
    journal.start()
    try:
        for entries in whole("out", "吉A27Y01", lane=NORTH, direction=Direction.OUT):
            journal.append(*entries)
        came = reports.passage(PassageId("p0"))
        assert came is not None
        assert came.paired is not None
        assert came.paired.passage == "out"
        assert reports.inside().total() == PASSAGES - 1
    finally:
        journal.close()
        database.dispose()
