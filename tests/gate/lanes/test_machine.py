"""The lane's machine: every road through it, and what may never happen on any road."""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.domain.decision import Decision, Reason, Verdict
from gate.domain.passage import Instant, OrderId, PassageEnd, PassageId, Trigger
from gate.lanes import machine as lanes
from gate.lanes.events import (
    AskGuard,
    Decide,
    DecisionMade,
    EndPassage,
    Fact,
    GuardAnswered,
    NoteUnexpected,
    OpenBarrier,
    OpeningFinished,
    Order,
    PlateSeen,
    RaiseByHand,
    Refuse,
    StartPassage,
    Ticked,
    VehicleArrived,
    VehicleBackedOut,
    VehiclePassed,
)

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
ADMIT = Decision(Verdict.ADMIT, Reason.RESIDENT, plate="吉A12345")
ASK = Decision(Verdict.ASK_GUARD, Reason.UNKNOWN_PLATE, plate="吉A12346")
REFUSE = Decision(Verdict.REFUSE, Reason.BLOCKED, plate="吉A12347")


def at(second: float) -> Instant:
    return Instant(second, NOON + timedelta(seconds=second))


def rules() -> lanes.Rules:
    counter = itertools.count(1)
    return lanes.Rules(
        decide_within=3.0,
        order_expires=2.0,
        wait_for_passing=60.0,
        new_id=lambda: f"id-{next(counter)}",
    )


class Road:
    """A lane and the orders it gave, driven fact by fact."""

    def __init__(self) -> None:
        self.rules = rules()
        self.lane: lanes.Lane = lanes.Idle()
        self.orders: list[Order] = []

    def tell(self, fact: Fact) -> tuple[Order, ...]:
        self.lane, orders = lanes.step(self.lane, fact, self.rules)
        self.orders += orders
        return orders

    def arrive(self, second: float = 0.0) -> PassageId:
        (start,) = self.tell(VehicleArrived(at(second), Trigger.LOOP))
        assert isinstance(start, StartPassage)
        return start.passage

    def decide(self, decision: Decision, second: float = 1.0) -> PassageId:
        passage = self.arrive(second - 1)
        self.tell(PlateSeen(at(second), passage, decision.plate, 0.99, settled=True))
        self.tell(DecisionMade(at(second), passage, decision, valid_until=second + 9))
        return passage

    def openings(self) -> list[OpenBarrier]:
        return [order for order in self.orders if isinstance(order, OpenBarrier)]


def test_a_resident_is_let_in_once_and_the_passage_ends_when_it_has_passed() -> None:
    road = Road()
    passage = road.decide(ADMIT)
    (opening,) = road.openings()
    assert (opening.passage, opening.by, opening.expires) == (passage, "auto", 3.0)
    road.tell(OpeningFinished(at(2), opening.order, raised=True))
    assert road.tell(VehiclePassed(at(6))) == (EndPassage(at(6), passage, PassageEnd.PASSED),)
    assert road.lane == lanes.Idle()
    assert len(road.openings()) == 1


def test_a_stranger_waits_for_a_person_however_long_it_takes() -> None:
    road = Road()
    passage = road.decide(ASK)
    assert road.orders[-1] == AskGuard(at(1), passage, ASK)
    assert road.tell(Ticked(at(100_000))) == ()
    assert isinstance(road.lane, lanes.Asking)
    assert lanes.next_deadline(road.lane, road.rules) is None


def test_a_guard_lets_a_stranger_in() -> None:
    road = Road()
    passage = road.decide(ASK)
    admitted = replace(ASK, verdict=Verdict.ADMIT, reason=Reason.GUARD_ADMITTED)
    road.tell(GuardAnswered(at(5), passage, "zhang", admitted))
    (opening,) = road.openings()
    assert (opening.by, opening.expires) == ("zhang", 7.0)


def test_a_guard_may_refuse_and_still_let_in_afterwards() -> None:
    road = Road()
    passage = road.decide(ASK)
    refused = replace(ASK, verdict=Verdict.REFUSE, reason=Reason.GUARD_REFUSED)
    road.tell(GuardAnswered(at(5), passage, "zhang", refused))
    assert road.orders[-1] == Refuse(at(5), passage, refused, "zhang")
    admitted = replace(ASK, verdict=Verdict.ADMIT, reason=Reason.GUARD_ADMITTED)
    road.tell(GuardAnswered(at(9), passage, "zhang", admitted))
    assert len(road.openings()) == 1


def test_an_answer_for_another_passage_changes_nothing_and_is_noted() -> None:
    road = Road()
    road.decide(ASK)
    before = road.lane
    admitted = replace(ASK, verdict=Verdict.ADMIT)
    (note,) = road.tell(GuardAnswered(at(5), PassageId("other"), "zhang", admitted))
    assert isinstance(note, NoteUnexpected)
    assert road.lane is before


def test_the_doubled_click_opens_once() -> None:
    road = Road()
    passage = road.decide(ASK)
    admitted = replace(ASK, verdict=Verdict.ADMIT)
    road.tell(GuardAnswered(at(5), passage, "zhang", admitted))
    road.tell(GuardAnswered(at(5.1), passage, "zhang", admitted))
    assert len(road.openings()) == 1


def test_looking_too_long_asks_the_rules_and_never_decides_by_itself() -> None:
    road = Road()
    passage = road.arrive()
    assert road.tell(Ticked(at(2.9))) == ()
    assert road.tell(Ticked(at(3.0))) == (Decide(at(3.0), passage),)
    assert road.openings() == []


def test_a_failed_raise_goes_to_the_guard() -> None:
    road = Road()
    passage = road.decide(ADMIT)
    (opening,) = road.openings()
    road.tell(OpeningFinished(at(2), opening.order, raised=False, why="link_down"))
    assert isinstance(road.lane, lanes.Asking)
    assert road.lane.passage == passage


def test_an_order_that_nobody_answers_goes_to_the_guard() -> None:
    road = Road()
    road.decide(ADMIT)
    road.tell(Ticked(at(7.0)))
    assert isinstance(road.lane, lanes.Asking)


def test_a_second_vehicle_gets_a_passage_of_its_own() -> None:
    road = Road()
    first = road.decide(ADMIT)
    (opening,) = road.openings()
    road.tell(OpeningFinished(at(2), opening.order, raised=True))
    road.tell(VehicleArrived(at(4), Trigger.LOOP))
    end, start = road.tell(VehiclePassed(at(5)))
    assert end == EndPassage(at(5), first, PassageEnd.PASSED)
    assert isinstance(start, StartPassage)
    assert isinstance(road.lane, lanes.Identifying)
    assert len(road.openings()) == 1


@pytest.mark.parametrize("decision", [ASK, REFUSE])
def test_by_hand_opens_for_the_vehicle_that_waits(decision: Decision) -> None:
    road = Road()
    passage = road.decide(decision)
    road.tell(RaiseByHand(at(8), OrderId("hand"), "zhang", "快递"))
    (opening,) = road.openings()
    assert (opening.passage, opening.order, opening.by) == (passage, "hand", "zhang")
    assert opening.decision.reason is Reason.BY_HAND


def test_emergency_release_with_no_vehicle_seen_is_a_passage_too() -> None:
    road = Road()
    start, opening = road.tell(RaiseByHand(at(0), OrderId("hand"), "zhang", "", emergency=True))
    assert isinstance(start, StartPassage)
    assert isinstance(opening, OpenBarrier)
    assert start.trigger is Trigger.GUARD
    assert opening.decision.reason is Reason.EMERGENCY


def test_a_vehicle_that_slips_through_is_recorded_as_such() -> None:
    road = Road()
    passage = road.decide(ASK)
    (end,) = road.tell(VehiclePassed(at(5)))
    assert isinstance(end, EndPassage)
    assert end.passage == passage
    assert "without the arm" in end.why


SECONDS = st.floats(0, 300, allow_nan=False)
PASSAGES = st.sampled_from([PassageId(f"id-{number}") for number in range(1, 9)])
ORDERS = st.sampled_from([OrderId(f"id-{number}") for number in range(1, 9)])
DECISIONS = st.sampled_from([ADMIT, ASK, REFUSE])
INSTANTS = SECONDS.map(at)
FACTS = st.one_of(
    st.builds(VehicleArrived, INSTANTS, st.sampled_from(Trigger)),
    st.builds(PlateSeen, INSTANTS, PASSAGES, st.just("吉A12345"), st.just(0.9), st.booleans()),
    st.builds(DecisionMade, INSTANTS, PASSAGES, DECISIONS, st.floats(0, 60)),
    st.builds(GuardAnswered, INSTANTS, PASSAGES, st.just("zhang"), DECISIONS),
    st.builds(RaiseByHand, INSTANTS, ORDERS, st.just("zhang"), st.just("x"), st.booleans()),
    st.builds(OpeningFinished, INSTANTS, ORDERS, st.booleans()),
    st.builds(VehiclePassed, INSTANTS),
    st.builds(VehicleBackedOut, INSTANTS),
    st.builds(Ticked, INSTANTS),
)


@given(st.floats(1.0, 20.0), st.floats(0.0, 25.0))
def test_what_the_rules_decide_opens_while_its_picture_is_young_and_no_longer(
    second: float, valid_until: float
) -> None:
    road = Road()
    passage = road.arrive()
    road.tell(PlateSeen(at(second), passage, ADMIT.plate, 0.99, settled=True))
    road.tell(DecisionMade(at(second), passage, ADMIT, valid_until))
    if second >= valid_until:
        assert road.openings() == []
        assert isinstance(road.lane, lanes.Asking)
        assert road.lane.decision.reason is Reason.PICTURE_OLD
    else:
        (opening,) = road.openings()
        assert opening.expires == min(second + 2.0, valid_until)


@settings(max_examples=300)
@given(st.lists(FACTS, max_size=40))
def test_on_every_road_an_opening_has_an_admission_of_that_very_passage(facts: list[Fact]) -> None:
    """Each OpenBarrier comes at once from an admission or a hand; one per passage of the rules."""
    road = Road()
    for fact in facts:
        before = road.lane
        for order in road.tell(fact):
            if not isinstance(order, OpenBarrier):
                continue
            assert order.decision.verdict is Verdict.ADMIT
            assert order.expires <= fact.at.monotonic + 2.0
            match fact:
                case DecisionMade(passage=passage, decision=decision):
                    assert fact.at.monotonic < order.expires <= fact.valid_until
                    assert isinstance(before, lanes.Identifying)
                    assert before.passage == passage == order.passage
                    assert decision.verdict is Verdict.ADMIT
                case GuardAnswered(passage=passage, decision=decision):
                    assert passage == order.passage
                    assert decision.verdict is Verdict.ADMIT
                case RaiseByHand():
                    assert order.by == "zhang"
                case _:
                    pytest.fail(f"{fact} opened")
    auto = [order.passage for order in road.openings() if order.by == "auto"]
    assert len(auto) == len(set(auto))


@settings(max_examples=200)
@given(st.lists(FACTS, max_size=40))
def test_on_every_road_each_passage_ends_at_most_once_and_none_is_forgotten(
    facts: list[Fact],
) -> None:
    road = Road()
    for fact in facts:
        road.tell(fact)
    started = [order.passage for order in road.orders if isinstance(order, StartPassage)]
    ended = [order.passage for order in road.orders if isinstance(order, EndPassage)]
    open_ = set() if isinstance(road.lane, lanes.Idle) else {road.lane.passage}
    assert len(ended) == len(set(ended))
    assert set(started) == set(ended) | open_
