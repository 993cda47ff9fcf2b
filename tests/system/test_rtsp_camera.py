"""A camera over real RTSP: H.264 from GStreamer's server, log-ins, faults, and back by itself."""

import logging
from collections.abc import Callable

import pytest

from hardware.cameras.camera import Camera, CameraSettings, CameraState, CameraTrouble
from hardware.clock import SystemClock
from recognition import motion
from tests.rtsp.camera import RtspCamera

pytestmark = [pytest.mark.system, pytest.mark.timeout(300)]

CLOCK = SystemClock()
PATIENCE = 120.0
"""Seconds for a machine under load; nothing is asserted about how fast it was."""


class Watched:
    """A running camera that a test waits for. Times are shortened by settings only."""

    def __init__(self, url: str) -> None:
        settings = CameraSettings("south", url, open_within=4.0, read_within=2.0)
        self.camera = Camera(settings, CLOCK)

    def __enter__(self) -> "Watched":
        self.camera.start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self.camera.stop(30.0)

    def until(self, true: Callable[[], bool], what: str) -> None:
        end = CLOCK.monotonic() + PATIENCE
        while not true():
            assert CLOCK.monotonic() < end, f"{what}: {self.camera.health()}"
            CLOCK.sleep(0.05)

    def until_live(self) -> None:
        self.until(lambda: self.camera.health().state is CameraState.LIVE, "live")

    def until_not(self, state: CameraState) -> CameraTrouble | None:
        self.until(lambda: self.camera.health().state is not state, f"no longer {state}")
        return self.camera.health().why

    def until_why(self, why: CameraTrouble) -> None:
        self.until(lambda: self.camera.health().why is why, why)


@pytest.mark.parametrize("scheme", ["digest", "basic"])
def test_the_right_password_brings_pictures(scheme: str) -> None:
    with (
        RtspCamera(user="admin", password="p@ss:word/1", scheme=scheme) as device,
        Watched(device.url) as watched,
    ):
        watched.until_live()
        frame = watched.camera.latest()
        assert frame is not None
        assert frame.image.shape == (360, 640, 3)


def test_a_wrong_password_is_told_in_clear_words_and_not_tried_again_soon(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Cameras lock an account after five to seven wrong passwords."""
    caplog.set_level(logging.DEBUG)
    device = RtspCamera(user="admin", password="right")
    with device, Watched(device.url_for("admin", "mistaken")) as watched:
        watched.until_why(CameraTrouble.WRONG_PASSWORD)
        tries = device.clients
        CLOCK.sleep(8.0)
        assert device.clients == tries
        assert tries <= 3
    out, err = capfd.readouterr()
    assert "mistaken" not in caplog.text + out + err


def test_a_camera_goes_through_everything_and_comes_back_by_itself() -> None:
    with RtspCamera() as device, Watched(device.url) as watched:
        watched.until_live()
        for mode, why in (("black", CameraTrouble.DARK), ("white", CameraTrouble.BRIGHT)):
            device.tell(mode)
            watched.until_why(why)
            device.tell("live")
            watched.until_live()
        device.tell("garbage")
        watched.until_not(CameraState.LIVE)
        device.tell("live")
        watched.until_live()
        device.tell("silent")
        assert watched.until_not(CameraState.LIVE) is CameraTrouble.STALLED
        assert watched.camera.latest() is None
        device.tell("live")
        watched.until_live()
        device.hang()
        watched.until_not(CameraState.LIVE)
        device.go_on()
        watched.until_live()
        device.stop()
        watched.until_why(CameraTrouble.REFUSED)
        device.start()
        watched.until_live()


def test_a_frozen_stream_is_never_the_same_to_the_bit_and_is_noticed_all_the_same() -> None:
    """The encoder goes on coding the one picture that it has."""
    with RtspCamera() as device, Watched(device.url) as watched:
        watched.until_live()
        seen, number = motion.PictureChange(), -1

        def age() -> float:
            nonlocal seen, number
            frame = watched.camera.latest()
            if frame is not None and frame.number != number:
                number = frame.number
                seen = motion.change(seen, motion.shrunk(frame.image), CLOCK.monotonic())
            return CLOCK.monotonic() - seen.at

        watched.until(lambda: age() < 1.0, "moving")
        moving = [age()]
        for _ in range(40):
            CLOCK.sleep(0.1)
            moving.append(age())
        assert min(moving) < 1.0, "the ball that bounces is seen"
        device.tell("frozen")
        watched.until(lambda: age() > 6.0, "nothing changes any more")
        assert watched.camera.health().state in {CameraState.LIVE, CameraState.IMPAIRED}
        device.tell("live")
        watched.until(lambda: age() < 1.0, "moving again")
