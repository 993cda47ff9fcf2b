"""How well whole pictures are read: the val split of `scenes/labels.csv` or of `added/scenes.csv`,
main plate right or not.

A picture counts as right where the reader's first reading is one of its plates' texts; one without
a plate, or with nothing but old army plates, which no reading can name, where nothing was read with
a confidence of 0.5 or more. Pictures whose plate nobody transcribed do not count. Corner errors are
measured where corners are known. On street pictures with foreign plates every reading is one too
many.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recognition.pipeline import PlateReader
from recognition.reading import Box, Reading
from recognition.rectify import quad_size
from recognition.training.synthetic.backdrops import (
    HELD_OUT,
    corners_of,
    foreign_places,
    load_picture,
)
from recognition.training.synthetic.crops import has_old_prefix

Quad = NDArray[np.float32]

OPENING = 0.99
"""A wrong reading at or above this confidence is listed as wrong but sure."""

FOREIGN_CUTS = (0.5, 0.8, 0.9, 0.95, 0.97, 0.99)
"""Confidences at which readings of foreign plates are counted."""


@dataclass(frozen=True, slots=True)
class Truth:
    """One picture. texts: of its plates, the main one first; quads: corners that are known; empty:
    nothing should be read in it.
    """

    path: str
    source: str
    texts: tuple[str, ...]
    quads: tuple[Quad, ...]
    empty: bool


@dataclass(frozen=True, slots=True)
class SceneOutcome:
    """What was read in one picture, main plate first, and whether that is right."""

    truth: Truth
    readings: tuple[Reading, ...]

    @property
    def right(self) -> bool:
        """See the module."""
        if self.truth.empty:
            return all(reading.confidence < 0.5 for reading in self.readings)
        return bool(self.readings) and self.readings[0].text in self.truth.texts

    @property
    def confidence(self) -> float:
        """Of the main reading, 0 where nothing was read."""
        return self.readings[0].confidence if self.readings else 0.0


SCENES, ADDED = Path("scenes/labels.csv"), Path("added/scenes.csv")
"""Label files of whole pictures, below the data folder."""


def truths(data: Path, split: str = "val", labels: Path = SCENES) -> list[Truth]:
    """Pictures of a split that can be judged."""
    rows: dict[str, list[dict[str, str]]] = defaultdict(list)
    with (data / labels).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["split"] == split:
                rows[row["path"]].append(row)
    found = [_truth(path, group) for path, group in rows.items()]
    return [truth for truth in found if truth.texts or truth.empty]


def _truth(path: str, rows: list[dict[str, str]]) -> Truth:
    quads = tuple(quad for row in rows if (quad := corners_of(row)) is not None)
    written = [row["text"] for row in rows if row["text"]]
    texts = tuple(text for text in written if not has_old_prefix(text))
    unseen = all(r["colour"] == "none" for r in rows) or bool(written and not texts)
    return Truth(path, rows[0]["source"], texts, quads, unseen)


def outcomes(reader: PlateReader, folder: Path, wanted: Iterable[Truth]) -> list[SceneOutcome]:
    """Read every picture; folder: what their paths start from."""
    return [SceneOutcome(truth, reader.read(load_picture(folder / truth.path))) for truth in wanted]


def table(found: list[SceneOutcome]) -> str:
    """Right pictures per source, with and without the province, and how sure."""
    heads = ("pictures", "right", "w/o prov.", "sure", "wrong & sure")
    lines = [f"{'source':<12}" + "".join(f"{head:>13}" for head in heads)]
    for name in [*sorted({outcome.truth.source for outcome in found}), "all"]:
        part = [o for o in found if name in {"all", o.truth.source}]
        n = len(part)
        right = sum(o.right for o in part)
        tails = sum(o.right or _tail_right(o) for o in part)
        sure = [o for o in part if o.confidence >= OPENING]
        wrong = sum(not o.right for o in sure)
        shares = "".join(f"{count / n:>13.1%}" for count in (right, tails, len(sure)))
        lines.append(f"{name:<12}{n:>13}{shares}{wrong:>13}")
    return "\n".join(lines)


def _tail_right(outcome: SceneOutcome) -> bool:
    return bool(outcome.readings) and outcome.readings[0].text[1:] in {
        text[1:] for text in outcome.truth.texts
    }


def corner_error(box: Box, quads: Iterable[Quad]) -> float | None:
    """Mean distance of the corners from the nearest true plate's, in shares of its height.

    None where no true plate overlaps.
    """
    corners = np.array(box.corners, np.float32)
    errors = [
        float(np.hypot(*(corners - quad).T).mean()) / max(quad_size(quad)[1], 1.0)
        for quad in quads
        if float(np.hypot(*(corners.mean(axis=0) - quad.mean(axis=0)))) < quad_size(quad)[0] / 2
    ]
    return min(errors, default=None)


def corner_report(found: Iterable[SceneOutcome]) -> str:
    """Corner errors of the plates whose corners are known, in shares of the plate's height."""
    errors = [
        error
        for outcome in found
        for reading in outcome.readings[:1]
        if (error := corner_error(reading.box, outcome.truth.quads)) is not None
    ]
    if not errors:
        return "no plate with known corners was found"
    cuts = np.percentile(errors, [50, 90, 99])
    return (
        f"corner error of {len(errors)} plates in plate heights: "
        f"median {cuts[0]:.3f}, 90 % {cuts[1]:.3f}, 99 % {cuts[2]:.3f}"
    )


def foreign_pictures(data: Path) -> list[Truth]:
    """Pictures of `foreign/labels.csv`, in their order; none shows a Chinese plate."""
    return [Truth(path, "foreign", (), (), empty=True) for path in foreign_places(data)]


def foreign_table(found: Sequence[SceneOutcome]) -> str:
    """Pictures in which something was read so surely, and those that were never trained on."""
    lines = [f"{'at':>5}{'pictures':>10}{'of':>6}{'held back':>11}{'of':>6}"]
    held_back = found[::HELD_OUT]
    for cut in FOREIGN_CUTS:
        every, some = (sum(_surest(o) >= cut for o in part) for part in (found, held_back))
        lines.append(f"{cut:>5}{every:>10}{len(found):>6}{some:>11}{len(held_back):>6}")
    return "\n".join([*lines, *(described(o) for o in found if _surest(o) >= FOREIGN_CUTS[0])])


def _surest(outcome: SceneOutcome) -> float:
    return max((reading.confidence for reading in outcome.readings), default=0.0)


def described(outcome: SceneOutcome) -> str:
    """One line: picture, truth, and what was read with which confidence, score and width."""
    said = ", ".join(
        f"{r.text} {r.confidence:.3f} (plate {r.box.score:.2f}, "
        f"{quad_size(np.array(r.box.corners, np.float32))[0]:.0f} px)"
        for r in outcome.readings[:3]
    )
    truth = "/".join(outcome.truth.texts) or "no plate"
    return f"{outcome.truth.path}: {truth} <- {said or 'nothing'}"
