"""The reader's weights in the tree: whole, of this alphabet, and able to read what is drawn."""

import numpy as np
import pytest

from recognition.alphabet import ALPHABET, PROVINCES
from recognition.manifest import MODELS, checked_weights, load_manifest
from recognition.reader import READER_MANIFEST, PlateNetwork
from recognition.training.synthetic.plate import PlateClass, draw_plate, random_text


@pytest.fixture(scope="module")
def network() -> PlateNetwork:
    return PlateNetwork()


def test_the_weights_are_the_manifests_small_and_have_a_card():
    manifest = load_manifest(READER_MANIFEST)
    assert 0 < len(checked_weights(manifest)) < 5_000_000
    assert manifest.alphabet == ALPHABET
    assert (MODELS / manifest.card).exists()
    assert all(0.5 < temperature < 5 for temperature in manifest.temperatures)


def test_no_picture_gives_no_reading(network):
    assert network.read([]) == ()


def test_every_province_is_read_on_a_clean_plate(network):
    rng = np.random.default_rng(11)
    plates = [
        draw_plate(rng, province + random_text(rng, PlateClass.BLUE)[1:], PlateClass.BLUE)
        for province in PROVINCES
    ]
    read = network.read([plate.image for plate in plates])
    wrong = [(p.text, r.text) for p, r in zip(plates, read, strict=True) if p.text[0] != r.text[0]]
    assert wrong == []


@pytest.mark.parametrize(
    "plate_class",
    [
        PlateClass.BLUE,
        PlateClass.YELLOW,
        PlateClass.GREEN_SMALL,
        PlateClass.COACH,
        PlateClass.POLICE,
        PlateClass.EMERGENCY,
        PlateClass.HONG_KONG_MACAO,
        PlateClass.YELLOW_DOUBLE,
    ],
)
def test_clean_plates_of_the_common_classes_are_read_with_colour_and_lines(network, plate_class):
    rng = np.random.default_rng(12)
    plates = [draw_plate(rng, None, plate_class) for _ in range(8)]
    read = network.read([plate.image for plate in plates])
    right = sum(p.text == r.text for p, r in zip(plates, read, strict=True))
    assert right >= 6
    assert all(p.two_lines is (r.two_lines > 0.5) for p, r in zip(plates, read, strict=True))
    assert sum(p.colour is r.colour for p, r in zip(plates, read, strict=True)) >= 7


def test_what_shows_no_plate_is_never_sure(network):
    """A wall, the night and noise must not open a gate."""
    rng = np.random.default_rng(13)
    noise = [rng.integers(0, 256, (48, 160, 3), dtype=np.uint8) for _ in range(10)]
    flat = [np.full((48, 160, 3), shade, np.uint8) for shade in (0, 60, 128, 255)]
    assert all(r.confidence < 0.9 or not r.text for r in network.read([*noise, *flat]))


def test_pictures_read_together_read_as_they_do_alone(network):
    rng = np.random.default_rng(14)
    images = [draw_plate(rng, None, PlateClass.BLUE).image for _ in range(3)]
    together = [r.text for r in network.read(images)]
    alone = [network.read([image])[0].text for image in images]
    assert together == alone
