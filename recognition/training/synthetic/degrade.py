"""What happens to a plate between the factory and the reader: wear, light, lens, sensor, cutting.

`photograph` takes a clean plate and gives the small picture that the reader is shown. All lengths
are relative to the plate, so it works on plates drawn at any scale. No torch, no files.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.training.synthetic.plate import DrawnPlate

Image = NDArray[np.uint8]
Quad = NDArray[np.float32]

_MARGIN = 0.3
_GREY = 0.08
"""Share of pictures without colour: infrared lamps at night, fog, grey cameras."""
_FLASH = 0.06
"""Share of pictures in which the plate, a mirror to the flash, is far too bright."""


@dataclass(frozen=True, slots=True)
class Photograph:
    """image: BGR uint8 at the size asked for; monochrome: no colour can be told from it."""

    image: Image
    monochrome: bool


def photograph(
    rng: np.random.Generator, plate: DrawnPlate, size: tuple[int, int] = (160, 48)
) -> Photograph:
    """The plate as the reader sees it, (width, height) = size, after wear, weather and camera."""
    image = wear(rng, plate.image)
    scene, quad = _surround(rng, image)
    scene = light(rng, scene)
    boxed = rng.random() < 0.5
    seen, quad = _project(rng, scene, quad, boxed=boxed, two_lines=plate.two_lines)
    monochrome = rng.random() < _GREY
    seen = sensor(rng, expose(rng, seen, monochrome=monochrome), _width(quad))
    cut = (
        cut_box(rng, seen, quad)
        if boxed
        else cut_warped(rng, seen, quad, two_lines=plate.two_lines)
    )
    return Photograph(fit_picture(cut, size), monochrome)


def fit_picture(image: Image, size: tuple[int, int]) -> Image:
    """Resized to (width, height) as the run-time reader does it: area when it shrinks."""
    height, width = image.shape[:2]
    shrinks = width > 1.3 * size[0] or height > 1.3 * size[1]
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(image, size, interpolation=how), dtype=np.uint8)


def _field(
    rng: np.random.Generator, shape: tuple[int, int], cells: tuple[int, int]
) -> NDArray[np.float32]:
    """A smooth random field in about -2..2 of the given (height, width)."""
    coarse = rng.standard_normal((cells[1], cells[0])).astype(np.float32)
    fine = cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray(fine, dtype=np.float32)


def _blend(image: Image, colour: NDArray[np.float64], alpha: NDArray[np.float32]) -> Image:
    a = alpha[..., None]
    return np.asarray(image * (1 - a) + colour.astype(np.float32) * a, dtype=np.uint8)


def wear(rng: np.random.Generator, plate: Image) -> Image:
    """Bolts, dirt, snow, scratches and faded paint on the plate itself."""
    image = plate.copy()
    if rng.random() < 0.8:
        _bolts(rng, image)
    if rng.random() < 0.25:
        mud = rng.uniform(30, 140) * np.array([0.8, 0.95, 1.05])
        image = _patches(rng, image, mud, rng.uniform(0.3, 1.6), rng.uniform(0.3, 0.85))
    if rng.random() < 0.06:
        image = _snow(rng, image)
    if rng.random() < 0.12:
        _scratches(rng, image)
    if rng.random() < 0.25:
        mean = image.reshape(-1, 3).mean(axis=0)
        fade = np.full(image.shape[:2], rng.uniform(0.05, 0.4), np.float32)
        image = _blend(image, mean, fade)
    return image


def _bolts(rng: np.random.Generator, image: Image) -> None:
    height, width = image.shape[:2]
    mm = width / 440
    radius = max(1, round(rng.uniform(4, 8) * mm))
    shade = rng.uniform(20, 230)
    colour = (shade * rng.uniform(0.85, 1.1), shade, shade * rng.uniform(0.85, 1.1))
    far = rng.uniform(0.22, 0.3)
    for x in (far, 1 - far):
        for y in (0.1, 0.9) if rng.random() < 0.7 else (0.1,):
            at = (
                round((x + rng.normal(0, 0.004)) * width),
                round((y + rng.normal(0, 0.01)) * height),
            )
            cv2.circle(image, at, radius, colour, -1, cv2.LINE_AA)


def _patches(
    rng: np.random.Generator,
    image: Image,
    colour: NDArray[np.float64],
    above: float,
    strength: float,
) -> Image:
    cells = (int(rng.integers(4, 24)), int(rng.integers(3, 9)))
    field = _field(rng, image.shape[:2], cells)
    return _blend(image, colour, np.clip((field - above) * 2, 0, strength).astype(np.float32))


def _snow(rng: np.random.Generator, image: Image) -> Image:
    """White from below or above, thinning out."""
    height, width = image.shape[:2]
    rows = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    rows = rows if rng.random() < 0.7 else 1 - rows
    field = 0.18 * _field(rng, (height, width), (12, 3)) + rows - rng.uniform(0.72, 1.0)
    return _blend(image, np.full(3, rng.uniform(190, 250)), np.clip(field * 6, 0, 0.92))


def _scratches(rng: np.random.Generator, image: Image) -> None:
    height, width = image.shape[:2]
    for _ in range(int(rng.integers(1, 5))):
        start = (int(rng.integers(0, width)), int(rng.integers(0, height)))
        end = (start[0] + int(rng.normal(0, width / 8)), start[1] + int(rng.normal(0, height / 4)))
        shade = rng.uniform(40, 220)
        cv2.line(image, start, end, (shade, shade, shade), 1, cv2.LINE_AA)


def _surround(rng: np.random.Generator, image: Image) -> tuple[Image, Quad]:
    """The plate on a piece of car: frame, paint, shadow edges. Also the plate's corners there."""
    height, width = image.shape[:2]
    mx, my = round(_MARGIN * width), round(_MARGIN * 1.6 * height)
    shade = rng.uniform(10, 240)
    base = np.clip(shade * rng.uniform(0.8, 1.2, 3), 0, 255)
    canvas = np.empty((height + 2 * my, width + 2 * mx, 3), np.float32)
    canvas[:] = base
    canvas += _field(rng, canvas.shape[:2], (9, 5))[..., None] * rng.uniform(2, 30)
    scene = np.clip(canvas, 0, 255).astype(np.uint8)
    for _ in range(int(rng.integers(0, 4))):
        y = int(rng.integers(0, len(scene)))
        grey = rng.uniform(0, 255)
        cv2.line(
            scene,
            (0, y),
            (scene.shape[1], y + int(rng.normal(0, 8))),
            (grey,) * 3,
            int(rng.integers(1, 9)),
        )
    if rng.random() < 0.4:
        _frame(rng, scene, mx, my, width, height)
    scene[my : my + height, mx : mx + width] = image
    if rng.random() < 0.12:
        _overlap(rng, scene, mx, my, width, height)
    quad = np.array(
        [[mx, my], [mx + width, my], [mx + width, my + height], [mx, my + height]], np.float32
    )
    return scene, quad


def _frame(rng: np.random.Generator, scene: Image, x: int, y: int, width: int, height: int) -> None:
    thick = rng.uniform(0.01, 0.05) * width
    below = thick * rng.uniform(0.8, 2.5)
    grey = rng.uniform(5, 70) if rng.random() < 0.6 else rng.uniform(120, 240)
    top_left = (round(x - thick), round(y - thick))
    cv2.rectangle(
        scene, top_left, (round(x + width + thick), round(y + height + below)), (grey,) * 3, -1
    )


def _overlap(
    rng: np.random.Generator, scene: Image, x: int, y: int, width: int, height: int
) -> None:
    """A frame's lip or a bumper's edge over the border of the plate."""
    grey = rng.uniform(5, 200)
    lip = max(1, round(rng.uniform(0.02, 0.1) * height))
    if rng.random() < 0.5:
        cv2.rectangle(scene, (x, y + height - lip), (x + width, y + height), (grey,) * 3, -1)
    else:
        cv2.rectangle(scene, (x, y), (x + width, y + lip), (grey,) * 3, -1)


def light(rng: np.random.Generator, scene: Image) -> Image:
    """Uneven light, a shadow's edge, a headlight's glare, haze."""
    gain = np.ones(scene.shape[:2], np.float32)
    if rng.random() < 0.6:
        gain += _field(rng, scene.shape[:2], (3, 2)) * np.float32(rng.uniform(0.03, 0.2))
    if rng.random() < 0.2:
        gain *= _shadow(rng, scene.shape[:2])
    image = scene * np.clip(gain, 0.15, 2.5)[..., None]
    if rng.random() < 0.1:
        image += _glare(rng, scene.shape[:2])[..., None] * rng.uniform(60, 200)
    if rng.random() < 0.15:
        haze = rng.uniform(0.1, 0.5)
        image = image * (1 - haze) + haze * rng.uniform(90, 220)
    return np.asarray(np.clip(image, 0, 255), dtype=np.uint8)


def _shadow(rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float32]:
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    angle = rng.uniform(0, 2 * math.pi)
    side = (x - rng.uniform(0.2, 0.8) * shape[1]) * math.cos(angle)
    side += (y - rng.uniform(0.2, 0.8) * shape[0]) * math.sin(angle)
    soft = np.clip(side / rng.uniform(1, 12) + 0.5, 0, 1)
    return np.asarray(1 - soft * rng.uniform(0.25, 0.65), dtype=np.float32)


def _glare(rng: np.random.Generator, shape: tuple[int, int]) -> NDArray[np.float32]:
    y, x = np.mgrid[0 : shape[0], 0 : shape[1]].astype(np.float32)
    radius = rng.uniform(0.08, 0.35) * shape[1]
    cx, cy = rng.uniform(0, shape[1]), rng.uniform(0, shape[0])
    return np.asarray(np.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * radius**2)), dtype=np.float32)


def _width(quad: Quad) -> float:
    return float(np.linalg.norm(quad[1] - quad[0]))


def _rotation(yaw: float, pitch: float, roll: float) -> NDArray[np.float64]:
    cy, sy, cp, sp, cr, sr = (f(a) for a in (yaw, pitch, roll) for f in (math.cos, math.sin))
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return np.asarray(about_z @ about_x @ about_y)


def _tilted(rng: np.random.Generator, quad: Quad, *, boxed: bool) -> Quad:
    """The corners as a pinhole camera sees them, yaw to 50 degrees, centred on 0, width about 1."""
    spread = 0.6 if boxed else 1.0
    yaw = math.radians(np.clip(rng.normal(0, 18) * spread, -50, 50))
    pitch = math.radians(np.clip(rng.normal(0, 12) * spread, -40, 40))
    roll = math.radians(np.clip(rng.normal(0, 5.5) * (0.9 if boxed else 1.2), -20, 20))
    flat = (quad - quad.mean(axis=0)) / _width(quad)
    solid = np.concatenate([flat, np.zeros((4, 1))], axis=1) @ _rotation(yaw, pitch, roll).T
    distance = rng.uniform(3, 12)
    return (solid[:, :2] * (distance / (distance + solid[:, 2:]))).astype(np.float32)


def _camera_width(rng: np.random.Generator, *, two_lines: bool) -> float:
    """Pixels of plate width in the camera's picture: 56 to 260, small ones as often as large."""
    low = 84 if two_lines else 56
    return float(np.exp(rng.uniform(math.log(low), math.log(260))))


def _project(
    rng: np.random.Generator, scene: Image, quad: Quad, *, boxed: bool, two_lines: bool
) -> tuple[Image, Quad]:
    """The scene in the camera's picture with the plate about _camera_width pixels wide."""
    wanted = _camera_width(rng, two_lines=two_lines)
    shrink = min(1.0, 1.15 * wanted / _width(quad))
    if shrink < 1:
        # Cheap scalers skip pixels: thin, stepped strokes.
        how = cv2.INTER_AREA if rng.random() < 0.75 else cv2.INTER_LINEAR
        scene = np.asarray(cv2.resize(scene, None, fx=shrink, fy=shrink, interpolation=how))
        quad = quad * np.float32(shrink)
    seen = _tilted(rng, quad, boxed=boxed) * np.float32(wanted)
    pad = np.float32(0.18 * wanted)
    seen -= seen.min(axis=0) - pad
    size = np.ceil(seen.max(axis=0) + pad).astype(int)
    matrix = cv2.getPerspectiveTransform(quad, seen)
    out = cv2.warpPerspective(
        scene,
        matrix,
        (int(size[0]), int(size[1])),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(out, dtype=np.uint8), seen


def expose(rng: np.random.Generator, image: Image, *, monochrome: bool) -> Image:
    """Exposure, white balance, gamma, saturation; infrared and night cameras see no colour."""
    x = image.astype(np.float32)
    if rng.random() < 0.5:
        grey = x.mean(axis=2, keepdims=True)
        x = grey + (x - grey) * np.float32(rng.uniform(0.35, 1.4))
    if monochrome:
        x = np.repeat(x @ rng.dirichlet([2, 2, 2]).astype(np.float32)[:, None], 3, axis=2)
    else:
        x *= np.exp(rng.normal(0, 0.1, 3)).astype(np.float32)
    kind = rng.random()
    if kind < _FLASH:
        return flashed(rng, x)
    if kind < 0.15 + _FLASH:
        gain = rng.uniform(0.2, 0.5)
    elif kind < 0.35 + _FLASH:
        gain = rng.uniform(1.2, 2.1)
    else:
        gain = rng.uniform(0.6, 1.25)
    x = x * np.float32(gain) + np.float32(rng.uniform(-12, 25))
    x = np.clip(x, 0, 255)
    if rng.random() < 0.4:
        power = np.float32(math.exp(rng.normal(0, 0.3)))
        x = np.float32(255) * np.power(x / np.float32(255), power)
    return np.asarray(x, dtype=np.uint8)


def flashed(rng: np.random.Generator, x: NDArray[np.float32]) -> Image:
    """Bright parts clip, and their light runs over into the dark ones beside them."""
    bright = max(float(np.percentile(x, 80)), 50.0)
    x = x * np.float32(rng.uniform(1.05, 1.5) * 255 / bright) + np.float32(rng.uniform(-50, 0))
    over = np.clip(x - 255, 0, 150)
    sigma = rng.uniform(0.006, 0.03) * x.shape[1]
    spread = np.asarray(cv2.GaussianBlur(over, (0, 0), sigma), np.float32).reshape(x.shape)
    return np.clip(x + spread * np.float32(rng.uniform(0.2, 0.8)), 0, 255).astype(np.uint8)


def _motion_kernel(length: int, angle: float) -> NDArray[np.float32]:
    kernel = np.zeros((length, length), np.float32)
    half = (length - 1) / 2
    dx, dy = half * math.cos(angle), half * math.sin(angle)
    start = (round(half - dx), round(half - dy))
    cv2.line(kernel, start, (round(half + dx), round(half + dy)), 1.0, 1)
    return np.asarray(kernel / kernel.sum(), dtype=np.float32)


def _blurred(rng: np.random.Generator, image: Image, width: float) -> Image:
    if rng.random() < 0.75:
        sigma = abs(rng.normal(0, 0.55)) + rng.uniform(0, 0.005) * width
        if sigma > 0.25:
            image = np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), dtype=np.uint8)
    if rng.random() < 0.15:
        length = int(rng.uniform(0.015, 0.055) * width) | 1
        if length >= 3:
            kernel = _motion_kernel(length, rng.uniform(0, math.pi))
            image = np.asarray(cv2.filter2D(image, -1, kernel), dtype=np.uint8)
    return image


def _noisy(rng: np.random.Generator, image: Image) -> Image:
    noise = rng.standard_normal(image.shape, dtype=np.float32) * np.float32(rng.uniform(1, 13))
    if rng.random() < 0.5:
        noise = noise.mean(axis=2, keepdims=True) * np.float32(1.7)
    if rng.random() < 0.3:
        noise = (
            np.asarray(cv2.GaussianBlur(noise, (0, 0), 0.8), np.float32).reshape(noise.shape) * 2
        )
    return np.clip(image + noise, 0, 255).astype(np.uint8)


def compressed(rng: np.random.Generator, image: Image, low: int = 18) -> Image:
    """JPEG as cameras and stream decoders leave it; the block grid starts anywhere."""
    quality = int(rng.uniform(low, 95))
    oy, ox = (int(v) for v in rng.integers(0, 8, 2))
    shifted = cv2.copyMakeBorder(image, oy, 0, ox, 0, cv2.BORDER_REPLICATE)
    _, packed = cv2.imencode(".jpg", shifted, [cv2.IMWRITE_JPEG_QUALITY, quality])
    unpacked = np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), dtype=np.uint8)
    return unpacked[oy:, ox:]


def sensor(rng: np.random.Generator, image: Image, width: float) -> Image:
    """Blur, noise, sharpening and compression at the camera's resolution."""
    image = _blurred(rng, image, width)
    if rng.random() < 0.55:
        image = _noisy(rng, image)
    if rng.random() < 0.2:
        soft = cv2.GaussianBlur(image, (0, 0), 1.2)
        image = np.asarray(cv2.addWeighted(image, 1.8, soft, -0.8, 0), dtype=np.uint8)
    if rng.random() < 0.7:
        image = compressed(rng, image)
    return image


def cut_warped(rng: np.random.Generator, image: Image, quad: Quad, *, two_lines: bool) -> Image:
    """Warped upright from corners that are a little wrong, as a detector's are."""
    sides = quad[1] - quad[0], quad[3] - quad[0]
    sigma = rng.uniform(0.004, 0.03)
    u, v = rng.normal(0, sigma, (4, 1)), rng.normal(0, sigma * 2.2, (4, 1))
    grow = rng.normal(0.01, 0.02)
    jitter = u * sides[0] + v * sides[1] + grow * (quad - quad.mean(axis=0))
    target_w, target_h = (160, 80) if two_lines and rng.random() < 0.5 else (160, 48)
    target = np.array([[0, 0], [target_w, 0], [target_w, target_h], [0, target_h]], np.float32)
    matrix = cv2.getPerspectiveTransform((quad + jitter).astype(np.float32), target)
    out = cv2.warpPerspective(
        image, matrix, (target_w, target_h), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(out, dtype=np.uint8)


def cut_box(rng: np.random.Generator, image: Image, quad: Quad) -> Image:
    """An upright box round the plate, tight or loose, and often stored very small."""
    low, high = quad.min(axis=0), quad.max(axis=0)
    extent = high - low
    low = low - extent * rng.normal([0.0, 0.0], [0.02, 0.04])
    high = high + extent * rng.normal([0.0, 0.0], [0.02, 0.04])
    if rng.random() < 0.35:
        low = low - extent * np.abs(rng.normal(0, [0.05, 0.10]))
        high = high + extent * np.abs(rng.normal(0, [0.05, 0.10]))
    x1, y1 = np.clip(low.round().astype(int), 0, None)
    x2, y2 = np.minimum(high.round().astype(int), [image.shape[1], image.shape[0]])
    cut = image[y1 : max(y2, y1 + 4), x1 : max(x2, x1 + 8)]
    return squeezed(rng, cut) if rng.random() < 0.6 else cut


def squeezed(rng: np.random.Generator, cut: Image) -> Image:
    """Stored as data sets of cut-outs are: 94 x 24 or 136 x 36, whatever shape the box had."""
    small = (94, 24) if rng.random() < 0.67 else (136, 36)
    ways = (
        cv2.INTER_LINEAR,
        cv2.INTER_LINEAR,
        cv2.INTER_AREA,
        cv2.INTER_CUBIC,
        cv2.INTER_NEAREST,
    )
    how = ways[int(rng.integers(0, len(ways)))]
    cut = np.asarray(cv2.resize(cut, small, interpolation=how), dtype=np.uint8)
    return compressed(rng, cut, 60) if rng.random() < 0.4 else cut
