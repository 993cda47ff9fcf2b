"""Where the plates are: four corners of every plate in a picture.

Two small networks. The finder sees the whole picture, shrunk, and says roughly where plates are;
the refiner sees a close-up of each from the full picture, says where its corners are to a fraction
of a pixel, and whether it is a plate at all. Rules: preprocess, infer and postprocess are
separate; the picture is never copied whole except for the one shrinking; nothing here reads text.
"""

from dataclasses import dataclass
from typing import Self

import cv2
import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from recognition.manifest import MODELS, Manifest, checked_weights, load_manifest
from recognition.reading import Box
from recognition.rectify import close_up, half, moved, quad_size

Image = NDArray[np.uint8]
Quad = NDArray[np.float32]

STRIDE = 8
CORNER_UNIT = 32.0
GREY = 114
CLOSE_UP = (96, 176)
CLOSE_UP_PLATE = (44.0, 104.0)


@dataclass(frozen=True, slots=True)
class DetectorSettings:
    """What is looked at, how closely, and what counts.

    longest: the picture's longer side is shrunk to this many pixels for the finder (multiple of
    32). closer: to this many where the first look leaves doubt: nothing found, or a plate with a
    score below `settled` or narrower than `narrow` of the first look's pixels. rough: least heat
    (0..1) of a place that is looked at closely; share: least part of the best place's heat. sure:
    least score of a plate that is returned. most: greatest number of places looked at closely.
    threads: of each network.
    """

    longest: int = 384
    closer: int = 640
    settled: float = 0.7
    narrow: float = 24.0
    rough: float = 0.20
    share: float = 0.35
    sure: float = 0.45
    most: int = 5
    threads: int = 1


@dataclass(frozen=True, slots=True)
class Rough:
    """A plate as the finder places it: corners float32 (4, 2) in picture pixels, heat 0..1."""

    quad: Quad
    heat: float


def preprocess(image: Image, longest: int, canvas: Image | None = None) -> tuple[Image, float]:
    """Shrink (never enlarge) to `longest` and pad to multiples of 32 at the right and below.

    Args:
        image: uint8 (h, w, 3) BGR. canvas: an earlier result of the same shape, to be reused.

    Returns:
        uint8 planes (1, 3, H, W) and the scale from picture to canvas.
    """
    high, wide = image.shape[:2]
    scale = min(1.0, longest / max(high, wide))
    h, w = max(1, round(high * scale)), max(1, round(wide * scale))
    shape = (1, 3, -(-h // 32) * 32, -(-w // 32) * 32)
    if canvas is None or canvas.shape != shape:
        canvas = np.empty(shape, np.uint8)
    canvas[..., h:, :] = GREY
    canvas[..., w:] = GREY
    small = cv2.resize(_halved(image, 3 * longest), (w, h), interpolation=cv2.INTER_LINEAR)
    for plane in range(3):
        cv2.extractChannel(small, plane, canvas[0, plane, :h, :w])
    return canvas, scale


def _halved(image: Image, most: int) -> Image:
    """The picture halved until no side is longer than `most`.

    Beyond a factor of three a linear sampling skips whole strokes.
    """
    while max(image.shape[:2]) > most:
        image = half(image)
    return image


def postprocess(
    found: NDArray[np.float32], scale: float, settings: DetectorSettings
) -> tuple[Rough, ...]:
    """Take the peaks of the heat map, best first, one per plate.

    Args:
        found: the finder's output, float32 (9, rows, columns). scale: as preprocess gave it.
    """
    heat = found[0]
    peak = cv2.dilate(heat, np.ones((3, 3), np.uint8))
    least = max(settings.rough, settings.share * float(heat.max()))
    rows, columns = np.nonzero((heat >= peak) & (heat >= least))
    order = np.argsort(-heat[rows, columns], kind="stable")[: settings.most * 4]
    kept: list[Rough] = []
    for row, column in zip(rows[order], columns[order], strict=True):
        cell = np.array([column, row], np.float32) * STRIDE + (STRIDE - 1) / 2
        corners = found[1:, row, column].reshape(4, 2) * CORNER_UNIT + cell
        quad = ((corners + 0.5) / scale - 0.5).astype(np.float32)
        if _plausible(quad) and not any(_same_place(quad, other.quad) for other in kept):
            kept.append(Rough(quad, float(heat[row, column])))
    return tuple(kept[: settings.most])


def _plausible(quad: Quad) -> bool:
    """A plate's corners turn clockwise, and no plate is taller than wide or a thread."""
    area = float(cv2.contourArea(quad, oriented=True))
    width, height = quad_size(quad)
    return area > 0 and width > 6 and 0.8 < width / max(height, 1e-3) < 12


def _same_place(one: Quad, other: Quad) -> bool:
    """Middles nearer than half the smaller plate's sides, measured along the first one's axes."""
    width, height = (min(a, b) for a, b in zip(quad_size(one), quad_size(other), strict=True))
    along = (one[1] + one[2] - one[0] - one[3]) / 2
    along = along / max(float(np.hypot(*along)), 1e-3)
    gap = other.mean(axis=0) - one.mean(axis=0)
    across = abs(float(gap @ along))
    down = abs(float(gap[1] * along[0] - gap[0] * along[1]))
    return across < width * 0.5 and down < height * 0.6


class Detector:
    """Finds plates with two ONNX networks. One object per lane; not to be shared between
    threads."""

    def __init__(
        self, finder: bytes, refiner: bytes, settings: DetectorSettings | None = None
    ) -> None:
        self.settings = settings or DetectorSettings()
        self._finder = session(finder, self.settings.threads)
        self._refiner = session(refiner, self.settings.threads)
        self._canvases: dict[int, Image] = {}

    @classmethod
    def default(cls, settings: DetectorSettings | None = None) -> Self:
        """The weights in the tree, checked by sha256.

        Raises:
            ModelError: a file is missing or damaged.
        """
        finder, refiner = (
            checked_weights(_manifest(part)) for part in ("detector-finder", "detector-refiner")
        )
        return cls(finder, refiner, settings)

    def detect(self, image: Image) -> tuple[Box, ...]:
        """Return the plates of a picture (uint8 BGR, any size), surest first."""
        settings = self.settings
        found = self.refine(image, self.rough(image, settings.longest))
        if max(image.shape[:2]) <= settings.longest or self._settled(image, found):
            return found
        return self.refine(image, self.rough(image, settings.closer))

    def _settled(self, image: Image, found: tuple[Box, ...]) -> bool:
        """Whether a larger picture could show nothing that the first look left in doubt."""
        scale = self.settings.longest / max(image.shape[:2])
        return bool(found) and all(
            box.score >= self.settings.settled
            and quad_size(np.array(box.corners, np.float32))[0] * scale >= self.settings.narrow
            for box in found
        )

    def rough(self, image: Image, longest: int) -> tuple[Rough, ...]:
        """Return what the finder alone sees in the picture shrunk to `longest`, best first."""
        canvas, scale = preprocess(image, longest, self._canvases.get(longest))
        self._canvases[longest] = canvas
        found = self._finder.run(None, {"picture": canvas})[0]
        return postprocess(np.asarray(found[0], np.float32), scale, self.settings)

    def refine(self, image: Image, places: tuple[Rough, ...]) -> tuple[Box, ...]:
        """Look closely at each place; drop what is no plate, and doubles."""
        if not places:
            return ()
        quads, plates = self._look(image, [place.quad for place in places])
        scores = [float(np.sqrt(p * place.heat)) for p, place in zip(plates, places, strict=True)]
        kept: list[tuple[float, Quad]] = []
        for score, quad in sorted(zip(scores, quads, strict=True), key=lambda pair: -pair[0]):
            if score < self.settings.sure or not _plausible(quad):
                continue
            if not any(_same_place(quad, other) for _, other in kept):
                kept.append((score, quad))
        return tuple(boxed(quad, score) for score, quad in kept)

    def _look(self, image: Image, quads: list[Quad]) -> tuple[list[Quad], list[float]]:
        """Run the refiner once over close-ups of all quads; return corners and plate
        probabilities."""
        views = [close_up(image, quad, CLOSE_UP, CLOSE_UP_PLATE) for quad in quads]
        found = self._refiner.run(None, {"picture": np.stack([view for view, _ in views])})[0]
        middle = np.array([(CLOSE_UP[1] - 1) / 2, (CLOSE_UP[0] - 1) / 2], np.float32)
        corners = [
            moved(row[1:].reshape(4, 2) * CORNER_UNIT + middle, back)
            for row, (_, back) in zip(found, views, strict=True)
        ]
        return corners, [float(row[0]) for row in found]


def boxed(quad: Quad, score: float) -> Box:
    """Corners (4, 2) and a score as a Box."""
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = quad.tolist()
    return Box(((ax, ay), (bx, by), (cx, cy), (dx, dy)), score)


def _manifest(name: str) -> Manifest:
    return load_manifest(MODELS / f"{name}.json")


def session(weights: bytes, threads: int) -> ort.InferenceSession:
    """Open an ONNX Runtime session on the CPU that keeps no arena of memory after a run."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    return ort.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
