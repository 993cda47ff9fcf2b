"""A small site for system tests: emulated boards and cameras in one process, the gate in another.

    with emulated_site(tmp_path, roster) as site:
        config = site.write_config(tmp_path / "config.yaml", data)
        with running_gate(config, port) as gate: ...

The site outlives the gate, as a real one does; `site.truth()` says what really happened there, and
`site.ask("south", "relays")` questions a board (see hardware.emulators.control).

What needs no traffic takes `lone_gate(folder, "guard", "guard")`: one lane, and one person.
"""

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError, URLError

from gate.app.clock import SystemClock
from gate.demo.command import Story, prepare
from gate.demo.community import cast
from gate.demo.plan import Roster, write_roster
from gate.demo.process import Places, SiteProcess, start_site
from gate.demo.settings import config_text
from gate.settings.config import load
from registry.store.sample import Size, generate

PASSWORD = "a long password"
"""Of everybody whom `add_person` adds."""
NO_BOARD = "socket://127.0.0.1:9"
"""A port at which nothing answers."""
ONE_LANE = """
web: {{port: {port}{web}}}
data: {data}
boards:
  one: {{protocol: waveshare, url: "{board}", relays: 8, inputs: 8}}
lanes:
  south:
    name: 南门
    direction: in
    camera: {{source: {data}/no-picture.png}}
    barrier: {{board: one, raise: 1}}
    inputs: {{{inputs}}}
"""
SMALL = Size(buildings=3, households=90, residents=150, vehicles=90, passes=10)


@dataclass(frozen=True, slots=True)
class Happened:
    """One line of the site's own log."""

    at: float
    lane: str
    event: str
    role: str = ""
    plate: str = ""


@dataclass(frozen=True, slots=True)
class EmulatedSite:
    """A running site."""

    process: SiteProcess
    log: Path

    @property
    def places(self) -> Places:
        """Lane -> {"board": link, "camera": URL, "control": socket}."""
        return self.process.places

    def write_config(self, path: Path, data: Path, port: int) -> Path:
        """Write the config.yaml of this site, as the demo does."""
        path.write_text(config_text(port, data, self.places), encoding="utf-8")
        return path

    def truth(self) -> list[Happened]:
        """What happened so far."""
        return self.read(self.log)

    @staticmethod
    def read(log: Path) -> list[Happened]:
        """Read a site's log; a line that is being written just now is left for later."""
        whole = log.read_text(encoding="utf-8").rpartition("\n")[0]
        return [Happened(**json.loads(line)) for line in whole.splitlines()]

    def pulses(self, lane: str) -> list[Happened]:
        """How often the arm was told to rise, and for whom."""
        return [one for one in self.truth() if one.lane == lane and one.event == "pulse"]

    def ask(self, lane: str, line: str) -> str:
        """Send one order to the lane's emulated board; return its answer."""
        with socket.socket(socket.AF_UNIX) as control:
            control.settimeout(5.0)
            control.connect(self.places[lane]["control"])
            control.sendall(f"{line}\n".encode())
            return control.makefile().readline().strip()


@contextmanager
def emulated_site(folder: Path, roster: Roster, *options: str) -> Iterator[EmulatedSite]:
    """Run the site's process. options: as of `python -m gate.demo.site`."""
    # Unix sockets need short paths, which pytest's are not.
    devices = Path(tempfile.mkdtemp(prefix="gate-site-"))
    cast_file, log = folder / "roster.json", folder / "site.jsonl"
    write_roster(roster, cast_file)
    process = start_site(devices, cast_file, log, *options)
    try:
        yield EmulatedSite(process, log)
    finally:
        process.stop()
        shutil.rmtree(devices, ignore_errors=True)


def small_story(seed: int = 3) -> Story:
    """A community of three buildings, registered now."""
    at = SystemClock().now().utc
    sample = generate(seed, at, SMALL)
    return Story(sample, cast(sample, seed, at), at)


def settle_in(config: Path, story: Story) -> None:
    """Fill the database that the config names."""
    prepare(load(config), story)


def free_port() -> int:
    """A TCP port that nobody has now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@dataclass(slots=True)
class RunningGate:
    """A gate in a process of its own."""

    child: subprocess.Popen[bytes]
    port: int
    output: Path

    def wait_until_up(self, seconds: float = 120.0) -> None:
        """Return when /healthz answers."""
        wait_for(self.is_up, seconds, f"gate at port {self.port}", self.said)

    def is_up(self) -> bool:
        """Whether /healthz answers 200; fails at once where the process has ended."""
        assert self.child.poll() is None, self.said()
        return self.get("/healthz") is not None

    def get(self, path: str) -> bytes | None:
        """What a page answers, None where nothing does."""
        try:
            url = f"http://127.0.0.1:{self.port}{path}"
            with urllib.request.urlopen(url, timeout=2.0) as answer:
                return bytes(answer.read())
        except (URLError, OSError):
            return None

    def read(self, path: str) -> str:
        """What a page answers whatever its status, "" where nothing does."""
        try:
            url = f"http://127.0.0.1:{self.port}{path}"
            with urllib.request.urlopen(url, timeout=2.0) as answer:
                return str(answer.read(), "utf-8")
        except HTTPError as error:
            return str(error.read(), "utf-8")
        except OSError:
            return ""

    def stop(self, seconds: float = 30.0) -> int:
        """Ask it to stop, as systemd does; return its exit status."""
        self.child.send_signal(signal.SIGTERM)
        return self.child.wait(seconds)

    def kill(self) -> None:
        """End it as a power cut does: the process and the eyes that it started."""
        os.killpg(self.child.pid, signal.SIGKILL)
        self.child.wait()

    def said(self) -> str:
        """What it wrote."""
        return self.output.read_text(encoding="utf-8", errors="replace")[-4000:]


@contextmanager
def running_gate(arguments: list[str], port: int, output: Path) -> Iterator[RunningGate]:
    """Run `python -m gate ARGUMENTS` in a process group of its own; kill it if it is left."""
    command = [sys.executable, "-m", "gate", *arguments]
    with output.open("ab") as said:
        child = subprocess.Popen(command, stdout=said, stderr=said, start_new_session=True)
    gate = RunningGate(child, port, output)
    try:
        yield gate
    finally:
        if child.poll() is None:
            gate.kill()


def one_lane(
    folder: Path, *, board: str = NO_BOARD, web: str = "", inputs: str = ""
) -> tuple[Path, int]:
    """Write the config.yaml of one lane without pictures; return it and its port.

    web, inputs: further keys as YAML writes them in one line.
    """
    config, port = folder / "config.yaml", free_port()
    text = ONE_LANE.format(
        port=port, web=web and f", {web}", data=folder / "data", board=board, inputs=inputs
    )
    config.write_text(text, encoding="utf-8")
    return config, port


def add_person(config: Path, name: str, role: str) -> None:
    """Let somebody log in with `PASSWORD`, as `gate user add` does."""
    command = [sys.executable, "-m", "gate", "user", "add", name, "--role", role]
    subprocess.run(
        [*command, "--config", str(config)], input=PASSWORD, text=True, check=True, timeout=300
    )


@contextmanager
def lone_gate(
    folder: Path, name: str, role: str, *, board: str = NO_BOARD, web: str = "", inputs: str = ""
) -> Iterator[RunningGate]:
    """Run the gate of one lane, in which this person may log in; it may not be up yet."""
    config, port = one_lane(folder, board=board, web=web, inputs=inputs)
    add_person(config, name, role)
    with running_gate(["run", "--config", str(config)], port, folder / "said") as gate:
        yield gate


def wait_for(
    true: Callable[[], bool], seconds: float, what: str, said: Callable[[], str] = str
) -> None:
    """Wait until something is so; fail with what was waited for and what was said."""
    clock = SystemClock()
    deadline = clock.monotonic() + seconds
    while not true():
        assert clock.monotonic() < deadline, f"{what}: not within {seconds} s\n{said()}"
        clock.sleep(0.1)


def rows(data: Path, question: str, *values: object) -> list[sqlite3.Row]:
    """Ask the gate's database, read-only, while it runs."""
    with closing(sqlite3.connect(f"file:{data / 'gate.db'}?mode=ro", uri=True)) as base:
        base.row_factory = sqlite3.Row
        return base.execute(question, values).fetchall()
