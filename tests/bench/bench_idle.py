"""What the gate costs at rest, how soon it decides and ends: python -m tests.bench.bench_idle.

The whole program in its own processes. First: from its start to the first decision, over the
emulated site, a vehicle standing before the arm already, and from the order to end to its end with
the arm in motion. Then: two lanes whose 1920 x 1080 cameras
(real RTSP servers, H.264, --fps pictures a second) show a road on which nothing moves but the clock
in the picture's corner, and boards that answer; processor time of the whole process tree as a share
of one core, and memory as the sum of the proportional set sizes, so that what processes share
counts once.
"""

import argparse
import json
import os
import re
import sqlite3
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from gate.app.clock import SystemClock
from hardware.emulators.device import EmulatedDevice
from hardware.emulators.line import PtyLine
from hardware.emulators.waveshare import WaveshareBoard
from tests.rtsp.camera import RtspCamera
from tests.system.site import (
    RunningGate,
    emulated_site,
    free_port,
    rows,
    running_gate,
    settle_in,
    small_story,
    wait_for,
)

CLOCK = SystemClock()
LIMITS = {
    "first decision, s": 5.0,
    "clean stop, s": 5.0,
    "idle, % of a core": 25.0,
    "memory, MB": 700.0,
}

CONFIG = """
data: {data}
web: {{port: {port}}}
boards:
  south: {{protocol: waveshare, url: {south}}}
  north: {{protocol: waveshare, url: {north}}}
lanes:
  south:
    name: 南门入口
    direction: in
    camera: {{source: "{south_camera}"}}
    barrier: {{board: south, raise: 1}}
    inputs: {{presence: {{channel: 1}}, safety: {{channel: 2, permanent_presence: true}}}}
  north:
    name: 北门出口
    direction: out
    camera: {{source: "{north_camera}"}}
    barrier: {{board: north, raise: 1}}
    inputs: {{presence: {{channel: 1}}, safety: {{channel: 2, permanent_presence: true}}}}
"""


def start_and_stop(folder: Path) -> dict[str, float]:
    """Seconds from the start of the process to its first decision, and from SIGTERM to its end."""
    story = small_story()
    data, port = folder / "data", free_port()
    with emulated_site(folder, story.roster, "--patience", "120", "--light", "day") as site:
        config = site.write_config(folder / "config.yaml", data, port)
        settle_in(config, story)
        wait_for(lambda: any(o.event == "at_line" for o in site.truth()), 60, "a vehicle")
        began = CLOCK.monotonic()
        with running_gate(["run", "--config", str(config)], port, folder / "said.txt") as gate:
            wait_for(lambda: _decided(data), 60, "a decision", gate.said)
            decided = CLOCK.monotonic()
            status = gate.stop()
            ended = CLOCK.monotonic()
    assert status == 0, f"the gate ended with status {status}"
    return {"first decision, s": decided - began, "clean stop, s": ended - decided}


def _decided(data: Path) -> bool:
    try:
        return bool(rows(data, "SELECT 1 FROM passage WHERE verdict != '' LIMIT 1"))
    except sqlite3.OperationalError:
        return False


def idle(folder: Path, seconds: float, fps: int) -> tuple[float, float]:
    """Per cent of one core, and megabytes, of the process tree while nothing moves."""
    port = free_port()
    with ExitStack() as stack:
        # Cameras first, so that nobody waits for them; names of links are short, as sockets need.
        links = stack.enter_context(TemporaryDirectory(prefix="gate-"))
        cameras = [
            stack.enter_context(RtspCamera(pattern="still", size=(1920, 1080), fps=fps, kbps=4000))
            for _ in range(2)
        ]
        places = [Path(links) / name for name in ("south", "north")]
        for place in places:
            stack.enter_context(EmulatedDevice(WaveshareBoard(), line=PtyLine(place), baud=9600))
        config = folder / "config.yaml"
        text = CONFIG.format(
            data=folder / "data",
            port=port,
            south=places[0],
            north=places[1],
            south_camera=cameras[0].url,
            north_camera=cameras[1].url,
        )
        config.write_text(text, encoding="utf-8")
        gate = stack.enter_context(
            running_gate(["run", "--config", str(config)], port, folder / "said.txt")
        )
        gate.wait_until_up()
        wait_for(lambda: _live(gate) == 2, 180, "two live cameras", gate.said)
        CLOCK.sleep(15.0)
        return _watch(gate, seconds)


def _live(gate: RunningGate) -> int:
    return len(re.findall(r"^gate_camera_up.* 1\.0$", gate.read("/metrics"), re.MULTILINE))


def _watch(gate: RunningGate, seconds: float) -> tuple[float, float]:
    tree = [psutil.Process(gate.child.pid)]
    tree += tree[0].children(recursive=True)
    before, began = [_spent(one) for one in tree], CLOCK.monotonic()
    CLOCK.sleep(seconds)
    lasted = CLOCK.monotonic() - began
    shares = [(_spent(one) - was) / lasted * 100 for one, was in zip(tree, before, strict=True)]
    assert json.loads(gate.read("/readyz")) == {"ready": True, "parts": {}}
    memory = [one.memory_full_info().pss / 1e6 for one in tree]
    for one, share, size in zip(tree, shares, memory, strict=True):
        name = " ".join(one.cmdline()[-2:])[:40]
        print(f"  {one.pid} {name:<42}{size:8.1f} MB, {share:5.1f} % of a core")
    return sum(shares), sum(memory)


def _spent(process: psutil.Process) -> float:
    return sum(process.cpu_times()[:2])


def main(arguments: Sequence[str]) -> int:
    """Measure and print; 1 where a figure misses its limit."""
    asks = argparse.ArgumentParser(description="the gate at rest")
    asks.add_argument("--seconds", type=float, default=30.0, help="how long to watch")
    asks.add_argument("--fps", type=int, default=25, help="pictures a second of each camera")
    asks.add_argument("--only", choices=["start", "idle"], help="one of the two")
    options = asks.parse_args(arguments)
    figures: dict[str, float] = {}
    print(f"{os.cpu_count()} cores; two cameras of 1920 x 1080 at {options.fps} pictures a second")
    if options.only != "idle":
        with TemporaryDirectory() as folder:
            figures |= start_and_stop(Path(folder))
    if options.only != "start":
        with TemporaryDirectory() as folder:
            share, memory = idle(Path(folder), options.seconds, options.fps)
        figures |= {"idle, % of a core": share, "memory, MB": memory}
    for name, value in figures.items():
        print(f"{name:<24}{value:8.1f}   (limit {LIMITS[name]:.0f})")
    return int(any(value > LIMITS[name] for name, value in figures.items()))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
