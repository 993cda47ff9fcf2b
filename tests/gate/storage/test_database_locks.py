"""What the service does beside its transactions leaves SQLite's locks on the file as they are.

POSIX takes every lock of a process from a file as soon as the process closes that file once,
however it was opened. Another program that then reads the database and closes it believes that
nobody else is there: it deletes the log, and what the service writes from then on is in a file
that has no name any more.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gate.journal import backup
from gate.journal.projections.registry_effects import RegistryEffects
from gate.storage import private_files
from gate.storage.database import FILE, copy_beside, open_database
from gate.storage.pictures import Pictures
from tests.gate.journal.journal_cast import Desk, desk, file_keyring, started

READ = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1])
print(*connection.execute("SELECT count(*) FROM entry").fetchone())
connection.close()
"""


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path / "data", effects=RegistryEffects(), start=False) as made:
        yield made


def seen_by_another_program(made: Desk) -> int:
    """Return how many entries a program beside the service finds in the file."""
    command = [sys.executable, "-c", READ, str(made.folder / FILE)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def back_up(made: Desk) -> None:
    pictures = Pictures(made.folder / "pictures", file_keyring())
    backup.make(made.folder, made.folder.parent / "usb", pictures, made.clock.now().utc)
    pictures.close()


DEEDS: dict[str, Callable[[Desk], object]] = {
    "nothing": lambda made: None,
    "look": lambda made: made.database.look(),
    "checkpoint": lambda made: made.database.checkpoint(),
    "truncate log": lambda made: made.database.truncate_log(),
    "the keeper's turn": lambda made: made.journal._look_after(1),
    "tighten": lambda made: private_files.tighten(made.folder),
    "open once more": lambda made: open_database(made.folder).dispose(),
    "copy": lambda made: copy_beside(made.folder / FILE, "copy"),
    "back up": back_up,
}


@pytest.mark.parametrize("deed", DEEDS)
def test_another_program_that_closes_the_database_takes_no_log_away(
    office: Desk, deed: str
) -> None:
    office.journal.append(started("p1"))
    DEEDS[deed](office)
    known = seen_by_another_program(office)
    assert known > 0
    log = (office.folder / f"{FILE}-wal").stat().st_ino
    office.journal.append(started("p2"))
    assert (office.folder / f"{FILE}-wal").stat().st_ino == log
    assert seen_by_another_program(office) == known + 1
