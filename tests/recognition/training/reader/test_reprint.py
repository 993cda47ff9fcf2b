"""Other characters on real photographs: here the photographs are drawn, with known corners."""

import cv2
import numpy as np
import pytest

from recognition.alphabet import PROVINCES
from recognition.plate_colours import allowed_colours
from recognition.reading import Colour
from recognition.training.reader.dataset import RealPlates
from recognition.training.reader.reprint import can_reprint, reprinted
from recognition.training.reader.reprint_plans import class_of
from recognition.training.synthetic.crops import RealPlate, slots_of
from recognition.training.synthetic.glyphs import atlas
from recognition.training.synthetic.plate import PlateClass, draw_plate
from recognition.training.synthetic.plate_layouts import layout


def rng_of(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


def photographed(text: str, plate_class: PlateClass = PlateClass.BLUE, kind: str = "") -> RealPlate:
    """A drawn plate in the middle of a grey picture, corners known."""
    usual = layout(plate_class, text, None)
    seed = next(n for n in range(40) if layout(plate_class, text, rng_of(n)) == usual)
    plate = draw_plate(rng_of(seed), text, plate_class)
    high, wide = plate.image.shape[:2]
    image = cv2.copyMakeBorder(
        plate.image, 50, 50, 50, 50, cv2.BORDER_CONSTANT, value=(120, 120, 120)
    )
    ends = [[50, 50], [50 + wide, 50], [50 + wide, 50 + high], [50, 50 + high]]
    quad = np.array(ends, np.float32)
    return RealPlate("drawn", image, text, plate.colour, "drawn", quad, kind, plate.two_lines)


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


KINDS = [
    ("WJ粤12345", PlateClass.ARMED_POLICE, "wj"),
    ("WJ粤1234X", PlateClass.ARMED_POLICE_DOUBLE, "wj"),
    ("KA12345", PlateClass.ARMY, "pla"),
    ("KA12345", PlateClass.ARMY_DOUBLE, "pla"),
    ("粤A12345", PlateClass.YELLOW_DOUBLE, "yellow_rear"),
    ("粤A1234挂", PlateClass.TRAILER, "trailer"),
    ("粤A12345", PlateClass.LOW_SPEED, "low_speed"),
    ("粤1712345", PlateClass.FARM, "farm"),
    ("粤A1234学", PlateClass.COACH, "coach"),
    ("粤A1234警", PlateClass.POLICE, "police"),
    ("粤Z1234港", PlateClass.HONG_KONG_MACAO, "hong_kong"),
    ("皖AD12345", PlateClass.GREEN_SMALL, "green"),
    ("军A12345", PlateClass.ARMY_OLD, "pla_old"),
]


@pytest.mark.parametrize(("text", "plate_class", "kind"), KINDS)
def test_plates_of_rare_classes_get_other_characters_that_look_drawn_there(text, plate_class, kind):
    """Nearer to a plate drawn with the new text than the photograph was."""
    before = photographed(text, plate_class, kind)
    assert can_reprint(before)
    assert class_of(before) is (PlateClass.COACH if kind == "coach" else plate_class)
    changed = 0
    for seed in range(12):
        after = reprinted(np.random.default_rng(seed), before, atlas())
        assert len(slots_of(after.text)) == 8
        if after.text == text:
            continue
        changed += 1
        wanted = photographed(after.text, plate_class, kind).image.astype(float)
        gap = np.abs(after.image - wanted).mean()
        unlike = np.abs(before.image - wanted).mean()
        assert gap < 0.85 * unlike, after.text
    assert changed > 4


@pytest.mark.parametrize(("text", "plate_class", "kind"), KINDS)
def test_what_makes_the_class_stays_on_the_plate(text, plate_class, kind):
    for seed in range(8):
        after = reprinted(
            np.random.default_rng(seed), photographed(text, plate_class, kind), atlas()
        )
        fixed = [i for i, c in enumerate(text) if c in "WJ挂学警港Z军" and kind != "pla"]
        assert all(after.text[i] == text[i] for i in fixed)
        assert allowed_colours(after.text) == allowed_colours(text)


def test_red_characters_are_replaced_by_red_ones():
    before = photographed("KA12345", PlateClass.ARMY_DOUBLE, "pla")
    for seed in range(8):
        after = reprinted(np.random.default_rng(seed), before, atlas())
        upper = after.image[69:147].astype(int)
        ink = upper[upper.min(axis=2) < 90]
        assert np.median(ink[:, 2] - ink[:, 0]) > 80


def test_real_digits_change_places():
    orders = set()
    for seed in range(30):
        rng, before = np.random.default_rng(seed), photographed("KA90617", PlateClass.ARMY, "pla")
        text = reprinted(rng, before, atlas()).text
        if sorted(text[2:]) == sorted("90617"):
            orders.add(text[2:])
    assert len(orders) > 2


@pytest.mark.parametrize("plate_class", [PlateClass.EMBASSY, PlateClass.EMERGENCY])
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
