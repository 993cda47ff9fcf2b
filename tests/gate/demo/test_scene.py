"""What the demo's cameras see."""

import cv2
import numpy as np
import pytest

from gate.demo.bodywork import BodyKind
from gate.demo.livery import Marking
from gate.demo.platecard import plate_class_of, plate_picture
from gate.demo.scene import RoadScene, SeenPlate, VehicleLooks, place_of, view_of
from gate.demo.weather import Daylight
from recognition.training.synthetic.plate import PlateClass

pytestmark = pytest.mark.slow

PAINT = (150, 80, 40)


@pytest.fixture(scope="module")
def lane() -> RoadScene:
    return RoadScene(1, Daylight.DAY, seed=1, inside=False)


def _looks(text: str) -> VehicleLooks:
    return VehicleLooks(BodyKind.SALOON, Marking.PLAIN, PAINT, plate_picture(text))


def _changed(one: np.ndarray, other: np.ndarray) -> tuple[int, int, int, int]:
    """Bounding box (x, y, width, height) of what differs."""
    differs = (cv2.absdiff(one, other).max(axis=2) > 12).astype(np.uint8)
    return tuple(cv2.boundingRect(differs))


def test_the_same_moment_gives_the_same_picture(lane: RoadScene) -> None:
    seen = [SeenPlate(_looks("吉A12345"), 6.0)]
    again = RoadScene(1, Daylight.DAY, seed=1, inside=False)
    assert np.array_equal(lane.frame(seen, 0.3, 2), again.frame(seen, 0.3, 2))


def test_a_frame_is_a_picture_of_the_camera(lane: RoadScene) -> None:
    frame = lane.frame([], 0.0)
    assert frame.shape == (720, 1280, 3)
    assert frame.dtype == np.uint8


def test_the_plate_of_a_waiting_car_is_wide_enough_to_read(lane: RoadScene) -> None:
    bare = VehicleLooks(BodyKind.SALOON, Marking.PLAIN, PAINT, None)
    stop = place_of(1, inside=False).stop
    box = _changed(
        lane.frame([SeenPlate(_looks("吉A12345"), stop)], 0.0),
        lane.frame([SeenPlate(bare, stop)], 0.0),
    )
    assert 90 <= box[2] <= 260


def test_the_arm_does_not_hide_the_plate_when_it_is_down(lane: RoadScene) -> None:
    empty, lifted = lane.frame([], 0.0), lane.frame([], 1.0)
    arm_top = _changed(empty, lifted)
    view, place = view_of(1), place_of(1, inside=False)
    plate = view.project(np.array([[-0.37, 0.40, place.stop]], np.float32))[0]
    hinge = view.project(np.array([[-0.37, place.arm_height + 0.05, place.arm]], np.float32))[0]
    assert arm_top[2] > 400
    assert plate[1] < hinge[1]


def test_a_car_grows_as_it_comes(lane: RoadScene) -> None:
    empty = lane.frame([], 0.0)
    widths = [
        _changed(lane.frame([SeenPlate(_looks("吉A12345"), z)], 0.0), empty)[2] for z in (20, 10, 5)
    ]
    assert widths == sorted(widths)
    assert widths[0] * 2 < widths[2]


def test_cars_can_stand_anywhere_in_the_lane_in_any_light(lane: RoadScene) -> None:
    car = _looks("吉A12345")
    for light in Daylight:
        scene = lane.relit(light)
        for nose in (24.0, 6.0, 4.0, 2.5, 1.6, 0.0, -6.0):
            assert scene.frame([SeenPlate(car, nose)], 1.0).shape == (720, 1280, 3)


def test_no_plate_means_no_plate() -> None:
    assert plate_picture("") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("吉A12345", PlateClass.BLUE),
        ("吉AD12345", PlateClass.GREEN_SMALL),
        ("吉A0217警", PlateClass.POLICE),
        ("吉X1190应急", PlateClass.EMERGENCY),
    ],
)
def test_plates_are_drawn_in_their_class(text: str, expected: PlateClass) -> None:
    assert plate_class_of(text) is expected
    assert plate_picture(text) is not None
