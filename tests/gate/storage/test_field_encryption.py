"""Names and telephones are not in the database's file, and nothing notices but the file."""

from pathlib import Path

from sqlalchemy import text
from sqlmodel import select

from gate.domain.entries import ServiceNoted
from gate.storage import field_encryption
from gate.storage.database import FILE, Database, open_database
from gate.storage.encryption import FileKeyring
from registry.store import store
from registry.store.store import Actor
from registry.tables.records import Change, Household, Person, Visit, VisitorPass
from registry.views.search import load_index
from tests.gate.journal.journal_cast import NOON, Desk, desk

BY = Actor("wang", NOON)
NAME, PHONE = "欧阳若兰", "13812345678"


def add_person(made: Desk) -> None:
    with made.journal.unit() as unit:
        home = store.household_at(unit.session, "3", "2", "501", BY)
        person = Person(household_id=store.id_of(home), name=NAME, phone=PHONE)
        store.add(unit.session, person, BY)
        unit.append(ServiceNoted("test", {}))


def contents(folder: Path) -> bytes:
    """Everything that lies on the disk of the database."""
    return b"".join(path.read_bytes() for path in sorted(folder.glob(f"{FILE}*")))


def raw_name(database: Database) -> str:
    with database.reading() as connection:
        return str(connection.execute(text("SELECT name FROM person")).scalar())


def test_names_and_telephones_are_sealed_on_the_disk_and_plain_in_the_program(
    tmp_path: Path,
) -> None:
    with desk(tmp_path) as made:
        field_encryption.seal(made.database, made.keyring)
        add_person(made)
        with made.journal.reading() as session:
            person = session.exec(select(Person)).one()
            assert (person.name, person.phone, person.note) == (NAME, PHONE, "")
            history = session.exec(select(Change).where(Change.entity == "Person")).one()
            assert history.after is not None
            assert history.after["name"] == NAME
    assert NAME.encode() not in contents(tmp_path)
    assert PHONE.encode() not in contents(tmp_path)
    assert b"\\u6b27\\u9633" not in contents(tmp_path)


def test_a_register_from_before_is_sealed_once_at_the_first_start(tmp_path: Path) -> None:
    with desk(tmp_path) as made:
        add_person(made)
        assert raw_name(made.database) == NAME
        assert field_encryption.seal(made.database, made.keyring) > 0
        assert raw_name(made.database).startswith("sealed:")
        assert field_encryption.seal(made.database, made.keyring) == 0
        with made.journal.reading() as session:
            found = load_index(session).search("oyrl")
            assert [hit.entry.phone for hit in found] == [PHONE]
            assert [h.entry.name for h in load_index(session).search("5678")] == [NAME]


def test_after_a_rotation_everything_is_under_the_new_key(tmp_path: Path) -> None:
    first, second = bytes(range(32)), bytes(range(1, 33))
    with desk(tmp_path) as made:
        field_encryption.seal(made.database, FileKeyring({1: first}))
        add_person(made)
    database = open_database(tmp_path)
    assert field_encryption.seal(database, FileKeyring({1: first, 2: second})) > 0
    database.dispose()
    database = open_database(tmp_path)
    field_encryption.seal(database, FileKeyring({2: second}))
    with database.reading() as connection:
        names = connection.execute(select(Person.name)).scalars().all()
    assert names == [NAME]
    database.dispose()


def test_unsealing_is_the_way_back(tmp_path: Path) -> None:
    with desk(tmp_path) as made:
        field_encryption.seal(made.database, made.keyring)
        add_person(made)
        assert field_encryption.unseal(made.database, made.keyring) > 0
        assert raw_name(made.database) == NAME
        with made.database.reading() as connection:
            kept = connection.execute(text("SELECT after FROM change WHERE entity='Person'"))
            assert NAME in str(kept.scalar()).encode().decode("unicode_escape")


def test_what_is_empty_can_be_asked_for(tmp_path: Path) -> None:
    """Retention asks whether a name is still there."""
    with desk(tmp_path) as made:
        field_encryption.seal(made.database, made.keyring)
        with made.journal.unit() as unit:
            unit.session.add(Visit(plate="吉A12345", visitor_name="", checked_in_at=NOON))
            unit.session.add(Visit(plate="吉A54321", visitor_name="张三", checked_in_at=NOON))
        with made.journal.reading() as session:
            named = session.exec(select(Visit).where(Visit.visitor_name != "")).all()
            assert [visit.plate for visit in named] == ["吉A54321"]


def test_every_column_that_speaks_of_a_person_is_sealed() -> None:
    sealed = {
        f"{table.name}.{column.name}"
        for table, columns in field_encryption.sealed_columns()
        for column in columns
    }
    words = ("name", "phone", "note", "remark", "said", "holder", "confirmation")
    for model in (Person, Visit, VisitorPass, Household):
        for name in model.model_fields:
            if name.endswith(words):
                assert f"{model.__tablename__}.{name}" in sealed
    assert {"change.before", "change.after", "user_account.totp", "vehicle.holder"} <= sealed
    assert {"name_check.said", "block.detail"} <= sealed
