"""From a picture to readings: find plates, warp them upright, read them, main plate first.

Rules: the picture is only read, never changed or copied whole; a doubtful plate is looked at again
with slightly other corners and the opinions are averaged, so that what depends on the corners
cannot seem sure; a colour is named only where the picture shows colours; a second reader, where
there is one, is asked about what is doubtful even then; nothing is returned for a place on which no
plate's text was read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recognition.chroma import colours_told, light_of
from recognition.detector import Detector, DetectorSettings
from recognition.reader import (
    Logits,
    PlateNetwork,
    PlateText,
    Plausible,
    log_softmax,
    postprocess,
)
from recognition.reading import Box, Colour, Reading
from recognition.rectify import expanded, quad_size, upright
from recognition.second_opinion import SecondReader, is_doubtful, weighed

Image = NDArray[np.uint8]
Quad = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PipelineSettings:
    """doubtful: readings less sure than this are read again. again: shares of the plate's width and
    height by which its corners are pushed outwards for that. worth: least score of a plate that is
    read again. most: plates read in one picture. fewest: characters below which a text is no plate
    (all Chinese plates have seven or eight). ask_below: readings less sure than this are shown to
    the second reader, where there is one.
    """

    doubtful: float = 0.97
    again: tuple[tuple[float, float], ...] = ((0.02, 0.06), (-0.01, -0.03))
    worth: float = 0.6
    most: int = 3
    fewest: int = 7
    ask_below: float = 0.97


class PlateReader:
    """Reads the plates of whole pictures. One object per lane; not shared between threads."""

    def __init__(
        self,
        detector: Detector,
        network: PlateNetwork,
        plausible: Plausible | None = None,
        settings: PipelineSettings | None = None,
        second: SecondReader | None = None,
    ) -> None:
        self.detector = detector
        self.network = network
        self.plausible = plausible
        self.settings = settings or PipelineSettings()
        self.second = second

    @classmethod
    def default(
        cls,
        threads: int = 1,
        plausible: Plausible | None = None,
        second: SecondReader | None = None,
    ) -> Self:
        """The networks in the tree, checked by sha256.

        Args:
            threads: of each network. plausible: whether a text can be a plate (the grammar).
            second: asked about doubtful plates.

        Raises:
            ModelError: a weight file is missing, damaged or of another version.
        """
        detector = Detector.default(DetectorSettings(threads=threads))
        return cls(detector, PlateNetwork(threads=threads), plausible, second=second)

    def read(self, image: Image) -> tuple[Reading, ...]:
        """Read a picture (uint8 BGR, any size), the main plate first; () where none was read."""
        boxes = sorted(self.detector.detect(image), key=_reach, reverse=True)
        return self.read_boxes(image, boxes[: self.settings.most])

    def read_boxes(self, image: Image, boxes: Sequence[Box]) -> tuple[Reading, ...]:
        """Read plates whose corners are known, best first."""
        quads = [np.array(box.corners, np.float32) for box in boxes]
        worth = [box.score >= self.settings.worth for box in boxes]
        texts = self._texts(image, quads, worth)
        readings = [
            _joined(box, text)
            for box, text in zip(boxes, texts, strict=True)
            if len(text.text) >= self.settings.fewest
        ]
        readings = [self._considered(image, reading) for reading in readings]
        size = (image.shape[1], image.shape[0])
        return tuple(sorted(readings, key=lambda reading: prominence(reading, size), reverse=True))

    def _texts(self, image: Image, quads: list[Quad], worth: Sequence[bool]) -> list[PlateText]:
        if not quads:
            return []
        plates = [self._cut(image, quad) for quad in quads]
        light = light_of(image)
        told = [colours_told(light, plate) for plate in plates]
        logits = self.network.logits(plates)
        texts = list(postprocess(logits, self.network.manifest, self.plausible, told))
        for index, text in enumerate(texts):
            if text.confidence < self.settings.doubtful and worth[index]:
                first = _only(logits, index)
                texts[index] = self._again(image, quads[index], first, told[index])
        return texts

    def _again(self, image: Image, quad: Quad, first: Logits, told: frozenset[Colour]) -> PlateText:
        """Read with other corners too and average the probabilities of all looks."""
        crops = [self._cut(image, expanded(quad, *grow)) for grow in self.settings.again]
        more = self.network.logits(crops)
        looks = Logits(
            self._calibrated_mean(np.concatenate([first.characters, more.characters])),
            _mean(np.concatenate([first.colours, more.colours])),
            np.concatenate([first.two_lines, more.two_lines]).mean(axis=0, keepdims=True),
        )
        return postprocess(looks, self.network.manifest, self.plausible, [told])[0]

    def _calibrated_mean(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        """Mean over looks of what the network would state, as logits before its temperatures."""
        manifest = self.network.manifest
        heat = np.array(manifest.temperatures or (1.0,) * manifest.slots, np.float32)[:, None]
        return np.asarray(_mean(logits / heat) * heat, np.float32)

    def _considered(self, image: Image, reading: Reading) -> Reading:
        """The reading in the light of the second reader's opinion, if it is doubtful."""
        second = self.second
        worth = reading.box.score >= self.settings.worth
        if second is None or not worth or not is_doubtful(reading, self.settings.ask_below):
            return reading
        plate = self._cut(image, np.array(reading.box.corners, np.float32))
        opinion = second.opinion(plate, two_lines=reading.two_lines)
        return weighed(reading, opinion, second.evidence)

    def _cut(self, image: Image, quad: Quad) -> Image:
        manifest = self.network.manifest
        return upright(image, quad, manifest.width, manifest.height)


def _only(logits: Logits, index: int) -> Logits:
    part = slice(index, index + 1)
    return Logits(logits.characters[part], logits.colours[part], logits.two_lines[part])


def _mean(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Logits of the mean probability of several looks, (1, ...)."""
    probabilities = np.exp(log_softmax(logits)).mean(axis=0, keepdims=True)
    return np.asarray(np.log(np.maximum(probabilities, 1e-12)), np.float32)


def _joined(box: Box, text: PlateText) -> Reading:
    return Reading(
        text=text.text,
        confidence=text.confidence,
        box=box,
        colour=text.colour,
        colour_confidence=text.colour_confidence,
        two_lines=text.two_lines >= 0.5,
        log_probs=text.log_probs,
        candidates=text.candidates,
    )


def _reach(box: Box) -> float:
    """Which boxes are worth reading: large and surely plates."""
    return quad_size(np.array(box.corners, np.float32))[0] * box.score


def prominence(reading: Reading, size: tuple[int, int]) -> float:
    """How likely the reading is of the vehicle that the picture is about.

    Large, surely a plate, readable, and not at the picture's edge; size: width, height in pixels.
    """
    quad = np.array(reading.box.corners, np.float32)
    width, height = quad_size(quad)
    middle = quad.mean(axis=0) / np.array(size, np.float32) - 0.5
    central = 1.0 - 0.5 * float(np.hypot(*middle))
    sureness = reading.box.score**3 * (0.1 + reading.confidence)
    return float(np.sqrt(width * height)) * sureness * central
