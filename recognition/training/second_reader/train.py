"""What the second reader learns: the plate as one grey line, read column by column (CTC).

The pictures are the first reader's; only their form is another. CTC is slow to start, because
"blank everywhere" is a good answer at first: for the first steps every character is also asked for
at the column where it stands on a plate that is cut out exactly.
"""

from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from recognition.alphabet import ALPHABET, decode
from recognition.models.plate_crnn import Model
from recognition.one_line import UPPER_WIDTH, WIDTH, one_line
from recognition.second_opinion import Opinion
from recognition.training.reader.dataset import Batch
from recognition.training.reader.train import Moment, Task, jittered, to_tensor

GUIDED = 600
"""Steps over which the help with places fades away."""
COLUMN = 4
"""Pixels of a column of the network's output."""
_BATCH = 64


def lines_of(images: NDArray[np.uint8], doubles: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Plates (n, 48, 160, 3) as lines (n, 48, 144, 1); doubles: 1 where a plate has two lines."""
    return np.stack(
        [
            one_line(image, two_lines=bool(double))
            for image, double in zip(images, doubles, strict=True)
        ]
    )[..., None]


def normalised(pictures: Tensor) -> Tensor:
    """Grey values 0..255 as EasyOCR gives them to a network: -1..1."""
    return pictures / 127.5 - 1


def line_loss(net: Model, batch: Batch, now: Moment) -> Tensor:
    """CTC loss of a batch, guided at first."""
    lines = to_tensor(lines_of(batch.images, batch.lines), now.device)
    logits = net(normalised(jittered(lines, now.generator)))
    log_probs = logits.log_softmax(dim=2)
    labels = torch.from_numpy(batch.labels).to(now.device)
    counts = (labels > 0).sum(dim=1)
    columns = torch.full_like(counts, log_probs.shape[1])
    loss = functional.ctc_loss(
        log_probs.transpose(0, 1), labels, columns, counts, reduction="mean", zero_infinity=True
    )
    share = max(0.0, 1 - now.step / GUIDED)
    if share:
        loss = loss + share * _guide(log_probs, labels, batch.lines)
    return loss


def _guide(log_probs: Tensor, labels: Tensor, doubles: NDArray[np.int64]) -> Tensor:
    """Cross-entropy at the columns where characters and gaps should be."""
    rows, places, wanted = [], [], []
    for row, (label, double) in enumerate(zip(labels.tolist(), doubles, strict=True)):
        text = [index for index in label if index]
        for place, index in zip(_places(len(text), bool(double)), text, strict=True):
            rows.append(row)
            places.append(place)
            wanted.append(index)
    picked = log_probs[rows, places, wanted]
    return -picked.mean()


def _places(count: int, double: bool) -> list[int]:
    """The column of every character's middle."""
    upper = count - 5 if double else 0
    split = UPPER_WIDTH if double else 0
    above = [(i + 0.5) * split / upper for i in range(upper)]
    below = [split + (i + 0.5) * (WIDTH - split) / (count - upper) for i in range(count - upper)]
    return [int(x / COLUMN) for x in above + below]


SECOND = Task(partial(Model, len(ALPHABET)), line_loss)


def greedy(rows: NDArray[np.int64]) -> list[str]:
    """Texts of best classes per column (n, columns): repeats joined, blanks dropped."""
    before = np.concatenate([np.full((len(rows), 1), -1), rows[:, :-1]], axis=1)
    return [
        decode(tuple(int(v) for v in row[fresh]))
        for row, fresh in zip(rows, rows != before, strict=True)
    ]


def read_texts(net: nn.Module, images: NDArray[np.uint8]) -> list[str]:
    """Texts of single-line plates (n, 48, 160, 3)."""
    lines = lines_of(images, np.zeros(len(images), np.int64))
    return greedy(line_logits(net, lines).argmax(axis=2))


def line_logits(net: nn.Module, lines: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The network's logits on lines (n, 48, 144, 1): (n, 36, alphabet)."""
    parts = []
    with torch.no_grad():
        for start in range(0, len(lines), _BATCH):
            batch = normalised(to_tensor(lines[start : start + _BATCH], "cpu"))
            parts.append(net(batch).numpy())
    return np.concatenate(parts)


def opinions(
    net: nn.Module, plates: NDArray[np.uint8], doubles: NDArray[np.int64]
) -> list[Opinion | None]:
    """What EasyOCR says with this network of plates (n, 48, 160, 3): its greedy text and score."""
    logits = line_logits(net, lines_of(plates, doubles))
    probs = torch.from_numpy(logits).softmax(dim=2).numpy()
    best = probs.argmax(axis=2)
    scores = [_score(rows.max(axis=1)[kinds > 0]) for rows, kinds in zip(probs, best, strict=True)]
    return [
        Opinion(text, score) if text else None
        for text, score in zip(greedy(best), scores, strict=True)
    ]


def _score(sureness: NDArray[np.float32]) -> float:
    """EasyOCR's own score of a line: the product over columns with a character, to 2 / sqrt(n)."""
    return float(sureness.prod() ** (2 / np.sqrt(len(sureness)))) if len(sureness) else 0.0
