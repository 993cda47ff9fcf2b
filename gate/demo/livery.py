"""What is painted on a body: flat drawings of front, flank and windscreen, in millimetres. Pure.

A drawing is a BGR picture and a map of materials, 2 mm per pixel. Paint takes the car's colour.
Nothing here bears readable text.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
_SCALE = 500.0  # pixels a metre


class Material(IntEnum):
    """How a spot takes the light."""

    PAINT = 0
    MATT = 1
    GLOSS = 2
    LAMP = 3


class Marking(StrEnum):
    """Liveries that a guard knows from afar."""

    PLAIN = "plain"
    ELECTRIC = "electric"
    POLICE = "police"
    AMBULANCE = "ambulance"
    RESCUE = "rescue"


_STRIPES = {
    Marking.POLICE: (150, 60, 20),
    Marking.AMBULANCE: (45, 35, 200),
    Marking.RESCUE: (235, 235, 235),
}


@dataclass(frozen=True, slots=True)
class Drawing:
    """One flat drawing. The origin is the lower middle (front) or the lower front end (flank)."""

    colours: Image
    materials: Image
    left: float

    def shape(
        self,
        points: list[tuple[float, float]],
        colour: tuple[int, int, int],
        material: Material = Material.MATT,
    ) -> None:
        """Fill a polygon given in metres."""
        outline = np.array([self._pixel(x, y) for x, y in points], np.int32)
        cv2.fillPoly(self.colours, [outline], colour, cv2.LINE_AA)
        cv2.fillPoly(self.materials, [outline], int(material))

    def both(
        self,
        points: list[tuple[float, float]],
        colour: tuple[int, int, int],
        material: Material = Material.MATT,
    ) -> None:
        """Fill a polygon on the right half and its mirror image on the left."""
        self.shape(points, colour, material)
        self.shape([(-x, y) for x, y in points], colour, material)

    def disc(
        self,
        middle: tuple[float, float],
        radius: float,
        colour: tuple[int, int, int],
        material: Material = Material.MATT,
    ) -> None:
        """Fill a circle given in metres."""
        around = np.linspace(0, 2 * np.pi, 40)
        x, y = middle
        self.shape(
            [(x + radius * float(np.cos(a)), y + radius * float(np.sin(a))) for a in around],
            colour,
            material,
        )

    def at(self, x: NDArray[np.float32], y: NDArray[np.float32]) -> tuple[Image, Image]:
        """Colours (n, 3) and materials (n,) at places given in metres."""
        height, width = self.materials.shape
        column = np.clip((x - self.left) * _SCALE, 0, width - 1).astype(np.int32)
        row = np.clip(height - 1 - y * _SCALE, 0, height - 1).astype(np.int32)
        return self.colours[row, column], self.materials[row, column]

    def _pixel(self, x: float, y: float) -> tuple[int, int]:
        return round((x - self.left) * _SCALE), round(self.materials.shape[0] - 1 - y * _SCALE)


def blank(left: float, right: float, height: float) -> Drawing:
    """An all-paint drawing of the given extent in metres."""
    size = (round(height * _SCALE), round((right - left) * _SCALE))
    return Drawing(np.full((*size, 3), 128, np.uint8), np.zeros(size, np.uint8), left)


_BLACK, _DARK, _CHROME, _LAMP = (22, 22, 22), (38, 38, 40), (190, 190, 190), (225, 225, 220)


def front(half: float, nose: float, plate_y: float, marking: Marking) -> Drawing:
    """The front of a car: lamps, grille, intake, recess of the plate. half, nose: metres."""
    art = blank(-1.1, 1.1, nose + 0.2)
    k = nose / 0.78
    art.shape([(-half, 0), (half, 0), (half * 0.97, 0.2 * k), (-half * 0.97, 0.2 * k)], _BLACK)
    intake = [(-0.58, 0.22 * k), (0.58, 0.22 * k), (0.66, 0.36 * k), (-0.66, 0.36 * k)]
    art.shape(intake, _BLACK)
    for y in np.arange(0.24, 0.36, 0.028) * k:
        art.shape([(-0.56, y), (0.56, y), (0.56, y + 0.006), (-0.56, y + 0.006)], (52, 52, 52))
    fog = [(0.70, 0.30 * k), (0.84, 0.33 * k), (0.83, 0.42 * k), (0.72, 0.40 * k)]
    art.both(fog, _DARK)
    art.both([(x * 0.985 + 0.012, y * 0.985 + 0.006) for x, y in fog], (60, 60, 62), Material.GLOSS)
    if marking is not Marking.ELECTRIC:
        _grille(art, k)
    else:
        art.shape([(-0.5, 0.655 * k), (0.5, 0.655 * k), (0.5, 0.67 * k), (-0.5, 0.67 * k)], _DARK)
    _headlamps(art, half, k)
    art.shape([(-half, 0.765 * k), (half, 0.765 * k), (half, 0.772 * k), (-half, 0.772 * k)], _DARK)
    art.disc((0, 0.70 * k), 0.055, _CHROME, Material.GLOSS)
    art.disc((0, 0.70 * k), 0.040, (120, 120, 122), Material.GLOSS)
    art.shape(
        [
            (-0.27, plate_y - 0.11),
            (0.27, plate_y - 0.11),
            (0.27, plate_y + 0.10),
            (-0.27, plate_y + 0.10),
        ],
        _DARK,
    )
    return art


def _grille(art: Drawing, k: float) -> None:
    outer = [(-0.50, 0.735 * k), (0.50, 0.735 * k), (0.40, 0.545 * k), (-0.40, 0.545 * k)]
    art.shape(outer, _CHROME, Material.GLOSS)
    inner = [(-0.475, 0.722 * k), (0.475, 0.722 * k), (0.385, 0.558 * k), (-0.385, 0.558 * k)]
    art.shape(inner, _BLACK)
    for y in np.arange(0.585, 0.72, 0.034) * k:
        reach = 0.39 + (y / k - 0.558) * 0.5
        art.shape([(-reach, y), (reach, y), (reach, y + 0.008), (-reach, y + 0.008)], (92, 92, 94))


def _headlamps(art: Drawing, half: float, k: float) -> None:
    lamp = [
        (half - 0.36, 0.62 * k),
        (half - 0.05, 0.655 * k),
        (half + 0.02, 0.745 * k),
        (half - 0.10, 0.755 * k),
        (half - 0.34, 0.715 * k),
    ]
    art.both(lamp, (70, 70, 72), Material.GLOSS)
    art.both(
        [(x, y - 0.008 if y > 0.7 * k else y + 0.008) for x, y in lamp],
        (120, 118, 116),
        Material.GLOSS,
    )
    for x in (half - 0.25, half - 0.12):
        for side in (x, -x):
            art.disc((side, 0.683 * k), 0.040, (60, 60, 60), Material.GLOSS)
            art.disc((side, 0.683 * k), 0.033, _LAMP, Material.LAMP)
    art.both(
        [
            (half - 0.33, 0.705 * k),
            (half - 0.09, 0.742 * k),
            (half - 0.09, 0.732 * k),
            (half - 0.33, 0.696 * k),
        ],
        _LAMP,
        Material.LAMP,
    )


def bonnet(marking: Marking) -> Drawing:
    """Seen from above, x across and "y" the share of the bonnet's length from the nose (0..1)."""
    art = blank(-1.1, 1.1, 1.0)
    art.both([(0.52, 0.02), (0.528, 0.02), (0.66, 1.0), (0.652, 1.0)], (70, 70, 70))
    art.shape([(-0.8, 0.955), (0.8, 0.955), (0.8, 1.0), (-0.8, 1.0)], _BLACK)
    stripe = _STRIPES.get(marking)
    if stripe is not None:
        art.both([(0.30, 0.0), (0.42, 0.0), (0.50, 0.94), (0.36, 0.94)], stripe)
    return art


def windscreen() -> Drawing:
    """The screen, x across (-1..1 of its half width) and "y" from its foot to its top (0..1)."""
    art = blank(-1.1, 1.1, 1.0)
    art.shape(
        [(-0.93, 0.03), (0.93, 0.03), (0.92, 0.95), (-0.92, 0.95)], (34, 32, 30), Material.GLOSS
    )
    art.shape(
        [(-0.91, 0.03), (0.91, 0.03), (0.88, 0.14), (-0.88, 0.14)], (58, 56, 54), Material.GLOSS
    )
    for x in (-0.42, 0.42):
        seat = [(x - 0.20, 0.14), (x + 0.20, 0.14), (x + 0.17, 0.52), (x - 0.17, 0.52)]
        art.shape(seat, (50, 47, 45), Material.GLOSS)
        art.shape(
            [(x - 0.10, 0.55), (x + 0.10, 0.55), (x + 0.09, 0.72), (x - 0.09, 0.72)],
            (56, 53, 50),
            Material.GLOSS,
        )
    _driver(art)
    art.shape(
        [(-0.12, 0.80), (0.12, 0.80), (0.11, 0.90), (-0.11, 0.90)], (20, 20, 20), Material.GLOSS
    )
    art.shape([(-0.90, 0.045), (0.1, 0.10), (0.1, 0.112), (-0.90, 0.06)], (12, 12, 12))
    art.shape([(-0.2, 0.045), (0.80, 0.10), (0.80, 0.112), (-0.2, 0.06)], (12, 12, 12))
    return art


def _driver(art: Drawing) -> None:
    """A person without a face: the demo shows nobody."""
    x = 0.42
    body = [
        (x - 0.24, 0.14),
        (x + 0.24, 0.14),
        (x + 0.19, 0.42),
        (x + 0.07, 0.50),
        (x - 0.07, 0.50),
        (x - 0.19, 0.42),
    ]
    art.shape(body, (64, 52, 46), Material.GLOSS)
    art.disc((x, 0.60), 0.095, (74, 84, 104), Material.GLOSS)
    art.shape(
        [(x - 0.1, 0.61), (x + 0.1, 0.61), (x + 0.08, 0.70), (x - 0.08, 0.70)],
        (28, 28, 28),
        Material.GLOSS,
    )
    ring = np.linspace(0, np.pi, 20)
    rim = [(x + 0.22 * float(np.cos(a)), 0.10 + 0.17 * float(np.sin(a))) for a in ring]
    inner = [(x + 0.18 * float(np.cos(a)), 0.10 + 0.135 * float(np.sin(a))) for a in ring[::-1]]
    art.shape([*rim, *inner], (16, 16, 16), Material.GLOSS)


def flank(length: float, belt: float, axles: tuple[float, float], marking: Marking) -> Drawing:
    """The side below the windows: wheels, doors, sill. Distances from the nose, metres."""
    art = blank(0.0, length + 0.1, belt + 0.3)
    art.shape([(0.3, 0), (length, 0), (length, 0.24), (0.3, 0.24)], _BLACK)
    stripe = _STRIPES.get(marking)
    if stripe is not None:
        art.shape([(0, 0.62), (length, 0.62), (length, 0.78), (0, 0.78)], stripe)
    for x in (length * 0.30, length * 0.52, length * 0.74):
        art.shape([(x, 0.26), (x + 0.008, 0.26), (x + 0.008, belt), (x, belt)], (60, 60, 60))
    for x in (length * 0.46, length * 0.68):
        art.shape(
            [(x, belt - 0.16), (x + 0.16, belt - 0.16), (x + 0.16, belt - 0.13), (x, belt - 0.13)],
            _CHROME,
            Material.GLOSS,
        )
    for axle in axles:
        art.disc((axle, 0.33), 0.39, (14, 14, 14))
        art.disc((axle, 0.33), 0.33, (26, 26, 26))
        art.disc((axle, 0.33), 0.22, (150, 150, 152))
        for turn in np.arange(5) * 2 * np.pi / 5:
            spot = (axle + 0.13 * float(np.cos(turn)), 0.33 + 0.13 * float(np.sin(turn)))
            art.disc(spot, 0.052, (40, 40, 40))
        art.disc((axle, 0.33), 0.045, (120, 120, 122))
    return art


def side_windows(marking: Marking) -> Drawing:
    """Windows of one side: x the share of the cabin's length (0..1), "y" foot to top (0..1)."""
    art = blank(-0.05, 1.05, 1.0)
    art.shape(
        [(0.10, 0.06), (0.93, 0.06), (0.86, 0.90), (0.16, 0.90)], (30, 30, 30), Material.GLOSS
    )
    for x in (0.44, 0.72):
        art.shape([(x, 0.0), (x + 0.025, 0.0), (x + 0.025, 0.95), (x, 0.95)], _BLACK)
    if marking is Marking.AMBULANCE:
        art.shape(
            [(0.40, 0.06), (0.95, 0.06), (0.95, 0.9), (0.40, 0.9)], (235, 235, 235), Material.PAINT
        )
    return art
