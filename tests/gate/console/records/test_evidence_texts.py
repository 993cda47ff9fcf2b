"""The passage page in words: no key, no `True`, no instant as programs write it."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from gate.console.records.entry_texts import entry_line
from gate.console.records.evidence_texts import evidence_words
from gate.domain import entries
from gate.domain.decision import Decision, Reason, Verdict
from gate.domain.passage import Direction, LaneId, OrderId, PassageEnd, PassageId, Trigger
from gate.i18n.texts import Language, Texts
from hardware.barrier.model import OutcomeKind, OutcomeReason
from recognition.reading import Colour, Consensus
from registry.rules.passes import ValidityPeriod
from registry.rules.snapshot import RegistrySnapshot
from tests.gate.access.cases import (
    CAR,
    NOON,
    ambulance,
    ask,
    blocked,
    owner,
    register,
    seen,
    visitor,
)

MACHINE = (
    re.compile(r"[a-z]+_[a-z_]+"),
    re.compile(r"\b(True|False|None)\b"),
    re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d"),
)
OVER = ValidityPeriod(NOON - timedelta(days=9), NOON - timedelta(days=1))
LANE, OF = LaneId("south"), PassageId("p")


def time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def decisions() -> Iterator[Decision]:
    """Every kind of answer that the rules give, with its evidence."""
    readings: tuple[Consensus | None, ...] = (
        None,
        seen(),
        seen(confidence=0.4, runner_up=None),
        seen(text="吉A1234警", colour=Colour.WHITE),
        seen(text="XX"),
        *(seen(colour=colour) for colour in Colour),
    )
    known: tuple[RegistrySnapshot | None, ...] = (
        None,
        register(),
        register(owner()),
        register(owner(), inside=[CAR]),
        register(owner(valid=OVER)),
        register(visitor()),
        register(visitor(valid=OVER)),
        register(blocked(owner())),
        register(ambulance(CAR)),
    )
    for consensus, book, way in product(readings, known, Direction):
        yield ask(consensus, book, direction=way)


def lines() -> Iterator[entries.Entry]:
    """Every entry that a passage has, with every word that the program may put into it."""
    for trigger, way in product(Trigger, Direction):
        yield entries.PassageStarted(OF, LANE, way, trigger)
    for verdict, reason, by in product(Verdict, Reason, ("auto", "wang", "button")):
        yield entries.PassageDecided(OF, LANE, Decision(verdict, reason), by)
        yield entries.OpeningOrdered(OrderId("o"), OF, LANE, Direction.IN, by, reason, "")
    for outcome, why in product(OutcomeKind, ("", *(one.value for one in OutcomeReason))):
        yield entries.OpeningEnded(OrderId("o"), OF, LANE, outcome.value, why)
    for end in PassageEnd:
        yield entries.PassageEnded(OF, LANE, end)


@pytest.mark.parametrize("language", Language)
def test_evidence_is_told_in_words(language: Language) -> None:
    texts = Texts(language)
    keys = set()
    for decision in decisions():
        keys |= set(decision.evidence)
        for name, value in evidence_words(texts, decision.evidence, time):
            for machine in MACHINE:
                assert not machine.search(name), (name, value)
                assert not machine.search(value), (name, value)
    assert {key for key in keys if not texts.knows(f"evidence.{key}")} == set()


@pytest.mark.parametrize("language", Language)
def test_each_step_is_told_in_words(language: Language) -> None:
    texts = Texts(language)
    for entry in lines():
        said = entry_line(texts, entry)
        for machine in MACHINE:
            assert not machine.search(said), (entry, said)


def test_what_is_not_known_has_no_line_and_a_share_is_never_rounded_up() -> None:
    texts = Texts(Language.ENGLISH)
    told = dict(evidence_words(texts, {"inside_since": "", "confidence": 0.9999}, time))
    assert list(told.values()) == ["99.9%"]


def test_a_moment_is_told_in_the_zone_of_the_page_and_a_new_key_without_underscores() -> None:
    texts = Texts(Language.ENGLISH)
    evidence: dict[str, object] = {"inside_since": NOON.isoformat(), "some_new_figure": True}
    told = list(evidence_words(texts, evidence, time))
    assert told == [("On record as inside since", time(NOON)), ("some new figure", "yes")]
