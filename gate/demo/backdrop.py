"""The still picture of a lane: road, kerbs, hedge, hut, wall with the sign, houses. Pure, seeded.

Everything is painted once, in the light of the day; `weather.py` makes snow and night of it.
"""

from dataclasses import dataclass
from enum import IntEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from gate.demo.textures import (
    asphalt,
    facade,
    hedge,
    hut_front,
    roof_tiles,
    sign_wall,
    wall,
)
from gate.demo.view import View

Image = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Place:
    """Where things stand, metres. side: +1 with camera and arm on the right, -1 on the left."""

    side: int
    stop: float
    arm: float
    hinge: float
    arm_height: float
    inside: bool

    @property
    def lane(self) -> tuple[float, float]:
        """Left and right kerb of the lane."""
        edges = (-1.95, 1.2)
        return edges if self.side > 0 else (-edges[1], -edges[0])


class SurfaceKind(IntEnum):
    """What a pixel of the backdrop shows, for snow and lamps."""

    GROUND = 0
    UPRIGHT = 1
    TOP = 2
    LEAVES = 3
    GLASS = 4  # As the kind of a face: a front with panes, which are told by their blue.


@dataclass(frozen=True, slots=True)
class SiteBackdrop:
    """picture: BGR uint8 (h, w, 3); kinds: `SurfaceKind` of every pixel, uint8 (h, w)."""

    picture: Image
    kinds: Image


def paint(view: View, place: Place, rng: np.random.Generator) -> SiteBackdrop:
    """Paint the lane as the camera sees it without a vehicle and without the arm."""
    image = _sky(view)
    canvas = _Canvas(image, view, place.side)
    _ground(image, view, place, rng)
    _far_side(canvas, place, rng)
    _trees(canvas, rng)
    _wall(canvas, place, rng)
    _hedges(canvas, rng)
    _hut(canvas, rng)
    _kerbs(canvas, rng)
    return SiteBackdrop(np.asarray(cv2.GaussianBlur(image, (0, 0), 0.7), np.uint8), canvas.kinds)


class _Canvas:
    """Puts flat textures into the picture; x is mirrored for a lane whose camera stands left."""

    def __init__(self, image: Image, view: View, side: int) -> None:
        self.image, self.view, self.side = image, view, side
        self.kinds = np.zeros(image.shape[:2], np.uint8)
        self.kinds[~view.ground[2]] = SurfaceKind.UPRIGHT

    def face(
        self,
        corners: list[tuple[float, float, float]],
        texture: Image,
        shade: float = 1.0,
        kind: SurfaceKind = SurfaceKind.UPRIGHT,
    ) -> None:
        """Paint a texture on a flat face, corners clockwise from its top left."""
        points = np.array([(x * self.side, y, z) for x, y, z in corners], np.float32)
        if self.side < 0:
            points = points[[1, 0, 3, 2]]
        if float(self.view.seen(points)[:, 2].min()) < 0.2:
            return
        target = self.view.project(points)
        low = np.maximum(np.floor(target.min(axis=0)).astype(int), 0)
        high = np.minimum(
            np.ceil(target.max(axis=0)).astype(int) + 1, [self.view.width, self.view.height]
        )
        if np.any(high <= low):
            return
        height, width = texture.shape[:2]
        ends = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        warp = cv2.getPerspectiveTransform(ends, (target - low).astype(np.float32))
        size = (int(high[0] - low[0]), int(high[1] - low[1]))
        lit = np.clip(texture.astype(np.float32) * shade, 0, 255)
        drawn = cv2.warpPerspective(
            lit, warp, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE
        )
        mask = cv2.warpPerspective(np.ones((height, width), np.float32), warp, size)[..., None]
        spot = self.image[low[1] : high[1], low[0] : high[0]]
        spot[:] = (drawn * mask + spot * (1 - mask)).astype(np.uint8)
        marks = self.kinds[low[1] : high[1], low[0] : high[0]]
        solid = mask[..., 0] > 0.5
        marks[solid] = SurfaceKind.UPRIGHT if kind is SurfaceKind.GLASS else kind
        if kind is SurfaceKind.GLASS:
            marks[solid & (drawn[..., 0] > drawn[..., 2] + 7)] = SurfaceKind.GLASS

    def box(
        self,
        x: tuple[float, float],
        y: tuple[float, float],
        z: tuple[float, float],
        textures: tuple[Image, Image, Image],
        kind: SurfaceKind = SurfaceKind.UPRIGHT,
    ) -> None:
        """A box: textures of its near face, of the flank towards the camera, and of its top."""
        (x0, x1), (y0, y1), (z0, z1) = x, y, z
        near, flank, top = textures
        eye = self.view.eye[0] * self.side
        self.face(
            [(x0, y1, z1), (x1, y1, z1), (x1, y1, z0), (x0, y1, z0)], top, 1.06, SurfaceKind.TOP
        )
        if eye > x1:
            self.face([(x1, y1, z0), (x1, y1, z1), (x1, y0, z1), (x1, y0, z0)], flank, 0.78, kind)
        elif eye < x0:
            self.face([(x0, y1, z1), (x0, y1, z0), (x0, y0, z0), (x0, y0, z1)], flank, 0.78, kind)
        self.face([(x0, y1, z0), (x1, y1, z0), (x1, y0, z0), (x0, y0, z0)], near, 1.0, kind)


def _sky(view: View) -> Image:
    rows = np.linspace(0, 1, view.height)[:, None, None]
    sky = np.array([232, 214, 196]) * (1 - rows) + np.array([246, 240, 234]) * rows
    return np.broadcast_to(sky, (view.height, view.width, 3)).astype(np.uint8).copy()


def _ground(image: Image, view: View, place: Place, rng: np.random.Generator) -> None:
    x, z, hit = view.ground
    x = x * place.side
    grey = asphalt(rng, x, z)
    left, right = -1.95, 1.2
    paving = 150 + 10 * (np.floor(x / 0.4) % 2) + 8 * (np.floor(z / 0.2 + np.floor(x / 0.4)) % 2)
    joints = (np.abs((z / 0.2) % 1 - 0.5) > 0.46) | (np.abs((x / 0.4) % 1 - 0.5) > 0.48)
    paving = np.where(joints, paving - 26, paving) + (grey - 96) * 0.3
    street = z > 19.0
    road = ((x > left) & (x < right)) | street
    tone = np.where(road, grey, paving)
    tone = tone - 22 * _loop(x, z, 4.7, 6.4) - 22 * _loop(x, z, 1.7, 3.4)
    line = (np.abs(z - 4.35) < 0.11) & (x > left + 0.12) & (x < right - 0.12)
    edge = ((np.abs(x - left - 0.16) < 0.05) | (np.abs(x - right + 0.16) < 0.05)) & (z < 19)
    arrow = _arrow(x + 0.37, z - 9.0)
    worn = 0.62 + 0.3 * (grey - 70) / 60
    white = (line | edge | arrow) & road & ~(street & ~line)
    tone = np.where(white, tone + (222 - tone) * np.clip(worn, 0.3, 0.95), tone)
    dash = (np.abs(z - 24.0) < 0.12) & (x % 4.0 < 2.2)
    tone = np.where(dash, 196, tone)
    dark = 1 - 0.16 * np.exp(-(((x + 0.37) / 0.5) ** 2)) * road
    tint = np.where(road[..., None], np.array([1.0, 1.0, 0.985]), np.array([0.93, 0.98, 1.03]))
    lawn = (((x < -4.2) | (x > 4.6)) & (z < 19.0) & place.inside)[..., None]
    tint = np.where(lawn, np.array([0.42, 0.78, 0.62]), tint)
    haze = np.clip((z - 10) / 60, 0, 0.5)[..., None]
    colour = (tone * dark)[..., None] * tint * (1 - haze) + np.array([222, 216, 210]) * haze
    image[hit] = np.clip(colour, 0, 255).astype(np.uint8)[hit]


def _loop(
    x: NDArray[np.float32], z: NDArray[np.float32], near: float, far: float
) -> NDArray[np.float64]:
    """Saw cuts of an induction loop: a rectangle with cut corners, sealed with bitumen."""
    across, along = np.abs(x + 0.37) - 1.0, np.abs(z - (near + far) / 2) - (far - near) / 2
    rim = np.maximum(np.maximum(across, along), across + along + 0.18)
    return np.asarray(np.exp(-((rim / 0.02) ** 2)), np.float64)


def _arrow(x: NDArray[np.float32], z: NDArray[np.float32]) -> NDArray[np.bool_]:
    shaft = (np.abs(x) < 0.08) & (z > 0) & (z < 1.6)
    head = (z <= 0) & (z > -1.0) & (np.abs(x) < 0.36 * (z + 1.0))
    return np.asarray(shaft | head)


def _far_side(canvas: _Canvas, place: Place, rng: np.random.Generator) -> None:
    z = 36.0 if not place.inside else 30.0
    x = -46.0
    while x < 34:
        width = float(rng.uniform(6.0, 9.0))
        height = float(rng.uniform(8.5, 11.0))
        look = facade(rng, width, height)
        canvas.face(
            [(x, height, z), (x + width, height, z), (x + width, 0, z), (x, 0, z)],
            look,
            0.97,
            SurfaceKind.GLASS,
        )
        x += width
    canvas.box(
        (-46, 34),
        (0.0, 0.16),
        (27.0, z),
        (wall(rng, 60, 1, 168), wall(rng, 4, 1, 150), wall(rng, 60, 8, 176)),
    )


def _trees(canvas: _Canvas, rng: np.random.Generator) -> None:
    for x, z in (
        (-13.0, 29.0),
        (-6.5, 29.5),
        (1.5, 29.0),
        (9.5, 29.5),
        (17.0, 29.0),
        (-20.0, 29.0),
    ):
        foot = canvas.view.project(
            np.array([[x * canvas.side, 0.0, z], [x * canvas.side, 1.0, z]], np.float32)
        )
        metre = float(foot[0, 1] - foot[1, 1])
        base = (int(foot[0, 0]), int(foot[0, 1]))
        top = (base[0] + int(rng.normal(0, 3)), int(base[1] - 3.2 * metre))
        trunk = max(2, int(0.26 * metre))
        cv2.line(canvas.image, base, top, (58, 70, 82), trunk, cv2.LINE_AA)
        cv2.line(canvas.kinds, base, top, int(SurfaceKind.UPRIGHT), trunk)
        _leaves(canvas, (top[0], top[1] - 0.6 * metre), metre, rng)


def _leaves(
    canvas: _Canvas, middle: tuple[float, float], metre: float, rng: np.random.Generator
) -> None:
    """A crown: leaves about `middle` (pixels), lighter towards the top; metre: its pixels."""
    count = 1500
    spread = rng.normal(0, [1.15, 0.72], (count, 2)) * metre
    spots = (spread + middle).astype(int).tolist()
    depth = 0.78 + 0.32 * np.tanh(-spread[:, 1] / metre) + rng.normal(0, 0.12, count)
    tones = np.array([48, 104, 98]) * depth[:, None] + rng.normal(0, 6, (count, 3))
    inks = np.clip(tones, 0, 255).tolist()
    lengths = np.maximum(1, rng.uniform(0.05, 0.13, count) * metre).astype(int).tolist()
    turns = rng.uniform(0, 180, count).tolist()
    thick, leaf = max(1, int(0.06 * metre)), int(SurfaceKind.LEAVES)
    for spot, ink, length, turn in zip(spots, inks, lengths, turns, strict=True):
        size = (length, thick)
        cv2.ellipse(canvas.image, spot, size, turn, 0, 360, ink, -1, cv2.LINE_AA)
        cv2.ellipse(canvas.kinds, spot, size, turn, 0, 360, leaf, -1)


def _wall(canvas: _Canvas, place: Place, rng: np.random.Generator) -> None:
    """The wall with the name stands at the street; on the way out there are lawn and hedges."""
    z = 15.0
    stone = wall(rng, 6, 1.6, 196)
    if place.inside:
        for x in ((-11.0, -3.0), (3.6, 12.0)):
            leaves = (hedge(rng, 8.0, 1.1), hedge(rng, 0.8, 1.1), hedge(rng, 8.0, 0.8))
            canvas.box(x, (0, 1.1), (z, z + 0.8), leaves, SurfaceKind.LEAVES)
        canvas.box((-3.0, -2.5), (0, 1.5), (z, z + 0.5), (stone, stone, stone))
        return
    canvas.box((-10.0, -3.0), (0, 1.75), (z, z + 0.5), (sign_wall(rng, 7.0, 1.75), stone, stone))
    canvas.box(
        (-3.0, -2.3),
        (0, 2.3),
        (z - 0.1, z + 0.6),
        (wall(rng, 0.7, 2.3, 170), wall(rng, 0.7, 2.3, 150), stone),
    )
    canvas.box((3.6, 12.0), (0, 1.3), (z, z + 0.5), (wall(rng, 8.4, 1.3, 188), stone, stone))


def _hedges(canvas: _Canvas, rng: np.random.Generator) -> None:
    for near, far in ((7.4, 10.4), (3.6, 7.0)):
        leaves = (hedge(rng, 1.0, 0.9), hedge(rng, far - near, 0.9), hedge(rng, 1.0, far - near))
        canvas.box((-3.9, -2.75), (0.0, 0.85), (near, far), leaves, SurfaceKind.LEAVES)


def _hut(canvas: _Canvas, rng: np.random.Generator) -> None:
    front, flank = hut_front(rng, 2.0, 2.5), hut_front(rng, 2.6, 2.5)
    canvas.box(
        (2.25, 4.4),
        (0.12, 2.6),
        (7.2, 9.8),
        (front, flank, roof_tiles(rng, 2.0, 2.6)),
        SurfaceKind.GLASS,
    )
    tiles = roof_tiles(rng, 2.8, 1.6)
    canvas.face([(2.6, 3.5, 8.5), (4.1, 3.5, 8.5), (4.8, 2.5, 6.9), (1.9, 2.5, 6.9)], tiles, 0.98)
    eaves = wall(rng, 2.6, 0.2, 92)
    canvas.face([(1.9, 2.55, 10.1), (1.9, 2.55, 6.9), (1.9, 2.42, 6.9), (1.9, 2.42, 10.1)], eaves)


def _kerbs(canvas: _Canvas, rng: np.random.Generator) -> None:
    """Kerb stones in yellow and black, as at most gates."""
    for index in range(14):
        z = 14.0 - index * 0.9
        colour = (40, 178, 214) if index % 2 else (58, 58, 60)
        stone = np.clip(
            np.full((20, 40, 3), colour) + rng.normal(0, 7, (20, 40, 1)), 0, 255
        ).astype(np.uint8)
        canvas.box((-2.1, -1.95), (0.0, 0.14), (z, z + 0.9), (stone, stone, stone))
        canvas.box((1.2, 1.35), (0.0, 0.14), (z, z + 0.9), (stone, stone, stone))
