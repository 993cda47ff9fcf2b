"""What a second opinion is worth, from cases whose truth is known. Pure functions.

Every figure of `Evidence` is taken at the careful end of what was counted (Wilson's interval, one
side, 95 %), and the worst of the groups of pictures decides: few pictures give little evidence.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from recognition.reading import Reading
from recognition.second_opinion import Evidence, Opinion, is_doubtful, weighed

_Z = 1.645
_MIN_DIFFER = 0.05


@dataclass(frozen=True, slots=True)
class Case:
    """One plate: its true text, what the first reader read, what the second one says."""

    truth: str
    reading: Reading
    opinion: Opinion | None

    @property
    def right(self) -> bool:
        """Whether the first reader read it right."""
        return self.reading.text == self.truth


@dataclass(frozen=True, slots=True)
class Tally:
    """Doubtful cases by whether the first reader is right: agreeing, differing, all."""

    agree_right: int
    agree_wrong: int
    differ_right: int
    differ_wrong: int
    right: int
    wrong: int


def tally(cases: Iterable[Case], threshold: float, sure: float) -> Tally:
    """Count the doubtful cases; opinions less sure than `sure` neither agree nor differ."""
    counts = {(kind, good): 0 for kind in ("agree", "differ", "silent") for good in (True, False)}
    for case in cases:
        if is_doubtful(case.reading, threshold):
            counts[_kind(case, sure), case.right] += 1
    return Tally(
        counts["agree", True],
        counts["agree", False],
        counts["differ", True],
        counts["differ", False],
        sum(n for (_, good), n in counts.items() if good),
        sum(n for (_, good), n in counts.items() if not good),
    )


def _kind(case: Case, sure: float) -> str:
    if case.opinion is None or case.opinion.confidence < sure:
        return "silent"
    return "agree" if case.opinion.text == case.reading.text else "differ"


def least(hits: int, of: int) -> float:
    """Lower end of what `hits` of `of` say about a share; 0 for none."""
    return max(0.0, _wilson(hits, of, -1.0)) if of else 0.0


def most(hits: int, of: int) -> float:
    """Upper end; 1 for none."""
    return min(1.0, _wilson(hits, of, 1.0)) if of else 1.0


def _wilson(hits: int, of: int, side: float) -> float:
    share, z2 = hits / of, _Z * _Z
    spread = _Z * sqrt(share * (1 - share) / of + z2 / (4 * of * of))
    return (share + z2 / (2 * of) + side * spread) / (1 + z2 / of)


def evidence_from(groups: Sequence[Sequence[Case]], threshold: float, sure: float) -> Evidence:
    """The figures that every group of cases supports."""
    found = [_evidence(tally(cases, threshold, sure), sure) for cases in groups]
    return Evidence(
        sure=sure,
        agree=min(one.agree for one in found),
        differ=min(one.differ for one in found),
        ceiling=min(one.ceiling for one in found),
    )


def _evidence(seen: Tally, sure: float) -> Evidence:
    agree = least(seen.agree_right, seen.right) / most(seen.agree_wrong, seen.wrong)
    # Half a case is added to each count, so that no differing right reading means no certainty.
    differ = ((seen.differ_right + 0.5) / (seen.right + 1)) / (
        (seen.differ_wrong + 0.5) / (seen.wrong + 1)
    )
    ceiling = least(seen.agree_right, seen.agree_right + seen.agree_wrong)
    return Evidence(
        sure=sure,
        agree=round(max(1.0, agree), 3),
        differ=round(min(1.0, max(_MIN_DIFFER, differ)), 3),
        ceiling=round(min(ceiling, 0.9999), 4),
    )


@dataclass(frozen=True, slots=True)
class Resolved:
    """What second opinions do to doubtful readings at a threshold.

    asked: doubtful ones; right, wrong: of them lifted to the threshold, rightly or wrongly.
    lowered_right, lowered_wrong: made less sure.
    """

    asked: int
    first_right: int
    right: int
    wrong: int
    lowered_right: int
    lowered_wrong: int


def resolved(cases: Iterable[Case], threshold: float, evidence: Evidence) -> Resolved:
    """Count what happens at the threshold."""
    asked = [case for case in cases if is_doubtful(case.reading, threshold)]
    after = [weighed(case.reading, case.opinion, evidence).confidence for case in asked]
    pairs = list(zip(asked, after, strict=True))
    up = [case.right for case, sure in pairs if sure >= threshold]
    down = [case.right for case, sure in pairs if sure < case.reading.confidence]
    return Resolved(
        asked=len(asked),
        first_right=sum(case.right for case in asked),
        right=sum(up),
        wrong=len(up) - sum(up),
        lowered_right=sum(down),
        lowered_wrong=len(down) - sum(down),
    )
