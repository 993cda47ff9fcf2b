"""The motion gate: vehicles wake it, light and noise do not."""

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.motion import Change, Motion, MotionSettings, change, shrunk, watch

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


def test_the_same_road_with_another_noise_is_no_change() -> None:
    seen = change(Change(), road(), 1.0)
    for second in range(2, 40):
        seen = change(seen, road(seed=second), float(second))
    assert seen.at == 1.0


def test_a_car_that_comes_slowly_is_a_change_at_every_length() -> None:
    seen = change(Change(), road(), 0.0)
    for step in range(1, 40):
        picture = road(seed=step)
        cv2.rectangle(picture, (10, 20), (10 + step, 20 + step // 2), 190, -1)
        seen = change(seen, picture, float(step))
    assert seen.at > 30.0


def test_a_picture_that_stands_still_after_a_car_came_is_as_old_as_the_car() -> None:
    picture = road(seed=3)
    cv2.rectangle(picture, (10, 20), (40, 40), 190, -1)
    seen = change(change(Change(), road(), 0.0), picture, 5.0)
    assert change(seen, picture, 900.0).at == 5.0
