"""`gate check` says of every camera what it is and what to do, and nothing else is printed."""

import socket
from pathlib import Path

import cv2
import numpy as np
import pytest

from gate.app.clock import SystemClock
from gate.cli.check import _CAMERA_REMEDIES, CheckResult, _camera, run
from gate.settings.config import parse
from hardware.cameras.frames import CameraTrouble
from hardware.emulators.camera import EmulatedCamera
from tests.gate.settings.test_config import GOOD

pytestmark = pytest.mark.slow

SEEN_IN_THE_PICTURE = {"frozen", "dark", "bright", "flat", "crashed"}


def found(source: str, monkeypatch: pytest.MonkeyPatch) -> CheckResult:
    monkeypatch.setattr("gate.cli.check.CAMERA_WITHIN", 3.0)
    config = parse(GOOD.replace("rtsp://camera/1", f"'{source}'"))
    return _camera(config, next(iter(config.lanes)), SystemClock())


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("rtsp://admin:se#cret@127.0.0.1:{port}/live", "refused"),
        ("http://admin:se#cret@127.0.0.1:{port}/live", "refused"),
        ("no/such/film.mp4", "no_file"),
        ("99", "no_file"),
    ],
)
def test_a_camera_that_is_not_well_is_one_line_and_its_remedy(
    source: str, why: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    finding = found(source.format(port=port), monkeypatch)
    assert (finding.well, finding.seen) == (False, why)
    assert finding.remedy == _CAMERA_REMEDIES[why]
    assert "cret" not in str(finding)
    assert capfd.readouterr() == ("", "")


def test_a_camera_that_refuses_is_named_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with EmulatedCamera(fps=10.0, password="geheim") as device:
        assert found(device.url, monkeypatch).seen == "wrong_password"
        device.refuse()
        assert found(device.url, monkeypatch).seen == "busy"


def test_a_camera_that_is_well(monkeypatch: pytest.MonkeyPatch) -> None:
    with EmulatedCamera(fps=10.0) as device:
        noise = np.random.default_rng(0).integers(0, 255, (9, 16, 3), dtype=np.uint8)
        device.show(np.asarray(cv2.resize(noise, (320, 180)), np.uint8))
        finding = found(device.url, monkeypatch)
        assert finding.well, finding


def test_every_trouble_that_shows_no_picture_has_a_remedy_of_its_own() -> None:
    assert {one.value for one in CameraTrouble} - SEEN_IN_THE_PICTURE == set(_CAMERA_REMEDIES)


def test_a_device_may_be_written_as_a_number(tmp_path: Path) -> None:
    config = parse(GOOD.replace("rtsp://camera/1", "0"))
    assert next(iter(config.lanes.values())).camera.source == "0"


def test_the_check_says_which_keys_come_from_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "config.yaml"
    place.write_text(GOOD.replace("/dev/one", str(tmp_path / "none")), encoding="utf-8")
    monkeypatch.setattr("gate.cli.check.CAMERA_WITHIN", 0.1)
    monkeypatch.setenv("GATE_LANES__SOUTH__CAMERA__SOURCE", "no/such/film.mp4")
    monkeypatch.setenv("GATE_DATA", str(tmp_path))
    said: list[str] = []
    run(place, said.append)
    camera = "lanes.south.camera.source comes from GATE_LANES__SOUTH__CAMERA__SOURCE"
    assert said[1:3] == [
        "ok      configuration: data comes from GATE_DATA",
        f"ok      configuration: {camera}",
    ]
