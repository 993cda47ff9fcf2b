"""Gate's reader beside RapidOCR (PyPI, extra `bench`) on the same real pictures, in the same run.

RapidOCR is the best general text reader that PyPI has for Chinese; its weights come with the
wheel, nothing is downloaded. It is judged kindly: a scene counts as right where any of the texts
it found is the plate's, and punctuation (the dot) does not count.
"""

import importlib.util
import re
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from recognition.pipeline import PlateReader
from recognition.training.evaluation.scene_scores import Truth, truths
from recognition.training.synthetic.backdrops import load_picture
from recognition.training.synthetic.crops import load_crops

Image = NDArray[np.uint8]
Texts = Callable[[Image], set[str]]


@dataclass(frozen=True, slots=True)
class Task:
    """Pictures of one kind with the texts that are right, and how each reader reads them."""

    name: str
    pictures: Sequence[tuple[Image, frozenset[str]]]
    gate: Texts
    peer: Texts | None


def compared(reader: PlateReader, data: Path, most: int, threads: int) -> str:
    """Share right and median milliseconds of both readers, for scenes and cut-outs of val.

    Args:
        most: pictures of a kind, spread over the whole set. threads: of each network of both.
    """
    peer = _rapidocr(threads)
    tasks = [_scenes(reader, data, most, peer), *_cut_outs(reader, data, most, peer)]
    lines = [f"{'val pictures, one reader after the other':<42}{'right':>8}{'ms p50':>9}"]
    for task in tasks:
        lines.append(_line(f"{task.name}: Gate", task, task.gate))
        if task.peer is not None:
            lines.append(_line(f"{task.name}: RapidOCR", task, task.peer))
    if peer is None:
        lines.append("RapidOCR is not installed: no peer in this run (pip install -e .[bench])")
    return "\n".join(lines)


Item = TypeVar("Item")
Peer = Callable[[Image, bool], set[str]]


def _rapidocr(threads: int) -> Peer | None:
    """RapidOCR with its defaults but for the threads; None where it is not installed."""
    if importlib.util.find_spec("rapidocr") is None:
        return None
    from rapidocr import RapidOCR

    engine = RapidOCR(
        params={
            "Global.log_level": "error",
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
        }
    )

    def texts(image: Image, whole: bool) -> set[str]:
        found = engine(image) if whole else engine(image, use_det=False, use_cls=False)
        return {re.sub(r"[\W_]", "", text) for text in (found.txts or ())}

    return texts


def _spread(items: Sequence[Item], most: int) -> list[Item]:
    return list(items[:: max(1, -(-len(items) // most))])


def _scenes(reader: PlateReader, data: Path, most: int, peer: Peer | None) -> Task:
    chosen: list[Truth] = _spread([t for t in truths(data) if not t.empty], most)
    pictures = [
        (load_picture(data / "scenes" / truth.path), frozenset(truth.texts)) for truth in chosen
    ]
    return Task(
        f"{len(pictures)} scenes",
        pictures,
        lambda image: {reading.text for reading in reader.read(image)[:1]},
        None if peer is None else lambda image: peer(image, True),
    )


def _cut_outs(reader: PlateReader, data: Path, most: int, peer: Peer | None) -> list[Task]:
    """Cut-outs by size: 94 x 24, 136 x 36 and others."""
    sizes: dict[str, list[tuple[Image, frozenset[str]]]] = {}
    for plate in load_crops(data, "val"):
        high, wide = plate.image.shape[:2]
        kind = f"{wide} x {high}" if (wide, high) in {(94, 24), (136, 36)} else "other"
        sizes.setdefault(kind, []).append((plate.image, frozenset({plate.text})))
    return [
        Task(
            f"{len(pictures)} cut-outs {kind}",
            pictures,
            lambda image: {text.text for text in reader.network.read([image])},
            None if peer is None else lambda image: peer(image, False),
        )
        for kind, every in sorted(sizes.items())
        for pictures in [_spread(every, most)]
    ]


def _line(name: str, task: Task, read: Texts) -> str:
    right, taken = 0, []
    for image, wanted in task.pictures:
        start = time.perf_counter()
        found = read(image)
        taken.append((time.perf_counter() - start) * 1e3)
        right += bool(found & wanted)
    share = right / max(len(task.pictures), 1)
    return f"{name:<42}{share:>8.1%}{statistics.median(taken):>9.1f}"
