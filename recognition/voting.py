"""Many readings of one vehicle become one consensus. Pure; independent of the readings' order.

Rules:
- Log-probabilities are added position by position, but frames of one approach resemble each other
  and repeat their mistakes: n readings count as fewer independent ones (the survey statisticians'
  design effect, Kish 1965), the fewer the more alike their places in the picture are.
- No reading alone can forbid a character: each may be wrong as a whole with probability DOUBT.
- Readings that contradict each other in two or more sure characters are of different plates and are
  never mixed. The larger party speaks, with its confidence cut by the share of the smaller one.
- A single reading's consensus is that reading.
- Only a reading that is nearly sure by itself, of a plate that is clearly seen, counts as agreeing.
  Many doubtful looks at one plate share what makes them doubtful: added up they may be sure of the
  wrong character, and where the box lies beside the plate each misses the same part of it.
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recognition.alphabet import ALPHABET, decode
from recognition.reading import Candidate, Colour, Consensus, Reading

DOUBT = 1e-3
"""Probability that a reading says nothing about the plate at all (reflection, wrong corners)."""

MIN_LIKENESS = 0.5
"""Correlation of the errors of two readings of one plate that share no pixels' places; measured on
simulated approaches (`python -m recognition.training approach`)."""

SURE = 0.8
"""A character that is at least this probable counts as stated."""

WELL_SEEN = 0.75
"""Least score of the box of a reading that counts as agreeing; measured on simulated approaches
(`python -m tests.bench.bench_misreads`, gate/docs/decisions/0016)."""

SURE_ALONE = 0.95
"""Least confidence of a reading that counts as agreeing; measured likewise."""

ALTERNATIVES = 5
"""Texts that a consensus offers at most, its own included."""


def vote(readings: Sequence[Reading]) -> Consensus | None:
    """Return what the readings say together, None where there are none.

    Confidence is the probability (0..1) of the least sure position, never above what independent
    readings would give.
    """
    if not readings:
        return None
    party = _largest_party(sorted(readings, key=_key))
    share = _weight(party) / max(_weight(readings), 1e-9)
    ranked = _as_read(party[0]) if len(party) == 1 else _texts(_pooled(party))
    ranked = [Candidate(item.text, item.confidence * share) for item in ranked]
    others = _others(readings, party, ranked[0].text)
    ranked = ranked[:1] + sorted(
        _distinct(ranked[1:] + others), key=lambda c: (-c.confidence, c.text)
    )
    return _consensus(readings, party, ranked[:ALTERNATIVES])


def _consensus(
    readings: Sequence[Reading], party: Sequence[Reading], ranked: list[Candidate]
) -> Consensus:
    best = ranked[0]
    colour, colour_confidence = _colour(party)
    doubles = math.fsum(r.confidence if r.two_lines else -r.confidence for r in party)
    return Consensus(
        text=best.text,
        confidence=best.confidence,
        frames=len(readings),
        agreeing=sum(_agrees(reading, best.text) for reading in readings),
        colour=colour,
        colour_confidence=colour_confidence,
        two_lines=doubles > 0,
        runner_up=ranked[1] if len(ranked) > 1 else None,
        candidates=tuple(ranked),
    )


def _agrees(reading: Reading, text: str) -> bool:
    clear = reading.box.score >= WELL_SEEN and reading.confidence >= SURE_ALONE
    return clear and reading.text == text


def contradicts(one: Reading, other: Reading) -> bool:
    """Two or more positions where both readings are sure of different characters."""
    a, b = one.log_probs, other.log_probs
    differ = a.argmax(axis=1) != b.argmax(axis=1)
    stated = np.minimum(a.max(axis=1), b.max(axis=1)) >= math.log(SURE)
    return int(np.count_nonzero(differ & stated)) >= 2


def _key(reading: Reading) -> tuple[float, str, bytes, tuple[tuple[float, float], ...]]:
    """A total order of readings that does not depend on when they came."""
    return -reading.confidence, reading.text, reading.log_probs.tobytes(), reading.box.corners


def _weight(readings: Sequence[Reading]) -> float:
    return math.fsum(max(reading.confidence, 1e-3) for reading in readings)


def _largest_party(readings: Sequence[Reading]) -> list[Reading]:
    """Group readings, surest first, so that none contradicts another of its group; take the
    heaviest group.
    """
    parties: list[list[Reading]] = []
    for reading in readings:
        home = next((p for p in parties if not any(contradicts(reading, m) for m in p)), None)
        if home is None:
            parties.append([reading])
        else:
            home.append(reading)
    return max(parties, key=lambda party: (_weight(party), party[0].text))


def _as_read(reading: Reading) -> list[Candidate]:
    return [Candidate(reading.text, reading.confidence), *reading.candidates]


def _pooled(party: Sequence[Reading]) -> NDArray[np.float64]:
    """Pooled distribution of every position, float64 (slots, alphabet)."""
    logs = np.stack([reading.log_probs for reading in party]).astype(np.float64)
    kinds = logs.shape[-1]
    doubted = np.log((1 - DOUBT) * np.exp(logs) + DOUBT / kinds)
    weight = effective(party) / len(party)
    total = doubted.sum(axis=0) * weight
    total -= total.max(axis=1, keepdims=True)
    return np.asarray(np.exp(total) / np.exp(total).sum(axis=1, keepdims=True), np.float64)


def effective(party: Sequence[Reading]) -> float:
    """Number of independent readings that these are worth: 1 .. len(party)."""
    corners = np.array([reading.box.corners for reading in party])
    return len(party) ** 2 / math.fsum(_likeness(corners).ravel())


def _likeness(corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Correlation of readings' errors, (n, n) from corners (n, 4, 2): 1 where the plate stands
    still, MIN_LIKENESS far away.

    A plate that moved by its own height, or grew by a fifth, falls on other pixels of the sensor,
    under other light and blur.
    """
    width = np.maximum(np.hypot(*(corners[:, 1] - corners[:, 0]).T), 1.0)
    wider = np.maximum(width[:, None], width[None, :])
    gaps = corners[:, None] - corners[None, :]
    apart = np.hypot(gaps[..., 0], gaps[..., 1]).mean(axis=2) / (0.25 * wider)
    return np.asarray(MIN_LIKENESS + (1 - MIN_LIKENESS) * np.exp(-(apart**2)), np.float64)


def _texts(probs: NDArray[np.float64]) -> list[Candidate]:
    """Return the likeliest texts of a distribution, best first, by a beam over the positions."""
    beam: list[tuple[float, float, tuple[int, ...]]] = [(1.0, 1.0, ())]
    for row in probs:
        top = np.argsort(-row, kind="stable")[:ALTERNATIVES]
        grown = [
            (whole * float(row[i]), min(least, float(row[i])), (*indices, int(i)))
            for whole, least, indices in beam
            for i in top
        ]
        beam = sorted(grown, key=lambda item: (-item[0], item[2]))[: ALTERNATIVES * 2]
    texts = [Candidate(decode(indices, ALPHABET), least) for _, least, indices in beam]
    return _distinct([candidate for candidate in texts if candidate.text])[:ALTERNATIVES]


def _others(readings: Sequence[Reading], party: Sequence[Reading], text: str) -> list[Candidate]:
    """What the losing parties read; a guard should see it, with confidence by its share."""
    inside = {id(reading) for reading in party}
    outside = [reading for reading in readings if id(reading) not in inside]
    everything = max(_weight(readings), 1e-9)
    best: dict[str, float] = {}
    for reading in outside:
        if reading.text != text:
            best[reading.text] = max(best.get(reading.text, 0.0), reading.confidence)
    share = _weight(outside) / everything if outside else 0.0
    return [Candidate(other, confidence * share) for other, confidence in best.items()]


def _distinct(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Keep the surest candidate of every text, in the order given."""
    surest: dict[str, Candidate] = {}
    for candidate in candidates:
        known = surest.get(candidate.text)
        if known is None or candidate.confidence > known.confidence:
            surest[candidate.text] = candidate
    return list(surest.values())


def _colour(party: Sequence[Reading]) -> tuple[Colour, float]:
    """The colour with most evidence and its share of it; that of a single reading as it stands."""
    if len(party) == 1:
        return party[0].colour, party[0].colour_confidence
    evidence = {
        colour: math.fsum(r.colour_confidence for r in party if r.colour is colour)
        for colour in Colour
    }
    best = max(Colour, key=lambda colour: (evidence[colour], colour))
    return (best if evidence[best] else Colour.UNKNOWN), evidence[best] / len(party)
