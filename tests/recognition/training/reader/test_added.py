"""The plates that came in later: their labels, how often each is drawn, and how they are measured.

The pictures are drawn here; the folder is laid out as the real one is.
"""

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from recognition.alphabet import ALPHABET, decode, encode
from recognition.reading import Colour
from recognition.training.evaluation.evaluate import (
    added_pictures,
    old_army_pictures,
)
from recognition.training.evaluation.scene_scores import ADDED, truths
from recognition.training.reader.dataset import RealPlates, balance
from recognition.training.synthetic.crops import RealPlate, has_old_prefix, load_added, slots_of
from recognition.training.synthetic.plate import PlateClass, draw_plate
from tests.recognition.training.training_road import run

pytestmark = pytest.mark.slow

_CORNERS = [f"{axis}{corner}" for corner in (1, 2, 3, 4) for axis in "xy"]
_HEAD = [
    "path",
    "text",
    "source",
    "colour",
    *_CORNERS,
    "width",
    "height",
    "split",
    "lines",
    "class",
]
_PLATES = (
    ("WJ粤12X45", PlateClass.ARMED_POLICE_DOUBLE, "white", "train", "2", "wj"),
    ("吉O12345", PlateClass.BLUE, "blue", "val", "1", "O"),
    ("吉A12345D", PlateClass.GREEN_LARGE, "yellowgreen", "train", "1", "large_green"),
    ("军A12345", PlateClass.ARMY_OLD, "white", "val", "1", "pla_old"),
    ("WJ01X2345", None, "white", "train", "1", "wj_old"),
    ("皖A12345", PlateClass.BLUE, "blue", "val", "", "common"),
)


def added_data(data: Path) -> Path:
    """Cut-outs with room and corners, and one crop without, below `data`."""
    for kind in ("cutouts", "crops"):
        (data / "added" / kind).mkdir(parents=True)
    rows = []
    for index, (text, plate_class, colour, split, lines, kind) in enumerate(_PLATES):
        rng = np.random.default_rng(index)
        plate = draw_plate(rng, text if plate_class else None, plate_class, scale=0.3).image
        high, wide = plate.shape[:2]
        image = cv2.copyMakeBorder(plate, 20, 20, 40, 40, cv2.BORDER_CONSTANT, value=(9, 90, 9))
        quad = (40, 20, 40 + wide, 20, 40 + wide, 20 + high, 40, 20 + high)
        cv2.imwrite(str(data / "added" / "cutouts" / f"{index}.png"), image)
        rows.append((f"{index}.png", text, "drawn", colour, *quad, 9, 9, split, lines, kind))
    with (data / "added" / "cutouts.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([_HEAD, *rows])
    cv2.imwrite(str(data / "added" / "crops" / "c.png"), plate)
    with (data / "added" / "crops.csv").open("w", encoding="utf-8", newline="") as stream:
        head = [name for name in _HEAD if name not in _CORNERS]
        crop = ("c.png", "皖A12346", "other", "blue", 9, 9, "val", "1", "province")
        csv.writer(stream).writerows([head, crop])
    return data


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return added_data(tmp_path / "data")


def test_class_lines_colour_and_corners_are_read(data):
    police, green = load_added(data, "train")
    assert (police.text, police.kind, police.two_lines) == ("WJ粤12X45", "wj", True)
    assert police.quad is not None
    assert police.quad[0].tolist() == [40, 20]
    assert green.colour is Colour.YELLOW_GREEN
    crop = next(plate for plate in load_added(data, "val") if plate.source == "other")
    assert crop.quad is None


def test_a_folder_without_added_plates_gives_none(tmp_path):
    assert load_added(tmp_path, "train") == []


def test_a_text_longer_than_the_slots_is_left_out(data):
    texts = [p.text for split in ("train", "val") for p in load_added(data, split)]
    assert "WJ01X2345" not in texts
    assert "军A12345" in texts


def test_an_old_army_prefix_is_learned_as_nothing():
    assert has_old_prefix("军A12345")
    assert not has_old_prefix("吉A12345")
    assert not has_old_prefix("军空12345")
    slots = slots_of("军A12345")
    assert slots[0] == 0
    assert decode(slots) == "A12345"
    assert [ALPHABET[i] for i in slots[1:7]] == list("A12345")
    assert slots_of("吉A12345") == encode("吉A12345")


def test_added_plates_are_cut_at_their_corners_and_counted_by_class_and_province(data):
    pictures = added_pictures(data)
    assert [p.text for p in pictures] == ["吉O12345", "皖A12345", "皖A12346"]
    assert pictures[0].image.shape == (48, 160, 3)
    green = (pictures[0].image.reshape(-1, 3) == (9, 90, 9)).all(axis=1)
    assert green.mean() < 0.02
    assert {"class O", "province 吉", "O second", "source drawn"} <= set(pictures[0].groups)


def test_old_army_plates_are_measured_apart(data):
    pictures = old_army_pictures(data, each=2)
    assert [len(p.text) for p in pictures] == [7, 6, 6]


def plate_of(text: str, kind: str, source: str) -> RealPlate:
    return RealPlate(text, np.zeros((9, 9, 3), np.uint8), text, Colour.BLUE, source, None, kind)


def test_thousands_of_one_city_do_not_drown_a_handful():
    city = [plate_of(f"皖A{n:05}", "common", "city") for n in range(2000)]
    rare = [plate_of(f"WJ粤{n:05}", "wj", "road") for n in range(16)]
    other = [plate_of(f"吉A{n:05}", "common", "road") for n in range(40)]
    weights = balance([*city, *rare, *other])
    assert weights.sum() == pytest.approx(1)
    drawn = weights[:2000].sum(), weights[2000:2016].sum(), weights[2016:].sum()
    assert drawn[1] > 5 * 16 / 2056
    assert drawn[2] > 5 * 40 / 2056
    assert weights.max() < 12 / 2056


def test_two_lines_are_said_to_the_network():
    plate = draw_plate(np.random.default_rng(1), None, PlateClass.FARM)
    real = RealPlate("p", plate.image, plate.text, plate.colour, "s", None, "farm", two_lines=True)
    assert RealPlates([real]).draw(np.random.default_rng(1), 3).lines.tolist() == [1, 1, 1]


def test_scenes_that_came_in_are_judged_apart_and_old_army_plates_as_no_plates(tmp_path, capsys):
    folder = tmp_path / "added" / "scenes"
    folder.mkdir(parents=True)
    head = ["path", "plate", "text", "colour", *_CORNERS, "source", "split"]
    rows = []
    for index, text in enumerate(("吉A12345", "军A12345")):
        kind = PlateClass.BLUE if index == 0 else PlateClass.ARMY_OLD
        plate = draw_plate(np.random.default_rng(index), text, kind, scale=0.6).image
        image = cv2.copyMakeBorder(
            plate, 200, 90, 180, 180, cv2.BORDER_CONSTANT, value=(70, 80, 90)
        )
        cv2.imwrite(str(folder / f"{index}.png"), image)
        rows.append([f"{index}.png", 0, text, "blue", *[""] * 8, "drawn", "val"])
    with (tmp_path / "added" / "scenes.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([head, *rows])
    plain, old = truths(tmp_path, "val", ADDED)
    assert (plain.texts, plain.empty) == (("吉A12345",), False)
    assert (old.texts, old.empty) == ((), True)
    run("evaluate", "--what", "scenes", "--data", tmp_path, "--added")
    assert "drawn" in capsys.readouterr().out


@pytest.mark.timeout(300)
def test_a_training_measures_both_sets_apart(tmp_path, data):
    scratch, out = tmp_path / "run", tmp_path / "models"
    common = ("--folder", scratch, "--data", data)
    run("synth", *common, "--pictures", 8, "--shard-size", 8)
    run("train", *common, "--steps", 2, "--batch", 4, "--every", 2, "--threads", 1)
    assert "added class O" in (scratch / "reader-log.jsonl").read_text(encoding="utf-8")
    run("export", *common, "--out", out, "--name", "tiny", "--pictures", 4)
    report = tmp_path / "report.md"
    run("evaluate", *common, "--manifest", out / "tiny.json", "--each", 1, "--report", report)
    said = report.read_text(encoding="utf-8")
    assert "Added val plates: 3 pictures" in said
    assert "Old army plates: 2 pictures" in said
    assert "| class O | 1 |" in said
