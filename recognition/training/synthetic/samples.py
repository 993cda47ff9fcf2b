"""A page of rendered plates beside real ones: the eye finds what the generator gets wrong.

The real half shows real vehicles: write the page to a scratch folder, never into the tree.
"""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from recognition.training.synthetic.crops import load_crops
from recognition.training.synthetic.degrade import fit_picture
from recognition.training.synthetic.glyphs import GlyphSet
from recognition.training.synthetic.render import HEIGHT, WIDTH, render


def sample_sheet(
    rng: np.random.Generator,
    glyphs: tuple[GlyphSet, ...],
    data: Path | None,
    rows: int = 16,
    columns: int = 5,
) -> NDArray[np.uint8]:
    """Rendered plates at the left, real training cut-outs (where there is data) at the right."""
    count = rows * columns
    halves = [_grid(list(render(rng, count, glyphs).images), columns)]
    real = load_crops(data, "train") if data is not None else []
    if real:
        chosen = rng.choice(len(real), min(count, len(real)), replace=False)
        halves.append(_grid([fit_picture(real[i].image, (WIDTH, HEIGHT)) for i in chosen], columns))
    height = max(len(half) for half in halves)
    padded = [np.pad(half, ((0, height - len(half)), (0, 12), (0, 0))) for half in halves]
    return np.concatenate(padded, axis=1)


def _grid(images: list[NDArray[np.uint8]], columns: int) -> NDArray[np.uint8]:
    blank = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    images = images + [blank] * (-len(images) % columns)
    lines = [images[i : i + columns] for i in range(0, len(images), columns)]
    return np.concatenate([np.concatenate(line, axis=1) for line in lines])


def write_samples(
    out: Path, rng: np.random.Generator, glyphs: tuple[GlyphSet, ...], data: Path | None
) -> None:
    """The sheet as a picture file."""
    out.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(out), sample_sheet(rng, glyphs, data))
