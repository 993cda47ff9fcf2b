"""Decisions: each outcome with its reason, and what must never happen."""

from dataclasses import replace
from datetime import timedelta

import pytest

from gate.domain.decision import Reason, Verdict
from gate.domain.passage import Direction
from gate.domain.policy import Hours, Policy, RepeatEntry, SecondCar
from gate.domain.schedule import parse_schedule
from recognition.reading import Candidate, Colour
from registry.rules.kinds import VehicleKind
from registry.rules.passes import ValidityPeriod
from registry.rules.plates import PlateColour
from registry.rules.standing import PlateRecord
from tests.gate.access.cases import (
    CAR,
    DAY,
    NOON,
    NOW,
    ambulance,
    ask,
    blocked,
    owner,
    register,
    seen,
    utility,
    visitor,
)

ADMIT, REFUSE, ASK = Verdict.ADMIT, Verdict.REFUSE, Verdict.ASK_GUARD
POLICE = "吉A1234警"
white = {"colour": Colour.WHITE}


def outcome(*args, **kwargs) -> tuple[Verdict, Reason]:
    decision = ask(*args, **kwargs)
    return decision.verdict, decision.reason


def test_a_registered_vehicle_is_admitted() -> None:
    decision = ask(seen(), register(owner()))
    assert (decision.verdict, decision.reason) == (ADMIT, Reason.RESIDENT)
    assert (decision.plate, decision.household) == (CAR, "3-2-501")
    assert decision.visitor_pass is None


def test_a_visitor_is_admitted_and_the_pass_to_spend_is_named() -> None:
    decision = ask(seen(), register(visitor()))
    assert (decision.verdict, decision.reason) == (ADMIT, Reason.VISITOR)
    assert decision.visitor_pass == 9


def test_a_listed_utility_vehicle_is_admitted() -> None:
    assert outcome(seen(), register(utility())) == (ADMIT, Reason.LISTED)


def test_a_stranger_waits_for_the_guard() -> None:
    assert outcome(seen(), register()) == (ASK, Reason.UNKNOWN_PLATE)


def test_a_near_match_never_opens_and_shows_the_candidate() -> None:
    decision = ask(seen("吉A1234S"), register(owner()))
    assert (decision.verdict, decision.reason) == (ASK, Reason.NEAR_MATCH)
    known = next(one for one in decision.candidates if one.text == CAR)
    assert (known.label, known.standing) == ("3-2-501", "registered")


def test_the_same_serial_of_another_province_is_a_near_match_only() -> None:
    assert outcome(seen("苏B12345"), register(owner("粤B12345"))) == (ASK, Reason.NEAR_MATCH)


def test_a_blocked_vehicle_is_refused() -> None:
    assert outcome(seen(), register(blocked(owner()))) == (REFUSE, Reason.BLOCKED)


def test_a_doubtful_reading_of_a_blocked_plate_is_the_guards() -> None:
    decision = ask(seen(confidence=0.8), register(blocked(owner())))
    assert (decision.verdict, decision.reason) == (ASK, Reason.UNSURE)
    assert decision.candidates[0].blocked
    assert decision.candidates[0].block_reason == "forged_plate"


@pytest.mark.parametrize(
    ("reading", "reason"),
    [
        (seen(confidence=0.96), Reason.UNSURE),
        (seen(agreeing=1), Reason.UNSURE),
        (seen(runner_up=Candidate("吉A12346", 0.6)), Reason.UNSURE),
        (seen(colour=Colour.GREEN), Reason.COLOUR_CONTRADICTS),
        (seen("吉A1234"), Reason.MALFORMED),
        (None, Reason.NO_PLATE),
    ],
)
@pytest.mark.parametrize("direction", [Direction.IN])
def test_a_doubtful_reading_never_opens(reading, reason: Reason, direction: Direction) -> None:
    assert outcome(reading, register(owner()), direction) == (ASK, reason)


def test_a_colour_that_the_camera_is_not_sure_of_contradicts_nothing() -> None:
    reading = seen(colour=Colour.GREEN, colour_confidence=0.5)
    assert outcome(reading, register(owner())) == (ADMIT, Reason.RESIDENT)


def test_a_lorry_with_a_cars_number_is_not_the_car() -> None:
    known = register(owner(colour=PlateColour.BLUE))
    assert outcome(seen(colour=Colour.YELLOW), known) == (ASK, Reason.COLOUR_CONTRADICTS)
    assert outcome(seen(), known) == (ADMIT, Reason.RESIDENT)


def test_a_car_registered_without_a_colour_is_not_the_lorry_with_its_number() -> None:
    known = register(owner(colour=PlateColour.BLUE))
    night = seen(colour=Colour.YELLOW, colour_confidence=0.4)
    assert outcome(night, known) == (ADMIT, Reason.RESIDENT)
    sure = seen(colour=Colour.YELLOW, colour_confidence=0.9)
    assert outcome(sure, known) == (ASK, Reason.COLOUR_CONTRADICTS)


def twins() -> PlateRecord:
    """A blue car of 3-2-501 and a yellow lorry of 3-2-502 with one number."""
    car = owner(colour=PlateColour.BLUE)
    assert car.registration is not None
    lorry = replace(car.registration, household="3-2-502", colour=PlateColour.YELLOW)
    return replace(car, twins=(lorry,))


def test_each_of_two_vehicles_with_one_number_enters_as_itself() -> None:
    known = register(twins())
    for colour, home in ((Colour.BLUE, "3-2-501"), (Colour.YELLOW, "3-2-502")):
        decision = ask(seen(colour=colour), known)
        assert (decision.verdict, decision.household) == (ADMIT, home)


def test_a_shared_number_whose_colour_was_not_seen_is_the_guards_on_the_way_in_only() -> None:
    reading = seen(colour_confidence=0.5)
    assert outcome(reading, register(twins())) == (ASK, Reason.SAME_NUMBER)
    assert outcome(reading, register(twins()), Direction.OUT)[0] is ADMIT
    assert outcome(seen(colour=Colour.BLACK), register(twins())) == (
        ASK,
        Reason.COLOUR_CONTRADICTS,
    )


def test_a_large_green_plate_may_look_all_green() -> None:
    plate = "吉A12345D"
    known = register(owner(plate, colour=PlateColour.YELLOW_GREEN))
    assert outcome(seen(plate, colour=Colour.GREEN), known) == (ADMIT, Reason.RESIDENT)


def test_no_answer_of_the_register_is_the_guards() -> None:
    assert outcome(seen(), None) == (ASK, Reason.REGISTRY_AWAY)


# --- emergency vehicles -------------------------------------------------------------------------


@pytest.mark.parametrize("plate", [POLICE, "吉X1234应急", "WJ吉12345", "VA12345", "应急吉123X"])
@pytest.mark.parametrize("direction", Direction)
def test_a_white_emergency_plate_passes_both_ways_even_the_wrong_one(
    plate: str, direction: Direction
) -> None:
    reading = seen(plate, confidence=0.85, agreeing=1, **white)
    travel = Direction.OUT if direction is Direction.IN else Direction.IN
    assert outcome(reading, register(), direction) == (ADMIT, Reason.EMERGENCY)
    assert outcome(reading, register(), direction, travel=travel) == (ADMIT, Reason.EMERGENCY)


def test_an_emergency_plate_that_is_not_white_is_the_guards() -> None:
    """What is left of 吉AD12345 without its first character has the form of a military plate."""
    reading = seen("AD12345", colour=Colour.GREEN)
    assert outcome(reading, register()) == (ASK, Reason.COLOUR_CONTRADICTS)
    unsure_of_colour = seen("AD12345", colour=Colour.WHITE, colour_confidence=0.4)
    assert outcome(unsure_of_colour, register()) == (ASK, Reason.COLOUR_CONTRADICTS)


def test_a_hardly_legible_emergency_plate_is_the_guards() -> None:
    assert outcome(seen(POLICE, confidence=0.5, **white), register()) == (ASK, Reason.UNSURE)


def test_an_ambulance_is_admitted_by_its_whole_plate_only() -> None:
    known = register(ambulance())
    assert outcome(seen("吉A120V5"), known) == (ADMIT, Reason.EMERGENCY)
    assert outcome(seen("吉A120V5", confidence=0.9), known) == (ASK, Reason.UNSURE)
    assert outcome(seen("吉A120Y5"), known) == (ASK, Reason.NEAR_MATCH)


def test_a_blocked_emergency_vehicle_passes_where_the_site_says_so() -> None:
    known = register(blocked(ambulance()))
    assert outcome(seen("吉A120V5"), known) == (ADMIT, Reason.EMERGENCY)
    strict = Policy(blocked_emergency=False)
    assert outcome(seen("吉A120V5"), known, policy=strict) == (REFUSE, Reason.BLOCKED)


# --- direction ----------------------------------------------------------------------------------


def test_the_wrong_way_is_refused_for_everybody_else() -> None:
    known = register(owner())
    wrong = {"travel": Direction.OUT}
    assert outcome(seen(), known, **wrong) == (REFUSE, Reason.WRONG_WAY)
    asking = Policy(wrong_way=ASK)
    assert outcome(seen(), known, policy=asking, **wrong) == (ASK, Reason.WRONG_WAY)


@pytest.mark.parametrize(
    "known",
    [
        register(owner()),
        register(),
        register(visitor(spent=1)),
        register(owner(valid=ValidityPeriod(None, NOON - 30 * DAY))),
    ],
)
def test_everybody_may_leave_and_a_missing_entry_is_said(known) -> None:
    assert outcome(seen(), known, Direction.OUT) == (ADMIT, Reason.EXIT_WITHOUT_ENTRY)


def test_who_came_in_leaves_freely() -> None:
    assert outcome(seen(), register(inside=[CAR]), Direction.OUT) == (ADMIT, Reason.EXIT_FREE)


def test_leaving_spends_no_pass() -> None:
    assert ask(seen(), register(visitor()), Direction.OUT).visitor_pass is None


def test_leaving_needs_less_certainty_but_some() -> None:
    known = register(owner(), inside=[CAR])
    assert outcome(seen(confidence=0.85, agreeing=1), known, Direction.OUT)[0] is ADMIT
    assert outcome(seen(confidence=0.7), known, Direction.OUT) == (ASK, Reason.UNSURE)


@pytest.mark.parametrize("reading", [None, seen("吉A1")])
def test_an_unreadable_vehicle_at_the_exit_is_the_guards(reading) -> None:
    assert outcome(reading, register(), Direction.OUT)[0] is ASK


def test_a_blocked_vehicle_at_the_exit_is_the_guards() -> None:
    known = register(blocked(owner()))
    assert outcome(seen(), known, Direction.OUT) == (ASK, Reason.BLOCKED_LEAVING)


# --- the site's choices -------------------------------------------------------------------------


def test_a_repeated_entry_is_admitted_with_a_warning_or_refused() -> None:
    known = register(owner(), inside=[CAR])
    assert outcome(seen(), known) == (ADMIT, Reason.REPEAT_ENTRY)
    strict = Policy(repeat_entry=RepeatEntry.REFUSE)
    assert outcome(seen(), known, policy=strict) == (REFUSE, Reason.REPEAT_ENTRY)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (SecondCar.GUARD, (ASK, Reason.SPACE_TAKEN)),
        (SecondCar.VISITOR, (ADMIT, Reason.SECOND_CAR_AS_VISITOR)),
        (SecondCar.ADMIT, (ADMIT, Reason.RESIDENT)),
    ],
)
def test_the_second_car_of_a_space(choice: SecondCar, expected: tuple[Verdict, Reason]) -> None:
    known = register(owner(spaces=[1]), owner("吉A22222", spaces=[1]), inside=["吉A22222"])
    assert outcome(seen(), known, policy=Policy(second_car=choice)) == expected


def test_the_second_car_enters_once_the_first_has_left() -> None:
    known = register(owner(spaces=[1]), owner("吉A22222", spaces=[1]), inside=["吉A22222"])
    empty = known.left("吉A22222", known.inside["吉A22222"].occupant)
    assert outcome(seen(), empty) == (ADMIT, Reason.RESIDENT)


def test_a_household_with_two_spaces_has_room_for_two() -> None:
    known = register(owner(spaces=[1, 2]), owner("吉A22222", spaces=[1, 2]), inside=["吉A22222"])
    assert outcome(seen(), known) == (ADMIT, Reason.RESIDENT)


def test_visitors_wait_when_the_site_is_full_and_residents_do_not() -> None:
    full = Policy(visitor_capacity=0)
    assert outcome(seen(), register(visitor()), policy=full) == (ASK, Reason.FULL)
    assert outcome(seen(), register(owner()), policy=full) == (ADMIT, Reason.RESIDENT)


@pytest.mark.parametrize(
    ("plate_record", "who"),
    [
        (visitor(), Hours.VISITOR),
        (utility(), Hours.UTILITY),
        (owner(kind=VehicleKind.LONG_RENT), Hours.LONG_RENT),
        (owner(kind=VehicleKind.STAFF), Hours.STAFF),
        (owner(kind=VehicleKind.SERVICE), Hours.SERVICE),
    ],
)
def test_hours_are_kept_in_the_sites_zone(plate_record, who: Hours) -> None:
    noon_in_china, night_there = parse_schedule("7 11:59-12:01"), parse_schedule("7 04:00-05:00")
    assert (
        outcome(seen(), register(plate_record), policy=Policy(hours={who: noon_in_china}))[0]
        is ADMIT
    )
    assert outcome(seen(), register(plate_record), policy=Policy(hours={who: night_there})) == (
        ASK,
        Reason.OUT_OF_HOURS,
    )


def test_owners_are_held_to_no_hours() -> None:
    never = parse_schedule("1 00:00-00:01")
    policy = Policy(hours=dict.fromkeys(Hours, never))
    assert outcome(seen(), register(owner()), policy=policy) == (ADMIT, Reason.RESIDENT)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, (ADMIT, Reason.IN_GRACE)),
        (2, (ADMIT, Reason.IN_GRACE)),
        (3, (ASK, Reason.EXPIRED)),
        (300, (ASK, Reason.EXPIRED)),
    ],
)
def test_what_has_expired_has_days_of_grace_and_then_a_person(
    days: int, expected: tuple[Verdict, Reason]
) -> None:
    known = register(owner(valid=ValidityPeriod(None, NOON - timedelta(days=days))))
    assert outcome(seen(), known) == expected


def test_grace_gives_no_space_and_no_other_hours() -> None:
    over = ValidityPeriod(None, NOON - DAY)
    rented = owner(valid=over, kind=VehicleKind.LONG_RENT, spaces=[1])
    other = owner("吉A22222", spaces=[1])
    taken = register(rented, other, inside=["吉A22222"])
    assert outcome(seen(), taken) == (ASK, Reason.SPACE_TAKEN)
    closed = Policy(hours={Hours.LONG_RENT: parse_schedule("1 00:00-00:01")})
    assert outcome(seen(), register(rented), policy=closed) == (ASK, Reason.OUT_OF_HOURS)
    admitting = replace(closed, second_car=SecondCar.ADMIT)
    assert outcome(seen(), taken, policy=admitting) == (ASK, Reason.OUT_OF_HOURS)


def test_a_registration_that_has_not_begun_has_no_grace() -> None:
    assert outcome(seen(), register(owner(valid=ValidityPeriod(NOON + DAY)))) == (
        ASK,
        Reason.NOT_YET,
    )


@pytest.mark.parametrize(
    ("plate_record", "reason"),
    [
        (visitor(spent=1), Reason.PASS_SPENT),
        (visitor(valid=ValidityPeriod(NOON - 2 * DAY, NOON - DAY)), Reason.PASS_EXPIRED),
        (visitor(valid=ValidityPeriod(NOON + DAY, NOON + 2 * DAY)), Reason.PASS_NOT_YET),
    ],
)
def test_a_pass_that_does_not_open_says_why(plate_record, reason: Reason) -> None:
    assert outcome(seen(), register(plate_record)) == (ASK, reason)


def test_passes_wait_for_a_clock_that_can_be_trusted() -> None:
    doubt = {"clock_sound": False}
    assert outcome(seen(), register(visitor()), **doubt) == (ASK, Reason.CLOCK_IN_DOUBT)
    assert outcome(seen(), register(owner()), **doubt) == (ADMIT, Reason.RESIDENT)


def test_evidence_tells_what_was_needed_and_what_there_was() -> None:
    evidence = ask(seen(), register(owner())).evidence
    assert evidence["confidence"] == pytest.approx(0.995)
    assert evidence["needed_frames"] == 2
    assert evidence["runner_up"] == "吉A12346"


def test_candidates_come_by_probability_whoever_is_on_record() -> None:
    texts = (Candidate("吉A1234S", 0.7), Candidate("吉A1234Z", 0.2), Candidate(CAR, 0.1))
    decision = ask(seen("吉A1234S", candidates=texts), register(owner(valid=NOW)))
    assert [c.text for c in decision.candidates] == ["吉A1234S", "吉A1234Z", CAR]
    assert [c.registered for c in decision.candidates] == [False, False, True]


UNUSUAL = "吉AKQJ12"


def test_a_registered_plate_of_an_unusual_form_is_admitted_as_any_other() -> None:
    decision = ask(seen(UNUSUAL), register(owner(UNUSUAL)))
    assert (decision.verdict, decision.reason) == (ADMIT, Reason.RESIDENT)
    assert decision.evidence["unusual_form"] is True


@pytest.mark.parametrize("text", [UNUSUAL, "吉A1O345", "吉A654321", "琼01A2345"])
def test_an_unusual_plate_that_nobody_registered_is_a_stranger(text: str) -> None:
    assert outcome(seen(text, colour=Colour.UNKNOWN), register(owner())) == (
        ASK,
        Reason.UNKNOWN_PLATE,
    )


def test_only_the_whole_key_of_an_unusual_plate_opens() -> None:
    assert outcome(seen("吉AKQJ13"), register(owner(UNUSUAL)))[0] is ASK


def test_an_unusual_plate_leaves_as_any_other() -> None:
    assert outcome(seen(UNUSUAL), register(), Direction.OUT) == (ADMIT, Reason.EXIT_WITHOUT_ENTRY)


@pytest.mark.parametrize("text", ["粤E1F23警", "粤O12G3警", "WJG12345"])
def test_police_with_a_letter_inside_are_police(text: str) -> None:
    assert outcome(seen(text, **white), register()) == (ADMIT, Reason.EMERGENCY)
    assert outcome(seen(text, colour=Colour.BLUE), register()) == (ASK, Reason.COLOUR_CONTRADICTS)


@pytest.mark.parametrize("text", ["WJAB123C", "吉O1O34警", "应急吉ABCD"])
def test_a_form_that_nobody_has_seen_gives_no_way_by_itself(text: str) -> None:
    assert outcome(seen(text, **white), register())[0] is ASK
