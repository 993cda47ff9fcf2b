"""Pipeline: main plate first, doubtful plates looked at again, nothing returned without a text."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from recognition.alphabet import ALPHABET, SLOTS, encode
from recognition.manifest import Manifest
from recognition.pipeline import PipelineSettings, PlateReader, prominence
from recognition.reader import Logits
from recognition.reading import Box, Colour
from recognition.second_opinion import Evidence, Opinion
from tests.recognition.readings import box_at, reading

Image = NDArray[np.uint8]
STREET = np.zeros((720, 1280, 3), np.uint8)


@dataclass
class FixedDetector:
    """Finds the same plates in every picture."""

    boxes: tuple[Box, ...]

    def detect(self, image: Image) -> tuple[Box, ...]:
        return self.boxes


@dataclass
class ScriptedNetwork:
    """Reads what the script says, plate by plate; counts its looks."""

    script: list[tuple[str, float]]
    looks: int = 0
    sizes: set[tuple[int, ...]] = field(default_factory=set)
    manifest: Manifest = field(
        default_factory=lambda: Manifest(
            "n", "reader", "w", "0", 160, 48, "c", ALPHABET, SLOTS, tuple(Colour)[:-1]
        )
    )

    def logits(self, crops: Sequence[Image]) -> Logits:
        said = self.script[self.looks : self.looks + len(crops)]
        self.looks += len(crops)
        self.sizes |= {crop.shape for crop in crops}
        colours = np.zeros((len(crops), 6), np.float32)
        colours[:, 0] = 5
        characters = np.stack([logits_of(text, sure) for text, sure in said])
        return Logits(characters, colours, np.full(len(crops), -4, np.float32))


def logits_of(text: str, sure: float) -> NDArray[np.float32]:
    probs = np.full((SLOTS, len(ALPHABET)), (1 - sure) / (len(ALPHABET) - 1))
    probs[np.arange(SLOTS), encode(text)] = sure
    return np.log(probs).astype(np.float32)


def reader(boxes: Sequence[Box], script: list[tuple[str, float]], **more: object) -> PlateReader:
    detector, network = FixedDetector(tuple(boxes)), ScriptedNetwork(script)
    return PlateReader(detector, network, settings=PipelineSettings(**more))  # type: ignore[arg-type]


def test_no_plate_gives_no_reading() -> None:
    assert reader([], []).read(STREET) == ()


def test_a_plate_is_warped_to_the_networks_size_and_read() -> None:
    pipeline = reader([box_at(640, 400)], [("吉A12345", 0.999)])
    street = STREET.copy()
    street[370:430, 580:700] = (200, 70, 20)
    (found,) = pipeline.read(street)
    assert found.text == "吉A12345"
    assert found.colour is Colour.BLUE
    assert pipeline.network.sizes == {(48, 160, 3)}
    assert found.log_probs.shape == (SLOTS, len(ALPHABET))


def test_the_large_plate_comes_first_whatever_the_detectors_order() -> None:
    boxes = [box_at(200, 200, 60, 0.95), box_at(640, 400, 200, 0.9)]
    found = reader(boxes, [("吉A11111", 0.999), ("吉B22222", 0.999)]).read(STREET)
    assert [r.text for r in found] == ["吉A11111", "吉B22222"]
    assert found[0].box == boxes[1]


def test_a_doubtful_plate_is_looked_at_again_and_disagreement_stays_doubt() -> None:
    script = [("吉A12345", 0.9), ("吉A12346", 0.9), ("吉A12345", 0.9)]
    pipeline = reader([box_at(640, 400)], script)
    (found,) = pipeline.read(STREET)
    assert pipeline.network.looks == 3
    assert found.text == "吉A12345"
    assert found.confidence == pytest.approx(2 / 3 * 0.9, abs=0.02)


def test_a_sure_plate_is_looked_at_once() -> None:
    pipeline = reader([box_at(640, 400)], [("吉A12345", 0.999)])
    pipeline.read(STREET)
    assert pipeline.network.looks == 1


def test_a_plate_without_text_is_not_returned() -> None:
    assert reader([box_at(640, 400)], [("", 0.999)]).read(STREET) == ()


def test_only_so_many_plates_are_read() -> None:
    boxes = [box_at(100 + 200 * i, 300, 100 + i) for i in range(6)]
    pipeline = reader(boxes, [("吉A12345", 0.999)] * 6, most=3)
    assert len(pipeline.read(STREET)) == 3


def test_a_sure_reading_in_the_middle_stands_out() -> None:
    size = (1280, 720)
    middle = reading(box=box_at(640, 360))
    assert prominence(middle, size) > prominence(reading(box=box_at(60, 60)), size)
    assert prominence(middle, size) > prominence(reading(sureness=0.4, box=box_at(640, 360)), size)
    assert prominence(middle, size) > prominence(reading(box=box_at(640, 360, 60)), size)


@dataclass
class Adviser:
    """A second reader that says one thing and remembers what it was shown."""

    said: Opinion | None
    evidence: Evidence = field(default_factory=lambda: Evidence(0.9, 5.0, 0.3, 0.99))
    shown: list[tuple[tuple[int, ...], bool]] = field(default_factory=list)

    def opinion(self, plate: Image, *, two_lines: bool) -> Opinion | None:
        self.shown.append((plate.shape, two_lines))
        return self.said


@pytest.mark.parametrize(
    ("sure", "said", "asked", "low", "high"),
    [
        (0.9, "吉A12345", 1, 0.95, 0.99),
        (0.9, "吉A12346", 1, 0.5, 0.89),
        (0.999, "吉A12346", 0, 0.99, 1.0),
        (0.3, "吉A12345", 0, 0.0, 0.4),
    ],
)
def test_the_second_reader_is_asked_about_doubtful_plates_only(
    sure: float, said: str, asked: int, low: float, high: float
) -> None:
    pipeline = reader([box_at(640, 400)], [("吉A12345", sure)] * 3)
    pipeline.second = adviser = Adviser(Opinion(said, 0.99))
    (found,) = pipeline.read(STREET)
    assert adviser.shown == [((48, 160, 3), False)] * asked
    assert found.text == "吉A12345"
    assert low <= found.confidence <= high


def test_what_is_hardly_a_plate_is_not_shown_to_the_second_reader() -> None:
    pipeline = reader([box_at(640, 400, score=0.3)], [("吉A12345", 0.9)] * 3)
    pipeline.second = adviser = Adviser(Opinion("吉A12345", 0.99))
    pipeline.read(STREET)
    assert adviser.shown == []
