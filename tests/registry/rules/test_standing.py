"""Standing: the order of rules, and that no rule can be got round."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.kinds import BlockReason, ListedKind, PassKind, VehicleKind
from registry.rules.passes import Pass, PassFault, PassId, ValidityPeriod
from registry.rules.plates import PlateClass, PlateColour
from registry.rules.standing import (
    SPECIAL_FORMS,
    Blocked,
    Blocking,
    Emergency,
    Listing,
    OutsidePeriod,
    PassRefused,
    PlateRecord,
    Registered,
    Registration,
    SpaceTaken,
    SpecialBy,
    Stay,
    Unknown,
    Utility,
    VehicleId,
    Visitor,
    standing,
)
from tests.registry.conftest import NOON

DAY = timedelta(days=1)
NOW = ValidityPeriod(NOON - DAY, NOON + DAY)
OVER = ValidityPeriod(NOON - 2 * DAY, NOON - DAY)
LATER = ValidityPeriod(NOON + DAY, NOON + 2 * DAY)
BLOCK = Blocking(BlockReason.FORGED_PLATE, NOW)


def own(valid: ValidityPeriod = NOW) -> Registration:
    return Registration(VehicleId(1), VehicleKind.OWNER, "3-2-501", PlateColour.BLUE, valid)


def visitor(valid: ValidityPeriod = NOW, spent: int = 0) -> Pass:
    return Pass(PassId(9), "吉A12345", PassKind.ONCE, 1, spent, valid, "3-2-501")


def ask(
    plate_record: PlateRecord, plate_class: PlateClass = PlateClass.CIVIL, stay: Stay | None = None
) -> object:
    return standing(plate_record, plate_class, stay or Stay(), NOON)


def test_a_plate_without_a_record_is_unknown() -> None:
    assert ask(PlateRecord("吉A12345")) == Unknown(None)


def test_a_registered_vehicle_is_registered() -> None:
    assert ask(PlateRecord("吉A12345", own())) == Registered(own(), None)


@pytest.mark.parametrize("valid", [OVER, ValidityPeriod(None, NOON)])
def test_a_registration_ends_at_the_end_of_its_period(valid: ValidityPeriod) -> None:
    assert ask(PlateRecord("吉A12345", own(valid))) == OutsidePeriod(own(valid), valid.end, None)


def test_a_registration_that_begins_later_has_not_expired() -> None:
    assert ask(PlateRecord("吉A12345", own(LATER))) == OutsidePeriod(own(LATER), None, None)


def test_a_block_beats_registration_and_pass() -> None:
    plate_record = PlateRecord("吉A12345", own(), (visitor(),), (BLOCK,))
    assert ask(plate_record) == Blocked(BLOCK, None)


@pytest.mark.parametrize("valid", [OVER, LATER])
def test_a_block_outside_its_period_blocks_nobody(valid: ValidityPeriod) -> None:
    plate_record = PlateRecord("吉A12345", own(), (), (Blocking(BlockReason.DANGER, valid),))
    assert isinstance(ask(plate_record), Registered)


@pytest.mark.parametrize("plate_class", sorted(SPECIAL_FORMS))
def test_emergency_plates_come_before_everything(plate_class: PlateClass) -> None:
    found = ask(PlateRecord("X", None, (), (BLOCK,)), plate_class)
    assert found == Emergency(SpecialBy.FORM, "", BLOCK, None)


def test_a_listed_ambulance_is_an_emergency_vehicle() -> None:
    listing = Listing(ListedKind.EMERGENCY, "120", NOW)
    assert ask(PlateRecord("吉A120V5", listing=listing)) == Emergency(
        SpecialBy.LIST, "120", None, None
    )


def test_a_listing_that_ended_lists_nobody() -> None:
    listing = Listing(ListedKind.EMERGENCY, "120", OVER)
    assert ask(PlateRecord("吉A120V5", listing=listing)) == Unknown(None)


def test_a_listed_utility_vehicle_can_be_blocked() -> None:
    listing = Listing(ListedKind.UTILITY, "燃气", NOW)
    assert ask(PlateRecord("吉A12345", listing=listing)) == Utility("燃气", None)
    assert isinstance(ask(PlateRecord("吉A12345", None, (), (BLOCK,), listing)), Blocked)


def test_a_second_car_finds_its_space_taken() -> None:
    assert ask(PlateRecord("吉A12345", own()), stay=Stay(None, free_space=False)) == SpaceTaken(
        own(), None
    )


def test_a_second_car_with_a_visitor_pass_is_a_visitor() -> None:
    found = ask(PlateRecord("吉A12345", own(), (visitor(),)), stay=Stay(None, free_space=False))
    assert found == Visitor(visitor(), None)


@pytest.mark.parametrize(
    ("given_pass", "fault"),
    [
        (visitor(spent=1), PassFault.SPENT),
        (visitor(OVER), PassFault.EXPIRED),
        (visitor(LATER), PassFault.NOT_YET),
    ],
)
def test_a_pass_that_does_not_open_says_why(given_pass: Pass, fault: PassFault) -> None:
    assert ask(PlateRecord("吉A12345", None, (given_pass,))) == PassRefused(given_pass, fault, None)


def test_one_usable_pass_among_spent_ones_is_used() -> None:
    assert ask(PlateRecord("吉A12345", None, (visitor(spent=1), visitor()))) == Visitor(
        visitor(), None
    )


periods = st.sampled_from([NOW, OVER, LATER, ValidityPeriod()])
plate_records = st.builds(
    PlateRecord,
    st.just("吉A12345"),
    st.none() | st.builds(own, periods),
    st.lists(st.builds(visitor, periods, st.integers(0, 1)), max_size=3).map(tuple),
    st.lists(st.builds(Blocking, st.sampled_from(BlockReason), periods), max_size=2).map(tuple),
    st.none() | st.builds(Listing, st.sampled_from(ListedKind), st.just("org"), periods),
)
stays = st.builds(Stay, st.none() | st.just(NOON - DAY), st.booleans())


@given(plate_records, st.sampled_from(PlateClass), stays)
def test_a_blocked_plate_never_has_another_standing_but_emergency(
    plate_record: PlateRecord, plate_class: PlateClass, stay: Stay
) -> None:
    found = standing(plate_record, plate_class, stay, NOON)
    blocked = [block for block in plate_record.blocks if block.valid.holds(NOON)]
    if blocked:
        assert isinstance(found, Blocked | Emergency)
        assert not isinstance(found, Emergency) or found.blocked == blocked[0]
    else:
        assert not isinstance(found, Blocked)


@given(plate_records, st.sampled_from(PlateClass), stays)
def test_the_same_question_has_the_same_answer(
    plate_record: PlateRecord, plate_class: PlateClass, stay: Stay
) -> None:
    first = standing(plate_record, plate_class, stay, NOON)
    assert standing(plate_record, plate_class, stay, NOON) == first
    assert first.inside_since == stay.inside_since


def test_a_period_holds_its_start_and_not_its_end() -> None:
    period = ValidityPeriod(NOON, NOON + DAY)
    assert period.holds(NOON)
    assert not period.holds(NOON + DAY)
    assert not period.holds(NOON - timedelta(microseconds=1))
    assert ValidityPeriod().holds(datetime.min.replace(tzinfo=NOON.tzinfo))
