"""How often a picture is looked at, and sent to the console: a still road seldom, else at once."""

from multiprocessing import Pipe
from multiprocessing.connection import Connection

import cv2
import numpy as np
import pytest

from gate.cameras.messages import Preview, SetReadingEnabled
from gate.cameras.settings import WorkerSettings
from gate.cameras.worker import PREVIEW_EVERY, PREVIEW_STILL_EVERY, STILL_FPS, _CameraWorker
from hardware.cameras.camera import CameraSettings, Frame
from recognition.reading import Reading

PACE = 0.1


class Blind:
    """A reader that finds no plate."""

    def read(self, image: object) -> tuple[Reading, ...]:
        del image
        return ()


class Lane:
    """An worker that is shown one picture after the other."""

    def __init__(self) -> None:
        self.gate, child = Pipe()
        self.worker = _CameraWorker(
            child, WorkerSettings("south", CameraSettings("south", "nowhere", fps=1 / PACE))
        )
        self.number = 0

    @property
    def pace(self) -> float:
        """Pictures a second that the camera is asked for."""
        return 1.0 / self.worker._camera._every

    def show(self, pictures: int, car: bool = False) -> list[float]:
        """Show so many pictures; return when those were taken that reached the console."""
        sent: list[float] = []
        for _ in range(pictures):
            self.number += 1
            frame = Frame("south", self.number, self.number * PACE, road(self.number, car))
            self.worker._see(frame, Blind())
            sent += [one.taken for one in _heard(self.gate)]
        return sent


def road(seed: int, car: bool) -> np.ndarray:
    noise = np.random.default_rng(seed).integers(0, 3, (360, 640, 1), dtype=np.uint8)
    picture = np.repeat(90 + noise, 3, axis=2)
    if car:
        left = 20 * (seed % 20)
        cv2.rectangle(picture, (left, 100), (left + 150, 250), (200, 200, 200), -1)
    return picture


def _heard(gate: Connection) -> list[Preview]:
    said = []
    while gate.poll():
        said.append(gate.recv())
    return [one for one in said if isinstance(one, Preview)]


def test_a_still_road_is_shown_seldom_and_the_first_picture_that_moves_at_once() -> None:
    lane = Lane()
    lane.show(60)
    still = np.diff(lane.show(60))
    assert still.min() >= PREVIEW_STILL_EVERY - PACE / 2
    assert still.max() <= PREVIEW_STILL_EVERY + PACE
    while not lane.show(1):
        continue
    assert lane.show(3) == []
    came = lane.show(1, car=True)
    assert came == [lane.number * PACE]
    moving = np.diff(came + lane.show(20, car=True))
    assert moving.max() <= PREVIEW_EVERY + PACE


def test_while_a_vehicle_stands_before_the_arm_the_picture_is_shown_often() -> None:
    lane = Lane()
    lane.show(60)
    lane.gate.send(SetReadingEnabled(True))
    lane.worker._obey(Blind())
    assert np.diff(lane.show(30)).max() <= PREVIEW_EVERY + PACE


def test_a_still_road_is_looked_at_less_often_until_something_moves_or_comes() -> None:
    lane = Lane()
    lane.show(60)
    assert lane.pace == pytest.approx(STILL_FPS)
    lane.show(1, car=True)
    assert lane.pace == pytest.approx(1 / PACE)
    lane.show(60)
    assert lane.pace == pytest.approx(STILL_FPS)
    lane.gate.send(SetReadingEnabled(True))
    lane.worker._obey(Blind())
    assert lane.pace == pytest.approx(1 / PACE)
    lane.show(60)
    assert lane.pace == pytest.approx(1 / PACE)
