"""A camera keeps the newest picture, says what ails it, and comes back by itself."""

import logging
import socket
from dataclasses import replace

import cv2
import numpy as np
import pytest

from hardware.cameras.camera import Camera, CameraSettings, CameraState, CameraTrouble
from hardware.cameras.picture_checks import Judgement, judge
from hardware.cameras.sources import Folder, Grabbed
from hardware.clock import SystemClock
from hardware.emulators.camera import EmulatedCamera
from tests.hardware.fake_clock import FakeClock

pytestmark = pytest.mark.slow

CLOCK = SystemClock()


def picture(seed: int = 0, size: tuple[int, int] = (180, 320)):
    """Return something with edges and shades in it."""
    noise = np.random.default_rng(seed).integers(0, 255, (9, 16, 3), dtype=np.uint8)
    return cv2.resize(noise, (size[1], size[0]), interpolation=cv2.INTER_CUBIC)


class Watched:
    """A running camera that a test waits for."""

    def __init__(self, url: str, **settings) -> None:
        known = {"open_within": 2.0, "read_within": 1.0, "frozen_after": 1.0}
        known["impaired_after"] = 0.3
        self.camera = Camera(CameraSettings("south", url, **{**known, **settings}), CLOCK)

    def __enter__(self) -> "Watched":
        self.camera.start()
        return self

    def __exit__(self, *_: object) -> None:
        assert self.camera.stop(10.0)

    def until(self, state: CameraState, why: CameraTrouble | None = None) -> None:
        end = CLOCK.monotonic() + 20.0
        while (self.camera.health().state, self.camera.health().why) != (state, why):
            assert CLOCK.monotonic() < end, self.camera.health()
            CLOCK.sleep(0.02)


def test_a_stream_is_watched_frozen_blackened_cut_refused_and_comes_back(caplog):
    caplog.set_level(logging.DEBUG)
    with EmulatedCamera(fps=20.0, password="geheim") as device:
        device.show(picture())
        with Watched(device.url.replace("http://", "http://gate:geheim@"), fps=15.0) as watched:
            camera = watched.camera
            watched.until(CameraState.LIVE)
            first = camera.latest()
            assert first is not None
            assert first.image.shape == (180, 320, 3)
            assert camera.health().last_frame_age < 5.0
            device.freeze()
            watched.until(CameraState.IMPAIRED, CameraTrouble.FROZEN)
            assert CLOCK.monotonic() - camera.latest().taken >= 1.0
            device.freeze(False)
            watched.until(CameraState.LIVE)
            assert camera.latest().number > first.number
            device.go_black()
            watched.until(CameraState.IMPAIRED, CameraTrouble.DARK)
            device.go_black(False)
            watched.until(CameraState.LIVE)
            device.drop()
            watched.until(CameraState.LOST, CameraTrouble.STALLED)
            assert camera.latest() is None
            watched.until(CameraState.LIVE)
            device.refuse()
            watched.until(CameraState.LOST, CameraTrouble.BUSY)
            device.refuse(False)
            watched.until(CameraState.LIVE)
    assert camera.health().state is CameraState.STOPPED
    assert "geheim" not in caplog.text


def test_a_wrong_password_is_told_and_never_written(caplog, capfd):
    caplog.set_level(logging.DEBUG)
    with (
        EmulatedCamera(fps=5.0, password="right") as device,
        Watched(device.url.replace("http://", "http://gate:mistaken@")) as watched,
    ):
        watched.until(CameraState.LOST, CameraTrouble.WRONG_PASSWORD)
        assert "mistaken" not in repr(watched.camera._settings)
    out, err = capfd.readouterr()
    assert "mistaken" not in caplog.text + out + err


def test_what_is_not_there_is_told():
    with Watched("no/such/file.mp4") as watched:
        watched.until(CameraState.LOST, CameraTrouble.NO_FILE)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with Watched(f"http://127.0.0.1:{port}/stream.mjpg") as watched:
        watched.until(CameraState.LOST, CameraTrouble.REFUSED)


def test_garbage_is_not_decoded(tmp_path):
    garbage = tmp_path / "film.mp4"
    garbage.write_bytes(bytes(range(256)) * 40)
    with Watched(str(garbage)) as watched:
        watched.until(CameraState.LOST, CameraTrouble.NOT_DECODED)


def folder_of(tmp_path, count: int = 3):
    for number in range(count):
        cv2.imwrite(str(tmp_path / f"{number}.png"), picture(number))
    (tmp_path / "notes.txt").write_text("no picture")
    return tmp_path


def test_a_folder_is_played_in_order_and_ends(tmp_path):
    with Watched(str(folder_of(tmp_path)), fps=20.0) as watched:
        watched.until(CameraState.ENDED)
        last = watched.camera.latest()
    assert last.number == 3
    assert np.array_equal(last.image, picture(2))


def test_a_folder_can_be_played_for_ever_and_a_broken_picture_is_passed_over(tmp_path):
    (folder_of(tmp_path) / "1.png").write_bytes(b"broken")
    settings = CameraSettings("south", str(tmp_path), loop=True)
    source = Folder(settings)
    assert source.open() is None
    seen = [source.retrieve() is not None for _ in range(6) if source.grab()]
    assert seen == [True, False, True, True, False, True]


def test_an_empty_folder_has_no_picture(tmp_path):
    with Watched(str(tmp_path)) as watched:
        watched.until(CameraState.LOST, CameraTrouble.NO_FILE)


class Exploding:
    """A source whose decoder raises."""

    paced = True
    held = False
    times = 0

    def __init__(self, settings) -> None:
        pass

    def open(self):
        return None

    def grab(self):
        Exploding.times += 1
        raise MemoryError("decoder")

    def retrieve(self):
        return None

    def close(self):
        pass


def test_no_exception_leaves_the_thread(caplog):
    camera = Camera(CameraSettings("south", "rtsp://a:b@c/d"), CLOCK, Exploding)
    with caplog.at_level(logging.CRITICAL, logger="hardware.cameras.camera"):
        camera.start()
        end = CLOCK.monotonic() + 10.0
        while Exploding.times < 2 and CLOCK.monotonic() < end:
            CLOCK.sleep(0.02)
        assert camera.health().why is CameraTrouble.CRASHED
        assert camera.stop(5.0)
    assert Exploding.times >= 2


SETTINGS = CameraSettings("south", "usb:0", frozen_after=10.0, impaired_after=3.0)


def judged(pictures, every: float = 0.5, settings: CameraSettings = SETTINGS):
    state, told = Judgement(), []
    for number, image in enumerate(pictures):
        state = judge(state, image, number * every, settings)
        told.append(state.trouble)
    return told


@pytest.mark.parametrize(
    ("level", "trouble"),
    [(4, CameraTrouble.DARK), (250, CameraTrouble.BRIGHT), (120, CameraTrouble.FLAT)],
)
def test_a_picture_without_content_is_told_after_a_while(level, trouble):
    rng = np.random.default_rng(0)
    pictures = [
        np.full((180, 320, 3), level, np.uint8) + rng.integers(0, 3, (180, 320, 3), np.uint8)
        for _ in range(10)
    ]
    assert judged(pictures) == [None] * 6 + [trouble] * 4


def test_headlights_for_a_moment_are_no_trouble():
    glare = np.full((180, 320, 3), 255, np.uint8)
    pictures = [picture(n) if n % 4 else glare for n in range(20)]
    assert set(judged(pictures)) == {None}


def test_the_same_picture_is_frozen_only_where_pictures_should_move():
    still = [picture()] * 30
    assert judged(still) == [None] * 20 + [CameraTrouble.FROZEN] * 10
    calm = CameraSettings("south", "film.avi", still_ok=True)
    assert set(judged(still, settings=calm)) == {None}


def test_a_rate_that_stands_still_is_refused():
    with pytest.raises(ValueError, match="fps"):
        CameraSettings("south", "usb:0", fps=0.0)


class Absent:
    """A source that gives pictures from some second on, on a clock that only its users move."""

    paced = True
    held = False
    back_at = 0.0

    def __init__(self, settings) -> None:
        self._clock = Absent.clock

    def open(self):
        if self._clock.monotonic() < Absent.back_at:
            self._clock.sleep(4.0)
            return CameraTrouble.NO_ROUTE
        self._clock.sleep(1.5)
        return None

    def grab(self):
        self._clock.sleep(0.1)
        return Grabbed()

    def retrieve(self):
        return picture(int(self._clock.monotonic() * 1000))

    def close(self):
        pass


@pytest.mark.parametrize("away", [0.3, 4.1, 30.0, 31.7, 600.0])
def test_pictures_are_back_within_ten_seconds_of_the_cameras_return(away):
    """On told time: each try that fails takes its whole limit."""
    Absent.clock, Absent.back_at = FakeClock(), 1000.0 + away
    camera = Camera(SETTINGS, Absent.clock, Absent)
    live_at = []

    def stop_when_live():
        live_at.append(Absent.clock.monotonic())
        camera._stop.set()

    camera._came = stop_when_live
    camera._run()
    assert live_at[0] - Absent.back_at <= 10.0


class Denying(Absent):
    """A source that refuses the password."""

    tries: list[float] = []

    def open(self):
        Denying.tries.append(self._clock.monotonic())
        if len(Denying.tries) == 40:
            Denying.camera._stop.set()
        return CameraTrouble.WRONG_PASSWORD


def test_a_refused_password_is_tried_less_and_less_often():
    """Seven tries in half an hour lock an account of the largest maker's cameras."""
    Absent.clock, Denying.tries = FakeClock(), []
    camera = Camera(SETTINGS, Absent.clock, Denying)
    Denying.camera = camera
    camera._run()
    gaps = np.diff(Denying.tries)
    assert gaps[0] >= 60.0
    assert max(sum(start <= t < start + 1800 for t in Denying.tries) for start in Denying.tries) < 7
    assert gaps.max() <= 1800.0


class Ticking:
    """A live source of twenty pictures a second, on a clock that only its users move."""

    paced = True
    held = False

    def __init__(self, settings) -> None:
        self._clock = Ticking.clock
        self.taken = Ticking.taken

    def open(self):
        return None

    def grab(self):
        self._clock.sleep(0.05)
        Ticking.before_grab(self._clock.monotonic())
        return Grabbed()

    def retrieve(self):
        self.taken.append(self._clock.monotonic())
        return picture(len(self.taken))

    def close(self):
        pass


def test_a_live_camera_is_looked_at_less_often_when_asked_and_at_once_again():
    Ticking.clock, Ticking.taken = FakeClock(), []
    camera = Camera(replace(SETTINGS, fps=10.0), Ticking.clock, Ticking)
    began = Ticking.clock.monotonic()
    steps = {10.0: 5.0, 20.0: 10.0, 30.0: 100.0, 40.0: None}

    def script(now):
        if steps and now - began >= next(iter(steps)):
            fps = steps.pop(next(iter(steps)))
            camera.pace(fps) if fps else camera._stop.set()

    Ticking.before_grab = script
    camera._run()
    gaps = np.diff(np.array(Ticking.taken) - began)
    at = np.array(Ticking.taken[1:]) - began
    for since, until, every in ((1, 10, 0.1), (11, 20, 0.2), (20, 30, 0.1), (30, 40, 0.1)):
        part = gaps[(at > since) & (at < until)]
        assert part.mean() == pytest.approx(every, rel=0.1), (since, part)
        assert part.max() <= every + 0.051
    assert len(Ticking.taken) > 300
