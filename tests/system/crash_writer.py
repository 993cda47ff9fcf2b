"""A gate's lanes without the gate: appends passages until it is killed, and says what is safe.

Run as `python -m tests.system.crash_writer FOLDER FIRST LOCKED`. After each append that returned it
writes one line: "ack NAME STEP" or, for an order, "pulse ORDER" as the relay would be moved now.
LOCKED: every so many passages another connection holds the database, so that the spool is used.
"""

import os
import sqlite3
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

from gate.app.clock import SystemClock
from gate.domain.entries import OpeningOrdered
from gate.domain.passage import LaneId
from gate.journal.journal import Journal
from gate.journal.spool_file import Spool
from gate.storage.database import open_database
from tests.gate.journal.journal_cast import ROOM, file_keyring, whole


def say(line: str) -> None:
    os.write(1, f"{line}\n".encode())


def hold(folder: Path, every: int) -> None:
    """Hold the write lock now and then."""
    while every:
        time.sleep(0.2)
        with closing(sqlite3.connect(folder / "gate.db", isolation_level=None, timeout=5)) as other:
            other.execute("BEGIN IMMEDIATE")
            time.sleep(0.7)
            other.execute("ROLLBACK")
        time.sleep(0.1 * every)


def drive(journal: Journal, lane: LaneId, first: int) -> None:
    for n in range(first, first + 100_000):
        name = f"{lane}-{n}"
        for step, entries in enumerate(whole(name, f"吉A{n % 100_000:05d}", lane=lane)):
            journal.append(*entries)
            say(f"ack {name} {step}")
            for entry in entries:
                if isinstance(entry, OpeningOrdered):
                    say(f"pulse {entry.order}")


def main() -> None:
    folder, first, locked = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    database = open_database(folder)
    spool = Spool(folder / "journal.spool", reserve=ROOM)
    journal = Journal(database, folder, file_keyring(), SystemClock(), spool=spool)
    journal.start()
    threading.Thread(target=hold, args=(folder, locked), daemon=True).start()
    lanes = [LaneId("south"), LaneId("north")]
    threads = [threading.Thread(target=drive, args=(journal, lane, first)) for lane in lanes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
