"""A data folder laid out like the real one, of drawn plates, and the training's command line."""

import csv
from pathlib import Path

import cv2
import numpy as np

from recognition.training.__main__ import main
from recognition.training.synthetic.plate import PlateClass, draw_plate


def run(*words: object) -> None:
    """One verb of `python -m recognition.training`, which must end well."""
    assert main([str(word) for word in words]) == 0


def drawn_data(folder: Path) -> Path:
    """Six blue plates as cut-outs below `folder`, half of them val; returns the data folder."""
    crops = folder / "crops"
    crops.mkdir(parents=True)
    rng = np.random.default_rng(1)
    rows = [("path", "text", "source", "colour", "width", "height", "split")]
    for index in range(6):
        plate = draw_plate(rng, None, PlateClass.BLUE, scale=0.3)
        name = f"{index}.png"
        cv2.imwrite(str(crops / name), plate.image)
        split = "val" if index < 3 else "train"
        rows.append((name, plate.text, "drawn", "blue", "132", "42", split))
    with (crops / "labels.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return folder
