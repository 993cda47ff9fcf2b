"""Eyes that load before the gate: what they say too early is dropped, and none is left behind."""

import socket
import subprocess
import sys
from pathlib import Path

from gate.config import parse
from gate.events import LaneId
from gate.eyes import Eyes
from gate.sightings import CameraReport, Report
from gate.system_clock import SystemClock

CONFIG = """
data: {data}
web: {{port: {port}}}
boards: {{one: {{protocol: lcus, url: "socket://127.0.0.1:9"}}}}
lanes:
  south: {{name: in, direction: in, camera: {{source: nothing.mp4}},
           barrier: {{board: one, raise: 1}}}}
"""
LIVE = CameraReport("live", "", 10.0, 0.1)


def test_what_an_eye_says_before_anybody_listens_is_dropped(tmp_path: Path) -> None:
    eyes = Eyes(parse(CONFIG.format(data=tmp_path, port=1)), SystemClock())
    heard: list[tuple[LaneId, Report]] = []
    eyes._said(LaneId("south"), LIVE)
    eyes.listen(lambda lane, report: heard.append((lane, report)))
    eyes._said(LaneId("south"), LIVE)
    assert heard == [(LaneId("south"), LIVE)]


def test_a_gate_that_cannot_be_built_closes_its_eyes_and_ends(tmp_path: Path) -> None:
    """Its process would wait for ever for theirs."""
    (tmp_path / "data").write_text("a file where the folder should be", encoding="utf-8")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    config = tmp_path / "config.yaml"
    config.write_text(CONFIG.format(data=tmp_path / "data", port=port), encoding="utf-8")
    gate = [sys.executable, "-m", "gate", "run", "--config", str(config)]
    done = subprocess.run(gate, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert "data" in done.stderr
