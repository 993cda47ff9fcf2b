"""Other characters on real photographs: here the photographs are drawn, with known corners."""

import numpy as np
import pytest

from recognition.alphabet import PROVINCES
from recognition.reading import Colour
from recognition.training.crops import RealPlate
from recognition.training.dataset import RealPlates
from recognition.training.glyphs import atlas
from recognition.training.reprint import can_reprint, reprinted
from recognition.training.synth import PlateClass, draw_plate


def photographed(text: str, plate_class: PlateClass = PlateClass.BLUE) -> RealPlate:
    """A drawn plate in the middle of a grey picture, corners known."""
    plate = draw_plate(np.random.default_rng(1), text, plate_class)
    image = np.full((240, 540, 3), 120, np.uint8)
    image[50:190, 50 : 50 + plate.image.shape[1]] = plate.image
    quad = np.array([[50, 50], [490, 50], [490, 190], [50, 190]], np.float32)
    return RealPlate("drawn", image, text, plate.colour, "drawn", quad)


def test_the_province_changes_and_the_surroundings_do_not():
    before = photographed("皖A12345")
    after = reprinted(np.random.default_rng(2), before, atlas())
    assert len(after.text) == 7
    assert after.text[0] in PROVINCES
    assert after.image.shape == before.image.shape
    assert np.array_equal(after.image[:48], before.image[:48])
    assert np.array_equal(after.image[192:], before.image[192:])


def test_the_new_characters_stand_where_the_old_ones_stood():
    """Reprinted with the text's own drawing, the plate must look as if it had been drawn so."""
    before = photographed("皖A12345")
    for seed in range(4):
        after = reprinted(np.random.default_rng(seed), before, atlas())
        wanted = photographed(after.text)
        place = (slice(75, 165), slice(66, 475))
        gap = np.abs(after.image[place].astype(float) - wanted.image[place].astype(float))
        unlike = np.abs(before.image[place].astype(float) - wanted.image[place].astype(float))
        assert gap.mean() < 14
        assert gap.mean() < 0.6 * unlike.mean() or after.text[1:] == before.text[1:]


@pytest.mark.parametrize("plate_class", [PlateClass.GREEN_SMALL, PlateClass.POLICE])
def test_other_layouts_are_left_alone(plate_class):
    plate = draw_plate(np.random.default_rng(3), None, plate_class)
    quad = np.zeros((4, 2), np.float32)
    real = RealPlate("drawn", plate.image, plate.text, plate.colour, "drawn", quad)
    assert not can_reprint(real)


def test_a_cut_out_without_corners_cannot_be_reprinted():
    plate = RealPlate("cut", np.zeros((24, 94, 3), np.uint8), "皖A12345", Colour.BLUE, "drawn")
    assert not can_reprint(plate)
    with pytest.raises(ValueError, match="corners"):
        reprinted(np.random.default_rng(1), plate, atlas())


def test_rare_provinces_are_drawn_more_often_than_they_occur():
    common = [photographed("皖A12345") for _ in range(15)]
    rare = RealPlate("cut", common[0].image, "吉A12345", Colour.BLUE, "drawn")
    plates = RealPlates([*common, rare])
    assert plates.weights[-1] > 3 * plates.weights[0]
    batch = plates.draw(np.random.default_rng(4), 5)
    assert batch.images.shape == (5, 48, 160, 3)
    assert batch.labels.shape == (5, 8)
