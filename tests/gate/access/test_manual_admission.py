"""What a person's word needs, whatever was read and is on record: properties, and doors."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.access.decide import case_of, decide
from gate.access.manual_admission import MIN_SUPPORT, NO_REASON, may_admit, objections, support
from gate.access.service import DecisionService
from gate.domain.decision import Answer, Decision, Objection, Reason, Verdict
from gate.domain.entries import PassageDecided
from gate.domain.passage import Direction, Instant, PassageId
from gate.domain.policy import Policy
from gate.lanes.control import LaneControl
from gate.lanes.messages import Raise
from gate.lanes.worker import TAKEN_BACK
from hardware.barrier.inputs import InputName
from hardware.station.events import InputChanged
from recognition.reading import Candidate, Colour
from registry.rules.plates import Plate, PlateColour, neighbours, parse
from registry.rules.snapshot import RegistrySnapshot
from registry.rules.standing import PlateRecord
from tests.gate.access.cases import CAR, NOON, blocked, owner, register, seen, visitor
from tests.gate.access.test_decide_properties import plate_records, policies, readings
from tests.gate.lanes.lane_cast import Stage
from tests.gate.lanes.test_control import SOUTH, site_of
from tests.registry import strategies

pytestmark = pytest.mark.slow

ALL = frozenset(Objection)
AT = Instant(0.0, NOON)


class Known:
    """A register that stands still."""

    def __init__(self, snapshot: RegistrySnapshot) -> None:
        self.snapshot = snapshot
        self.standing = snapshot.standing


def decider(known: RegistrySnapshot, policy: Policy | None = None) -> DecisionService:
    return DecisionService(Known(known), policy or Policy(), lambda: True)  # type: ignore[arg-type]


@st.composite
def worlds(draw: st.DrawFn) -> tuple[RegistrySnapshot, Decision]:
    """A vehicle that waits for a person: read somehow, among vehicles of every kind on record."""
    plate = draw(strategies.plates)
    near = draw(st.lists(st.sampled_from(sorted(neighbours(plate))), max_size=3, unique=True))
    files: list[PlateRecord] = []
    for text in (plate, *near):
        plate_record = draw(plate_records(text))
        files.append(blocked(plate_record) if draw(st.booleans()) else plate_record)
    others = draw(st.lists(st.sampled_from([plate, *near]), max_size=3, unique=True))
    shares = st.sampled_from([0.0, 0.04, 0.05, 0.3, 0.9]) | st.floats(0, 1)
    candidates = tuple(Candidate(text, draw(shares)) for text in others)
    reading = replace(draw(readings(plate)), candidates=candidates)
    known = register(*files)
    decision = decide(case_of(reading, known, Direction.IN, NOON), draw(policies))
    return known, decision


def word(text: str, remark: str, told: frozenset[Objection] = frozenset()) -> Answer:
    return Answer(PassageId("p"), "li", True, text, remark, told)


@given(worlds())
def test_the_most_probable_comes_first_whoever_is_on_record(world) -> None:
    _, decision = world
    sures = [one.confidence for one in decision.candidates]
    assert sures == sorted(sures, reverse=True)


@given(worlds(), st.sampled_from(sorted(NO_REASON)))
def test_one_press_admits_nothing_blocked_or_unsupported(world, remark: str) -> None:
    """One press carries no reason: whatever it admits is in order and likely."""
    known, asked = world
    texts = {one.text for one in asked.candidates} | {asked.plate}
    for text in texts:
        admitted = decider(known).for_guard(word(text, remark), asked, Direction.IN, AT)
        if admitted is None:
            continue
        assert not any(block.valid.holds(NOON) for block in known.plate_record(text).blocks)
        sure = next((one.confidence for one in asked.candidates if one.text == text), 0.0)
        read = asked.evidence.get("text") == text and asked.evidence.get("confidence", 0.0)
        assert max(sure, float(read)) >= MIN_SUPPORT


@given(worlds(), st.sets(st.sampled_from(Objection)))
def test_a_reason_counts_only_for_what_the_person_was_told(world, told) -> None:
    known, asked = world
    for candidate in asked.candidates:
        plate = parse(candidate.text)
        standing = known.standing(plate, NOON) if isinstance(plate, Plate) else None
        answer = word(candidate.text, "other: the owner shows the papers", frozenset(told))
        admitted = decider(known).for_guard(answer, asked, Direction.OUT, AT)
        against = objections(asked, candidate.text, standing)
        if admitted is not None and not asked.evidence.get("colour_confidence"):
            assert against <= told


@given(worlds())
def test_a_blocked_candidate_says_so_and_why(world) -> None:
    known, asked = world
    for one in asked.candidates:
        if one.blocked:
            assert one.block_reason
        blocks = known.plate_record(one.text).blocks
        holds = any(block.valid.holds(NOON) for block in blocks)
        assert holds or not one.blocked
        plate = parse(one.text)
        if holds and isinstance(plate, Plate):
            against = objections(asked, one.text, known.standing(plate, NOON))
            assert Objection.BLOCKED in against


@given(worlds())
def test_who_was_told_everything_and_says_why_may_always_let_in(world) -> None:
    known, asked = world
    for one in asked.candidates:
        answer = word(one.text, "moving: the manager agrees", ALL)
        assert decider(known).for_guard(answer, asked, Direction.IN, AT) is not None


@pytest.mark.parametrize("remark", sorted(NO_REASON))
def test_how_a_plate_was_chosen_is_no_reason(remark: str) -> None:
    assert not may_admit({Objection.BLOCKED}, ALL, remark)
    assert may_admit({Objection.BLOCKED}, ALL, "other")


def test_a_reading_that_is_surely_another_plate_does_not_support_a_registered_one() -> None:
    """U02: read 吉A4QS13 with 100 %, registered 吉A40S13."""
    read = seen("吉A4QS13", confidence=0.999, candidates=(Candidate("吉A4QS13", 0.999),))
    known = register(owner("吉A40S13"))
    asked = decide(case_of(read, known, Direction.IN, NOON), Policy())
    assert asked.reason is Reason.NEAR_MATCH
    assert [one.text for one in asked.candidates] == ["吉A4QS13", "吉A40S13"]
    standing = known.standing(parse("吉A40S13"), NOON)
    assert objections(asked, "吉A40S13", standing) == {Objection.UNSUPPORTED}


def test_a_plate_on_another_ground_than_was_seen_is_not_supported() -> None:
    read = seen(colour=Colour.YELLOW)
    known = register(owner(colour=PlateColour.BLUE))
    asked = decide(case_of(read, known, Direction.IN, NOON), Policy())
    assert asked.reason is Reason.COLOUR_CONTRADICTS
    assert decider(known).for_guard(word(CAR, "candidate"), asked, Direction.IN, AT) is None


def test_where_nothing_was_read_the_persons_eyes_are_all_there_is() -> None:
    known = register(owner())
    asked = decide(case_of(None, known, Direction.IN, NOON), Policy())
    assert support(asked, CAR) is None
    admitted = decider(known).for_guard(word(CAR, "corrected"), asked, Direction.IN, AT)
    assert admitted is not None
    assert admitted.household == "3-2-501"


@pytest.mark.parametrize("direction", Direction)
def test_a_visitor_without_a_pass_needs_words_and_is_counted_apart(direction: Direction) -> None:
    known = register()
    asked = decide(case_of(seen(), known, direction, NOON), Policy())
    said = replace(asked, verdict=Verdict.ASK_GUARD)
    bare = decider(known).for_guard(word(CAR, "visitor", ALL), said, direction, AT)
    full = decider(known).for_guard(word(CAR, "visitor: 急诊，已问住户", ALL), said, direction, AT)
    assert full is not None
    if direction is Direction.IN:
        assert bare is None
        assert full.reason is Reason.VISITOR_UNCHECKED
    else:
        assert full.reason is Reason.GUARD_ADMITTED


def test_a_visitor_with_a_pass_was_checked() -> None:
    known = register(visitor())
    asked = decide(case_of(seen(confidence=0.9), known, Direction.IN, NOON), Policy())
    admitted = decider(known).for_guard(word(CAR, "visitor"), asked, Direction.IN, AT)
    assert admitted is not None
    assert (admitted.reason, admitted.visitor_pass) == (Reason.GUARD_ADMITTED, 9)


# --- at the door: a site over a lane's thread, as pages and programs ask it ----------------------


@contextmanager
def waiting(known: RegistrySnapshot) -> Iterator[tuple[Stage, LaneControl, PassageId]]:
    """A vehicle that was read unsurely waits for a person."""
    stage = Stage(decider=decider(known))
    stage.work.handle(InputChanged(InputName.PRESENCE, True, stage.clock.second))
    stage.clock.second += 0.1
    stage.see(CAR, confidence=0.9)
    stage.clock.second += 4
    stage.work.handle(None)
    site, controller = site_of(stage)
    passage = stage.work.view().passage
    assert passage is not None
    controller.start()
    try:
        yield stage, site, passage
    finally:
        assert controller.stop(5.0)


def test_a_site_takes_no_bare_word_for_a_blocked_plate() -> None:
    with waiting(register(blocked(owner()))) as (stage, site, passage):
        assert not site.admit(passage, CAR, "li", "candidate")
        assert not site.admit(passage, CAR, "li", "other: knows him")
        assert not site.admit(passage, CAR, "li", "candidate", ALL)
        assert stage.arm.raised == []
        assert site.admit(passage, CAR, "li", "other: police were told", ALL)
        assert len(stage.arm.raised) == 1


def test_a_site_takes_no_bare_word_for_what_was_not_read() -> None:
    other = "吉A99999"
    with waiting(register(owner(other))) as (stage, site, passage):
        assert not site.admit(passage, other, "li", "corrected")
        assert stage.arm.raised == []
        assert site.admit(passage, other, "li", "misread: mud", {Objection.UNSUPPORTED})


def test_a_plate_that_is_likely_and_in_order_is_one_press() -> None:
    with waiting(register(owner())) as (stage, site, passage):
        assert site.admit(passage, CAR, "li", "candidate")
        assert len(stage.arm.raised) == 1


@pytest.mark.parametrize("remark", ["", "visitor", "candidate"])
def test_no_arm_is_raised_by_hand_without_saying_why(remark: str) -> None:
    with waiting(register()) as (stage, site, _):
        assert not site.raise_by_hand(SOUTH, "li", remark, False)
        assert stage.arm.raised == []


def test_a_visitor_raised_past_the_check_is_on_record_as_that() -> None:
    with waiting(register()) as (stage, site, _):
        assert site.raise_by_hand(SOUTH, "li", "visitor: 老人急病", False)
        decided = stage.of(PassageDecided)[-1]
        assert isinstance(decided, PassageDecided)
        assert decided.decision.reason is Reason.VISITOR_UNCHECKED


def test_a_refusal_is_taken_back_while_the_vehicle_waits() -> None:
    with waiting(register()) as (stage, site, passage):
        asked = stage.work.view().decision
        assert not site.take_back(passage, "li")  # Nobody has refused it yet.
        assert site.refuse(passage, "li", "other: no answer")
        assert stage.work.view().may_take_back
        assert not site.take_back(PassageId("another"), "li")
        assert site.take_back(passage, "li")
        view = stage.work.view()
        assert (view.state, view.decision, view.may_take_back) == ("asking", asked, False)
        last = stage.of(PassageDecided)[-1]
        assert isinstance(last, PassageDecided)
        assert (last.by, last.remark) == ("li", TAKEN_BACK)


def test_on_the_way_out_no_name_is_to_be_checked() -> None:
    stage = Stage(direction=Direction.OUT)
    assert stage.work.handle(Raise("li", "visitor", emergency=False))
    assert stage.arm.raised
