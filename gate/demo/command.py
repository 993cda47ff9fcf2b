"""`gate demo`: a whole community gate on this machine, run by the ordinary `gate run`.

The site (boards, cameras, arms, cars) is a child process; what runs here is the gate itself, on a
config.yaml like any other. Only the plates, people and cars are made up.
"""

import json
import os
import shutil
import socket
import sys
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gate.app.clock import SystemClock
from gate.auth.permissions import Role
from gate.demo.community import cast, settle
from gate.demo.plan import Roster, write_roster
from gate.demo.process import DemoError, SiteProcess, start_site
from gate.demo.settings import config_text
from gate.settings.config import Config, load
from registry.store.sample import Sample, generate

SEED = 1559
TRUTH = "site.jsonl"
# The demo listens on loopback only, so its log-ins may be known; nobody has to look them up.
LOG_INS = (
    ("guard", Role.GUARD, "guard-demo"),
    ("manager", Role.MANAGER, "manager-demo"),
    ("admin", Role.ADMIN, "admin-demo"),
)


@dataclass(frozen=True, slots=True)
class Story:
    """What the demo is about, the same at every start on the same folder."""

    sample: Sample
    roster: Roster
    at: datetime


def main(port: int = 8000, data: Path | None = None, pace: float = 1.0, light: str = "auto") -> int:
    """Run the demo until it is interrupted; return the exit status.

    data: folder of database and pictures, by default GATE_DATA, else a fresh one. pace: speed of
    the traffic. light: day, snow, night, or auto for one after the other.
    """
    folder = _data_folder(data)
    devices = Path(tempfile.mkdtemp(prefix="gate-site-"))
    site: SiteProcess | None = None
    try:
        story = _story(folder)
        roster = folder / "roster.json"
        write_roster(story.roster, roster)
        traffic = ("--traffic", "with-the-gate")
        options = ("--pace", str(pace), "--patience", str(20.0), "--light", light, *traffic)
        site = start_site(devices, roster, folder / TRUTH, *options)
        config = folder / "config.yaml"
        text = config_text(_free_port(port), folder, site.places)
        config.write_text(text, encoding="utf-8")
        prepare(load(config), story)
        _greet(load(config), folder)
        return _run(config)
    except DemoError as error:
        print(f"gate demo: {error}", file=sys.stderr)
        return 1
    finally:
        if site is not None:
            site.stop()
        shutil.rmtree(devices, ignore_errors=True)


def prepare(config: Config, story: Story) -> None:
    """Fill an empty database with the community and the log-ins; leave a filled one alone."""
    from gate.app.store import open_store

    store = open_store(config)
    try:
        if store.people.all():
            return
        with store.journal.unit() as unit:
            settle(unit.session, story.sample, story.roster, story.at)
        for name, role, password in LOG_INS:
            store.people.add(name, role, password, by="demo")
    finally:
        store.close()


def _run(config: Path) -> int:
    from gate.app.service import run_site

    return run_site(config)


def _data_folder(data: Path | None) -> Path:
    named = data or (Path(os.environ["GATE_DATA"]) if os.environ.get("GATE_DATA") else None)
    folder = (named or Path(tempfile.mkdtemp(prefix="gate-demo-"))).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    os.environ["GATE_DATA"] = str(folder)  # What was asked for here goes over the environment.
    return folder


def _story(folder: Path) -> Story:
    """Make up the community, or the one that this folder's database holds already."""
    kept = folder / "demo.json"
    if kept.exists():
        said = json.loads(kept.read_text(encoding="utf-8"))
    else:
        said = {"seed": SEED, "at": SystemClock().now().utc.isoformat()}
        kept.write_text(json.dumps(said), encoding="utf-8")
    seed, at = int(said["seed"]), datetime.fromisoformat(said["at"])
    sample = generate(seed, at)
    return Story(sample, cast(sample, seed, at), at)


def _free_port(port: int) -> int:
    """The port itself, or a free one for 0, so that it can be written into config.yaml."""
    if port != 0:
        return port
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _greet(config: Config, folder: Path) -> None:
    lines = [
        "",
        f"  {config.site.name} · Gate demo:  http://{config.web.host}:{config.web.port}",
        "",
        *(f"  {role.value:8} {name:8} {password}" for name, role, password in LOG_INS),
        "",
        f"  data: {folder}    Ctrl-C ends it.",
        "",
    ]
    print("\n".join(lines), flush=True)
