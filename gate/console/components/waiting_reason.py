"""Why a vehicle waits, with the figures behind it: in words that do not contradict what is shown.

Only catalogues are read.
"""

import math
from collections.abc import Callable, Iterator
from datetime import datetime

from gate.console.components.decision_texts import reason_text
from gate.domain.decision import Decision, Reason
from gate.i18n.texts import Texts

Local = Callable[[datetime], datetime]


def why_words(texts: Texts, decision: Decision, local: Local, now: datetime) -> str:
    """Return why, in a few words, with figures and dates where there are any.

    local: a moment in the site's zone. An unsure reading says what was lacking, not that the plate
    cannot be read: what was read may be as sure as can be, from too few pictures.
    """
    said = reason_text(texts, decision.reason.value)
    if decision.reason is Reason.UNSURE:
        lacking = tuple(_lacking(texts, decision))
        return texts.say("ask.and").join(lacking) or said
    more = _near(texts, decision) or _dates(texts, decision, local, now)
    return f"{said} · {more}" if more else said


def percent(share: float) -> str:
    """Return a probability without rounding it up to a certainty: 99.6, 100."""
    return f"{math.floor(share * 1000 + 1e-6) / 10:g}"


def _figure(decision: Decision, name: str) -> float | None:
    value = decision.evidence.get(name)
    return float(value) if isinstance(value, int | float) else None


def _lacking(texts: Texts, decision: Decision) -> Iterator[str]:
    """What the rules of an automatic opening miss in this reading (gate.access.decide)."""
    sure, needed = _figure(decision, "confidence"), _figure(decision, "needed_confidence")
    if sure is not None and needed is not None and sure < needed:
        yield texts.say("ask.lacks_sure", percent=percent(sure), needed=percent(needed))
    agreeing, frames = _figure(decision, "agreeing"), _figure(decision, "needed_frames")
    if agreeing is not None and frames is not None and agreeing < frames:
        yield texts.say("ask.lacks_frames", n=int(agreeing), needed=int(frames))
    rival, text = _figure(decision, "runner_up_confidence"), decision.evidence.get("runner_up")
    margin = _figure(decision, "needed_margin")
    if sure is not None and rival is not None and margin is not None and sure - rival < margin:
        yield texts.say("ask.lacks_margin", plate=text, percent=percent(rival))


def _near(texts: Texts, decision: Decision) -> str:
    """What was read, beside the registered plate that it is like."""
    if decision.reason is not Reason.NEAR_MATCH:
        return ""
    other = next((one.text for one in decision.candidates if one.registered), "")
    sure = _figure(decision, "confidence")
    if not other or sure is None:
        return ""
    one_off = len(other) == len(decision.plate) and _differing(other, decision.plate) == 1
    key = "ask.near_by_one" if one_off else "ask.near"
    return texts.say(key, plate=decision.plate, percent=percent(sure), other=other)


def _differing(one: str, other: str) -> int:
    return sum(mine != yours for mine, yours in zip(one, other, strict=True))


def _dates(texts: Texts, decision: Decision, local: Local, now: datetime) -> str:
    """Since when the right of entry is over, or from when it holds."""
    begins, ends = _moment(decision, "valid_from"), _moment(decision, "valid_until")
    if decision.reason in {Reason.EXPIRED, Reason.IN_GRACE, Reason.PASS_EXPIRED} and ends:
        last = local(ends)
        days = (local(now).date() - last.date()).days
        key = "ask.over_days" if days else "ask.over_today"
        return texts.say(key, n=days, date=f"{last:%Y-%m-%d}", time=f"{last:%H:%M}")
    if decision.reason in {Reason.NOT_YET, Reason.PASS_NOT_YET} and begins:
        return texts.say("ask.begins", at=f"{local(begins):%Y-%m-%d %H:%M}")
    return ""


def _moment(decision: Decision, name: str) -> datetime | None:
    value = decision.evidence.get(name)
    return datetime.fromisoformat(value) if isinstance(value, str) and value else None
