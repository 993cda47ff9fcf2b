"""The whole road on one machine: pictures in at one end, relay bytes out at the other.

Nothing is faked below the wire: the gate is a process that sees pseudo-terminals, HTTP cameras and
its database; what really happened comes from the site's own log.
"""

import os
import random
import re
import signal
from pathlib import Path

import pytest

from gate.demo.plan import DemoRole
from hardware.clock import SystemClock
from tests.system.site import (
    EmulatedSite,
    Happened,
    emulated_site,
    free_port,
    rows,
    running_gate,
    settle_in,
    small_story,
    wait_for,
)

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

ENTER = {DemoRole.RESIDENT, DemoRole.VISITOR, DemoRole.AMBULANCE, DemoRole.POLICE}
STAY_OUT = {DemoRole.STRANGER, DemoRole.LOOKALIKE, DemoRole.BLOCKED}
SHOWN_BY = 10
"""Arrivals after which the programme has shown each role of both sets."""


def _truth(log: Path) -> list[Happened]:
    return EmulatedSite.read(log) if log.exists() else []


def _ended(log: Path, lane: str) -> list[Happened]:
    ends = {"passed", "backed_out"}
    return [one for one in _truth(log) if one.lane == lane and one.event in ends]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Run `gate demo` until the programme is through, stop it; give its data folder and output."""
    folder = tmp_path_factory.mktemp("demo")
    data, output = folder / "data", folder / "output.txt"
    arguments = ["demo", "--port", "0", "--data", str(data), "--pace", "2.5"]
    with running_gate(arguments, 0, output) as gate:
        wait_for(lambda: _address(gate.said()) is not None, 180, "the demo's address", gate.said)
        gate.port = int(_address(gate.said()) or 0)
        gate.wait_until_up()
        wait_for(
            lambda: len(_ended(data / "site.jsonl", "south")) >= SHOWN_BY,
            240,
            "the first vehicles",
            gate.said,
        )
        (folder / "stop.txt").write_text(str(gate.stop()), encoding="utf-8")
    return data, output.read_text(encoding="utf-8")


def _address(said: str) -> str | None:
    found = re.search(r"gate: .*http://127\.0\.0\.1:(\d+)/", said)
    return found[1] if found else None


def _pulsed(data: Path, lane: str) -> set[str]:
    return {o.role for o in _truth(data / "site.jsonl") if o.lane == lane and o.event == "pulse"}


def test_it_prints_the_address_and_three_log_ins(demo: tuple[Path, str]) -> None:
    _, said = demo
    assert _address(said)
    for name in ("guard", "manager", "admin"):
        assert re.search(rf"{name}\s+{name}\s+\S+", said)


def test_residents_visitors_and_emergency_vehicles_get_in(demo: tuple[Path, str]) -> None:
    data, _ = demo
    passed = {o.role for o in _ended(data / "site.jsonl", "south") if o.event == "passed"}
    assert passed >= ENTER


def test_no_arm_rises_for_strangers_lookalikes_and_blocked_vehicles(
    demo: tuple[Path, str],
) -> None:
    data, _ = demo
    log = data / "site.jsonl"
    assert {o.role for o in _ended(log, "south")} >= STAY_OUT
    assert not _pulsed(data, "south") & STAY_OUT
    assert not {o.role for o in _ended(log, "south") if o.event == "passed"} & STAY_OUT


def test_those_whom_it_asks_about_are_journalled_with_picture_and_reason(
    demo: tuple[Path, str],
) -> None:
    data, _ = demo
    asked = rows(data, "SELECT * FROM passage WHERE lane = 'south' AND verdict = 'ask_guard'")
    assert asked
    assert all(row["reason"] for row in asked)
    assert all(row["picture_frame"] for row in asked if row["frames"])


def test_every_arm_moves_only_for_its_own_openings(demo: tuple[Path, str]) -> None:
    data, _ = demo
    for lane in ("south", "north"):
        pulses = [o for o in _truth(data / "site.jsonl") if o.lane == lane and o.event == "pulse"]
        raised = rows(data, "SELECT * FROM opening WHERE lane = ? AND outcome = 'raised'", lane)
        openings = rows(data, "SELECT * FROM opening WHERE lane = ?", lane)
        # An arm that does not leave its lower end is told once more, and says so by an alarm.
        retried = rows(data, "SELECT * FROM alarm WHERE lane = ? AND kind = 'raise_retried'", lane)
        assert len(raised) <= len(pulses) <= len(openings) + len(retried)


def test_the_plate_of_every_opening_is_the_plate_that_stood_there(demo: tuple[Path, str]) -> None:
    data, _ = demo
    stood = {o.plate for o in _truth(data / "site.jsonl") if o.event == "at_line"}
    question = "SELECT plate FROM opening WHERE actor = 'auto' AND reason != 'emergency'"
    for row in rows(data, question):
        assert row["plate"] in stood


def test_it_stops_cleanly(demo: tuple[Path, str]) -> None:
    """How soon is a figure of tests.bench.bench_idle."""
    data, _ = demo
    assert (data.parent / "stop.txt").read_text(encoding="utf-8") == "0"
    running = rows(data, "SELECT * FROM opening WHERE ended IS NULL")
    assert running == []


def test_a_gate_killed_at_any_instant_loses_nothing_and_pulses_nothing_twice(
    tmp_path: Path,
) -> None:
    """Each pulse has its own opening, committed before; what a crash cut off is indeterminate."""
    dice, clock, story = random.Random(20), SystemClock(), small_story()
    data, port = tmp_path / "data", free_port()
    options = ("--pace", "3", "--light", "day")
    with emulated_site(tmp_path, story.roster, *options) as site:
        config = site.write_config(tmp_path / "config.yaml", data, port)
        settle_in(config, story)
        arguments = ["run", "--config", str(config)]
        for _ in range(4):
            with running_gate(arguments, port, tmp_path / "output.txt") as gate:
                gate.wait_until_up()
                _wait_for_a_vehicle(site)
                clock.sleep(dice.uniform(0.0, 2.5))
                gate.kill()
        before = {lane: len(site.pulses(lane)) for lane in site.places}
        wait_for(lambda: site.ask("south", "relays") == "ok 00000000", 5, "relays released")
        with running_gate(arguments, port, tmp_path / "output.txt") as gate:
            gate.wait_until_up()
            loose = rows(data, "SELECT * FROM opening WHERE ended IS NULL")
            assert len(loose) <= 2, "only what this run has just ordered may be open"
            assert gate.stop() == 0
        for lane, known in before.items():
            _nothing_twice(site, data, lane, known)
    lost = rows(data, "SELECT * FROM passage WHERE ended IS NULL")
    assert len(lost) <= 2, "a passage before each arm when the gate was stopped, at most"


def _wait_for_a_vehicle(site: EmulatedSite) -> None:
    known = len(site.truth())

    def came() -> bool:
        return any(o.event == "at_line" for o in site.truth()[known:])

    wait_for(came, 40, "a vehicle at a line")


def _nothing_twice(site: EmulatedSite, data: Path, lane: str, known: int) -> None:
    pulses = site.pulses(lane)
    openings = rows(data, "SELECT * FROM opening WHERE lane = ?", lane)
    raised = [row for row in openings if row["outcome"] == "raised"]
    assert len(raised) <= len(pulses) <= len(openings)
    assert len(pulses) >= known
    once = [row["passage"] for row in openings if row["actor"] == "auto"]
    assert len(once) == len(set(once))


def test_ctrl_c_ends_the_demo_and_its_site(tmp_path: Path) -> None:
    output = tmp_path / "output.txt"
    arguments = ["demo", "--port", "0", "--data", str(tmp_path / "data")]
    with running_gate(arguments, 0, output) as gate:
        wait_for(lambda: _address(gate.said()) is not None, 180, "the demo's address", gate.said)
        os.killpg(gate.child.pid, signal.SIGINT)
        gate.child.wait(10)
    config = (tmp_path / "data" / "config.yaml").read_text(encoding="utf-8")
    boards = re.findall(r"url: (\S+)", config)
    assert len(boards) == 2
    assert not any(Path(board).exists() for board in boards)
