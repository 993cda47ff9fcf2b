"""Entries of the journal in words: one line for each kind. Pure but for the catalogues."""

from html import escape
from typing import assert_never

from gate.console.components.decision_texts import actor_text, reason_text, remark_text
from gate.domain.entries import (
    AlarmAcknowledged,
    AlarmRaised,
    ArmChanged,
    Audited,
    Entry,
    GuardActed,
    MisfitNoted,
    OpeningEnded,
    OpeningOrdered,
    PassageDecided,
    PassageEnded,
    PassageRead,
    PassageStarted,
    ServiceNoted,
)
from gate.i18n.texts import Texts


def entry_line(texts: Texts, entry: Entry) -> str:
    """Return what happened, as HTML."""
    return escape(_line(texts, entry))


def _line(texts: Texts, entry: Entry) -> str:
    match entry:
        case PassageStarted() | PassageRead() | PassageDecided() | PassageEnded():
            return _passage_line(texts, entry)
        case OpeningOrdered() | OpeningEnded():
            return _opening_line(texts, entry)
        case AlarmRaised():
            return texts.name_of("alarm.kind", entry.kind)
        case AlarmAcknowledged():
            return texts.say("entry.acknowledged", by=entry.by, remark=entry.remark)
        case ArmChanged():
            said = (texts.name_of("arm", entry.position), texts.name_of("presence", entry.presence))
            return " · ".join(said)
        case GuardActed():
            action = texts.name_of("entry.act", entry.action)
            return _joined(entry.by, action, remark_text(texts, entry.remark))
        case Audited():
            return _joined(entry.by, texts.name_of("audit", entry.action), entry.target, entry.why)
        case MisfitNoted():
            return texts.say("entry.misfit", fact=entry.fact, state=entry.state)
        case ServiceNoted():
            return texts.name_of("entry.service", entry.what)
        case _:
            assert_never(entry)


def _passage_line(
    texts: Texts, entry: PassageStarted | PassageRead | PassageDecided | PassageEnded
) -> str:
    match entry:
        case PassageStarted():
            return texts.say("entry.started", trigger=texts.name_of("trigger", entry.trigger.value))
        case PassageRead():
            sure = f"{entry.confidence:.3f}"
            read = {"agreeing": entry.agreeing, "frames": entry.frames}
            return texts.say("entry.read", text=entry.text or "—", sure=sure, **read)
        case PassageDecided():
            verdict = texts.say(f"verdict.{entry.decision.verdict.value}")
            why = reason_text(texts, entry.decision.reason.value)
            by = actor_text(texts, entry.by)
            return _joined(verdict, why, by, remark_text(texts, entry.remark))
        case PassageEnded():
            return _joined(texts.name_of("outcome", entry.end.value), _why(texts, entry.why))
        case _:
            assert_never(entry)


def _opening_line(texts: Texts, entry: OpeningOrdered | OpeningEnded) -> str:
    match entry:
        case OpeningOrdered():
            by = actor_text(texts, entry.by)
            why = reason_text(texts, entry.reason)
            kind = texts.say("entry.emergency") if entry.emergency else texts.say("entry.ordered")
            return _joined(kind, by, why, remark_text(texts, entry.remark))
        case OpeningEnded():
            return _joined(texts.name_of("opening", entry.outcome), _why(texts, entry.why))
        case _:
            assert_never(entry)


def _why(texts: Texts, why: str) -> str:
    return texts.name_of("why", why) if why else ""


def _joined(*parts: str) -> str:
    return " · ".join(part for part in parts if part)
