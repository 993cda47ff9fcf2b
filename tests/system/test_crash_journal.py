"""kill -9 at random instants: nothing that was said to be safe is lost, nothing is ordered twice.

GATE_CRASH_PASSAGES sets how many passages are driven in all; 1,000 is the figure of the release.
"""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from gate.journal.store import walk
from gate.journal.verify import verify
from gate.storage import tables
from tests.gate.journal.journal_cast import ToldClock, desk

PASSAGES = int(os.environ.get("GATE_CRASH_PASSAGES", "40"))
STEPS = ("PassageStarted", "OpeningOrdered", "OpeningEnded", "PassageEnded")


def run_until_killed(folder: Path, first: int, chance: random.Random) -> list[str]:
    """Let the writer work for a random while; what it said was safe."""
    locked = chance.choice([0, 0, 3])
    command = [sys.executable, "-m", "tests.system.crash_writer", str(folder), str(first)]
    with subprocess.Popen([*command, str(locked)], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        lines = []
        for _ in range(chance.randrange(1, max(160, PASSAGES // 2))):
            lines.append(writer.stdout.readline().decode())
            assert lines[-1], "the writer ended by itself"
        writer.send_signal(signal.SIGKILL)
        rest = writer.stdout.read().decode()
    # A line that was cut in the middle was not said.
    return [line.strip() for line in (*lines, *rest.splitlines(keepends=True)) if line[-1:] == "\n"]


@pytest.mark.system
@pytest.mark.timeout(7200)
def test_nothing_is_lost_and_nothing_is_ordered_twice(tmp_path: Path) -> None:
    chance = random.Random(7)
    said: list[str] = []
    crashes = 0
    while sum(line.endswith(" 0") for line in said) < PASSAGES:
        said += run_until_killed(tmp_path, crashes * 1000, chance)
        crashes += 1

    with desk(tmp_path, clock=ToldClock()) as made:
        with made.database.reading() as connection:
            kept = [k.link.header for k in walk(connection)]
            orders = connection.execute(select(tables.opening)).all()
            open_ends = connection.execute(
                select(tables.passage.c.passage).where(tables.passage.c.ended.is_(None))
            ).all()
        found = verify(made.database, made.keyring, tmp_path / "journal.witness")
    assert found.findings == ()
    assert open_ends == []

    there = Counter((header.passage, header.kind) for header in kept)
    acked = [line.split()[1:] for line in said if line.startswith("ack")]
    lost = [name for name, step in acked if not there[name, STEPS[int(step)]]]
    pulsed = Counter(line.split()[1] for line in said if line.startswith("pulse"))
    written = {row.order_id for row in orders}
    print(
        f"{len({name for name, _ in acked})} passages, {crashes} kills, {len(acked)} appends "
        f"acknowledged, {len(lost)} lost, {sum(n > 1 for n in pulsed.values())} pulsed twice, "
        f"{sum(row.outcome == 'indeterminate' for row in orders)} indeterminate, "
        f"{sum(h.kind == 'ServiceNoted' for h in kept)} notes of the service"
    )
    assert lost == []
    assert set(pulsed) <= written
    assert max(pulsed.values()) == 1
    twice = [key for key, n in there.items() if n > 1 and key[1] in STEPS and key[0]]
    assert [key for key in twice if key[1] != "PassageEnded"] == []
