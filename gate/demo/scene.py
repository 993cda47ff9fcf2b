"""The picture of one lane at one moment: backdrop, vehicles, plates, arm, camera noise. Seeded.

`RoadScene.frame` is the only door. The same arguments give the same picture, noise included.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from gate.demo.backdrop import Place, SiteBackdrop, paint
from gate.demo.bodywork import Body, BodyKind, build
from gate.demo.gatearm import draw_arm
from gate.demo.livery import Marking
from gate.demo.view import View
from gate.demo.weather import AIRS, Air, Daylight, weathered

Image = NDArray[np.uint8]
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class VehicleLooks:
    """What a vehicle looks like. plate: its picture, 1 pixel a millimetre, or None for no plate."""

    kind: BodyKind
    marking: Marking
    paint: tuple[int, int, int]
    plate: Image | None


@dataclass(frozen=True, slots=True)
class SeenPlate:
    """A vehicle in the lane: its looks and where its nose is, metres from the camera."""

    looks: VehicleLooks
    nose: float


def place_of(side: int, *, inside: bool) -> Place:
    """The demo's lane; side +1: camera and arm stand on the right as the camera looks."""
    return Place(side=side, stop=5.0, arm=3.1, hinge=1.38, arm_height=0.95, inside=inside)


@cache
def view_of(side: int) -> View:
    """The demo's camera: 1280 x 720, 2.3 m high beside the arm, plates about 120 px at the loop."""
    turn = np.deg2rad(14.5)
    return View(
        1280, 720, 1450.0, (1.45 * side, 2.3, 0.0), float(turn) * side, float(np.deg2rad(10.5))
    )


class RoadScene:
    """One lane's camera. Bodies are made once for each look and kept."""

    def __init__(self, side: int, light: Daylight, seed: int, *, inside: bool) -> None:
        self._view, self._place = view_of(side), place_of(side, inside=inside)
        self._light, self._seed = light, seed
        self._bodies: dict[tuple[BodyKind, Marking], Body] = {}
        self._day: SiteBackdrop | None = None
        self._inks: dict[
            tuple[BodyKind, Marking, tuple[int, int, int], int], NDArray[np.uint32]
        ] = {}

    @property
    def path(self) -> float:
        """The x of vehicles' middles."""
        return -0.37 * self._place.side

    @cached_property
    def backdrop(self) -> Image:
        """The empty lane, without the arm."""
        rng = np.random.default_rng(self._seed)
        if self._day is None:
            self._day = paint(self._view, self._place, rng)
        return weathered(self._day, self._view, self._light, self._place.side, rng)

    @cached_property
    def _empty(self) -> list[Image]:
        """The backdrop under several draws of the sensor's noise."""
        rng = np.random.default_rng(self._seed + 1)
        deviation = AIRS[self._light].noise
        return [_noisy(self.backdrop, rng, deviation) for _ in range(3)]

    @cached_property
    def _grain(self) -> NDArray[np.int16]:
        """Noise for what is painted over the backdrop."""
        rng = np.random.default_rng(self._seed + 2)
        size = (self._view.height, self._view.width)
        grain = rng.normal(0, AIRS[self._light].noise, size).round().astype(np.int16)
        return np.repeat(grain[..., None], 4, axis=2)

    def prepare(self, looks: VehicleLooks) -> None:
        """Make the body of a vehicle that will come: 0.7 s of work, for a thread of its own."""
        self._body(looks)

    @property
    def painted(self) -> bool:
        """Whether the backdrop is there: two seconds of work, which the first frame does."""
        return "_empty" in self.__dict__

    def ready(self, looks: VehicleLooks) -> bool:
        """Whether a vehicle can be shown without that work."""
        return (looks.kind, looks.marking) in self._bodies

    def relit(self, light: Daylight) -> "RoadScene":
        """The same lane and vehicles in another light."""
        other = RoadScene(self._place.side, light, self._seed, inside=self._place.inside)
        other._bodies, other._day = self._bodies, self._day
        return other

    def frame(self, vehicles: Sequence[SeenPlate], raised: float, number: int = 0) -> Image:
        """The picture (720, 1280, 3) BGR.

        raised: the arm, 0 down to 1 upright; number: picks the sensor's noise.
        """
        image = self._empty[number % len(self._empty)].copy()
        for vehicle in sorted(vehicles, key=lambda one: -one.nose):
            self._drive(image, vehicle)
        air = AIRS[self._light]
        hinge = (self._place.hinge * self._place.side, self._place.arm_height, self._place.arm)
        draw_arm(image, self._view, hinge, self._place.side, raised, air.gain)
        return image

    # --- vehicles --------------------------------------------------------------------------------

    def _body(self, looks: VehicleLooks) -> Body:
        key = (looks.kind, looks.marking)
        if key not in self._bodies:
            self._bodies[key] = build(*key, self._view, (self.path, self._place.stop))
        return self._bodies[key]

    def _ink(self, looks: VehicleLooks, body: Body, near: int) -> NDArray[np.uint32]:
        """The spots' colours as one number each. near: 0 far from the lamp .. 12 under it."""
        key = (looks.kind, looks.marking, looks.paint, near)
        if key not in self._inks:
            if len(self._inks) > 24:
                self._inks.clear()
            whole = np.full((body.spots.shape[1], 4), 255, np.uint8)
            lit = body.painted(looks.paint) * self._gain(near)
            whole[:, :3] = np.clip(lit, 0, 255)
            self._inks[key] = whole.view(np.uint32)[:, 0]
        return self._inks[key]

    def _gain(self, near: int) -> Floats:
        air = AIRS[self._light]
        far, by_lamp = np.array(air.far_gain), np.array(air.gain)
        return np.asarray(far + (by_lamp - far) * (near / 12), np.float32)

    def _drive(self, image: Image, vehicle: SeenPlate) -> None:
        if vehicle.nose < 1.4:
            return
        air, body = AIRS[self._light], self._body(vehicle.looks)
        near = round(12 * min(1.0, max(0.0, (13.0 - vehicle.nose) / 9.0)))
        self._shade(image, body, vehicle.nose)
        self._splat(image, body, self._ink(vehicle.looks, body, near), vehicle.nose)
        self._mount(image, body, vehicle, self._gain(near))
        if air.lamps:
            self._shine(image, body, vehicle.nose, air)

    def _shade(self, image: Image, body: Body, nose: float) -> None:
        """The soft shadow under the vehicle."""
        half, length = body.outline.half + 0.06, body.outline.length
        x = self.path
        ends = [
            (x - half, nose + 0.10),
            (x + half, nose + 0.10),
            (x + half, nose + length),
            (x - half, nose + length),
        ]
        points = self._view.project(np.array([(a, 0.0, b) for a, b in ends], np.float32))
        low = np.clip(points.min(axis=0) - 40, 0, None).astype(int)
        edge = [self._view.width, self._view.height]
        high = np.minimum(points.max(axis=0) + 40, edge).astype(int)
        if np.any(high - low < 8):
            return
        scale = 8
        size = ((high - low) // scale + 1).astype(int)
        hard = np.zeros((int(size[1]), int(size[0])), np.float32)
        cv2.fillConvexPoly(hard, ((points - low) / scale).round().astype(np.int32), 0.72)
        blur = max(0.8, 14.0 / nose)
        soft = cv2.GaussianBlur(hard, (0, 0), blur)
        light = np.asarray(255 * (1 - np.asarray(soft)), np.uint8)
        dark = cv2.resize(light, (int(high[0] - low[0]), int(high[1] - low[1])))
        spot = image[low[1] : high[1], low[0] : high[0]]
        cv2.multiply(spot, cv2.merge([dark, dark, dark]), dst=spot, scale=1 / 255)

    def _splat(self, image: Image, body: Body, ink: NDArray[np.uint32], nose: float) -> None:
        """Paint the body's spots far to near into a layer, and lay the layer over the picture."""
        way = self._view.seen(np.array([[self.path, 0.0, nose]], np.float32))[0]
        close = nose < self._place.stop - 0.5
        shrink = max(0.2, (nose - 0.9) / (self._place.stop - 0.4)) if close else 1.0
        right, down, ahead = body.spots[0] + way[0], body.spots[1] + way[1], body.spots[2] + way[2]
        factor = np.float32(self._view.focal * shrink) / np.maximum(ahead, np.float32(0.7))
        width, height = int(self._view.width * shrink), int(self._view.height * shrink)
        column = (right * factor + np.float32(width / 2 + 1)).astype(np.int32)
        row = (down * factor + np.float32(height / 2 + 1)).astype(np.int32)
        np.clip(column, 0, width + 1, out=column)
        np.clip(row, 0, height + 1, out=row)
        x0, x1, y0, y1 = int(column.min()), int(column.max()), int(row.min()), int(row.max())
        wide, high = x1 - x0 + 3, y1 - y0 + 3
        packed = np.zeros(wide * high, np.uint32)
        packed[(row - (y0 - 1)) * wide + (column - (x0 - 1))] = ink
        layer = packed.view(np.uint8).reshape(high, wide, 4)
        # What lies beyond the picture's edge was gathered in a rim of one pixel: cut it off.
        a, b = int(x0 == 0) * 2, int(y0 == 0) * 2
        c, d = int(x1 == width + 1) * 2, int(y1 == height + 1) * 2
        layer = layer[b : high - d, a : wide - c]
        if min(layer.shape[:2]) > 2:
            corner = (x0 - 2 + a, y0 - 2 + b)
            _lay(image, _closed(np.ascontiguousarray(layer)), corner, shrink, self._grain)

    def _mount(self, image: Image, body: Body, vehicle: SeenPlate, gain: Floats) -> None:
        """Put the plate at its place on the front."""
        plate = vehicle.looks.plate
        if plate is None:
            return
        high, wide = plate.shape[:2]
        half, tall = wide / 2000, high / 2000
        x, y, z = self.path, body.outline.plate_y, vehicle.nose - 0.015
        corners = np.array(
            [
                (x - half, y + tall, z + 0.02),
                (x + half, y + tall, z + 0.02),
                (x + half, y - tall, z),
                (x - half, y - tall, z),
            ],
            np.float32,
        )
        target = self._view.project(corners)
        low = np.floor(target.min(axis=0)).astype(int) - 2
        size = np.ceil(target.max(axis=0)).astype(int) + 3 - low
        if np.any(low < 0) or np.any(low + size > [self._view.width, self._view.height]):
            return
        scale = max(1.0, wide / max(float(np.linalg.norm(target[1] - target[0])), 1.0))
        small = cv2.resize(plate, None, fx=1 / scale, fy=1 / scale, interpolation=cv2.INTER_AREA)
        sky = np.linspace(1.0, 0.9, small.shape[0])[:, None, None]
        lit = np.clip(small * sky * (0.35 + 0.65 * gain), 0, 255).astype(np.float32)
        h, w = small.shape[:2]
        ends = np.array([[0, 0], [w, 0], [w, h], [0, h]], np.float32)
        warp = cv2.getPerspectiveTransform(ends - 0.5, (target - low - 0.5).astype(np.float32))
        area = (int(size[0]), int(size[1]))
        drawn = cv2.warpPerspective(
            lit, warp, area, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        mask = cv2.warpPerspective(np.ones((h, w), np.float32), warp, area)[..., None]
        spot = image[low[1] : low[1] + area[1], low[0] : low[0] + area[0]]
        spot[:] = (drawn * mask + spot * (1 - mask)).astype(np.uint8)

    def _shine(self, image: Image, body: Body, nose: float, air: Air) -> None:
        """Lit head lamps, with a glow that is wide at night."""
        dark = air.gain[0] < 0.8
        for x, y, z in body.glow:
            point = np.array([[x + self.path, y, nose + z]], np.float32)
            spot = self._view.project(point)[0]
            metre = self._view.focal / nose
            _glow(image, spot, metre * (0.30 if dark else 0.13), 1.0 if dark else 0.5)


def _noisy(image: Image, rng: np.random.Generator, deviation: float) -> Image:
    grain = rng.normal(0, deviation, image.shape[:2])[..., None]
    return np.clip(image + grain, 0, 255).astype(np.uint8)


def _closed(layer: Image) -> Image:
    """Fill single-pixel holes between spots."""
    holes = (layer[..., 3] == 0).view(np.uint8)
    smooth = cv2.medianBlur(layer, 3)
    cv2.copyTo(smooth, holes, layer)
    return layer


def _lay(
    image: Image, layer: Image, corner: tuple[int, int], shrink: float, grain: NDArray[np.int16]
) -> None:
    """Lay a layer drawn at a smaller scale over the picture, its edges softened."""
    if shrink < 1.0:
        size = (max(1, round(layer.shape[1] / shrink)), max(1, round(layer.shape[0] / shrink)))
        layer = np.asarray(cv2.resize(layer, size, interpolation=cv2.INTER_LINEAR), np.uint8)
    left, top = int(corner[0] / shrink), int(corner[1] / shrink)
    a, b = max(0, -left), max(0, -top)
    spot = image[top + b : top + layer.shape[0], left + a : left + layer.shape[1]]
    soft = cv2.GaussianBlur(layer, (3, 3), 0.7)
    soft = np.ascontiguousarray(soft[b : b + spot.shape[0], a : a + spot.shape[1]])
    lit = cv2.add(soft, grain[: soft.shape[0], : soft.shape[1]], dtype=cv2.CV_8U)
    alpha = cv2.extractChannel(soft, 3)
    rim = np.flatnonzero((alpha > 0) & (alpha < 255))
    rows, columns = rim // alpha.shape[1], rim % alpha.shape[1]
    under = spot[rows, columns]
    share = alpha.reshape(-1)[rim][:, None].astype(np.float32) / 255.0
    mixed = np.clip(soft.reshape(-1, 4)[rim, :3] + under * (1 - share), 0, 255)
    solid = cv2.inRange(alpha, (255,), (255,))
    cv2.copyTo(cv2.cvtColor(lit, cv2.COLOR_BGRA2BGR), solid, spot)
    spot[rows, columns] = mixed.astype(np.uint8)


@cache
def _halo() -> Image:
    """A lamp's glow on black, 192 pixels wide: a white core in a bluish-white bloom."""
    away = np.linspace(-3, 3, 192)
    light = np.exp(-(away[:, None] ** 2 + away[None, :] ** 2))[..., None]
    bloom = light * 138 * np.array([0.92, 0.97, 1.0]) + light**6 * 160
    return np.asarray(np.clip(bloom, 0, 255), np.uint8)


def _glow(image: Image, spot: Floats, radius: float, strength: float) -> None:
    """Add a lamp's glow at a pixel. radius: pixels; strength: 1 is a full beam by night."""
    reach = max(2, int(radius * 3))
    x, y = int(spot[0]) - reach, int(spot[1]) - reach
    a, b = max(0, -x), max(0, -y)
    area = image[y + b : max(0, y + 2 * reach), x + a : max(0, x + 2 * reach)]
    if min(area.shape[:2]) < 2:
        return
    sprite = cv2.resize(_halo(), (2 * reach, 2 * reach), interpolation=cv2.INTER_LINEAR)
    sprite = sprite[b : b + area.shape[0], a : a + area.shape[1]]
    cv2.scaleAdd(sprite, strength, area, dst=area)
