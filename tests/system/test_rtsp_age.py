"""How old a picture is told to be, against the time that a real RTSP server drew into it."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from hardware.cameras.camera import Camera, CameraSettings, CameraState, CameraTrouble
from hardware.cameras.picture_age import TOLERANCE_S
from hardware.clock import SystemClock
from tests.rtsp.camera import RtspCamera

pytestmark = [pytest.mark.system, pytest.mark.timeout(180)]

ROOT = Path(__file__).resolve().parents[2]
CLOCK = SystemClock()
Spoil = Callable[[RtspCamera, int], None]


def undisturbed(device: RtspCamera, reader: int) -> None:
    time.sleep(6.0)


def reader_stopped(device: RtspCamera, reader: int) -> None:
    for _ in range(3):
        time.sleep(2.0)
        os.kill(reader, signal.SIGSTOP)
        time.sleep(2.0)
        os.kill(reader, signal.SIGCONT)
    time.sleep(2.0)


def reader_with_a_third_of_a_core(device: RtspCamera, reader: int) -> None:
    end = CLOCK.monotonic() + 12.0
    while CLOCK.monotonic() < end:
        os.kill(reader, signal.SIGSTOP)
        time.sleep(0.065)
        os.kill(reader, signal.SIGCONT)
        time.sleep(0.035)


def camera_stopped(device: RtspCamera, reader: int) -> None:
    for lasts in (0.7, 2.0):
        time.sleep(2.0)
        device.hang()
        time.sleep(lasts)
        device.go_on()
    time.sleep(3.0)


@pytest.mark.parametrize(
    ("spoil", "fps"),
    [
        (undisturbed, 25),
        (reader_stopped, 10),
        (reader_with_a_third_of_a_core, 25),
        (camera_stopped, 10),
    ],
)
def test_no_picture_is_told_to_be_younger_than_it_is(spoil: Spoil, fps: int) -> None:
    with RtspCamera(pattern="time", fps=fps) as device:
        words = [sys.executable, "-m", "tests.rtsp.watcher", device.url, "60"]
        child = subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        try:
            assert child.stdout is not None
            child.stdout.readline()  # The first picture: from here on it is spoilt.
            spoil(device, child.pid)
        finally:
            child.kill()
            out, _ = child.communicate()
    ages = [json.loads(line) for line in out.splitlines() if line.endswith("]")]
    assert len(ages) > 20
    assert max(true - told for true, told in ages) <= TOLERANCE_S
    assert sorted(told for _, told in ages)[len(ages) // 2] < 0.8, "and not all are called old"


def test_a_stream_that_is_joined_between_key_frames_says_what_it_waits_for() -> None:
    with RtspCamera(fps=10, gop=80) as device:
        # The first one keeps the server's stream going, as a second viewer's camera does.
        first = Camera(CameraSettings("south", device.url), CLOCK)
        first.start()
        until(lambda: first.health().state is CameraState.LIVE)
        seen: set[tuple[CameraState, CameraTrouble | None]] = set()
        camera = Camera(CameraSettings("south", device.url, read_within=2.0), CLOCK)
        camera.start()

        def live() -> bool:
            health = camera.health()
            seen.add((health.state, health.why))
            return health.state is CameraState.LIVE

        until(live)
        assert camera.stop(10.0)
        assert first.stop(10.0)
    assert (CameraState.STARTING, CameraTrouble.NO_KEY_FRAME) in seen
    assert not any(state is CameraState.LOST for state, _ in seen)


def until(true: Callable[[], bool]) -> None:
    end = CLOCK.monotonic() + 100.0
    while not true():
        assert CLOCK.monotonic() < end
        CLOCK.sleep(0.05)
