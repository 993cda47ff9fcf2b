"""How often a text that opens is the wrong one: many simulated approaches, with the site's grammar.

SYNTHETIC: drawn plates of all classes that come nearer (recognition.training.evaluation.approach).
For each confidence that might open: how many approaches the vote decides, how many of those as
another plate than it was, and how often that can be at most (95 %, one-sided, Clopper and Pearson
1934). Every wrong one is named. What opens a real gate must besides be a plate on record.

    python -m tests.bench.bench_misreads --passages 10000 --workers 2 --data FOLDER

No approach is looked at for longer than the highest of these confidences needs; `--enough 0.99`
leaves the higher ones out and takes about half the time.
"""

import argparse
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from math import lgamma, log
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from recognition.pipeline import PlateReader
from recognition.training.evaluation.approach import Passage, decided, simulate
from registry.rules.plates import is_usual

OPENINGS = (0.95, 0.97, 0.98, 0.99, 0.995, 0.999)
BATCH = 50


def most(wrong: int, of: int, sure: float = 0.95) -> float:
    """The greatest rate (0..1) that `wrong` of `of` do not rule out with this certainty."""
    if wrong >= of:
        return 1.0
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(wrong, of, middle) > 1 - sure else (low, middle)
    return high


def _at_most(wrong: int, of: int, rate: float) -> float:
    """Probability of `wrong` or fewer of `of`, each wrong at `rate`."""
    each = [
        lgamma(of + 1) - lgamma(k + 1) - lgamma(of - k + 1)
        + k * log(rate) + (of - k) * log(1 - rate)
        for k in range(wrong + 1)
    ]  # fmt: skip
    return float(np.exp(each).sum())


def read(data: Path | None, first: int, frames: int, seed: int, enough: float) -> list[Passage]:
    """Read one batch of approaches (in a process of its own)."""
    cv2.setNumThreads(1)
    reader = PlateReader.default(plausible=is_usual)
    numbers = range(first, first + BATCH)
    return list(simulate(reader, data, numbers, frames, seed, enough))


def table(found: list[Passage], enough: float) -> Iterator[str]:
    """One line per confidence up to `enough`, and the wrong ones."""
    yield f"{'opens at':>9}{'decided':>9}{'of':>7}{'pictures':>10}{'wrong':>7}{'at most':>10}"
    names: dict[str, None] = {}
    for opening in (one for one in OPENINGS if one <= enough):
        made = decided(((p.votes, p.text) for p in found), opening)
        wrong = [one for one in made if one.text != one.truth]
        after = float(np.median([one.pictures for one in made])) if made else float("nan")
        yield (
            f"{opening:>9}{len(made):>9}{len(made) / len(found):>7.1%}{after:>10.0f}"
            f"{len(wrong):>7}{most(len(wrong), len(made)):>10.5f}"
        )
        names |= {f"{one.truth} as {one.text} (at {opening})": None for one in wrong}
    yield from names


def main() -> None:
    """See the module."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--data", type=Path, help="real pictures, for the streets behind")
    arguments.add_argument("--passages", type=int, default=1000)
    arguments.add_argument("--frames", type=int, default=12)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--workers", type=int, default=1)
    arguments.add_argument("--enough", type=float, default=OPENINGS[-1], help="look no further")
    given = arguments.parse_args()
    found: list[Passage] = []
    with ProcessPoolExecutor(given.workers) as pool, tqdm(total=given.passages) as bar:
        batches = range(0, given.passages, BATCH)
        how = (given.frames, given.seed, given.enough)
        jobs = [pool.submit(read, given.data, n, *how) for n in batches]
        for job in jobs:
            found += job.result()
            bar.update(BATCH)
    print("SYNTHETIC approaches: plate 60 to 300 px wide in 1280 x 720, the site's grammar")
    print("\n".join(table(found, given.enough)))


if __name__ == "__main__":
    main()
