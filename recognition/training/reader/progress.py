"""Measures a network in training: whole plates right on pictures held back, by source."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch
from torch import nn

from recognition.alphabet import decode
from recognition.training.evaluation.evaluate import LabelledPicture
from recognition.training.evaluation.scores import Judged, accuracy
from recognition.training.reader.train import Measure, to_tensor
from recognition.training.synthetic.degrade import fit_picture
from recognition.training.synthetic.render import HEIGHT, WIDTH

_BATCH = 64
_UNMEASURED = ("colour", "province")
Read = Callable[[nn.Module, np.ndarray], list[str]]


def measure_on(
    sets: Mapping[str, Sequence[LabelledPicture]], read: Read | None = None
) -> Measure | None:
    """A function that scores a network on sets of pictures; None where there are none.

    sets: by the word that goes before the names of their scores. read: texts of a network on
    pictures (n, 48, 160, 3); none: as the first reader gives them.
    """
    measures = [_on(prefix, some, read or _read) for prefix, some in sets.items() if some]
    if not measures:
        return None

    def measure(net: nn.Module) -> dict[str, float]:
        return {name: score for one in measures for name, score in one(net).items()}

    return measure


def _on(prefix: str, pictures: Sequence[LabelledPicture], read: Read) -> Measure:
    images = np.stack([fit_picture(p.image, (WIDTH, HEIGHT)) for p in pictures])
    groups = sorted({g for p in pictures for g in p.groups if not g.startswith(_UNMEASURED)})

    def measure(net: nn.Module) -> dict[str, float]:
        texts = read(net, images)
        scores = {}
        for group in groups:
            chosen = [i for i, p in enumerate(pictures) if group in p.groups]
            truths = tuple(pictures[i].text for i in chosen)
            found = tuple(texts[i] for i in chosen)
            judged = Judged(truths, found, np.ones(len(chosen), np.float32))
            name = prefix + group
            scores[name], scores[f"{name}, no province"] = accuracy(judged)
        return scores

    return measure


def _read(net: nn.Module, images: np.ndarray) -> list[str]:
    texts = []
    with torch.no_grad():
        for start in range(0, len(images), _BATCH):
            batch = to_tensor(images[start : start + _BATCH], "cpu")
            best = net(batch)[0].argmax(dim=2).tolist()
            texts += [decode(tuple(row)) for row in best]
    return texts
