"""The generator: every class, every province, the same picture from the same seed."""

import numpy as np
import pytest

from recognition.alphabet import ALPHABET, PROVINCES, decode
from recognition.plate_colours import allowed_colours
from recognition.reading import Colour
from recognition.training.synthetic.crops import slots_of
from recognition.training.synthetic.degrade import fit_picture, flashed, photograph
from recognition.training.synthetic.glyphs import GlyphSet, atlas, load_glyphs
from recognition.training.synthetic.plate import draw_plate, random_class, random_text
from recognition.training.synthetic.plate_classes import (
    COLOURS,
    OLD_ARMY,
    READABLE,
    TWO_LINES,
    PlateClass,
)
from recognition.training.synthetic.plate_layouts import Face, layout
from recognition.training.synthetic.render import read_shard, render_shards, shard_paths


@pytest.mark.parametrize("plate_class", READABLE)
def test_every_class_is_drawn_with_a_text_that_its_colour_allows(plate_class):
    rng = np.random.default_rng(3)
    for _ in range(6):
        text = random_text(rng, plate_class)
        plate = draw_plate(rng, text, plate_class)
        plan = layout(plate_class, text, rng)
        assert plate.image.shape == (round(plan.height), round(plan.width), 3)
        assert plate.image.dtype == np.uint8
        assert plate.text == text
        assert len(slots_of(text)) == 8
        assert plate.two_lines is (plate_class in TWO_LINES)
        assert plate.colour in {COLOURS[plate_class], Colour.BLUE}
        assert plate.colour in allowed_colours(text)


@pytest.mark.parametrize("plate_class", list(PlateClass))
def test_characters_stay_on_the_plate_and_off_each_other(plate_class):
    rng = np.random.default_rng(4)
    for _ in range(5):
        plan = layout(plate_class, random_text(rng, plate_class), rng)
        for slot in plan.slots:
            assert slot.x >= 0
            assert slot.x + slot.width <= plan.width
            assert slot.y >= 0
            assert slot.y + slot.height <= plan.height
        for before, after in zip(plan.slots, plan.slots[1:], strict=False):
            assert after.x >= before.x + before.width or after.y >= before.y + before.height


def test_an_old_army_plate_is_drawn_as_six_characters_behind_nothing():
    plate = draw_plate(np.random.default_rng(2), None, PlateClass.ARMY_OLD)
    assert plate.text[0] in OLD_ARMY
    assert slots_of(plate.text)[0] == 0
    assert decode(slots_of(plate.text)) == plate.text[1:]


def test_the_same_seed_draws_the_same_picture():
    first = draw_plate(np.random.default_rng(9))
    second = draw_plate(np.random.default_rng(9))
    assert first.text == second.text
    assert np.array_equal(first.image, second.image)


def test_all_provinces_come_up_equally_often():
    rng = np.random.default_rng(5)
    seen = [random_text(rng, PlateClass.BLUE)[0] for _ in range(3100)]
    counts = [seen.count(province) for province in PROVINCES]
    assert min(counts) > 60
    assert max(counts) < 150


def test_every_class_that_can_be_read_comes_up():
    rng = np.random.default_rng(6)
    assert {random_class(rng) for _ in range(3000)} == set(READABLE)


def test_a_text_of_the_wrong_length_is_refused():
    with pytest.raises(ValueError, match="characters"):
        draw_plate(np.random.default_rng(1), "吉A1234", PlateClass.BLUE)


def test_the_atlas_draws_every_character_and_no_two_alike():
    masks = [atlas().masks[Face.SINGLE, character] for character in ALPHABET[1:]]
    small = [fit_picture(mask, (16, 24)) for mask in masks]
    assert all(mask.max() > 200 for mask in masks)
    flat = np.stack([mask.ravel() for mask in small]).astype(float)
    gaps = np.abs(flat[:, None] - flat[None]).mean(axis=2) + 1e3 * np.eye(len(flat))
    assert gaps.min() > 3


def test_a_set_that_lacks_a_character_takes_it_from_the_atlas():
    poor = GlyphSet("poor", {})
    assert poor.fitted(Face.TOP, "吉", 80, 60).shape == (60, 80)


def test_no_folder_gives_the_atlas_alone():
    assert [s.name for s in load_glyphs(None)] == ["atlas"]


@pytest.mark.parametrize("plate_class", [PlateClass.BLUE, PlateClass.TRAILER, PlateClass.EMERGENCY])
def test_a_photograph_has_the_size_asked_for_and_is_no_blank(plate_class):
    rng = np.random.default_rng(8)
    shots = [photograph(rng, draw_plate(rng, None, plate_class, scale=0.6)) for _ in range(25)]
    assert {shot.image.shape for shot in shots} == {(48, 160, 3)}
    spreads = [float(shot.image.std()) for shot in shots]
    assert np.median(spreads) > 15


def test_shards_are_repeatable_resumable_and_shared_between_processes(tmp_path):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    assert render_shards(whole, 9, shard_size=3) == 3
    assert render_shards(whole, 9, shard_size=3) == 0
    assert render_shards(parts, 9, shard_size=3, part=0, parts=2) == 2
    assert render_shards(parts, 9, shard_size=3, part=1, parts=2) == 1
    for a, b in zip(shard_paths(whole), shard_paths(parts), strict=True):
        assert np.array_equal(read_shard(a).images, read_shard(b).images)
        assert np.array_equal(read_shard(a).labels, read_shard(b).labels)


def test_an_overexposed_plate_is_bright_and_still_shows_its_characters():
    for seed in range(12):
        rng = np.random.default_rng(seed)
        shot = flashed(rng, draw_plate(rng, None, PlateClass.ARMY).image.astype(np.float32))
        inner = shot[20:120, 20:460].mean(axis=2)
        assert np.percentile(inner, 90) > 200
        assert np.percentile(inner, 90) - np.percentile(inner, 3) > 40
