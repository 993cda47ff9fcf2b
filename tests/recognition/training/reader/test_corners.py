"""Corners of cut-outs, and pictures of nothing."""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from recognition.reading import Colour
from recognition.training.reader.corners import settled, with_corners
from recognition.training.synthetic.crops import RealPlate
from recognition.training.synthetic.negatives import nothing_shards
from recognition.training.synthetic.plate import PlateClass, draw_plate
from recognition.training.synthetic.render import UNKNOWN_COLOUR, read_shard


def cut_out(left: int, text: str = "吉A12345") -> RealPlate:
    """A drawn plate of 440 x 140 whose left edge is cut off by so many pixels."""
    plate = draw_plate(np.random.default_rng(2), text, PlateClass.BLUE)
    return RealPlate("drawn", plate.image[:, left:].copy(), text, Colour.BLUE, "drawn")


def test_the_corners_of_a_whole_cut_out_are_its_own():
    (found,) = with_corners([cut_out(0)])
    wanted = np.array([[0, 0], [440, 0], [440, 140], [0, 140]], np.float32)
    assert found.quad is not None
    assert np.abs(found.quad - wanted).max() < 0.1 * 140


@pytest.mark.parametrize("missing", [0, 10, 20])
def test_corners_go_where_the_characters_say_they_are(missing):
    plate = cut_out(missing)
    height, width = plate.image.shape[:2]
    edges = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = settled(plate.image, edges, plate)
    assert np.abs(moved[[0, 3], 0] + missing).max() < 7
    assert np.abs(moved[[1, 2], 0] - width).max() < 7


def test_what_is_no_plate_is_left_out():
    noise = np.random.default_rng(1).integers(90, 110, (24, 94, 3)).astype(np.uint8)
    assert with_corners([RealPlate("n", noise, "吉A12345", Colour.BLUE, "drawn")]) == []


@pytest.fixture
def streets(tmp_path: Path) -> Path:
    """A data folder with four noisy streets, a box in each."""
    for name in ("foreign", "scenes"):
        (tmp_path / name).mkdir()
    rng = np.random.default_rng(4)
    rows = [("path", "bx", "by", "bw", "bh", "width", "height")]
    for index in range(4):
        picture = rng.integers(0, 255, (120, 200, 3)).astype(np.uint8)
        cv2.imwrite(str(tmp_path / "foreign" / f"{index}.png"), picture)
        rows.append((f"{index}.png", "60", "50", "60", "20", "200", "120"))
    with (tmp_path / "foreign" / "labels.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
    names = ("path", "text", "colour", "split", "x1")
    with (tmp_path / "scenes" / "labels.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerow(names)
    return tmp_path


def test_pictures_of_nothing_say_nothing(streets, tmp_path):
    assert nothing_shards(tmp_path / "run", streets, 12, shard_size=6) == 2
    assert nothing_shards(tmp_path / "run", streets, 12, shard_size=6) == 0
    shard = read_shard(tmp_path / "run" / "nothing-00001.npy")
    assert not shard.labels.any()
    assert (shard.colours == UNKNOWN_COLOUR).all()
    assert shard.images.std() > 10


def test_without_foreign_pictures_there_are_none(tmp_path):
    assert nothing_shards(tmp_path / "run", tmp_path, 12) == 0
