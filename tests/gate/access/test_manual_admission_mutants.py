"""What a person's word needs: each property of test_admitting on a mutant, red."""

from collections.abc import Callable
from typing import Any

import pytest

from gate.access import decide, manual_admission, service
from tests.gate.access import test_manual_admission as properties
from tests.mutants import seen_red

ONE_PRESS = properties.test_one_press_admits_nothing_blocked_or_unsupported
MUTANTS: dict[str, tuple[Callable[..., Any], Callable[..., Any], str, str]] = {
    "registered plates stand first": (
        properties.test_the_most_probable_comes_first_whoever_is_on_record,
        decide._candidates,
        "key=lambda one: (-one.confidence, not one.registered)",
        "key=lambda one: (not one.registered, -one.confidence)",
    ),
    "a candidate's block is not looked at": (
        properties.test_a_blocked_candidate_says_so_and_why,
        manual_admission.objections,
        "standing is not None and blocking_of(standing) is not None",
        "False",
    ),
    "a reason counts for what nobody was told": (
        properties.test_a_reason_counts_only_for_what_the_person_was_told,
        manual_admission.may_admit,
        "set(against) <= set(told) and has_reason(remark)",
        "has_reason(remark)",
    ),
    "a plate that nobody read is supported": (
        ONE_PRESS,
        manual_admission._is_supported,
        "return sure >= MIN_SUPPORT and",
        "return",
    ),
    "no reason is needed": (
        ONE_PRESS,
        manual_admission.may_admit,
        "return not against or",
        "return True or",
    ),
    "a block that is over still shows": (
        properties.test_a_blocked_candidate_says_so_and_why,
        decide._candidate,
        "blocked=blocking is not None",
        "blocked=known.blocked",
    ),
    "a reason is never enough": (
        properties.test_who_was_told_everything_and_says_why_may_always_let_in,
        manual_admission.may_admit,
        "return not against or (set(against) <= set(told) and has_reason(remark))",
        "return not against",
    ),
}


@pytest.mark.timeout(60)  # a mutant that hides well takes a thousand examples
@pytest.mark.parametrize("name", MUTANTS)
def test_each_property_is_red_on_a_mutant(name: str) -> None:
    seen_red(*MUTANTS[name], service, properties)
