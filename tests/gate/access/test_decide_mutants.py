"""What no reading may bring about: each property of test_decide_properties on a mutant, red."""

from collections.abc import Callable
from typing import Any

import pytest

from gate.access import decide
from tests.gate.access import test_decide_properties as properties
from tests.mutants import seen_red

pytestmark = pytest.mark.slow

MUTANTS: dict[str, tuple[Callable[..., Any], Callable[..., Any], str, str]] = {
    "a blocked vehicle is let in": (
        properties.test_a_blocked_vehicle_is_never_admitted,
        decide._blocked,
        "return (_REFUSE, Reason.BLOCKED)",
        "return (_ADMIT, Reason.BLOCKED)",
    ),
    "a blocked vehicle leaves by itself": (
        properties.test_a_blocked_vehicle_is_never_admitted,
        decide._leaving,
        "if isinstance(read.standing, Blocked):",
        "if False:",
    ),
    "a block never holds for an emergency plate": (
        properties.test_a_blocked_vehicle_is_never_admitted,
        decide._emergency,
        "if read.standing.blocked and not read.policy.blocked_emergency:",
        "if False:",
    ),
    "a near match opens": (
        properties.test_nothing_but_the_whole_plate_opens_the_entrance,
        decide._entering,
        "return (_ASK, Reason.NEAR_MATCH if known else Reason.UNKNOWN_PLATE)",
        "return (_ADMIT, Reason.NEAR_MATCH) if known else (_ASK, Reason.UNKNOWN_PLATE)",
    ),
    "a stranger is let in": (
        properties.test_only_who_is_on_record_enters,
        decide._entering,
        "return (_ASK, Reason.NEAR_MATCH if known else Reason.UNKNOWN_PLATE)",
        "return (_ADMIT, Reason.UNKNOWN_PLATE)",
    ),
    "an unsure reading opens": (
        properties.test_a_reading_below_the_sites_threshold_opens_no_entrance,
        decide._doubt,
        "return None if sure else (_ASK, Reason.UNSURE)",
        "return None",
    ),
    "a shared number opens without a colour": (
        properties.test_no_vehicle_enters_as_the_one_with_its_number_on_another_colour,
        decide._doubt,
        "return (_ASK, Reason.SAME_NUMBER)",
        "pass",
    ),
    "an owner is refused out of hours": (
        properties.test_an_owner_in_its_period_is_refused_for_a_block_or_a_repeat_only,
        decide._second_car,
        "return (_ASK, Reason.SPACE_TAKEN)",
        "return (_REFUSE, Reason.SPACE_TAKEN)",
    ),
    "a lane locks vehicles in": (
        properties.test_leaving_is_never_refused,
        decide._leaving,
        "return (_ADMIT, Reason.EXIT_WITHOUT_ENTRY)",
        "return (_REFUSE, Reason.EXIT_WITHOUT_ENTRY)",
    ),
}


@pytest.mark.timeout(60)  # a mutant that hides well takes a thousand examples
@pytest.mark.parametrize("name", MUTANTS)
def test_each_property_is_red_on_a_mutant(name: str) -> None:
    seen_red(*MUTANTS[name])
