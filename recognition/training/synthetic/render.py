"""Renders the reader's training pictures into shards on disk: repeatable, resumable, in parallel.

A shard is four arrays beside each other, named by its number; the number is part of the seed, so
the same command gives the same pictures, and several processes may fill one folder, each its own
numbers. A shard that is there is never drawn again.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from recognition.reading import Colour
from recognition.training.synthetic.crops import slots_of
from recognition.training.synthetic.degrade import photograph
from recognition.training.synthetic.glyphs import GlyphSet, load_glyphs
from recognition.training.synthetic.plate import draw_plate
from recognition.training.synthetic.plate_classes import TWO_LINES, PlateClass, random_class

WIDTH, HEIGHT = 160, 48
COLOURS: tuple[Colour, ...] = tuple(c for c in Colour if c is not Colour.UNKNOWN)
UNKNOWN_COLOUR = -1
# How often each set of glyphs is used: the real characters' shapes most, the font's least.
_SET_WEIGHTS = {"atlas": 0.5, "huangxinping_white": 1.0}
_SET_WEIGHT = 2.0


class Focus(StrEnum):
    """What a shard is drawn of: all classes by weight, two lines only, or rare classes evenly."""

    ALL = "synth"
    DOUBLE = "double"
    RARE = "rare"


# Shares of the pictures asked for; what is learned last is shown more often.
FOCUS_SHARES: dict[Focus, float] = {Focus.ALL: 1.0, Focus.DOUBLE: 0.3, Focus.RARE: 0.5}
_SEED_OF: dict[Focus, tuple[int, ...]] = {Focus.ALL: (), Focus.DOUBLE: (500,), Focus.RARE: (600,)}
_RARE = (
    *(PlateClass.ARMED_POLICE,) * 4,
    *(PlateClass.ARMED_POLICE_DOUBLE,) * 4,
    *(PlateClass.ARMY,) * 4,
    *(PlateClass.ARMY_DOUBLE,) * 4,
    *(PlateClass.ARMY_OLD,) * 2,
    *(PlateClass.FARM,) * 3,
    *(PlateClass.LOW_SPEED,) * 2,
    *(PlateClass.MOTORCYCLE,) * 2,
    *(PlateClass.TRAILER,) * 2,
    *(PlateClass.GREEN_LARGE,) * 2,
    *(PlateClass.HONG_KONG_MACAO,) * 2,
    *(PlateClass.POLICE,) * 2,
    PlateClass.POLICE_DOUBLE,
    PlateClass.CONSULATE_DOUBLE,
    PlateClass.CONSULATE,
    PlateClass.AIRPORT,
)


@dataclass(frozen=True, slots=True)
class Shard:
    """images (n, 48, 160, 3) uint8 BGR; labels (n, 8) alphabet indices; colours (n,) index or -1;
    lines (n,) 1 where the plate has two; classes (n,) index in PlateClass.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    colours: NDArray[np.int8]
    lines: NDArray[np.uint8]
    classes: NDArray[np.uint8]


def render(
    rng: np.random.Generator,
    count: int,
    glyphs: tuple[GlyphSet, ...],
    plate_class: PlateClass | None = None,
    focus: Focus | None = None,
) -> Shard:
    """`count` pictures of plates, all of one class, or of a focus, where that is asked."""
    shard = empty_shard(count)
    weights = np.array([_SET_WEIGHTS.get(s.name, _SET_WEIGHT) for s in glyphs])
    weights /= weights.sum()
    order = list(PlateClass)
    for index in range(count):
        source = glyphs[int(rng.choice(len(glyphs), p=weights))]
        wanted = plate_class if focus is None else _focused(rng, focus)
        plate = draw_plate(rng, None, wanted, source, scale=0.6)
        shot = photograph(rng, plate, (WIDTH, HEIGHT))
        shard.images[index] = shot.image
        shard.labels[index] = slots_of(plate.text)
        known = UNKNOWN_COLOUR if shot.monochrome else COLOURS.index(plate.colour)
        shard.colours[index] = known
        shard.lines[index] = plate.two_lines
        shard.classes[index] = order.index(plate.plate_class)
    return shard


def _focused(rng: np.random.Generator, focus: Focus) -> PlateClass | None:
    if focus is Focus.RARE:
        return _RARE[int(rng.integers(len(_RARE)))]
    drawn = random_class(rng)
    while focus is Focus.DOUBLE and drawn not in TWO_LINES:
        drawn = random_class(rng)
    return drawn


def empty_shard(count: int) -> Shard:
    """Room for `count` pictures."""
    return Shard(
        np.empty((count, HEIGHT, WIDTH, 3), np.uint8),
        np.zeros((count, 8), np.uint8),
        np.zeros(count, np.int8),
        np.zeros(count, np.uint8),
        np.zeros(count, np.uint8),
    )


def write_shard(path: Path, shard: Shard) -> None:
    """Labels first, pictures last and by rename: pictures on disk are always whole."""
    np.savez(
        path.with_suffix(".npz"),
        labels=shard.labels,
        colours=shard.colours,
        lines=shard.lines,
        classes=shard.classes,
    )
    part = path.with_suffix(".part")
    with part.open("wb") as stream:
        np.save(stream, shard.images)
    part.rename(path.with_suffix(".npy"))


def read_shard(path: Path) -> Shard:
    """A shard by its .npy path, the pictures memory-mapped."""
    images = np.load(path, mmap_mode="r")
    with np.load(path.with_suffix(".npz")) as rest:
        return Shard(images, rest["labels"], rest["colours"], rest["lines"], rest["classes"])


def shard_paths(folder: Path) -> list[Path]:
    """All whole shards of a folder, in order of their numbers."""
    kinds = (*(str(focus) for focus in Focus), "reprint", "nothing")
    return [path for kind in kinds for path in sorted(folder.glob(f"{kind}-*.npy"))]


def render_shards(
    folder: Path,
    pictures: int,
    *,
    seed: int = 1,
    glyph_folder: Path | None = None,
    shard_size: int = 5000,
    part: int = 0,
    parts: int = 1,
    focus: Focus = Focus.ALL,
) -> int:
    """Fills the folder up to `pictures`; process `part` of `parts` draws its own shards.

    focus: which classes; each focus has shards of its own name.
    Returns how many shards this call drew.
    """
    folder.mkdir(parents=True, exist_ok=True)
    glyphs = load_glyphs(glyph_folder)
    drawn = 0
    for number in range(part, math.ceil(pictures / shard_size), parts):
        path = folder / f"{focus}-{number:05d}.npy"
        if not path.exists():
            rng = np.random.default_rng([seed, *_SEED_OF[focus], number])
            write_shard(path, render(rng, shard_size, glyphs, focus=focus))
            drawn += 1
    return drawn
