"""What is taken away is left behind in no file; a file that is garbage is noticed."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gate.domain.entries import Audited
from gate.domain.passage import Direction
from gate.journal.projections.registry_effects import RegistryEffects
from gate.journal.spool_file import Spool
from gate.privacy.retention import Limits, Retention
from gate.privacy.subject_access import Subject, forget_person
from gate.storage.database import FILE
from gate.storage.pictures import Pictures
from tests.gate.journal.journal_cast import Desk, desk, file_keyring, started, whole

PLATE = "吉A73519"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Desk]:
    # Without the journal's own thread, whose turns are the tests' to give.
    with desk(tmp_path / "data", effects=RegistryEffects(), start=False) as made:
        yield made


def left(made: Desk, text: str = PLATE) -> list[str]:
    """Return the files of the data folder in which a text can still be read."""
    files = (path for path in made.folder.rglob("*") if path.is_file())
    return sorted(path.name for path in files if text.encode() in path.read_bytes())


def pass_by(made: Desk) -> None:
    """Let the vehicle come and go."""
    for name, direction in (("p1", Direction.IN), ("p2", Direction.OUT)):
        for entries in whole(name, PLATE, direction=direction):
            made.journal.append(*entries)
        made.clock.pass_by(60.0)


def retention(made: Desk, tmp_path: Path) -> Callable[[], None]:
    pictures = Pictures(tmp_path / "pictures", file_keyring())

    def run() -> None:
        Retention(made.journal, pictures, Limits(), made.clock).run()
        pictures.close()

    return run


def keep_house(made: Desk) -> None:
    """Let the journal's own thread have its turn."""
    made.journal._look_after(0)


def test_after_the_nightly_purge_no_file_holds_the_plate(office: Desk, tmp_path: Path) -> None:
    pass_by(office)
    assert f"{FILE}-wal" in left(office)
    office.clock.pass_by(400 * 86_400.0)
    retention(office, tmp_path)()
    keep_house(office)
    assert left(office) == []


def test_after_a_person_is_forgotten_no_file_holds_the_plate(office: Desk) -> None:
    pass_by(office)
    whose = Subject(plates=(PLATE,))
    office.clock.pass_by(3600.0)
    now = office.clock.now().utc
    forget_person(office.journal, whose, by="chief", why="asked", now=now)
    keep_house(office)
    assert PLATE not in str(left(office))
    assert f"{FILE}-wal" not in left(office)


def test_a_reader_holds_it_up_and_it_is_tried_again(office: Desk, tmp_path: Path) -> None:
    pass_by(office)
    office.clock.pass_by(400 * 86_400.0)
    with closing(sqlite3.connect(office.folder / FILE, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM entry").fetchall()
        retention(office, tmp_path)()
        keep_house(office)
        assert f"{FILE}-wal" in left(office)
        reader.execute("ROLLBACK")
    keep_house(office)
    assert left(office) == []


def test_a_passage_that_comes_meanwhile_is_committed(office: Desk, tmp_path: Path) -> None:
    pass_by(office)
    office.clock.pass_by(400 * 86_400.0)
    retention(office, tmp_path)()
    keep_house(office)
    office.journal.append(started("p3"))
    assert office.journal.health().away_since is None
    assert office.journal.waiting() == 0


def test_what_was_spooled_does_not_stay_in_the_spool(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", reserve=256 * 1024)
    spool.put([b"first", b"second"])
    spool.put([b"x" * 100_000])
    spool.clear()
    assert not (tmp_path / "spool").read_bytes().strip(b"\0")
    spool.put([b"next"])
    assert [line.payload for line in spool.read()] == [b"next"]
    spool.close()
    again = Spool(tmp_path / "spool", reserve=256 * 1024)
    assert [line.payload for line in again.read()] == [b"next"]
    again.close()


@pytest.mark.parametrize("place", ["head", "all"])
def test_garbage_in_the_file_is_noticed_while_nothing_is_written(office: Desk, place: str) -> None:
    pass_by(office)
    keep_house(office)
    assert office.journal.health().away_since is None
    files = [office.folder / f"{FILE}{suffix}" for suffix in ("", "-wal", "-shm")]
    kept = {file: file.read_bytes() for file in files if file.exists()}
    for file in list(kept)[: 1 if place == "head" else None]:
        with file.open("r+b") as spoiled:
            spoiled.write(b"garbage! " * 50)
    office.clock.pass_by(60.0)
    keep_house(office)
    assert office.journal.health().away_since is not None
    office.database.dispose()
    for file, before in kept.items():
        file.write_bytes(before)
    office.clock.pass_by(60.0)
    keep_house(office)
    assert office.journal.health().away_since is None


def test_a_database_that_is_only_held_is_not_called_garbage(office: Desk) -> None:
    with closing(sqlite3.connect(office.folder / FILE, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        office.clock.pass_by(60.0)
        keep_house(office)
        assert office.journal.health().away_since is None
        other.execute("ROLLBACK")
    office.journal.append(Audited("guard", "handover"))
