"""When was something else in a plate's place? Drawn: day, night, shake, noise, headlights."""

from math import inf

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from recognition.picture_history import History, last_without, remember
from recognition.rectify import shrunk_to

pytestmark = pytest.mark.slow

Image = NDArray[np.uint8]
LEFT, TOP, WIDTH, HEIGHT = 900, 600, 140, 44
CORNERS = (
    (LEFT, TOP), (LEFT + WIDTH, TOP), (LEFT + WIDTH, TOP + HEIGHT), (LEFT, TOP + HEIGHT),
)  # fmt: skip


def road(seed: int = 0) -> Image:
    rng = np.random.default_rng(seed)
    coarse = np.random.default_rng(5).integers(70, 130, (54, 96, 3)).astype(np.uint8)
    street = cv2.resize(coarse, (1920, 1080), interpolation=cv2.INTER_CUBIC).astype(np.int16)
    street += rng.normal(0, 3, street.shape).astype(np.int16)
    return np.clip(street, 0, 255).astype(np.uint8)


def plate(image: Image, text: str = "A12345", left: int = LEFT, top: int = TOP) -> Image:
    image = image.copy()
    cv2.rectangle(image, (left, top), (left + WIDTH, top + HEIGHT), (150, 60, 20), -1)
    cv2.putText(
        image, text, (left + 6, top + 34), cv2.FONT_HERSHEY_SIMPLEX, 1.1, (255, 255, 255), 3
    )
    return image


def past(*pictures: Image, first: float = 0.0) -> History:
    history: History = ()
    for n, image in enumerate(pictures):
        history = remember(history, shrunk_to(image, 640), first + n)
    return history


def lit(image: Image, gain: float) -> Image:
    return np.clip(image.astype(np.float32) * gain, 0, 255).astype(np.uint8)


def test_a_plate_that_came_was_not_there_a_moment_ago() -> None:
    history = past(road(1), road(2), road(3), plate(road(4)))
    assert last_without(history, plate(road(9)), CORNERS) == 2.0


def test_a_plate_that_was_always_there_is_in_every_picture() -> None:
    history = past(*[plate(road(n)) for n in range(6)])
    assert last_without(history, plate(road(9)), CORNERS) == -inf


@pytest.mark.parametrize("gain", [0.45, 0.7, 1.5])
def test_another_light_brings_no_plate(gain: float) -> None:
    history = past(*[lit(plate(road(n)), gain) for n in range(4)])
    assert last_without(history, plate(road(9)), CORNERS) == -inf


def test_headlights_that_make_a_parked_plate_visible_do_not_bring_it() -> None:
    history = past(*[lit(plate(road(n)), 0.04) for n in range(4)])
    assert last_without(history, plate(road(9)), CORNERS) == -inf
    glare = past(*[np.full((1080, 1920, 3), 254, np.uint8) for _ in range(4)])
    assert last_without(glare, plate(road(9)), CORNERS) == -inf


def test_a_plate_that_was_only_hidden_was_there_before() -> None:
    person = road(3)
    cv2.rectangle(person, (LEFT - 40, TOP - 300), (LEFT + 200, TOP + 200), (40, 40, 90), -1)
    history = past(plate(road(1)), plate(road(2)), person, plate(road(4)))
    assert last_without(history, plate(road(9)), CORNERS) == -inf


def test_a_camera_that_shakes_a_little_moves_no_plate() -> None:
    history = past(*[plate(road(n), left=LEFT + 4 * (n % 2), top=TOP - 3) for n in range(4)])
    assert last_without(history, plate(road(9)), CORNERS) == -inf


def test_nothing_is_known_without_a_past_or_of_a_tiny_plate() -> None:
    assert last_without((), plate(road()), CORNERS) == -inf
    tiny = ((10.0, 10.0), (40.0, 10.0), (40.0, 20.0), (10.0, 20.0))
    assert last_without(past(road(1)), plate(road()), tiny) == -inf


def test_a_plate_at_the_edge_of_the_picture_is_looked_for_there() -> None:
    corners = ((-30.0, 600.0), (110.0, 600.0), (110.0, 644.0), (-30.0, 644.0))
    history = past(road(1), road(2))
    assert last_without(history, plate(road(9), left=-30), corners) == 1.0


def test_the_past_is_bounded_and_one_size() -> None:
    history: History = ()
    small = shrunk_to(road(), 640)
    for n in range(400):
        history = remember(history, small, n * 0.1)
    assert len(history) <= 18
    assert history[-1].at - history[0].at <= 8.5
    assert len(remember(history, small[:200], 41.0)) == 1
    assert history[0].grey.ndim == 2
