"""Real plates for training and measuring: the cut-outs and scenes of a data folder, in place.

Layout of the folder: crops/labels.csv, scenes/labels.csv and, where it has them, added/cutouts.csv
and added/crops.csv, as its SOURCES.md describes them. The pictures show real vehicles: they are
read where they are and never copied into the tree.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.alphabet import ALPHABET, SLOTS
from recognition.reading import Colour

Image = NDArray[np.uint8]

# Words of the label files for a colour, where they are not the colour's own name.
_COLOUR_WORDS = {
    "green_airport": Colour.GREEN,
    "green_farm_double": Colour.GREEN,
    "yellowgreen": Colour.YELLOW_GREEN,
}
_CORNERS = tuple(f"{axis}{corner}" for corner in (1, 2, 3, 4) for axis in "xy")


@dataclass(frozen=True, slots=True)
class RealPlate:
    """image: BGR uint8; quad: the corners in it (top-left, clockwise), None in a cut-out.

    kind: the label files' word for its class, "" where they have none. two_lines: False where it
    is not known.
    """

    path: str
    image: Image
    text: str
    colour: Colour
    source: str
    quad: NDArray[np.float32] | None = None
    kind: str = ""
    two_lines: bool = False


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
    return 6 <= len(text) <= SLOTS and all(character in ALPHABET[1:] for character in text)


def has_old_prefix(text: str) -> bool:
    """Whether only the first character is unknown to the alphabet: army plates before 2013."""
    return _readable(text[1:]) and 7 <= len(text) <= SLOTS and text[0] not in ALPHABET[1:]


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
        quad = _quad(row)
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


def _quad(row: dict[str, str]) -> NDArray[np.float32]:
    return np.array([float(row[name]) for name in _CORNERS], np.float32).reshape(4, 2)


def load_added(data: Path, split: str) -> list[RealPlate]:
    """The plates of `added/` of one split, with class, lines and, for most, corners.

    Plates with an old army prefix are among them (`has_old_prefix`): encode their text with
    `slots_of`. None where the data folder has no `added/`.
    """
    folder = data / "added"
    return [
        RealPlate(
            row["path"],
            read_picture(folder / kind / row["path"]),
            row["text"],
            _colour(row["colour"]),
            row["source"],
            _quad(row) if row.get("x1") else None,
            row["class"],
            row["lines"] == "2",
        )
        for kind in ("cutouts", "crops")
        for row in _rows(folder / f"{kind}.csv", split)
        if _readable(row["text"]) or has_old_prefix(row["text"])
    ]


def slots_of(text: str) -> tuple[int, ...]:
    """Indices of a text as `alphabet.encode` gives them, a character of no list as a blank.

    So an old army plate is learned as six characters, which no reading of a plate can be.
    """
    indices = [max(ALPHABET.find(character), 0) for character in text]
    return tuple(indices + [0] * (SLOTS - len(indices)))
