"""`gate check`: the configuration and every device in it, one line each.

A line says what was looked at, whether it is well, and what to do when it is not. Boards are asked
who they are and their relays are released; nothing moves. Stop the gate first: a serial port has
one owner.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gate.app.clock import SystemClock
from gate.app.from_config import worker_settings
from gate.app.stations import arms_of, board_settings
from gate.cameras import second_reader
from gate.settings.config import Config, load
from hardware.boards.factory import open_board
from hardware.boards.port_names import check_ports, list_serial_ports
from hardware.cameras.camera import Camera, CameraState
from hardware.clock import Clock
from hardware.errors import BoardError
from recognition.manifest import MODELS, ModelError, checked_files, load_manifest

CAMERA_WITHIN = 8.0
MIN_FREE_GB = 2.0
MIN_YEAR = 2026


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One thing that was looked at. remedy: what to do; "" where all is well."""

    what: str
    well: bool
    seen: str
    remedy: str = ""

    def __str__(self) -> str:
        mark = "ok     " if self.well else "PROBLEM"
        line = f"{mark} {self.what}: {self.seen}"
        return f"{line}\n        -> {self.remedy}" if self.remedy else line


def run(path: Path, out: Callable[[str], None] = print) -> int:
    """Check everything and print a line for each; 1 if anything needs mending."""
    config = load(path)
    out(str(CheckResult("configuration", True, str(path))))
    for key, variable in config.from_environment.items():
        out(str(CheckResult("configuration", True, f"{key} comes from {variable}")))
    clock = SystemClock()
    bad = 0
    for finding in findings(config, clock):
        out(str(finding))
        bad += not finding.well
    out("all is well" if not bad else f"{bad} to mend")
    return 1 if bad else 0


def findings(config: Config, clock: Clock) -> Iterator[CheckResult]:
    """Look at one thing after another."""
    yield from _ports(config)
    for name in config.boards:
        yield _board(config, name, clock)
    for lane in config.lanes:
        yield _camera(config, lane, clock)
    yield from _weights()
    yield _second_reader(config)
    yield _disk(config)
    yield _wall_clock()


def _ports(config: Config) -> Iterator[CheckResult]:
    boards = [board_settings(name, board, {}) for name, board in config.boards.items()]
    for finding in check_ports(boards, list_serial_ports()):
        yield CheckResult("ports", not finding.refuse, finding.place, finding.remedy)


def _board(config: Config, name: str, clock: Clock) -> CheckResult:
    what = f"board {name}"
    try:
        settings = board_settings(name, config.boards[name], arms_of(config, name))
        board = open_board(settings, clock)
    except BoardError as error:
        return CheckResult(what, False, error.kind.value, error.remedy)
    try:
        identity = board.connect()
    except BoardError as error:
        return CheckResult(what, False, error.kind.value, error.remedy)
    finally:
        board.close()
    seen = f"{identity.protocol}, {identity.relays} relays, {identity.inputs} inputs"
    if not identity.confirmed:
        return CheckResult(what, True, f"{seen}; it never answers, so nothing was confirmed")
    return CheckResult(what, True, "; ".join((seen, *identity.findings)))


def _camera(config: Config, lane: str, clock: Clock) -> CheckResult:
    settings = worker_settings(lane, config.lanes[lane], config)
    camera = Camera(settings.camera, clock)
    camera.start()
    until = clock.monotonic() + CAMERA_WITHIN
    while clock.monotonic() < until and camera.latest() is None:
        clock.sleep(0.1)
    health, frame = camera.health(), camera.latest()
    camera.stop(timeout=2.0)
    what = f"camera {lane}"
    if frame is None:
        why = health.why.value if health.why else "no picture yet"
        return CheckResult(what, False, why, _CAMERA_REMEDIES.get(why, _CAMERA_REMEDY))
    height, width = frame.image.shape[:2]
    well = health.state is not CameraState.IMPAIRED
    seen = f"{width} x {height}" + ("" if well or not health.why else f", {health.why.value}")
    return CheckResult(what, well, seen, "" if well else "look at the picture: lens, light, cover")


_CAMERA_REMEDY = "look at the camera's power, network and address"
_CAMERA_REMEDIES = {
    "wrong_password": "put user:password into the environment variable named by camera.user_env",
    "forbidden": "the camera knows the account but does not let it in: give it the right to view, "
    "or wait until its lock has ended (often 30 minutes)",
    "login_unknown": "the camera wants a log-in by SHA-256 only: allow Digest with MD5, or Basic, "
    "for RTSP in the camera's security settings",
    "bad_request": "the camera does not understand the address: check path and query in "
    "camera.source against its manual",
    "too_often": "the camera was asked too often: wait a minute; look who else asks it",
    "busy": "the camera has too many viewers, or is starting: close other viewers, lower its bit "
    "rate, or wait a minute",
    "no_tcp": "the camera sends by UDP only: allow RTP over TCP (interleaved) in its settings",
    "no_key_frame": "the stream comes, its first key frame does not: set the camera's key frame "
    "interval (I-frame interval) to one or two seconds",
    "not_decoded": "something comes that is no video: set the stream to H.264, H.265 or MJPEG",
    "stalled": "pictures stopped: look at the cable, and at the camera's other viewers",
    "behind": "pictures come later than they are taken: lower the camera's resolution, bit rate or "
    "frame rate, or look what else keeps this machine or its network busy",
    "no_route": "nothing answers at that address: check cable, power and the address",
    "refused": "the machine answers but not on that port: check the port in camera.source",
    "no_such_stream": "the camera has no stream of that name: look it up in its manual",
    "no_file": "there is no such file, folder or device: check camera.source",
}


def _weights() -> Iterator[CheckResult]:
    remedy = "install the program's files again"
    manifests = sorted(MODELS.glob("*.json"))
    if not manifests:
        yield CheckResult("weights", False, "none found", remedy)
    for path in manifests:
        try:
            checked_files(load_manifest(path))
        except ModelError as error:
            yield CheckResult(f"weights {path.stem}", False, str(error), remedy)
        else:
            yield CheckResult(f"weights {path.stem}", True, "sha256 as in the manifest")


def _second_reader(config: Config) -> CheckResult:
    state = second_reader.state(config.recognition.second_reader)
    return CheckResult("second reader", state.well, state.seen, state.remedy)


def _disk(config: Config) -> CheckResult:
    folder = config.data
    while not folder.exists():
        folder = folder.resolve().parent
    if not os.access(folder, os.W_OK):
        remedy = "let the service's user write there, or name another folder in `data`"
        return CheckResult("disk", False, f"{folder} cannot be written", remedy)
    free = shutil.disk_usage(folder).free / 1e9
    well = free >= MIN_FREE_GB
    remedy = "" if well else "free some space, or shorten retention.pictures_days"
    return CheckResult("disk", well, f"{free:.1f} GB free at {folder}", remedy)


def _wall_clock() -> CheckResult:
    now = SystemClock().now().utc
    well = now.year >= MIN_YEAR
    remedy = "" if well else "set the clock (timedatectl), or connect network time"
    return CheckResult("clock", well, now.isoformat(timespec="seconds"), remedy)
