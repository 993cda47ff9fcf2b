"""A backup made while the gate works can be put back and is sound; a bad one changes nothing."""

import io
import shutil
import threading
from collections.abc import Iterator
from datetime import UTC, timedelta
from pathlib import Path

import pytest

from gate.cli.journal_files import run_backup, run_restore, run_verify
from gate.domain.errors import RestoreRefusedError
from gate.domain.passage import PassageId
from gate.journal import backup
from gate.journal.verify import verify
from gate.reports.model import AuditFilter, PassageFilter
from gate.reports.reports import Reports
from gate.storage.encryption import FileKeyring
from gate.storage.instance_lock import FolderInUseError
from gate.storage.pictures import Pictures
from tests.gate.journal.journal_cast import Desk, ToldClock, desk, file_keyring, started, whole

JPEG = b"\xff\xd8 a picture \xff\xd9"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def office(data: Path) -> Iterator[Desk]:
    with desk(data) as made:
        yield made


@pytest.fixture
def pictures(data: Path) -> Iterator[Pictures]:
    kept = Pictures(data / "pictures", file_keyring())
    yield kept
    kept.close()


def passages(made: Desk) -> list[PassageId]:
    rows = Reports(made.database, made.keyring, UTC).passages(PassageFilter()).rows
    return [one.passage for one in rows]


def test_rehearsal_everything_is_lost_and_comes_back(data: Path, tmp_path: Path) -> None:
    pictures = Pictures(data / "pictures", file_keyring())
    with desk(data) as made:
        for entries in whole("a", "吉A12345"):
            made.journal.append(*entries)
        name = pictures.put(JPEG)
        kept = backup.make(data, tmp_path / "usb", pictures, made.clock.utc)
        made.journal.append(started("after the backup"))
    pictures.close()
    shutil.rmtree(data)

    backup.restore(data, kept.folder, file_keyring(), ToldClock())

    again = Pictures(data / "pictures", file_keyring())
    assert again.get(name) == JPEG
    again.close()
    with desk(data) as made:
        assert passages(made) == ["a"]
        assert verify(made.database, made.keyring, data / "journal.witness").sound
        restored = Reports(made.database, made.keyring, UTC).audit(AuditFilter(action="restored"))
        assert len(restored.rows) == 1
        made.journal.append(started("b"))


def test_a_backup_while_lanes_write_is_one_sound_moment(
    office: Desk, pictures: Pictures, data: Path, tmp_path: Path
) -> None:
    stop = threading.Event()

    def drive() -> None:
        n = 0
        while not stop.is_set():
            n += 1
            for entries in whole(f"p{n}", f"吉A{n % 100_000:05d}"):
                office.journal.append(*entries)

    lane = threading.Thread(target=drive)
    lane.start()
    try:
        made = [
            backup.make(data, tmp_path / "usb", pictures, office.clock.utc + timedelta(minutes=n))
            for n in range(3)
        ]
    finally:
        stop.set()
        lane.join(30)
    assert made[0].entries <= made[1].entries <= made[2].entries
    for one in made:
        backup.check(one.folder)
        backup.restore(tmp_path / f"to-{one.folder.name}", one.folder, file_keyring(), ToldClock())


def test_what_is_replaced_is_kept_aside(data: Path, tmp_path: Path) -> None:
    pictures = Pictures(data / "pictures", file_keyring())
    with desk(data) as made:
        kept = backup.make(data, tmp_path / "usb", pictures, made.clock.utc)
        made.journal.append(started("later"))
    pictures.close()
    backup.restore(data, kept.folder, file_keyring(), ToldClock())
    aside = next(data.glob("replaced-*"))
    assert (aside / "gate.db").exists()
    assert (aside / "journal.witness").exists()


def test_a_running_gate_is_not_restored_over(
    office: Desk, pictures: Pictures, data: Path, tmp_path: Path
) -> None:
    made = backup.make(data, tmp_path / "usb", pictures, office.clock.utc)
    with pytest.raises(FolderInUseError, match="stop it first"):
        backup.restore(data, made.folder, file_keyring(), ToldClock())


@pytest.mark.parametrize("name", ["gate.db", "journal.spool", "manifest.json"])
def test_a_changed_backup_is_refused_and_changes_nothing(
    office: Desk, pictures: Pictures, data: Path, tmp_path: Path, name: str
) -> None:
    made = backup.make(data, tmp_path / "usb", pictures, office.clock.utc)
    contents = bytearray((made.folder / name).read_bytes())
    contents[len(contents) // 2] ^= 0x20
    (made.folder / name).write_bytes(contents)
    target = tmp_path / "elsewhere"
    with pytest.raises(RestoreRefusedError):
        backup.restore(target, made.folder, file_keyring(), ToldClock())
    assert not (target / "gate.db").exists()


def test_an_unfinished_backup_is_refused(tmp_path: Path) -> None:
    (tmp_path / "usb").mkdir()
    with pytest.raises(RestoreRefusedError, match="not a finished backup"):
        backup.restore(tmp_path / "data", tmp_path / "usb", file_keyring(), ToldClock())


def test_a_backup_needs_its_key(
    office: Desk, pictures: Pictures, data: Path, tmp_path: Path
) -> None:
    office.journal.append(started("a"))
    made = backup.make(data, tmp_path / "usb", pictures, office.clock.utc)
    other = FileKeyring({1: bytes(32)})
    with pytest.raises(RestoreRefusedError, match="not sound"):
        backup.restore(tmp_path / "elsewhere", made.folder, other, ToldClock())


def test_pictures_of_an_earlier_backup_are_linked(
    office: Desk, pictures: Pictures, data: Path, tmp_path: Path
) -> None:
    name = pictures.put(JPEG)
    first = backup.make(data, tmp_path / "usb", pictures, office.clock.utc)
    later = office.clock.utc + timedelta(days=1)
    second = backup.make(data, tmp_path / "usb", pictures, later)
    place = Path("pictures") / name[:2] / name[2:4] / f"{name}.sealed"
    assert (first.folder / place).samefile(second.folder / place)
    assert not (first.folder / place).samefile(data / place)
    assert backup.newest(tmp_path / "usb") == second.folder
    assert backup.prune(tmp_path / "usb", later + timedelta(days=9)) == 1
    assert backup.check(second.folder).pictures == 1


def test_people_at_a_terminal_are_told(data: Path, tmp_path: Path) -> None:
    pictures = Pictures(data / "pictures", file_keyring())
    out = io.StringIO()
    with desk(data) as made:
        made.journal.append(started("a"))
        assert run_verify(made.database, made.keyring, data, out) == 0
        assert run_backup(data, tmp_path / "usb", pictures, made.clock, out) == 0
        assert run_restore(data, tmp_path / "usb", made.keyring, made.clock, out) == 1
        with made.database.writer.connect() as connection, connection.begin():
            connection.exec_driver_sql("DROP TRIGGER entry_update")
            connection.exec_driver_sql("UPDATE entry SET lane = 'north' WHERE seq = 2")
        assert run_verify(made.database, made.keyring, data, out) == 1
    pictures.close()
    told = out.getvalue()
    assert "2 entries, 0 bodies purged on record: sound" in told
    assert "nothing was restored" in told
    assert "changed: entry 2 is not what was written" in told
