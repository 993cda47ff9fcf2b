"""Simulated approaches: what voting over a passage gains over the single picture.

A plate comes nearer, 60 to 300 pixels wide, in one light, while blur, noise and glare change;
every frame goes through the whole pipeline and the vote is taken after each. The same seed gives
the same passages, whatever is read of them. Without a data folder the street behind the plate is
noise.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.pipeline import PlateReader
from recognition.reading import Consensus, Reading
from recognition.tracking import Tracking, follow, nearest_moving
from recognition.training.synthetic.backdrops import Backdrop, box_quad, foreign_backdrops, pyramid
from recognition.training.synthetic.plate import draw_plate
from recognition.training.synthetic.scenes import Quad, paste
from recognition.training.synthetic.weather import spoil
from recognition.voting import vote

Image = NDArray[np.uint8]

SIZE = (1280, 720)
WIDTHS = (60.0, 300.0)
OPENINGS = (0.97, 0.99, 0.999)
"""Confidences that might open; the second is the site's default (gate.domain.policy)."""

Said = Sequence[Reading | Consensus | None]


@dataclass(frozen=True, slots=True)
class Passage:
    """One approach. text: truth; singles: the reading of each frame, None where nothing was read;
    votes: the consensus after each frame, None before the first reading. Both end with the frame
    after which nobody looked any further."""

    text: str
    singles: tuple[Reading | None, ...]
    votes: tuple[Consensus | None, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """One approach that was decided: after so many pictures, as which text, and the truth."""

    pictures: int
    text: str
    truth: str


def frames_of(
    rng: np.random.Generator, streets: Sequence[Backdrop], count: int
) -> tuple[str, Iterator[Image]]:
    """Draw one approach: the plate's text and its pictures (720 x 1280 BGR), each when asked for.

    Until they are all drawn the generator is theirs.
    """
    plate = draw_plate(rng)
    street = streets[int(rng.integers(len(streets)))]
    place = _shaped(street.quads[0], plate.image.shape[1] / plate.image.shape[0])
    dressed = street.levels[0].copy()
    paste(dressed, plate.image, place, rng)
    return plate.text, _coming(rng, dressed, place, count)


def _coming(rng: np.random.Generator, dressed: Image, place: Quad, count: int) -> Iterator[Image]:
    """The pictures of a street on which a plate at `place` comes nearer."""
    width = max(float(np.hypot(*(place[1] - place[0]))), 1.0)
    start = rng.uniform([0.35, 0.25], [0.65, 0.45])
    end = np.clip(start + rng.uniform([-0.15, 0.1], [0.15, 0.35]), 0.2, 0.8)
    weather = rng.integers(2**31, size=count)
    held = int(weather[0])
    for number in range(count):
        share = number / max(count - 1, 1)
        zoom = WIDTHS[0] * (WIDTHS[1] / WIDTHS[0]) ** share / width
        view = _view(dressed, place.mean(axis=0), (start + (end - start) * share) * SIZE, zoom, rng)
        # Half of the frames keep the weather of the frame before: faults of a passage persist.
        held = held if rng.random() < 0.5 else int(weather[number])
        light = np.random.default_rng(int(weather[0]))
        yield spoil(view, np.random.default_rng(held), light)


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
    reader: PlateReader,
    data: Path | None,
    passages: Iterable[int],
    count: int = 16,
    seed: int = 7,
    enough: float = inf,
) -> Iterator[Passage]:
    """Read approaches of `count` pictures each, 0.12 s apart; no further than a vote of `enough`.

    passages: the numbers of the approaches to read; a number and a seed are one approach.
    """
    streets = foreign_backdrops(data, 40) if data else _plain_streets(np.random.default_rng(seed))
    for number in passages:
        text, pictures = frames_of(np.random.default_rng([seed, number]), streets, count)
        yield _passage(reader, text, pictures, enough)


def _passage(reader: PlateReader, text: str, pictures: Iterator[Image], enough: float) -> Passage:
    tracking = Tracking()
    singles: list[Reading | None] = []
    votes: list[Consensus | None] = []
    for number, picture in enumerate(pictures):
        readings = reader.read(picture)
        tracking = follow(tracking, readings, number * 0.12).tracking
        ahead = nearest_moving(tracking)
        singles.append(readings[0] if readings else None)
        said = vote(ahead.readings) if ahead else None
        votes.append(said)
        if said is not None and _opens(said, enough):
            break
    return Passage(text, tuple(singles), tuple(votes))


def _plain_streets(rng: np.random.Generator) -> list[Backdrop]:
    grain = rng.integers(60, 190, (36, 64, 3)).astype(np.uint8)
    picture = np.asarray(cv2.resize(grain, SIZE, interpolation=cv2.INTER_CUBIC), np.uint8)
    return [Backdrop(pyramid(picture), np.stack([box_quad(520, 400, 220, 70)]), chinese=False)]


def report(found: Sequence[Passage], openings: Sequence[float] = OPENINGS) -> str:
    """Accuracy by plate width of the single picture and of the vote so far; what opens, by the
    confidence asked for, and every plate that would have opened for another one."""
    count = len(found[0].singles)
    lines = [f"{'plate px':>9}{'one picture':>13}{'vote so far':>13}"]
    for number in range(0, count, max(1, count // 8)):
        width = WIDTHS[0] * (WIDTHS[1] / WIDTHS[0]) ** (number / max(count - 1, 1))
        one = sum(_is(p.singles[number], p.text) for p in found) / len(found)
        many = sum(_is(p.votes[number], p.text) for p in found) / len(found)
        lines.append(f"{width:>9.0f}{one:>13.1%}{many:>13.1%}")
    return "\n".join([*lines, *(line for opening in openings for line in _at(found, opening))])


def _at(found: Sequence[Passage], opening: float) -> list[str]:
    """What one confidence decides, by the vote and by the first single picture that is so sure."""
    ways: tuple[tuple[str, Callable[[Passage], Said]], ...] = (
        ("one picture", lambda p: p.singles),
        ("vote", lambda p: p.votes),
    )
    lines = []
    for name, said in ways:
        made = decided(((said(p), p.text) for p in found), opening)
        after = float(np.median([one.pictures for one in made])) if made else float("nan")
        wrong = [f"{one.truth} as {one.text}" for one in made if one.text != one.truth]
        lines.append(
            f"at {opening}, {name}: decided {len(made) / len(found):.1%} of {len(found)}, after "
            f"{after:.0f} pictures (median), wrong {len(wrong)}{': ' if wrong else ''}"
            f"{', '.join(wrong)}"
        )
    return lines


def decided(found: Iterable[tuple[Said, str]], opening: float) -> list[Decided]:
    """What a confidence would open, for each (what was said after each picture, the truth)."""
    first = [(_first(said, opening), truth) for said, truth in found]
    return [Decided(place, text, truth) for (place, text), truth in first if text is not None]


def _first(said: Said, opening: float) -> tuple[int, str | None]:
    """How many pictures it took to be sure enough, and of which text; None where it never was."""
    for number, one in enumerate(said, start=1):
        if one is not None and _opens(one, opening):
            return number, one.text
    return len(said), None


def _opens(said: Reading | Consensus, opening: float) -> bool:
    """Sure enough, and for a vote from two readings of the same text at least."""
    agreed = not isinstance(said, Consensus) or said.agreeing >= 2
    return said.confidence >= opening and agreed


def _is(said: Reading | Consensus | None, text: str) -> bool:
    return said is not None and said.text == text
