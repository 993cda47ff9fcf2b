"""Makes stated probabilities true: one temperature a slot, fitted on pictures not trained on.

Temperature scaling (Guo et al., On Calibration of Modern Neural Networks, 2017): it moves no
reading, only how sure it is. Slots with few errors are held near 1 by a prior, so that a handful
of easy pictures cannot make the reader sure of everything.
"""

import numpy as np
from numpy.typing import NDArray

from recognition.reader import log_softmax

Floats = NDArray[np.float32]

_GRID = np.exp(np.linspace(np.log(0.8), np.log(4.0), 60)).astype(np.float32)
_PRIOR = 20.0


def fit_temperatures(
    logits: Floats, labels: NDArray[np.int64], weights: Floats
) -> tuple[float, ...]:
    """One temperature a slot: least weighted negative log-likelihood, drawn towards 1.

    logits (n, slots, alphabet); labels (n, slots); weights (n,), how much each picture counts.
    """
    found = []
    for slot in range(logits.shape[1]):
        losses = [_loss(logits[:, slot], labels[:, slot], weights, t) for t in _GRID]
        found.append(round(float(_GRID[int(np.argmin(losses))]), 4))
    return tuple(found)


def _loss(logits: Floats, labels: NDArray[np.int64], weights: Floats, temperature: float) -> float:
    log_probs = log_softmax(logits / temperature)
    picked = log_probs[np.arange(len(labels)), labels]
    return float(-(weights * picked).sum() + _PRIOR * np.log(temperature) ** 2)
