"""Measures a network in training: whole plates right on pictures held back, by source."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import nn

from recognition.alphabet import decode
from recognition.training.degrade import fit_picture
from recognition.training.evaluate import Picture
from recognition.training.render import HEIGHT, WIDTH
from recognition.training.scores import Judged, accuracy
from recognition.training.train import Measure, to_tensor

_BATCH = 64
Read = Callable[[nn.Module, np.ndarray], list[str]]


def measure_on(pictures: Sequence[Picture], read: Read | None = None) -> Measure | None:
    """A function that scores a network on the pictures; None where there are none.

    read: texts of a network on pictures (n, 48, 160, 3); none: as the first reader gives them.
    """
    if not pictures:
        return None
    images = np.stack([fit_picture(p.image, (WIDTH, HEIGHT)) for p in pictures])
    groups = sorted(
        {group for p in pictures for group in p.groups if not group.startswith("colour")}
    )

    def measure(net: nn.Module) -> dict[str, float]:
        texts = (read or _read)(net, images)
        scores = {}
        for group in groups:
            chosen = [i for i, p in enumerate(pictures) if group in p.groups]
            truths = tuple(pictures[i].text for i in chosen)
            found = tuple(texts[i] for i in chosen)
            judged = Judged(truths, found, np.ones(len(chosen), np.float32))
            scores[group], scores[f"{group}, no province"] = accuracy(judged)
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
