"""What no reading, register or policy may bring about. Each property was seen red on a mutant."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gate.access.decide import case_of, decide
from gate.domain.decision import Verdict
from gate.domain.passage import Direction
from gate.domain.policy import Hours, Policy, RepeatEntry, SecondCar
from gate.domain.schedule import parse_schedule
from recognition.reading import Candidate, Colour, Consensus
from registry.rules.kinds import BlockReason, ListedKind, PassKind, VehicleKind
from registry.rules.passes import Pass, PassId, ValidityPeriod
from registry.rules.plates import Plate, PlateColour, neighbours, parse, same_ground
from registry.rules.standing import (
    SPECIAL_FORMS,
    Blocking,
    Listing,
    PlateRecord,
    Registration,
    SpaceId,
    VehicleId,
)
from tests.gate.access.cases import DAY, NOON, blocked, owner, register
from tests.registry import strategies

pytestmark = pytest.mark.slow

shares = st.floats(0, 1)
periods = st.sampled_from(
    [
        ValidityPeriod(),
        ValidityPeriod(NOON - DAY, NOON + DAY),
        ValidityPeriod(None, NOON - DAY),
        ValidityPeriod(NOON + DAY),
    ]
)
verdicts = st.sampled_from([Verdict.REFUSE, Verdict.ASK_GUARD])
schedules = st.sampled_from([parse_schedule("1-7 00:00-24:00"), parse_schedule("1 00:00-00:01")])


@st.composite
def readings(draw: st.DrawFn, text: str) -> Consensus:
    """Any reading of a text, mostly a sure one."""
    frames = draw(st.integers(1, 6))
    return Consensus(
        text=text,
        confidence=draw(st.sampled_from([1.0, 0.99]) | shares),
        frames=frames,
        agreeing=draw(st.integers(1, frames)),
        colour=draw(st.sampled_from(Colour)),
        colour_confidence=draw(st.sampled_from([0.0, 1.0]) | shares),
        two_lines=draw(st.booleans()),
        runner_up=draw(st.none() | st.builds(Candidate, st.just("吉A00000"), st.floats(0, 0.1))),
        candidates=(Candidate(text, 0.9),),
    )


@st.composite
def plate_records(draw: st.DrawFn, plate: str) -> PlateRecord:
    registration = st.builds(
        Registration,
        st.just(VehicleId(1)),
        st.sampled_from(VehicleKind),
        st.just("3-2-501"),
        st.sampled_from(PlateColour),
        periods,
        st.sampled_from([(), (SpaceId(1),)]),
    )
    given_pass = st.builds(
        Pass,
        st.just(PassId(9)),
        st.just(plate),
        st.sampled_from(PassKind),
        st.none() | st.just(1),
        st.integers(0, 1),
        periods,
        st.just("3-2-501"),
    )
    blocking = st.builds(Blocking, st.sampled_from(BlockReason), periods)
    listing = st.builds(Listing, st.sampled_from(ListedKind), st.just("120"), periods)
    return PlateRecord(
        plate,
        draw(st.none() | registration),
        draw(st.lists(given_pass, max_size=2).map(tuple)),
        draw(st.lists(blocking, max_size=2).map(tuple)),
        draw(st.none() | listing),
    )


policies = st.builds(
    Policy,
    open_confidence=st.floats(0.9, 1),
    min_frames=st.integers(1, 4),
    second_car=st.sampled_from(SecondCar),
    repeat_entry=st.sampled_from(RepeatEntry),
    wrong_way=verdicts,
    grace=st.integers(0, 5).map(lambda days: timedelta(days=days)),
    blocked_emergency=st.booleans(),
    visitor_capacity=st.none() | st.integers(0, 2),
    hours=st.dictionaries(st.sampled_from(Hours), schedules),
)
directions = st.sampled_from(Direction)
worlds = strategies.plates.flatmap(
    lambda plate: st.tuples(plate_records(plate), readings(plate), st.booleans())
)


@given(worlds, policies, directions, directions, st.booleans())
def test_a_blocked_vehicle_is_never_admitted(world, policy, direction, travel, clock) -> None:
    plate_record, reading, inside = world
    plate_record = blocked(plate_record)
    known = register(plate_record, inside=[plate_record.plate] if inside else [])
    case = case_of(reading, known, direction, NOON, travel=travel, clock_sound=clock)
    decision = decide(case, policy)
    if decision.verdict is Verdict.ADMIT:
        assert decision.standing == "emergency"
        assert policy.blocked_emergency


@given(worlds, policies, st.data())
def test_nothing_but_the_whole_plate_opens_the_entrance(world, policy, data) -> None:
    """One look-alike away from a registered plate is a stranger, however sure the reading."""
    plate_record, _, _ = world
    other = data.draw(st.sampled_from(sorted(neighbours(plate_record.plate))))
    plate = parse(other)
    assume(other != plate_record.plate)
    assume(not isinstance(plate, Plate) or plate.plate_class not in SPECIAL_FORMS)
    reading = data.draw(readings(other))
    decision = decide(case_of(reading, register(plate_record), Direction.IN, NOON), policy)
    assert decision.verdict is not Verdict.ADMIT
    assert decision.household == ""


@given(worlds, policies, st.sampled_from([PlateColour.BLUE, PlateColour.YELLOW]))
def test_no_vehicle_enters_as_the_one_with_its_number_on_another_colour(
    world, policy, colour
) -> None:
    """Registered in two colours: only a colour that was surely seen says which one this is."""
    plate_record, reading, _ = world
    other = PlateColour.YELLOW if colour is PlateColour.BLUE else PlateColour.BLUE
    first = replace(owner().registration, colour=colour, household="first")
    second = replace(first, colour=other, household="second")
    plate_record = PlateRecord(plate_record.plate, first, twins=(second,))
    decision = decide(
        case_of(
            reading,
            register(plate_record),
            Direction.IN,
            NOON,
            sure_colour=policy.colour_confidence,
        ),
        policy,
    )
    if decision.verdict is Verdict.ADMIT and decision.standing != "emergency":
        assert reading.colour_confidence >= policy.colour_confidence
        seen = PlateColour(reading.colour.value)
        assert same_ground(colour if decision.household == "first" else other, seen)


@given(worlds, policies, directions, directions)
def test_the_same_case_has_the_same_answer(world, policy, direction, travel) -> None:
    plate_record, reading, inside = world
    known = register(plate_record, inside=[plate_record.plate] if inside else [])
    first = decide(case_of(reading, known, direction, NOON, travel=travel), policy)
    assert decide(case_of(reading, known, direction, NOON, travel=travel), policy) == first


@given(worlds, policies)
def test_a_reading_below_the_sites_threshold_opens_no_entrance(world, policy) -> None:
    plate_record, reading, _ = world
    decision = decide(case_of(reading, register(plate_record), Direction.IN, NOON), policy)
    if decision.verdict is Verdict.ADMIT and decision.reason != "emergency":
        assert reading.confidence >= policy.open_confidence
        assert reading.agreeing >= policy.min_frames


@given(worlds, policies)
def test_only_who_is_on_record_enters(world, policy) -> None:
    plate_record, reading, inside = world
    known = register(plate_record, inside=[plate_record.plate] if inside else [])
    decision = decide(case_of(reading, known, Direction.IN, NOON), policy)
    on_record = plate_record.registration or plate_record.passes or plate_record.listing
    if decision.verdict is Verdict.ADMIT and decision.standing != "emergency":
        assert on_record


@given(worlds, policies, st.booleans())
def test_an_owner_in_its_period_is_refused_for_a_block_or_a_repeat_only(
    world, policy, taken
) -> None:
    """taken: another car of the household stands in its only space."""
    plate_record, reading, inside = world
    plate_record = replace(plate_record, registration=owner(spaces=[1]).registration)
    other = owner("吉A99999", spaces=[1])
    within = [other.plate] if taken else []
    known = register(
        plate_record, other, inside=[*within, plate_record.plate] if inside else within
    )
    decision = decide(case_of(reading, known, Direction.IN, NOON), policy)
    if decision.verdict is Verdict.REFUSE:
        assert decision.reason in ("blocked", "repeat_entry")


@given(worlds, policies)
def test_leaving_is_never_refused(world, policy) -> None:
    plate_record, reading, _ = world
    decision = decide(case_of(reading, register(plate_record), Direction.OUT, NOON), policy)
    assert decision.verdict is not Verdict.REFUSE
