"""The motion gate: vehicles wake it, light and noise do not."""

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.motion import Motion, MotionSettings, shrunk, watch

Grey = NDArray[np.uint8]


def road(level: float = 90.0, seed: int = 0) -> Grey:
    """An empty lane with some structure and sensor noise."""
    rng = np.random.default_rng(seed)
    base = level + 30 * np.sin(np.arange(96) / 9)[None, :] + np.arange(54)[:, None] * 0.4
    return np.clip(base + rng.normal(0, 2, base.shape), 0, 255).astype(np.uint8)


def after(motion: Motion, pictures: list[Grey], settings: MotionSettings | None = None) -> Motion:
    for picture in pictures:
        motion = watch(motion, picture, settings)
    return motion


def settled() -> Motion:
    return after(Motion(), [road(seed=i) for i in range(60)])


def test_the_first_picture_counts_as_motion() -> None:
    assert watch(Motion(), road()).moving


def test_an_empty_lane_comes_to_rest() -> None:
    assert not settled().moving


def test_a_car_that_enters_wakes_the_gate() -> None:
    picture = road(seed=99)
    cv2.rectangle(picture, (10, 20), (22, 30), 190, -1)
    assert watch(settled(), picture).moving


def test_a_cloud_over_the_whole_picture_is_no_motion() -> None:
    assert not watch(settled(), road(level=60.0, seed=99)).moving


def test_motion_outlasts_its_last_sign() -> None:
    settings = MotionSettings(hold=5)
    picture = road(seed=99)
    cv2.rectangle(picture, (10, 20), (22, 30), 190, -1)
    woken = watch(settled(), picture, settings)
    states = []
    for i in range(8):
        woken = watch(woken, road(seed=200 + i), settings)
        states.append(woken.moving)
    assert states[:4] == [True] * 4
    assert states[-1] is False


def test_a_car_that_stays_becomes_background_in_the_end() -> None:
    def parked(seed: int) -> Grey:
        picture = road(seed=seed)
        cv2.rectangle(picture, (10, 20), (40, 40), 190, -1)
        return picture

    assert not after(settled(), [parked(i) for i in range(300)]).moving


def test_another_picture_size_starts_afresh() -> None:
    assert watch(settled(), road()[:40]).moving


def test_shrinking_keeps_the_shape() -> None:
    assert shrunk(np.zeros((1080, 1920, 3), np.uint8)).shape == (54, 96)
    assert shrunk(np.zeros((100, 200), np.uint8)).shape == (48, 96)
