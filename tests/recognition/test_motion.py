"""The motion gate: vehicles wake it, light and noise do not."""

from datetime import datetime, timedelta

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from recognition.motion import Motion, MotionSettings, PictureChange, change, shrunk, watch

pytestmark = pytest.mark.slow

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
    seen = change(PictureChange(), road(), 1.0)
    for second in range(2, 40):
        seen = change(seen, road(seed=second), float(second))
    assert seen.at == 1.0


def test_a_car_that_comes_slowly_is_a_change_at_every_length() -> None:
    seen = change(PictureChange(), road(), 0.0)
    for step in range(1, 40):
        picture = road(seed=step)
        cv2.rectangle(picture, (10, 20), (10 + step, 20 + step // 2), 190, -1)
        seen = change(seen, picture, float(step))
    assert seen.at > 30.0


def test_a_picture_that_stands_still_after_a_car_came_is_as_old_as_the_car() -> None:
    picture = road(seed=3)
    cv2.rectangle(picture, (10, 20), (40, 40), 190, -1)
    seen = change(change(PictureChange(), road(), 0.0), picture, 5.0)
    assert change(seen, picture, 900.0).at == 5.0


def clock(second: float, high: int, top: int = 20) -> Grey:
    """A frozen 1280 x 720 picture whose clock, `high` pixels high, runs on."""
    ground = np.random.default_rng(5).integers(60, 120, (27, 48)).astype(np.uint8)
    image = cv2.resize(ground, (1280, 720), interpolation=cv2.INTER_CUBIC)
    now = datetime(2026, 12, 31, 22, 58, 50) + timedelta(seconds=second)
    text = now.strftime("%Y-%m-%d %H:%M:%S")
    thick = max(2, high // 9)
    cv2.putText(image, text, (20, top + high), cv2.FONT_HERSHEY_SIMPLEX, high / 22, 255, thick)
    return shrunk(np.asarray(image, np.uint8))


@pytest.mark.parametrize("high", [24, 48, 64])
@pytest.mark.parametrize("top", [20, 600])
def test_a_clock_that_runs_in_a_frozen_picture_is_no_change(high: int, top: int) -> None:
    """Over minutes and a full hour, when most of its digits turn at once."""
    seen = change(PictureChange(), clock(0, high, top), 0.0)
    for tick in range(1, 5 * 90):
        seen = change(seen, clock(tick / 5, high, top), tick / 5)
    assert seen.at == 0.0


@pytest.mark.parametrize("high", [24, 64])
def test_a_car_that_comes_under_a_running_clock_is_a_change(high: int) -> None:
    seen = change(PictureChange(), clock(0, high), 0.0)
    for tick in range(1, 100):
        seen = change(seen, clock(tick, high), float(tick))
    picture = clock(100, high)
    cv2.rectangle(picture, (30, 22), (52, 40), 220, -1)
    assert change(seen, picture, 100.0).at == 100.0


def test_what_flickers_all_the_time_is_learnt_and_left_out() -> None:
    """A large blinking sign: at first it is something that comes, in the end it is furniture."""
    seen = change(PictureChange(), road(), 0.0)
    for tick in range(1, 120):
        picture = road(seed=tick)
        if tick % 2:
            cv2.rectangle(picture, (60, 4), (66, 9), 230, -1)
        seen = change(seen, picture, float(tick))
    assert seen.at == 0.0
    assert seen.restless is not None
    assert seen.restless[6, 63] > MotionSettings().restless > seen.restless[40, 20]


def test_cars_that_drive_by_all_day_do_not_blind_the_lane() -> None:
    seen = change(PictureChange(), road(), 0.0)
    for tick in range(1, 600):
        picture = road(seed=tick)
        if tick % 3:
            cv2.rectangle(picture, (30, 20), (55, 42), 60 + 40 * (tick % 4), -1)
        seen = change(seen, picture, float(tick))
    assert seen.at >= 597.0
