"""A colour is named only where the picture shows colours, whatever tints or noises it has."""

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recognition.chroma import ACHROMATIC, colours_told, light_of
from recognition.pipeline import PlateReader
from recognition.reading import Box, Colour, Reading
from recognition.training.synthetic.plate import PlateClass, draw_plate
from recognition.voting import vote

Picture = np.ndarray
TEXTS = {
    PlateClass.BLUE: "吉A12345",
    PlateClass.YELLOW: "辽B67890",
    PlateClass.BLACK: "京A34567",
    PlateClass.POLICE: "吉B1234警",
    PlateClass.GREEN_SMALL: "吉AD12345",
    PlateClass.GREEN_LARGE: "吉A12345D",
    PlateClass.TRAILER: "黑C4567挂",
}
PLACE = (430, 300, 220, 70)


def street(kind: PlateClass, seed: int = 0) -> tuple[Picture, Box]:
    """A road under a blue sky, a red car, and a plate of that kind; with the plate's corners."""
    rng = np.random.default_rng(seed)
    scene = np.full((480, 854, 3), 110, np.uint8)
    scene[:120] = (210, 160, 120)
    scene[180:420, 280:760] = (40, 40, 170)
    left, top, wide, high = PLACE
    plate = draw_plate(rng, TEXTS[kind], kind).image
    scene[top : top + high, left : left + wide] = cv2.resize(
        plate, (wide, high), interpolation=cv2.INTER_AREA
    )
    scene = np.clip(scene + rng.normal(0, 2, scene.shape), 0, 255).astype(np.uint8)
    x, y = left + wide, top + high
    return scene, Box(((left, top), (x, top), (x, y), (left, y)), 1.0)


def grey(scene: Picture) -> Picture:
    return cv2.cvtColor(cv2.cvtColor(scene, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)


def compressed(scene: Picture, quality: int = 60) -> Picture:
    return cv2.imdecode(cv2.imencode(".jpg", scene, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], 1)


def tinted(scene: Picture, blue: float, green: float, red: float) -> Picture:
    return np.clip(grey(scene) * np.array([blue, green, red]), 0, 255).astype(np.uint8)


def with_chroma_noise(scene: Picture) -> Picture:
    """Infrared through a video coder: the colours are a few levels of nothing, in blocks."""
    noise = np.random.default_rng(5).normal(0, 1.2, (60, 107, 3))
    blocks = cv2.resize(noise, scene.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return compressed(np.clip(grey(scene) + blocks, 0, 255).astype(np.uint8), 40)


def fog(scene: Picture) -> Picture:
    return np.clip(grey(scene) * 0.3 + 150, 0, 255).astype(np.uint8)


def with_clock(scene: Picture) -> Picture:
    shown = grey(scene)
    cv2.putText(shown, "2026-11-30 12:00", (20, 40), 0, 0.7, (0, 255, 255), 2)
    return shown


COLOURLESS: dict[str, Callable[[Picture], Picture]] = {
    "grey": grey,
    "grey as JPEG": lambda scene: compressed(grey(scene)),
    "poor JPEG": lambda scene: compressed(grey(scene), 20),
    "chroma noise": with_chroma_noise,
    "infrared, violet": lambda scene: compressed(tinted(scene, 1.0, 0.75, 0.95)),
    "infrared, green": lambda scene: compressed(tinted(scene, 0.7, 1.0, 0.75)),
    "warm lamp": lambda scene: compressed(tinted(scene, 0.55, 0.8, 1.0)),
    "fog": fog,
    "coloured clock": lambda scene: compressed(with_clock(scene)),
}


@pytest.fixture(scope="module")
def reader() -> PlateReader:
    return PlateReader.default()


def read(reader: PlateReader, scene: Picture, box: Box) -> Reading:
    (reading,) = reader.read_boxes(scene, [box])
    return reading


@pytest.mark.parametrize("how", COLOURLESS)
@pytest.mark.parametrize("kind", TEXTS)
def test_no_chroma_no_colour(reader: PlateReader, kind: PlateClass, how: str) -> None:
    scene, box = street(kind)
    reading = read(reader, COLOURLESS[how](scene), box)
    assert (reading.colour, reading.colour_confidence) == (Colour.UNKNOWN, 0.0)


@pytest.mark.parametrize("kind", TEXTS)
def test_in_colour_every_ground_is_named_as_before(reader: PlateReader, kind: PlateClass) -> None:
    for seed in range(3):
        scene, box = street(kind, seed)
        assert read(reader, compressed(scene), box).colour is not Colour.UNKNOWN


@pytest.mark.parametrize("light", [0.25, 0.5, 1.3])
def test_a_dark_or_bright_picture_keeps_its_colours(reader: PlateReader, light: float) -> None:
    scene, box = street(PlateClass.BLUE)
    shown = np.clip(scene * light, 0, 255).astype(np.uint8)
    assert read(reader, compressed(shown), box).colour is Colour.BLUE


def test_what_no_colour_is_seen_of_doubts_no_text(reader: PlateReader) -> None:
    """A black or white ground that a grey picture seems to show contradicts nothing."""
    scene, box = street(PlateClass.GREEN_SMALL)
    in_colour, without = read(reader, scene, box), read(reader, grey(scene), box)
    assert without.text == in_colour.text == TEXTS[PlateClass.GREEN_SMALL]
    assert without.confidence > 0.9


def test_a_colourless_plate_in_a_coloured_picture_is_white_or_black() -> None:
    scene, _ = street(PlateClass.BLUE)
    plate = grey(scene)[300:370, 430:650]
    assert colours_told(light_of(scene), plate) == ACHROMATIC


@given(
    st.floats(0.4, 1.0),
    st.floats(0.4, 1.0),
    st.floats(0.4, 1.0),
    st.integers(0, 20),
)
def test_no_tint_of_the_whole_is_a_colour(blue: float, green: float, red: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    level = cv2.resize(rng.integers(0, 256, (9, 16), np.uint8), (160, 90))
    picture = np.clip(level[..., None] * np.array([blue, green, red]), 0, 255).astype(np.uint8)
    assert colours_told(light_of(picture), picture[20:50, 30:120]) == frozenset()


@pytest.mark.parametrize("level", [0, 5, 255])
def test_a_picture_of_one_level_is_no_error(level: int) -> None:
    flat = np.full((4, 4, 3), level, np.uint8)
    assert colours_told(light_of(flat), flat) == frozenset()


def test_readings_without_a_colour_agree_on_none(reader: PlateReader) -> None:
    scene, box = street(PlateClass.BLUE)
    party = [read(reader, grey(scene), box) for _ in range(3)]
    found = vote(party)
    assert found is not None
    assert (found.colour, found.colour_confidence) == (Colour.UNKNOWN, 0.0)


def test_a_lit_plate_in_the_dark_has_its_colour(reader: PlateReader) -> None:
    scene, box = street(PlateClass.BLUE)
    left, top, wide, high = PLACE
    dark = (scene * 0.04).astype(np.uint8)
    dark[top : top + high, left : left + wide] = scene[top : top + high, left : left + wide]
    assert read(reader, compressed(dark), box).colour is Colour.BLUE
