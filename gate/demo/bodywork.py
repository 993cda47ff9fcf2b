"""Bodies of cars as clouds of small lit spots, ordered so that the nearest is painted last.

A body only ever moves along its lane, so the order of its spots from far to near never changes: it
is sorted once, and a frame is one projection and one assignment. Pure.

Body coordinates: metres; x across (0 in the middle), y up from the road, z back from the nose.
"""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from gate.demo.livery import (
    Marking,
    Material,
    bonnet,
    flank,
    front,
    side_windows,
    windscreen,
)
from gate.demo.view import View

Floats = NDArray[np.float32]


class BodyKind(StrEnum):
    """Outlines of vehicles."""

    SALOON = "saloon"
    SUV = "suv"
    VAN = "van"


@dataclass(frozen=True, slots=True)
class Outline:
    """Measures of a kind, metres. screen: foot and head of the windscreen as (z, y)."""

    length: float
    half: float
    nose: float
    foot: tuple[float, float]
    head: tuple[float, float]
    roof_end: float
    roof_half: float
    plate_y: float


OUTLINES = {
    BodyKind.SALOON: Outline(4.7, 0.91, 0.76, (1.18, 0.98), (1.95, 1.43), 3.3, 0.56, 0.47),
    BodyKind.SUV: Outline(4.6, 0.93, 0.93, (1.12, 1.14), (1.78, 1.68), 3.9, 0.62, 0.55),
    BodyKind.VAN: Outline(5.0, 0.96, 1.02, (0.62, 1.22), (1.25, 2.02), 4.8, 0.78, 0.52),
}


@dataclass(frozen=True, slots=True)
class Body:
    """A finished body without its paint.

    spots: (3, n) in the camera's axes (right, down, forward) from the middle of the nose on the
    road, far to near. paint (n, 1), rest (n, 3): a spot's colour by day is paint * colour + rest.
    glow, beacons: head lamps and roof lights (m, 3) in body coordinates.
    """

    spots: Floats
    paint: Floats
    rest: Floats
    outline: Outline
    glow: Floats
    beacons: Floats

    def painted(self, colour: tuple[int, int, int]) -> NDArray[np.uint8]:
        """Colour of each spot (n, 3) BGR by day."""
        lit = self.paint * np.array(colour, np.float32) + self.rest
        return np.asarray(np.clip(lit, 0, 255), np.uint8)


@dataclass(frozen=True, slots=True)
class _Patch:
    spots: Floats
    normals: Floats
    colours: NDArray[np.uint8]
    materials: NDArray[np.uint8]


def build(kind: BodyKind, marking: Marking, view: View, stop: tuple[float, float]) -> Body:
    """Make a body for one camera. stop: x and z of the nose when the car stands at the arm.

    Only spots that the camera can see from some place of the lane are kept, one for a pixel.
    """
    form = OUTLINES[kind]
    whole = _joined(_patches(form, marking))
    eye = np.asarray(view.eye, np.float32) - np.array([stop[0], 0, stop[1]], np.float32)
    sight = eye - whole.spots
    faces = np.sum(sight * whole.normals, axis=1) > -0.02 * np.linalg.norm(sight, axis=1)
    spots = whole.spots[faces] @ view.axes.T
    order = np.argsort(-spots[:, 2], kind="stable")
    ways = [
        (view.seen(np.array([[stop[0], 0.0, stop[1] + ahead]], np.float32))[0], coarse)
        for ahead, coarse in ((0.0, 1.0), (-1.6, 2.4), (5.0, 1.2))
    ]
    seen = _nearest(spots[order], ways, view.focal)
    kept = np.flatnonzero(faces)[order][seen]
    paint, rest = _light(whole, kept, eye)
    lamp_y = 0.683 * form.nose / 0.78
    glow = [(side * (form.half - 0.19), lamp_y, 0.1) for side in (-1, 1)]
    beacons = [(side * 0.3, form.head[1] + 0.12, form.head[0] + 0.3) for side in (-1, 1)]
    return Body(
        np.ascontiguousarray(spots[order][seen].T),
        paint,
        rest,
        form,
        np.array(glow, np.float32),
        np.array(beacons if marking in _BEACONS else np.zeros((0, 3)), np.float32),
    )


_BEACONS = {Marking.POLICE, Marking.AMBULANCE, Marking.RESCUE}


def _patches(form: Outline, marking: Marking, step: float = 0.0042) -> list[_Patch]:
    patches = [
        _front(form, marking, step),
        _bonnet(form, marking, step),
        _screen(form, step),
        _roof(form, step * 1.6),
    ]
    for side in (-1.0, 1.0):
        patches.append(_flank(form, marking, side, step * 1.4))
        patches.append(_cabin_side(form, marking, side, step * 1.4))
        patches.append(_mirror(form, side, step))
    if marking in _BEACONS:
        patches.append(_light_bar(form, marking, step))
    return patches


def _joined(patches: list[_Patch]) -> _Patch:
    return _Patch(
        np.concatenate([p.spots for p in patches]),
        np.concatenate([p.normals for p in patches]),
        np.concatenate([p.colours for p in patches]),
        np.concatenate([p.materials for p in patches]),
    )


def _nearest(spots: Floats, ways: list[tuple[Floats, float]], focal: float) -> NDArray[np.intp]:
    """Indices of the spots (far to near) that are the nearest of their pixel from some place.

    ways: where the nose is, in the camera's axes, and the size of a pixel there.
    """
    kept = np.zeros(len(spots), bool)
    for way, coarse in ways:
        at = spots + way
        cell = np.floor(at[:, :2] / np.maximum(at[:, 2:3], 0.5) * (focal / coarse)).astype(np.int64)
        key = (cell[:, 0] << 32) + cell[:, 1]
        _, last = np.unique(key[::-1], return_index=True)
        kept[len(spots) - 1 - last] = True
    return np.flatnonzero(kept)


# --- surfaces ------------------------------------------------------------------------------------


def _grid(u: int, v: int, *, edged: bool = False) -> tuple[Floats, Floats]:
    """u across (-1..1) and v along (0..1) as (v, u) arrays; edged: closer towards both sides."""
    across = np.linspace(-1.0, 1.0, max(u, 8), dtype=np.float32)
    if edged:
        across = np.asarray(np.sign(across) * (1 - (1 - np.abs(across)) ** 1.6), np.float32)
    along = np.linspace(0.0, 1.0, max(v, 8), dtype=np.float32)
    a, b = np.meshgrid(across, along)
    return a, b


def _patch(
    surface: Floats, outward: Floats, painted: tuple[NDArray[np.uint8], NDArray[np.uint8]]
) -> _Patch:
    """Normals from the surface (rows, columns, 3) itself, turned to the outward side."""
    along, across = np.gradient(surface, axis=(0, 1))
    normal = np.cross(across, along)
    normal /= np.maximum(np.linalg.norm(normal, axis=-1, keepdims=True), 1e-9)
    normal *= np.where(np.sum(normal * outward, axis=-1, keepdims=True) < 0, -1.0, 1.0)
    colours, materials = painted
    return _Patch(
        surface.reshape(-1, 3).astype(np.float32),
        normal.reshape(-1, 3).astype(np.float32),
        colours.reshape(-1, 3),
        materials.reshape(-1),
    )


def _bow(form: Outline, x: Floats) -> Floats:
    """How far the nose falls back towards its sides."""
    share = np.abs(x) / form.half
    return np.asarray(0.10 * share**2 + 0.28 * share**6, np.float32)


def _front(form: Outline, marking: Marking, step: float) -> _Patch:
    u, v = _grid(int(2.6 * form.half / step), int(form.nose / step), edged=True)
    x, y = u * form.half, 0.14 + v * (form.nose - 0.14)
    bulge = 0.05 * ((y - form.plate_y) / 0.3) ** 2 * np.where(y > form.plate_y, 0.55, 0.8)
    lip = 0.10 * np.clip((v - 0.86) / 0.14, 0, 1) ** 2
    z = _bow(form, x) + bulge + lip
    art = front(form.half, form.nose, form.plate_y, marking)
    return _patch(np.stack([x, y, z], -1), np.array([0, 0, -1.0], np.float32), art.at(x, y))


def _bonnet(form: Outline, marking: Marking, step: float) -> _Patch:
    length = form.foot[0] - 0.1
    u, v = _grid(int(2.6 * form.half / step), int(length / step), edged=True)
    along = v**1.6
    half = form.half * (0.985 - 0.08 * along)
    x = u * half
    start = _bow(form, u * form.half) + 0.135
    z = start + along * (form.foot[0] + 0.16 - start)
    rise = form.nose + (form.foot[1] + 0.02 - form.nose) * (1 - (1 - along) ** 2.2)
    share = np.abs(u)
    y = rise - 0.035 * share**2 - 0.10 * share**9 + 0.018 * np.exp(-(((share - 0.62) / 0.1) ** 2))
    return _patch(
        np.stack([x, y, z], -1), np.array([0, 1.0, 0], np.float32), bonnet(marking).at(x, v)
    )


def _screen(form: Outline, step: float) -> _Patch:
    (z0, y0), (z1, y1) = form.foot, form.head
    u, v = _grid(int(1.8 * form.half / step), int(1.1 * np.hypot(z1 - z0, y1 - y0) / step))
    half = form.half * 0.89 + v * (form.roof_half - form.half * 0.89)
    x = u * half
    y = y0 + v * (y1 - y0) + 0.02 * np.sin(v * np.pi)
    z = z0 + v * (z1 - z0) + 0.16 * u**2 - 0.02
    return _patch(
        np.stack([x, y, z], -1), np.array([0, 0.7, -0.7], np.float32), windscreen().at(u, v)
    )


def _roof(form: Outline, step: float) -> _Patch:
    z0, y0 = form.head
    u, v = _grid(int(2.1 * form.roof_half / step), int((form.roof_end - z0) / step))
    x = u * form.roof_half
    z = z0 + 0.16 * u**2 * (1 - v) - 0.02 + v * (form.roof_end - z0)
    y = y0 + 0.05 * np.sin(np.clip(v, 0, 1) * np.pi * 0.8) - 0.05 * np.abs(u) ** 3
    art = blank_paint(x.shape)
    return _patch(np.stack([x, y, z], -1), np.array([0, 1.0, 0], np.float32), art)


def blank_paint(shape: tuple[int, ...]) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Nothing but paint."""
    return np.full((*shape, 3), 128, np.uint8), np.zeros(shape, np.uint8)


def _belt(form: Outline, z: Floats) -> Floats:
    """Height where the flank ends: at the bonnet's edge, then at the window line."""
    rise = np.clip((z - 0.35) / max(form.foot[0] - 0.35, 0.1), 0, 1)
    return np.asarray(
        form.nose - 0.09 + (form.foot[1] - 0.02 - form.nose + 0.09) * (1 - (1 - rise) ** 2),
        np.float32,
    )


def _flank(form: Outline, marking: Marking, side: float, step: float) -> _Patch:
    u, v = _grid(int((form.length - 0.4) / step), int(1.1 / step))
    z = np.asarray(0.37 + (u + 1) / 2 * (form.length - 0.4), np.float32)
    y = np.asarray(0.10 + v * (_belt(form, z) - 0.10), np.float32)
    tuck = 0.08 * np.clip((0.5 - z) / 0.3, 0, 1) ** 2
    waist = 0.05 * ((y - 0.62) / 0.45) ** 2 + 0.06 * v**8
    arch = np.zeros_like(z)
    for axle in (0.95, form.length - 0.95):
        inside = np.hypot(z - axle, y - 0.33) < 0.36
        arch = np.where(inside, 0.03, arch)
    x = side * (form.half - tuck - waist - arch)
    art = flank(form.length, form.foot[1], (0.95, form.length - 0.95), marking)
    return _patch(np.stack([x, y, z], -1), np.array([side, 0, 0], np.float32), art.at(z, y))


def _cabin_side(form: Outline, marking: Marking, side: float, step: float) -> _Patch:
    z0, z1 = form.foot[0] + 0.14, form.length - 0.25
    u, v = _grid(int((z1 - z0) / step), int(0.75 / step))
    share = (u + 1) / 2
    z = z0 + share * (z1 - z0)
    screen = (z - form.foot[0] - 0.12) / (form.head[0] - form.foot[0])
    rear = (z1 - z) / max(z1 - form.roof_end, 0.05)
    top = form.foot[1] + (form.head[1] - form.foot[1]) * np.clip(np.minimum(screen, rear), 0, 1)
    y = form.foot[1] - 0.04 + v * (top - form.foot[1] + 0.03)
    lean = (y - form.foot[1]) / (form.head[1] - form.foot[1])
    x = side * (form.half * 0.90 + np.clip(lean, 0, 1) * (form.roof_half + 0.01 - form.half * 0.90))
    painted = side_windows(marking).at(share.astype(np.float32), lean.astype(np.float32))
    return _patch(np.stack([x, y, z], -1), np.array([side, 0.2, 0], np.float32), painted)


def _mirror(form: Outline, side: float, step: float) -> _Patch:
    u, v = _grid(int(0.4 / step), int(0.3 / step))
    turn, lift = u * np.pi, (v - 0.5) * np.pi
    x = side * (form.half + 0.09) + 0.12 * np.cos(lift) * np.cos(turn)
    y = form.foot[1] + 0.07 + 0.075 * np.sin(lift)
    z = form.foot[0] + 0.42 + 0.09 * np.cos(lift) * np.sin(turn)
    surface = np.stack([x, y, z], -1)
    middle = np.array([side * (form.half + 0.09), form.foot[1] + 0.07, form.foot[0] + 0.42])
    return _patch(surface, (surface - middle).astype(np.float32), blank_paint(x.shape))


def _light_bar(form: Outline, marking: Marking, step: float) -> _Patch:
    u, v = _grid(int(1.4 / step), int(0.5 / step))
    turn = v * np.pi
    x = u * 0.55
    y = form.head[1] + 0.03 + 0.11 * np.sin(turn)
    z = form.head[0] + 0.30 - 0.12 * np.cos(turn)
    left, right = (
        ((200, 60, 20), (200, 60, 20))
        if marking is Marking.AMBULANCE
        else ((200, 60, 20), (30, 30, 210))
    )
    if marking is Marking.RESCUE:
        left = right = (30, 30, 215)
    colours = np.where((u < 0)[..., None], np.array(left), np.array(right)).astype(np.uint8)
    colours[(np.abs(u) < 0.30) | (np.abs(u) > 0.94)] = (36, 36, 38)
    materials = np.full(x.shape, int(Material.GLOSS), np.uint8)
    return _patch(
        np.stack([x, y, z], -1), np.array([0, 1.0, -0.3], np.float32), (colours, materials)
    )


# --- light ---------------------------------------------------------------------------------------

_SUN = np.array([-0.45, 0.78, -0.44], np.float32)


def _surroundings(ray: Floats) -> Floats:
    """Brightness (n,) that a mirror shows in a direction: road, houses, hedge line, sky."""
    lift = ray[:, 1]
    azimuth = np.arctan2(ray[:, 0], -ray[:, 2])
    houses = 0.16 + 0.09 * np.sin(azimuth * 5.0) + 0.04 * np.sin(azimuth * 13.0 + 1.0)
    sky = 0.98 - 0.42 * np.clip(lift, 0, 1)
    road = 0.30 - 0.16 * np.clip(-lift * 2.0, 0, 1)
    blend = 1 / (1 + np.exp(-(lift - houses) * 26.0))
    wall = 0.36 + 0.12 * np.sin(azimuth * 9.0)
    low = 1 / (1 + np.exp(-lift * 40.0))
    return np.asarray(road * (1 - low) + low * (wall * (1 - blend) + sky * blend), np.float32)


def _light(whole: _Patch, kept: NDArray[np.intp], eye: Floats) -> tuple[Floats, Floats]:
    """Share of paint (n, 1) and all else (n, 3) of each spot's colour under an even bright sky."""
    spots, normals = whole.spots[kept], whole.normals[kept]
    materials = whole.materials[kept]
    sight = eye - spots
    sight /= np.linalg.norm(sight, axis=1, keepdims=True)
    facing = np.clip(np.sum(sight * normals, axis=1), 0, 1)
    mirrored = _surroundings(2 * facing[:, None] * normals - sight)
    fresnel = 0.05 + 0.95 * (1 - facing) ** 5
    light = 0.34 + 0.46 * (0.56 + 0.44 * normals[:, 1]) + 0.34 * np.clip(normals @ _SUN, 0, 1)
    under = np.clip(spots[:, 1] / 0.45, 0.35, 1.0)
    shine = np.select(
        [materials == Material.PAINT, materials == Material.GLOSS, materials == Material.LAMP],
        [0.08 + 0.65 * fresnel, 0.17 + 0.75 * fresnel, np.full_like(fresnel, 0.2)],
        default=np.full_like(fresnel, 0.01),
    )
    gain = np.where(materials == Material.GLOSS, 0.85, light) * under * (1 - shine * 0.6)
    painted = materials == Material.PAINT
    own = np.where(painted[:, None], 0, whole.colours[kept]).astype(np.float32)
    rest = own * gain[:, None] + (shine * mirrored * 255.0)[:, None]
    return (
        np.where(painted, gain, 0)[:, None].astype(np.float32),
        np.asarray(rest, np.float32),
    )
