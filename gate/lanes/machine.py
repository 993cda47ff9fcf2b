"""A lane's state machine. Everything that changes a lane's state lives in this file. Pure.

Rules:
1. One vehicle, one passage, one opening. The only way to an `OpenBarrier` order is a decision that
   admits, from the rules or from a guard, or a guard's raise by hand; each has an order id of its
   own and is given once.
2. A fact that does not fit the state, or that names another passage or order, changes nothing and
   comes back as `NoteUnexpected`. Nothing is decided by a time-out: looking too long asks the
   guard.
3. A passage that asks stays asking until a person answers or the vehicle backs out.
4. A vehicle that arrives while another one passes waits for its own passage.
5. What the rules decide opens only while the picture it rests on is young: the order to raise
   expires with that picture, and once it has, a person is asked.
6. No order here ever lowers the arm: that is the barrier's own machine
(hardware/barrier/machine.py).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf
from typing import assert_never

from gate.domain.decision import Decision, Reason, Verdict
from gate.domain.passage import Instant, OrderId, PassageEnd, PassageId, Trigger
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


@dataclass(frozen=True, slots=True)
class Rules:
    """Times of a lane, in seconds, and where its ids come from.

    decide_within: longest look before the rules are asked with what there is. order_expires: age
    at which an order to raise is dropped. wait_for_passing: longest wait for a vehicle to pass
    under a raised arm.
    """

    decide_within: float
    order_expires: float
    wait_for_passing: float
    new_id: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Idle:
    """No vehicle."""


@dataclass(frozen=True, slots=True)
class Identifying:
    """A vehicle waits and its plate is looked for. deciding: the rules have been asked."""

    passage: PassageId
    since: Instant
    deciding: bool = False


@dataclass(frozen=True, slots=True)
class Asking:
    """A vehicle waits for a person's answer."""

    passage: PassageId
    since: Instant
    decision: Decision


@dataclass(frozen=True, slots=True)
class RefusedState:
    """A vehicle was refused and has not gone yet; a guard may still let it in.

    asked: the question that a person answered so; None where the rules refused.
    """

    passage: PassageId
    since: Instant
    decision: Decision
    asked: Decision | None = None


@dataclass(frozen=True, slots=True)
class OpeningState:
    """An order to raise is on its way."""

    passage: PassageId
    since: Instant
    order: OrderId
    decision: Decision


@dataclass(frozen=True, slots=True)
class Passing:
    """The arm is up for this vehicle. waiting: another one arrived behind it."""

    passage: PassageId
    since: Instant
    decision: Decision
    waiting: Trigger | None = None


Lane = Idle | Identifying | Asking | RefusedState | OpeningState | Passing
Step = tuple[Lane, tuple[Order, ...]]


def step(lane: Lane, fact: Fact, rules: Rules) -> Step:
    """Return the lane after the fact, and what is to be done now."""
    match fact:
        case VehicleArrived():
            return _arrived(lane, fact, rules)
        case PlateSeen():
            return _seen(lane, fact)
        case DecisionMade():
            return _decided(lane, fact, rules)
        case GuardAnswered():
            return _answered(lane, fact, rules)
        case RaiseByHand():
            return _by_hand(lane, fact, rules)
        case OpeningFinished():
            return _opening_ended(lane, fact)
        case VehiclePassed():
            return _passed(lane, fact, rules)
        case VehicleBackedOut():
            return _backed_out(lane, fact)
        case Ticked():
            return _ticked(lane, fact, rules)
        case _ as unreachable:
            assert_never(unreachable)


def next_deadline(lane: Lane, rules: Rules) -> float | None:
    """Return the monotonic second at which a `Ticked` matters, or None."""
    match lane:
        case Identifying(since=since, deciding=False):
            return since.monotonic + rules.decide_within
        case OpeningState(since=since):
            return since.monotonic + rules.order_expires * 3
        case Passing(since=since):
            return since.monotonic + rules.wait_for_passing
        case _:
            return None


def _arrived(lane: Lane, fact: VehicleArrived, rules: Rules) -> Step:
    match lane:
        case Idle():
            return _start(fact.at, fact.trigger, rules)
        case RefusedState(passage=passage):
            fresh, orders = _start(fact.at, fact.trigger, rules)
            end = EndPassage(fact.at, passage, PassageEnd.REFUSED, "the next vehicle came")
            return fresh, (end, *orders)
        case Passing(waiting=None):
            return replace(lane, waiting=fact.trigger), ()
        case _:
            return _misfit(lane, fact)


def _start(at: Instant, trigger: Trigger, rules: Rules) -> Step:
    passage = PassageId(rules.new_id())
    return Identifying(passage, at), (StartPassage(at, passage, trigger),)


def _seen(lane: Lane, fact: PlateSeen) -> Step:
    match lane:
        case Identifying(passage=passage, deciding=False) if passage == fact.passage:
            if not fact.settled:
                return lane, ()
            return replace(lane, deciding=True), (Decide(fact.at, passage),)
        case Identifying() | Asking() | RefusedState() | OpeningState() | Passing():
            return lane, ()  # Later pictures of a vehicle that is decided already are no news.
        case Idle():
            return lane, ()


def _decided(lane: Lane, fact: DecisionMade, rules: Rules) -> Step:
    match lane:
        case Identifying(passage=passage, deciding=True) if passage == fact.passage:
            return _decided_by_rules(fact, passage, rules)
        case _:
            return _misfit(lane, fact)


def _decided_by_rules(fact: DecisionMade, passage: PassageId, rules: Rules) -> Step:
    decision = fact.decision
    if decision.verdict is Verdict.ADMIT and fact.at.monotonic >= fact.valid_until:
        decision = replace(
            decision, verdict=Verdict.ASK_GUARD, reason=Reason.PICTURE_OLD, visitor_pass=None
        )
    return _follow(fact.at, passage, decision, "auto", rules, valid_until=fact.valid_until)


def _answered(lane: Lane, fact: GuardAnswered, rules: Rules) -> Step:
    match lane:
        case Asking(passage=passage, decision=asked) if (
            passage == fact.passage and fact.decision.verdict is not Verdict.ASK_GUARD
        ):
            after, orders = _follow(fact.at, passage, fact.decision, fact.guard, rules, fact.remark)
            return (
                replace(after, asked=asked) if isinstance(after, RefusedState) else after
            ), orders
        case RefusedState(passage=passage) if passage == fact.passage:
            return _follow(fact.at, passage, fact.decision, fact.guard, rules, fact.remark)
        case _:
            return _misfit(lane, fact)


def _follow(
    at: Instant,
    passage: PassageId,
    decision: Decision,
    by: str,
    rules: Rules,
    remark: str = "",
    *,
    valid_until: float = inf,
) -> Step:
    match decision.verdict:
        case Verdict.ADMIT:
            order = OrderId(rules.new_id())
            return _open(at, passage, order, decision, by, rules, remark, valid_until=valid_until)
        case Verdict.ASK_GUARD:
            return Asking(passage, at, decision), (AskGuard(at, passage, decision, by, remark),)
        case Verdict.REFUSE:
            return RefusedState(passage, at, decision), (Refuse(at, passage, decision, by, remark),)
        case _ as unreachable:
            assert_never(unreachable)


def _open(
    at: Instant,
    passage: PassageId,
    order: OrderId,
    decision: Decision,
    by: str,
    rules: Rules,
    remark: str = "",
    *,
    valid_until: float = inf,
) -> Step:
    expires = min(at.monotonic + rules.order_expires, valid_until)
    opening = OpenBarrier(at, passage, order, decision, by, expires, remark)
    return OpeningState(passage, at, order, decision), (opening,)


def _by_hand(lane: Lane, fact: RaiseByHand, rules: Rules) -> Step:
    reason = fact.reason
    match lane:
        case Asking(passage=passage, decision=seen) | RefusedState(passage=passage, decision=seen):
            decision = replace(seen, verdict=Verdict.ADMIT, reason=reason)
            return _open(fact.at, passage, fact.order, decision, fact.guard, rules, fact.remark)
        case Identifying(passage=passage):
            decision = Decision(Verdict.ADMIT, reason)
            return _open(fact.at, passage, fact.order, decision, fact.guard, rules, fact.remark)
        case Idle():
            decision = Decision(Verdict.ADMIT, reason)
            passage = PassageId(rules.new_id())
            begun = StartPassage(fact.at, passage, Trigger.GUARD)
            opening, orders = _open(
                fact.at, passage, fact.order, decision, fact.guard, rules, fact.remark
            )
            return opening, (begun, *orders)
        case OpeningState() | Passing():
            return _again(lane, fact, reason, rules)


def _again(lane: OpeningState | Passing, fact: RaiseByHand, reason: Reason, rules: Rules) -> Step:
    """Raise again: the arm may be on its way down. It is a passage of its own in the record."""
    end = EndPassage(fact.at, lane.passage, PassageEnd.SUPERSEDED, "raised again by hand")
    passage = PassageId(rules.new_id())
    begun = StartPassage(fact.at, passage, Trigger.GUARD)
    decision = Decision(Verdict.ADMIT, reason)
    opening, orders = _open(fact.at, passage, fact.order, decision, fact.guard, rules, fact.remark)
    return opening, (end, begun, *orders)


def _opening_ended(lane: Lane, fact: OpeningFinished) -> Step:
    match lane:
        case OpeningState(passage=passage, order=order, decision=decision) if order == fact.order:
            if fact.raised:
                return Passing(passage, fact.at, decision), ()
            failed = replace(decision, verdict=Verdict.ASK_GUARD)
            return Asking(passage, fact.at, failed), (AskGuard(fact.at, passage, failed),)
        case _:
            return _misfit(lane, fact)


def _passed(lane: Lane, fact: VehiclePassed, rules: Rules) -> Step:
    match lane:
        case OpeningState(passage=passage) | Passing(passage=passage, waiting=None):
            return Idle(), (EndPassage(fact.at, passage, PassageEnd.PASSED),)
        case Passing(passage=passage, waiting=waiting) if waiting is not None:
            fresh, orders = _start(fact.at, waiting, rules)
            return fresh, (EndPassage(fact.at, passage, PassageEnd.PASSED), *orders)
        case Identifying(passage=passage) | Asking(passage=passage) | RefusedState(passage=passage):
            why = "went through without the arm having been raised for it"
            return Idle(), (EndPassage(fact.at, passage, PassageEnd.PASSED, why),)
        case _:
            return _misfit(lane, fact)


def _backed_out(lane: Lane, fact: VehicleBackedOut) -> Step:
    match lane:
        case RefusedState(passage=passage):
            return Idle(), (EndPassage(fact.at, passage, PassageEnd.REFUSED),)
        case Passing(waiting=waiting) if waiting is not None:
            return replace(lane, waiting=None), ()
        case Identifying() | Asking() | OpeningState() | Passing():
            return Idle(), (EndPassage(fact.at, lane.passage, PassageEnd.BACKED_OUT),)
        case _:
            return _misfit(lane, fact)


def _ticked(lane: Lane, fact: Ticked, rules: Rules) -> Step:
    due = next_deadline(lane, rules)
    if due is None or fact.at.monotonic < due:
        return lane, ()
    match lane:
        case Identifying(passage=passage):
            return replace(lane, deciding=True), (Decide(fact.at, passage),)
        case OpeningState(passage=passage, decision=decision):
            failed = replace(decision, verdict=Verdict.ASK_GUARD)
            return Asking(passage, fact.at, failed), (AskGuard(fact.at, passage, failed),)
        case Passing(passage=passage, waiting=waiting):
            end = EndPassage(fact.at, passage, PassageEnd.NOT_SEEN, "not seen to pass")
            if waiting is None:
                return Idle(), (end,)
            fresh, orders = _start(fact.at, waiting, rules)
            return fresh, (end, *orders)
        case _:
            return lane, ()


def _misfit(lane: Lane, fact: Fact) -> Step:
    note = NoteUnexpected(fact.at, type(fact).__name__, type(lane).__name__)
    return lane, (note,)
