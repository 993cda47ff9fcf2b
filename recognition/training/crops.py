"""Real plates for training and measuring: the cut-outs and scenes of a data folder, in place.

Layout of the folder: crops/labels.csv and scenes/labels.csv as its SOURCES.md describes them. The
pictures show real vehicles: they are read where they are and never copied into the tree.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.alphabet import ALPHABET
from recognition.reading import Colour

Image = NDArray[np.uint8]

# Words of the label files for a colour, where they are not the colour's own name.
_COLOUR_WORDS = {"green_airport": Colour.GREEN, "green_farm_double": Colour.GREEN}


@dataclass(frozen=True, slots=True)
class RealPlate:
    """image: BGR uint8; quad: the corners in it (top-left, clockwise), None in a cut-out."""

    path: str
    image: Image
    text: str
    colour: Colour
    source: str
    quad: NDArray[np.float32] | None = None


def read_picture(path: Path) -> Image:
    """A picture file as BGR; names may hold any character. Raises ValueError where it is none."""
    picture = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise ValueError(f"{path}: not a picture")
    return np.asarray(picture, dtype=np.uint8)


def _rows(path: Path, split: str) -> list[dict[str, str]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        return [row for row in csv.DictReader(stream) if row["split"] == split]


def _colour(word: str) -> Colour:
    known = {c.value for c in Colour}
    return _COLOUR_WORDS.get(word, Colour(word) if word in known else Colour.UNKNOWN)


def _readable(text: str) -> bool:
    return 6 <= len(text) <= 8 and all(character in ALPHABET[1:] for character in text)


def load_crops(data: Path, split: str) -> list[RealPlate]:
    """The cut-outs of one split ("train" or "val") whose text the alphabet can write."""
    return [
        RealPlate(
            row["path"],
            read_picture(data / "crops" / row["path"]),
            row["text"],
            _colour(row["colour"]),
            row["source"],
        )
        for row in _rows(data / "crops" / "labels.csv", split)
        if _readable(row["text"])
    ]


def load_scene_plates(data: Path, split: str) -> list[RealPlate]:
    """Plates with known corners, each in a piece of its scene with half a plate around it."""
    plates = []
    for row in _rows(data / "scenes" / "labels.csv", split):
        if not row["x1"] or not _readable(row["text"]):
            continue
        names = ("x1", "y1", "x2", "y2", "x3", "y3", "x4", "y4")
        quad = np.array([float(row[name]) for name in names], np.float32).reshape(4, 2)
        scene = read_picture(data / "scenes" / row["path"])
        low, high = quad.min(axis=0), quad.max(axis=0)
        room = 0.5 * (high - low)
        x1, y1 = np.maximum(low - room, 0).astype(int)
        x2, y2 = (high + room).astype(int)
        piece = scene[y1:y2, x1:x2].copy()
        moved = quad - np.array([x1, y1], np.float32)
        plates.append(
            RealPlate(row["path"], piece, row["text"], _colour(row["colour"]), row["source"], moved)
        )
    return plates
