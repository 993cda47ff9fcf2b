"""Real pictures that detector scenes are built on, with the places of their plates.

Rules: train split only; pictures stay where they are (a folder given by the caller) and are kept
decoded in memory as small pyramids, so that a scene can be cut at any size without aliasing.
"""

import csv
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Quads = NDArray[np.float32]

HELD_OUT = 4
"""One in so many foreign pictures is not among those of nothing to read (first, fifth, …)."""

LONGEST = 1280
"""Longer pictures are shrunk to this many pixels: no scene needs more."""


@dataclass(frozen=True, slots=True)
class Backdrop:
    """A street picture. quads: float32 (n, 4, 2), corners of its plates in pixels of levels[0].

    chinese: the plates are Chinese ones and may stay as they are; otherwise they are foreign plates
    known only by box, to be covered by a rendered plate.
    """

    levels: tuple[Image, ...]
    quads: Quads
    chinese: bool


def load_picture(path: Path) -> Image:
    """Read a colour picture (BGR) whose name may be Chinese.

    Raises:
        FileNotFoundError: the file is missing or is no picture.
    """
    picture = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise FileNotFoundError(f"{path} is not a picture that OpenCV can read")
    return np.asarray(picture, np.uint8)


def pyramid(picture: Image) -> tuple[Image, ...]:
    """Return the picture and its halvings down to about 40 pixels."""
    levels = [picture]
    while min(levels[-1].shape[:2]) > 80:
        levels.append(np.asarray(cv2.pyrDown(levels[-1]), np.uint8))
    return tuple(levels)


def backdrop(path: Path, quads: Quads, *, chinese: bool) -> Backdrop:
    """Load one picture as a backdrop, shrunk to LONGEST with its quads."""
    picture = load_picture(path)
    scale = min(1.0, LONGEST / max(picture.shape[:2]))
    if scale < 1.0:
        resized = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        picture = np.asarray(resized, np.uint8)
    return Backdrop(pyramid(picture), (quads * scale).astype(np.float32), chinese)


def box_quad(x: float, y: float, w: float, h: float) -> NDArray[np.float32]:
    """Corners of an upright box, float32 (4, 2)."""
    return np.array([[x, y], [x + w, y], [x + w, y + h], [x, y + h]], np.float32)


def foreign_places(data: Path) -> dict[str, list[NDArray[np.float32]]]:
    """Read `foreign/labels.csv` (vehicles with foreign plates, boxes only): quads by picture."""
    places: dict[str, list[NDArray[np.float32]]] = defaultdict(list)
    with (data / "foreign" / "labels.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            box = [float(row[key]) for key in ("bx", "by", "bw", "bh")]
            places[row["path"]].append(box_quad(*box))
    return places


def foreign_backdrops(data: Path, most: int | None = None) -> list[Backdrop]:
    """Load the foreign pictures; most: take only so many, spread over the whole set."""
    places = foreign_places(data)
    return [
        backdrop(data / "foreign" / path, np.stack(quads), chinese=False)
        for path, quads in list(places.items())[:: max(1, len(places) // (most or len(places)))]
    ]


def scene_backdrops(data: Path) -> list[Backdrop]:
    """Load the train split of `scenes/labels.csv` where every plate has its corners."""
    places: dict[str, list[NDArray[np.float32] | None]] = defaultdict(list)
    with (data / "scenes" / "labels.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["split"] == "train":
                places[row["path"]].append(corners_of(row))
    return [
        backdrop(data / "scenes" / path, np.stack(known), chinese=True)
        for path, quads in places.items()
        if len(known := [quad for quad in quads if quad is not None]) == len(quads)
    ]


def corners_of(row: dict[str, str]) -> NDArray[np.float32] | None:
    """Corners (4, 2) of a row of scenes/labels.csv, None where they are unknown."""
    if not row["x1"]:
        return None
    numbers = [float(row[f"{axis}{i}"]) for i in (1, 2, 3, 4) for axis in "xy"]
    return np.array(numbers, np.float32).reshape(4, 2)


TIGHT_SOURCES = ("lyl_train", "ccpd_tp_rect", "ccpd_misc_rect")
"""Sources of crops whose edges are the plate's own edges; the others hold tilted plates."""


def real_plates(data: Path) -> list[Image]:
    """Load the train split of `crops/labels.csv`: upright plates cut out at their edges."""
    with (data / "crops" / "labels.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            if row["split"] == "train" and row["source"] in TIGHT_SOURCES
        ]
    return [load_picture(data / "crops" / row["path"]) for row in rows]
