"""Detector: preprocessing and postprocessing on hand-made arrays."""

from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from recognition.detector import (
    CORNER_UNIT,
    STRIDE,
    Detector,
    DetectorSettings,
    Rough,
    postprocess,
    preprocess,
)
from recognition.training.synthetic.plate import PlateClass, draw_plate

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]


@pytest.mark.parametrize(
    ("high", "wide", "canvas"),
    [
        (1080, 1920, (448, 768)),
        (1160, 720, (768, 480)),
        (225, 300, (256, 320)),
        (768, 768, (768, 768)),
    ],
)
def test_pictures_are_shrunk_to_the_longest_side_and_padded(
    high: int, wide: int, canvas: tuple[int, int]
) -> None:
    picture, scale = preprocess(np.zeros((high, wide, 3), np.uint8), 768)
    assert picture.shape == (1, 3, *canvas)
    assert scale == min(1.0, 768 / max(high, wide))
    assert picture.dtype == np.uint8


def test_the_canvas_is_reused_and_the_picture_left_alone() -> None:
    image = np.random.default_rng(0).integers(0, 256, (540, 960, 3)).astype(np.uint8)
    before = image.copy()
    first, _ = preprocess(image, 768)
    second, _ = preprocess(image, 768, first)
    assert second is first
    assert np.array_equal(image, before)


def test_the_planes_hold_the_picture_and_grey_beyond_it() -> None:
    image = np.zeros((200, 300, 3), np.uint8)
    image[:] = (10, 20, 30)
    bright = np.full((224, 320, 3), 255, np.uint8)
    canvas, _ = preprocess(bright, 768)
    canvas, _ = preprocess(image, 768, canvas)
    assert canvas[0, :, 199, 299].tolist() == [10, 20, 30]
    assert (canvas[0, :, 200:] == 114).all()
    assert (canvas[0, :, :, 300:] == 114).all()


def found_with(*plates: tuple[int, int, float, float]) -> Floats:
    """The finder's output for plates given as (row, column, heat, width in canvas pixels)."""
    found = np.zeros((9, 40, 60), np.float32)
    for row, column, heat, width in plates:
        found[0, row, column] = heat
        w, h = width / 2, width * 140 / 440 / 2
        found[1:, row, column] = np.array([-w, -h, w, -h, w, h, -w, h]) / CORNER_UNIT
    return found


def test_a_peak_becomes_corners_in_picture_pixels() -> None:
    (place,) = postprocess(found_with((10, 20, 0.8, 80.0)), 0.5, DetectorSettings())
    middle = (20 * STRIDE + 3.5 + 0.5) / 0.5 - 0.5
    assert place.heat == pytest.approx(0.8)
    assert place.quad[:, 0].mean() == pytest.approx(middle)
    assert place.quad[1, 0] - place.quad[0, 0] == pytest.approx(160.0)


def test_neighbouring_peaks_of_one_plate_are_one_and_two_plates_stay_two() -> None:
    one = found_with((10, 20, 0.8, 80.0), (10, 23, 0.6, 80.0))
    two = found_with((10, 20, 0.8, 80.0), (10, 36, 0.6, 80.0), (16, 20, 0.5, 80.0))
    assert len(postprocess(one, 1.0, DetectorSettings())) == 1
    assert [p.heat for p in postprocess(two, 1.0, DetectorSettings())] == pytest.approx(
        [0.8, 0.6, 0.5]
    )


def test_weak_peaks_and_impossible_corners_are_dropped() -> None:
    weak = found_with((10, 20, 0.05, 80.0))
    mirrored = found_with((10, 20, 0.8, 80.0))
    mirrored[1::2] *= -1
    assert postprocess(weak, 1.0, DetectorSettings()) == ()
    assert postprocess(mirrored, 1.0, DetectorSettings()) == ()


def test_at_most_so_many_plates_are_looked_at() -> None:
    many = found_with(
        *((row, column, 0.5, 30.0) for row in range(2, 40, 6) for column in range(3, 60, 8))
    )
    assert len(postprocess(many, 1.0, DetectorSettings(most=5))) == 5


def test_the_default_detector_finds_a_drawn_plate() -> None:
    rng = np.random.default_rng(5)
    plate = draw_plate(rng, "吉A12345", PlateClass.BLUE, scale=0.5).image
    high, wide = plate.shape[:2]
    street = np.full((720, 1280, 3), 90, np.uint8)
    street[300:500, 400:820] = 40
    street[400 : 400 + high, 500 : 500 + wide] = plate
    boxes = Detector.default().detect(street)
    assert boxes
    truth = np.array([[500, 400], [500 + wide, 400], [500 + wide, 400 + high], [500, 400 + high]])
    assert np.abs(np.array(boxes[0].corners) - truth).max() < 0.15 * high
    assert 0.3 <= boxes[0].score <= 1.0


class _Watched(Detector):
    """Notes how closely it looked."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.looks: list[int] = []

    def rough(self, image: Image, longest: int) -> tuple[Rough, ...]:
        self.looks.append(longest)
        return super().rough(image, longest)


@pytest.mark.parametrize(
    ("size", "plate", "looks"),
    [
        ((1080, 1920), 240, [384]),
        ((1080, 1920), 80, [384, 640]),
        ((1080, 1920), None, [384, 640]),
        ((216, 384), None, [384]),
    ],
    ids=["near", "far", "nothing", "no larger picture to be had"],
)
def test_a_second_look_is_for_what_the_first_leaves_in_doubt(
    size: tuple[int, int], plate: int | None, looks: list[int]
) -> None:
    street = np.full((*size, 3), 90, np.uint8)
    street[size[0] // 3 : size[0] // 2, size[1] // 4 : size[1] // 2] = 40
    if plate is not None:
        drawn = draw_plate(np.random.default_rng(5), "吉A12345", PlateClass.BLUE).image
        drawn = np.asarray(cv2.resize(drawn, (plate, plate * 140 // 440)), np.uint8)
        street[400 : 400 + drawn.shape[0], 600 : 600 + plate] = drawn
    watched = _Watched.default()
    found = watched.detect(street)
    assert watched.looks == looks
    assert bool(found) == (plate is not None)


@pytest.mark.parametrize("size", [(1080, 1920), (1081, 1919), (2160, 3840), (300, 5000)])
def test_a_shrunk_picture_keeps_its_brightness_and_its_places(size: tuple[int, int]) -> None:
    image = np.full((*size, 3), 40, np.uint8)
    image[size[0] // 2 :, size[1] // 2 :] = 200
    planes, scale = preprocess(image, 512)
    shrunk = planes[0, :, : round(size[0] * scale), : round(size[1] * scale)]
    rows, columns = shrunk.shape[1:]
    assert np.abs(shrunk[:, : rows // 2 - 2].astype(int) - 40).max() <= 1
    assert np.abs(shrunk[:, rows // 2 + 2 :, columns // 2 + 2 :].astype(int) - 200).max() <= 1


def test_an_empty_picture_has_no_plates() -> None:
    assert Detector.default().detect(np.full((480, 640, 3), 100, np.uint8)) == ()
