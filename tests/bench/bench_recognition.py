"""Time of every stage on a 1080p frame, and accuracy and time on val beside RapidOCR.

Run `python -m tests.bench.bench_recognition [DATA] [--threads N] [--peer N]`; DATA is the folder of
pictures described in recognition/training (scenes/labels.csv, crops/labels.csv), `data` or
`../shared/data` where it is not given. Nothing is asserted here.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recognition.detector import preprocess
from recognition.motion import Motion, shrunk, watch
from recognition.pipeline import PlateReader
from recognition.training.evaluation.scene_scores import outcomes, table, truths
from recognition.training.synthetic.plate import PlateClass, draw_plate
from recognition.training.synthetic.scenes import paste
from recognition.voting import vote
from tests.bench.beside_rapidocr import compared

Image = NDArray[np.uint8]

USUAL_PLACES = (Path("data"), Path("../shared/data"))
"""Where pictures are looked for when no folder is given."""


def frame() -> tuple[Image, NDArray[np.float32]]:
    """A 1080p street of noise with one plate, 150 pixels wide, and its corners."""
    rng = np.random.default_rng(1)
    street = rng.integers(80, 120, (1080, 1920, 3)).astype(np.uint8)
    street[560:840, 760:1120] = 45
    plate = draw_plate(rng, "吉A12345", PlateClass.BLUE).image
    quad = np.array([[860, 700], [1010, 700], [1010, 748], [860, 748]], np.float32)
    paste(street, plate, quad, rng)
    return street, quad


def timed(name: str, action: Callable[[], object], rounds: int) -> str:
    """Milliseconds p50, p95, p99 by the clock and p50 of this process's own work.

    The first three rounds do not count. On a busy machine only the last column tells anything.
    """
    taken: list[float] = []
    worked: list[float] = []
    for number in range(rounds + 3):
        start, work = time.perf_counter(), time.process_time()
        action()
        if number >= 3:
            taken.append((time.perf_counter() - start) * 1e3)
            worked.append((time.process_time() - work) * 1e3)
    cuts = statistics.quantiles(taken, n=100)
    middle = statistics.median(worked)
    return f"{name:<34}{cuts[49]:>8.2f}{cuts[94]:>8.2f}{cuts[98]:>8.2f}{middle:>8.2f}"


def stages(reader: PlateReader, rounds: int) -> list[str]:
    """One line per stage."""
    image, _ = frame()
    detector = reader.detector
    first, closer = detector.settings.longest, detector.settings.closer
    rough = detector.rough(image, first)
    boxes = detector.refine(image, rough)
    readings = reader.read_boxes(image, boxes)
    if not readings:
        sys.exit("the plate of the benchmark's own frame was not read: the weights are damaged")
    quiet = watch(Motion(), shrunk(image))
    return [
        f"{'stage (1920 x 1080, one plate)':<34}{'p50':>8}{'p95':>8}{'p99':>8}{'cpu':>8}  ms",
        timed("motion gate", lambda: watch(quiet, shrunk(image)), rounds),
        timed("shrink", lambda: preprocess(image, first), rounds),
        timed("shrink + finder", lambda: detector.rough(image, first), rounds),
        timed("shrink + finder, in doubt", lambda: detector.rough(image, closer), rounds),
        timed("refiner", lambda: detector.refine(image, rough[:1]), rounds),
        timed("warp + reader", lambda: reader.read_boxes(image, boxes[:1]), rounds),
        timed("vote over 12 readings", lambda: vote(readings[:1] * 12), rounds),
        timed("whole picture to readings", lambda: reader.read(image), rounds),
    ]


def main() -> None:
    """See the module."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("data", type=Path, nargs="?")
    arguments.add_argument("--threads", type=int, default=1)
    arguments.add_argument("--rounds", type=int, default=60)
    arguments.add_argument("--peer", type=int, default=40, help="pictures of a kind for both")
    given = arguments.parse_args()
    reader = PlateReader.default(threads=given.threads)
    print(f"threads: {given.threads}")
    print("\n".join(stages(reader, given.rounds)))
    data = given.data or next((p for p in USUAL_PLACES if (p / "scenes").is_dir()), None)
    if data is None:
        print("no folder of real pictures: no accuracy in this run (give one as the argument)")
        return
    print(table(outcomes(reader, data / "scenes", truths(data))))
    print(compared(reader, data, given.peer, given.threads))


if __name__ == "__main__":
    main()
