"""Pictures on which there is nothing to read: the reader must say so, with blanks in every slot.

The detector sometimes hands over what is no Chinese plate: foreign plates, signs, painted numbers,
grilles. A reader that has only seen plates reads a text into them, and now and then is sure of it.
Every fourth foreign picture is left out, so that the effect can be measured on it.
"""

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recognition.training.synthetic.backdrops import (
    HELD_OUT,
    Backdrop,
    foreign_backdrops,
    scene_backdrops,
)
from recognition.training.synthetic.clutter import distractor
from recognition.training.synthetic.degrade import cut_box, cut_warped, expose, fit_picture, sensor
from recognition.training.synthetic.render import (
    HEIGHT,
    UNKNOWN_COLOUR,
    WIDTH,
    Shard,
    empty_shard,
    write_shard,
)

Image = NDArray[np.uint8]
Quad = NDArray[np.float32]


def nothing_shards(
    folder: Path, data: Path, pictures: int, *, seed: int = 1, shard_size: int = 4000
) -> int:
    """Fills `folder` with shards of such pictures; returns how many this call made.

    Where the data folder has no foreign pictures none are made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    known = (data / "foreign" / "labels.csv").exists()
    wanted = [
        (number, folder / f"nothing-{number:05d}.npy")
        for number in range(math.ceil(pictures / shard_size) if known else 0)
    ]
    missing = [(number, path) for number, path in wanted if not path.exists()]
    if not missing:
        return 0
    foreign = [b for i, b in enumerate(foreign_backdrops(data)) if i % HELD_OUT]
    streets = scene_backdrops(data)
    for number, path in missing:
        rng = np.random.default_rng([seed, 2000, number])
        write_shard(path, _shard(rng, foreign, streets, shard_size))
    return len(missing)


def _shard(
    rng: np.random.Generator, foreign: Sequence[Backdrop], streets: Sequence[Backdrop], count: int
) -> Shard:
    shard = empty_shard(count)
    shard.colours[:] = UNKNOWN_COLOUR
    for index in range(count):
        shard.images[index] = _picture(rng, foreign, streets)
    return shard


def _picture(
    rng: np.random.Generator, foreign: Sequence[Backdrop], streets: Sequence[Backdrop]
) -> Image:
    """A foreign plate (half of them), a drawn sign, or a piece of street."""
    kind = rng.random()
    if kind < 0.5:
        view = foreign[int(rng.integers(len(foreign)))]
        quad = view.quads[int(rng.integers(len(view.quads)))]
        cut = _cut(rng, view.levels[0], quad)
    elif kind < 0.65:
        thing = distractor(rng)
        height, width = thing.shape[:2]
        quad = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
        cut = _cut(rng, thing, quad)
    else:
        views = streets if streets and rng.random() < 0.3 else foreign
        view = views[int(rng.integers(len(views)))]
        cut = _cut(rng, view.levels[0], _anywhere(rng, view))
    cut = sensor(rng, expose(rng, cut, monochrome=rng.random() < 0.05), cut.shape[1])
    return fit_picture(cut, (WIDTH, HEIGHT))


def _cut(rng: np.random.Generator, image: Image, quad: Quad) -> Image:
    if rng.random() < 0.5:
        return cut_box(rng, image, quad)
    return cut_warped(rng, image, quad, two_lines=rng.random() < 0.3)


def _anywhere(rng: np.random.Generator, view: Backdrop) -> Quad:
    """A box that touches none of the view's plates."""
    high, wide = view.levels[0].shape[:2]
    while True:
        width = float(np.exp(rng.uniform(np.log(40), np.log(max(wide * 0.4, 60)))))
        size = np.array([width, width / rng.uniform(2.0, 6.0)])
        low = rng.uniform([0, 0], np.maximum([wide, high] - size, 1))
        box = np.array([low, [low[0] + size[0], low[1]], low + size, [low[0], low[1] + size[1]]])
        clear = all(
            np.any(box.max(axis=0) < q.min(axis=0)) or np.any(q.max(axis=0) < box.min(axis=0))
            for q in view.quads
        )
        if clear:
            return box.astype(np.float32)
