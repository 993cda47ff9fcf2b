"""The whole program on a disk that fills, refuses, locks and breaks, and what comes back after.

The disk's limit is the kernel's own on the size of files (RLIMIT_FSIZE), set from outside on the
running gate: every write beyond it fails, as on a disk that is full (or, at zero, read-only), on
any machine and for any user.
"""

import re
import resource
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess, run

import httpx
import pytest

from gate.journal.spool_file import RESERVE
from hardware.clock import SystemClock
from tests.system.site import (
    PASSWORD,
    EmulatedSite,
    RunningGate,
    add_person,
    emulated_site,
    free_port,
    rows,
    running_gate,
    settle_in,
    small_story,
    wait_for,
)

pytestmark = [pytest.mark.system, pytest.mark.timeout(1200)]

CLOCK = SystemClock()
LANES = ("south", "north")


@dataclass(frozen=True, slots=True)
class Hut:
    """A site and the gate that runs on it. config: for the commands beside it."""

    site: EmulatedSite
    gate: RunningGate
    config: Path
    data: Path

    def pulses(self) -> int:
        """How often an arm was told to rise."""
        return sum(len(self.site.pulses(lane)) for lane in LANES)

    def at_line(self) -> int:
        """How many vehicles have come to a line."""
        return sum(one.event == "at_line" for one in self.site.truth())

    def figure(self, name: str) -> float:
        """One figure of /metrics without labels."""
        found = re.search(rf"^{name} (\S+)$", self.gate.read("/metrics"), re.MULTILINE)
        return float(found[1]) if found else -1.0

    @contextmanager
    def files_up_to(self, size: int) -> Iterator[None]:
        """Have the kernel refuse every write of the gate beyond so many bytes of a file."""
        pid = self.gate.child.pid
        _, hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, hard))
        try:
            yield
        finally:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))

    def log_in(self) -> int:
        """Log in as a guard does; return the status of the first page."""
        url = f"http://127.0.0.1:{self.gate.port}"
        with httpx.Client(base_url=url, timeout=60, follow_redirects=True) as browser:
            form = {"name": "wang", "password": PASSWORD}
            return browser.post("/login", data=form).status_code

    def wait(self, true: Callable[[], bool], what: str) -> None:
        """Wait as long as a machine under load may take."""
        wait_for(true, 300, what, self.gate.said)

    def wait_until_caught_up(self) -> None:
        """Wait until the database has taken over everything."""
        self.wait(
            lambda: self.figure("gate_database_up") == 1 and self.figure("gate_spool_entries") == 0,
            "the spool taken over",
        )


@pytest.fixture(scope="module")
def hut(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hut]:
    folder = tmp_path_factory.mktemp("disk")
    story, data, port = small_story(), folder / "data", free_port()
    with emulated_site(folder, story.roster, "--pace", "2", "--light", "day") as site:
        config = site.write_config(folder / "config.yaml", data, port)
        settle_in(config, story)
        add_person(config, "wang", "guard")
        with running_gate(["run", "--config", str(config)], port, folder / "said.txt") as gate:
            gate.wait_until_up(300)
            made = Hut(site, gate, config, data)
            made.wait(lambda: made.pulses() >= 2, "the first vehicles")
            yield made


def test_on_a_full_disk_the_gate_goes_on_and_loses_nothing(hut: Hut) -> None:
    known = hut.pulses()
    # The spool is written from its beginning, the database and its log far behind that.
    with hut.files_up_to(128 * 1024):
        hut.wait(
            lambda: "database does not take entries" in hut.gate.read("/readyz"),
            "the database refusing",
        )
        hut.wait(lambda: hut.figure("gate_spool_entries") > 0, "entries in the spool")
        hut.wait(lambda: hut.pulses() > known + 1, "an arm that rises all the same")
        assert hut.log_in() == 200
    hut.wait_until_caught_up()
    assert rows(hut.data, "SELECT 1 FROM audit WHERE actor = 'wang' AND action = 'log_in'")
    _every_pulse_is_on_record(hut)


def test_a_disk_that_takes_nothing_at_all_raises_no_arm_by_itself(hut: Hut) -> None:
    with hut.files_up_to(0):
        hut.wait(lambda: "nothing" in hut.gate.read("/readyz"), "that nothing is kept")
        CLOCK.sleep(3.0)
        known, came = hut.pulses(), hut.at_line()
        assert hut.log_in() == 200
        hut.wait(lambda: hut.at_line() > came, "another vehicle")
        CLOCK.sleep(8.0)
        assert hut.pulses() == known
    hut.wait(lambda: hut.pulses() > known, "the gate working again")
    hut.wait_until_caught_up()
    _every_pulse_is_on_record(hut)


def test_a_database_that_another_program_holds_stops_nobody(hut: Hut) -> None:
    known = hut.pulses()
    with closing(sqlite3.connect(hut.data / "gate.db", isolation_level=None, timeout=60)) as other:
        other.execute("BEGIN IMMEDIATE")
        hut.wait(lambda: hut.figure("gate_spool_entries") > 0, "entries in the spool")
        hut.wait(lambda: hut.pulses() > known, "an arm that rises all the same")
        assert hut.log_in() == 200
        other.execute("ROLLBACK")
    hut.wait_until_caught_up()
    _every_pulse_is_on_record(hut)


def test_a_backup_made_meanwhile_is_restored_over_a_damaged_file(hut: Hut, tmp_path: Path) -> None:
    """The rehearsal: back up while it runs, lose the database, be told, restore, go on."""
    assert _command(hut, "backup", str(tmp_path / "usb")).returncode == 0
    (made,) = (tmp_path / "usb").glob("gate-*")
    entries = rows(made, "SELECT count(*) FROM entry")[0][0]
    assert hut.gate.stop(60) == 0
    with (hut.data / "gate.db").open("r+b") as file:
        file.write(b"\0" * 8192)
    for beside in ("gate.db-wal", "gate.db-shm"):
        (hut.data / beside).unlink(missing_ok=True)
    refused = _command(hut, "run")
    assert refused.returncode == 2
    assert "gate restore" in refused.stderr
    restored = _command(hut, "restore", str(made))
    assert restored.returncode == 0, restored.stdout
    assert _command(hut, "journal", "verify").returncode == 0
    assert rows(hut.data, "SELECT count(*) FROM entry")[0][0] >= entries
    with running_gate(
        ["run", "--config", str(hut.config)], hut.gate.port, tmp_path / "said.txt"
    ) as again:
        again.wait_until_up(300)
        known = hut.pulses()
        wait_for(lambda: hut.pulses() > known, 300, "an arm that rises", again.said)
        assert again.stop(60) == 0


def _every_pulse_is_on_record(hut: Hut) -> None:
    """An order is written before its pulse, one pulse at most for each, and the chain holds."""
    for lane in LANES:
        pulses = len(hut.site.pulses(lane))
        orders = rows(hut.data, "SELECT * FROM opening WHERE lane = ?", lane)
        retried = rows(hut.data, "SELECT 1 FROM alarm WHERE lane=? AND kind='raise_retried'", lane)
        assert pulses <= len(orders) + len(retried)
        once = [row["passage"] for row in orders if row["actor"] == "auto"]
        assert len(once) == len(set(once))
    verified = _command(hut, "journal", "verify")
    assert verified.returncode == 0, verified.stdout
    assert (hut.data / "journal.spool").stat().st_size == RESERVE


def _command(hut: Hut, *words: str) -> CompletedProcess[str]:
    command = [sys.executable, "-m", "gate", *words, "--config", str(hut.config)]
    return run(command, capture_output=True, text=True, check=False, timeout=300)
