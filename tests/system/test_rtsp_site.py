"""The whole program with a camera over real RTSP: the road, faults of the camera and of its eye."""

import re
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from gate.demo.plan import DemoRole
from hardware.clock import SystemClock
from tests.rtsp.camera import RtspCamera
from tests.system.site import (
    EmulatedSite,
    RunningGate,
    emulated_site,
    free_port,
    rows,
    running_gate,
    settle_in,
    small_story,
    wait_for,
)

pytestmark = [pytest.mark.system, pytest.mark.timeout(900)]

CLOCK = SystemClock()
LOGIN = "SOUTH_CAMERA"


@dataclass(frozen=True, slots=True)
class Hut:
    """A site whose southern camera is an RTSP camera with a password, and a gate that runs."""

    site: EmulatedSite
    camera: RtspCamera
    gate: RunningGate
    data: Path

    def figure(self, name: str, lane: str) -> float:
        """One figure of /metrics, 0 where it is not there (yet)."""
        text = (self.gate.get("/metrics") or b"").decode()
        found = re.search(rf'^{name}{{lane="{lane}"}} (\S+)$', text, re.MULTILINE)
        return float(found[1]) if found else 0.0

    def wait_camera(self, lane: str, up: bool) -> None:
        """Wait until the gate says so of a lane's camera."""
        wait_for(
            lambda: self.figure("gate_camera_up", lane) == float(up),
            150,
            f"camera {lane} {'up' if up else 'down'}",
            self.gate.said,
        )

    def ready(self) -> str:
        """What /readyz says, whatever its status."""
        return self.gate.read("/readyz")

    def comes(self, lane: str, since: int) -> bool:
        """Whether a vehicle has come to a lane's line after so many events."""
        return any(o.lane == lane and o.event == "at_line" for o in self.site.truth()[since:])

    def passed(self, lane: str) -> int:
        """How many vehicles have gone through."""
        return sum(o.lane == lane and o.event == "passed" for o in self.site.truth())


@pytest.fixture(scope="module")
def hut(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hut]:
    folder = tmp_path_factory.mktemp("rtsp")
    story, data, port = small_story(), folder / "data", free_port()
    options = ("--pace", "1.5", "--light", "day", "--patience", "40")
    with (
        emulated_site(folder, story.roster, *options) as site,
        RtspCamera(
            origin=site.places["south"]["camera"],
            size=(1280, 720),
            fps=8,
            kbps=4000,
            user="admin",
            password="p@ss/1",
        ) as camera,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv(LOGIN, "admin:p@ss/1")
        config = site.write_config(folder / "config.yaml", data, port)
        text = config.read_text(encoding="utf-8")
        source = site.places["south"]["camera"]
        assert source in text
        words = f"{camera.url_for('', '')}\n      user_env: {LOGIN}"
        config.write_text(text.replace(source, words), encoding="utf-8")
        settle_in(config, story)
        with running_gate(["run", "--config", str(config)], port, folder / "said.txt") as gate:
            gate.wait_until_up(300)
            yield Hut(site, camera, gate, data)


def _eye(hut: Hut, lane: str) -> psutil.Process:
    """The camera process of a lane, found by whom it is connected to."""
    port = hut.camera.port if lane == "south" else None
    for child in psutil.Process(hut.gate.child.pid).children(recursive=True):
        to = {one.raddr.port for one in child.net_connections() if one.raddr}
        if port in to:
            return child
    raise AssertionError(f"no process is connected to the camera of {lane}")


def test_residents_are_let_in_by_what_an_rtsp_camera_shows(hut: Hut) -> None:
    hut.wait_camera("south", up=True)

    def came_in() -> bool:
        return bool(rows(hut.data, "SELECT 1 FROM opening WHERE lane='south' AND actor='auto'"))

    wait_for(came_in, 300, "an opening by the plate", hut.gate.said)
    stood = {o.plate for o in hut.site.truth() if o.event == "at_line"}
    for row in rows(hut.data, "SELECT plate FROM opening WHERE lane='south' AND actor='auto'"):
        assert row["plate"] in stood
    out = {DemoRole.STRANGER, DemoRole.LOOKALIKE, DemoRole.BLOCKED}
    assert not {o.role for o in hut.site.pulses("south")} & out


@pytest.mark.parametrize("fault", [signal.SIGKILL, signal.SIGSTOP], ids=["dies", "hangs"])
def test_a_decoder_that_dies_or_hangs_is_replaced_and_the_other_lane_does_not_notice(
    hut: Hut, fault: signal.Signals
) -> None:
    hut.wait_camera("south", up=True)
    hut.wait_camera("north", up=True)
    before = hut.figure("gate_camera_worker_restarts", "south")
    _eye(hut, "south").send_signal(fault)
    wait_for(
        lambda: hut.figure("gate_camera_worker_restarts", "south") == before + 1,
        120,
        "a new worker",
    )
    hut.wait_camera("south", up=True)
    assert hut.figure("gate_camera_worker_restarts", "north") == 0
    assert hut.figure("gate_camera_up", "north") == 1
    told = rows(hut.data, "SELECT evidence FROM alarm WHERE lane='south' AND kind='camera'")
    assert told


def test_the_camera_loses_power_the_other_lane_goes_on_and_it_comes_back_by_itself(
    hut: Hut,
) -> None:
    hut.wait_camera("south", up=True)
    alarms = len(rows(hut.data, "SELECT 1 FROM alarm WHERE kind = 'camera'"))
    known = hut.passed("north")
    hut.camera.stop()
    hut.wait_camera("south", up=False)
    wait_for(lambda: "refused" in hut.ready(), 60, "the reason", hut.ready)
    wait_for(lambda: hut.passed("north") > known, 240, "a vehicle out at the north")
    hut.camera.start()
    hut.wait_camera("south", up=True)
    assert len(rows(hut.data, "SELECT 1 FROM alarm WHERE kind = 'camera'")) == alarms + 1


def test_while_the_picture_is_frozen_nobody_is_let_in_by_it(hut: Hut) -> None:
    """Vehicles come and go before the loops; the camera shows the one of before for ever."""
    hut.wait_camera("south", up=True)
    hut.camera.tell("frozen")
    try:
        CLOCK.sleep(6.0)
        known = len(hut.site.truth())
        wait_for(lambda: hut.comes("south", known), 200, "a vehicle at the line")
        before = len(rows(hut.data, "SELECT 1 FROM opening WHERE lane='south' AND actor='auto'"))
        asked = "SELECT 1 FROM alarm WHERE kind='camera' AND evidence LIKE '%frozen%'"
        wait_for(lambda: bool(rows(hut.data, asked)), 120, "the frozen picture told", hut.gate.said)
        after = len(rows(hut.data, "SELECT 1 FROM opening WHERE lane='south' AND actor='auto'"))
        assert after == before
    finally:
        hut.camera.tell("live")
    hut.wait_camera("south", up=True)


def test_it_stops_cleanly_with_its_relays_released(hut: Hut) -> None:
    assert hut.gate.stop(60) == 0
    for lane in hut.site.places:
        assert hut.site.ask(lane, "relays") == "ok 00000000"
    assert rows(hut.data, "SELECT 1 FROM opening WHERE ended IS NULL") == []
