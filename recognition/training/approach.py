"""Simulated approaches: what voting over a passage gains over the single picture.

A plate comes nearer, 60 to 300 pixels wide, in one light, while blur, noise and glare change;
every frame goes through the whole pipeline and the vote is taken after each. The same seed gives
the same passages. Without a data folder the street behind the plate is noise.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.pipeline import PlateReader
from recognition.reading import Consensus, Reading
from recognition.tracking import Tracking, follow, nearest_moving
from recognition.training.backdrops import Backdrop, box_quad, foreign_backdrops, pyramid
from recognition.training.scenes import Quad, paste
from recognition.training.synth import draw_plate
from recognition.training.weather import spoil
from recognition.voting import vote

Image = NDArray[np.uint8]

SIZE = (1280, 720)
WIDTHS = (60.0, 300.0)


@dataclass(frozen=True, slots=True)
class Passage:
    """One approach. text: truth; singles: the reading of each frame, None where nothing was read;
    votes: the consensus after each frame, None before the first reading."""

    text: str
    singles: tuple[Reading | None, ...]
    votes: tuple[Consensus | None, ...]


def frames_of(
    rng: np.random.Generator, streets: Sequence[Backdrop], count: int
) -> tuple[str, list[Image]]:
    """Draw one approach: the plate's text and its pictures (720 x 1280 BGR)."""
    plate = draw_plate(rng)
    street = streets[int(rng.integers(len(streets)))]
    place = _shaped(street.quads[0], plate.image.shape[1] / plate.image.shape[0])
    dressed = street.levels[0].copy()
    paste(dressed, plate.image, place, rng)
    width = max(float(np.hypot(*(place[1] - place[0]))), 1.0)
    start = rng.uniform([0.35, 0.25], [0.65, 0.45])
    end = np.clip(start + rng.uniform([-0.15, 0.1], [0.15, 0.35]), 0.2, 0.8)
    weather = rng.integers(2**31, size=count)
    held = int(weather[0])
    pictures = []
    for number in range(count):
        share = number / max(count - 1, 1)
        zoom = WIDTHS[0] * (WIDTHS[1] / WIDTHS[0]) ** share / width
        view = _view(dressed, place.mean(axis=0), (start + (end - start) * share) * SIZE, zoom, rng)
        # Half of the frames keep the weather of the frame before: faults of a passage persist.
        held = held if rng.random() < 0.5 else int(weather[number])
        light = np.random.default_rng(int(weather[0]))
        pictures.append(spoil(view, np.random.default_rng(held), light))
    return plate.text, pictures


def _shaped(quad: Quad, aspect: float) -> Quad:
    """Corners of a plate's own shape that hide the backdrop's plate."""
    low, high = quad.min(axis=0), quad.max(axis=0)
    width = max(high[0] - low[0], (high[1] - low[1]) * aspect) * 1.03
    x, y = (low + high) / 2 - np.array([width, width / aspect]) / 2
    return box_quad(float(x), float(y), float(width), float(width / aspect))


def _view(
    picture: Image, middle: Quad, at: NDArray[np.float64], zoom: float, rng: np.random.Generator
) -> Image:
    """The picture scaled about the plate's middle, which comes to lie at `at`, a little turned."""
    level = int(np.clip(np.floor(-np.log2(max(zoom, 1e-3))), 0, 4))
    small = picture
    for _ in range(level):
        small = np.asarray(cv2.pyrDown(small), np.uint8)
    turn = cv2.getRotationMatrix2D((0, 0), float(rng.normal(0, 1.0)), zoom)
    turn[:, 2] = at - turn[:, :2] @ middle
    turn[:, :2] *= 2**level
    view = cv2.warpAffine(small, turn, SIZE, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(view, np.uint8)


def simulate(
    reader: PlateReader, data: Path | None, passages: int, count: int = 16, seed: int = 7
) -> list[Passage]:
    """Read `passages` approaches of `count` pictures each, 0.12 s apart."""
    rng = np.random.default_rng(seed)
    streets = foreign_backdrops(data, 40) if data else _plain_streets(rng)
    found = []
    for _ in range(passages):
        text, pictures = frames_of(rng, streets, count)
        found.append(_passage(reader, text, pictures))
    return found


def _passage(reader: PlateReader, text: str, pictures: list[Image]) -> Passage:
    tracking = Tracking()
    singles: list[Reading | None] = []
    votes: list[Consensus | None] = []
    for number, picture in enumerate(pictures):
        readings = reader.read(picture)
        tracking = follow(tracking, readings, number * 0.12).tracking
        ahead = nearest_moving(tracking)
        singles.append(readings[0] if readings else None)
        votes.append(vote(ahead.readings) if ahead else None)
    return Passage(text, tuple(singles), tuple(votes))


def _plain_streets(rng: np.random.Generator) -> list[Backdrop]:
    grain = rng.integers(60, 190, (36, 64, 3)).astype(np.uint8)
    picture = np.asarray(cv2.resize(grain, SIZE, interpolation=cv2.INTER_CUBIC), np.uint8)
    return [Backdrop(pyramid(picture), np.stack([box_quad(520, 400, 220, 70)]), chinese=False)]


def report(found: Sequence[Passage], opening: float = 0.99) -> str:
    """Accuracy by plate width of the single picture and of the vote so far; time to a decision."""
    count = len(found[0].singles)
    lines = [f"{'plate px':>9}{'one picture':>13}{'vote so far':>13}{'decided':>9}{'wrong':>7}"]
    for number in range(0, count, max(1, count // 8)):
        width = WIDTHS[0] * (WIDTHS[1] / WIDTHS[0]) ** (number / max(count - 1, 1))
        one = sum(_is(p.singles[number], p.text) for p in found) / len(found)
        many = sum(_is(p.votes[number], p.text) for p in found) / len(found)
        first = [_decision(p, opening, number) for p in found]
        decided = sum(text is not None for text in first)
        wrong = sum(text not in {None, p.text} for text, p in zip(first, found, strict=True))
        lines.append(
            f"{width:>9.0f}{one:>13.1%}{many:>13.1%}{decided / len(found):>9.1%}{wrong:>7}"
        )
    return "\n".join(lines) + "\n" + _times(found, opening)


def _times(found: Sequence[Passage], opening: float) -> str:
    """Frames until a decision, by the vote and by the first single picture that is sure enough."""
    lines = []
    ways: tuple[tuple[str, Callable[[Passage], list[Reading | Consensus | None]]], ...] = (
        ("one picture", lambda p: list(p.singles)),
        ("vote", lambda p: list(p.votes)),
    )
    for name, said in ways:
        first = [
            (next((i for i, s in enumerate(said(p)) if _opens(s, opening)), None), p) for p in found
        ]
        when = [i + 1 for i, _ in first if i is not None]
        wrong = sum(i is not None and not _is(said(p)[i], p.text) for i, p in first)
        middle = float(np.median(when)) if when else float("nan")
        share = len(when) / len(found)
        lines.append(
            f"{name:>12}: decided {share:.1%}, after {middle:.0f} frames (median), wrong {wrong}"
        )
    return "\n".join(lines)


def _opens(said: Reading | Consensus | None, opening: float) -> bool:
    """Sure enough, and for a vote from two readings of the same text at least."""
    agreed = not isinstance(said, Consensus) or said.agreeing >= 2
    return said is not None and said.confidence >= opening and agreed


def _decision(passage: Passage, opening: float, last: int) -> str | None:
    """The text that the vote opens for up to a frame, None where it does not yet."""
    said = next((v for v in passage.votes[: last + 1] if _opens(v, opening)), None)
    return said.text if said else None


def _is(said: Reading | Consensus | None, text: str) -> bool:
    return said is not None and said.text == text
