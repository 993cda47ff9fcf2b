"""Whose plate it is: each sentence of the rule on a mutant, red."""

from collections.abc import Callable
from typing import Any

import pytest

from gate.lanes import attribution, machine, stop_line
from recognition import arrivals, picture_history
from tests.gate.lanes import test_attribution, test_machine, test_stop_line
from tests.mutants import seen_red
from tests.recognition import test_arrivals, test_picture_history

pytestmark = pytest.mark.slow

RULE = test_attribution.test_whoever_speaks_is_here_now_came_with_it_is_nearest_and_unmixed
PARKED = test_arrivals.test_a_parked_plate_never_arrives_whatever_else_goes_on
LANE = test_machine.test_what_the_rules_decide_opens_while_its_picture_is_young_and_no_longer

MUTANTS: dict[str, tuple[Callable[..., Any], Callable[..., Any], str, str]] = {
    "an old picture speaks": (
        RULE,
        attribution._seen_now,
        "return moment.now - newest.taken <= moment.max_age",
        "return True",
    ),
    "what was seen before the loop closed speaks": (
        RULE,
        attribution._seen_now,
        "newest.taken < moment.came",
        "newest.taken < moment.came - YOUNG",
    ),
    "a plate speaks that did not come": (
        RULE,
        attribution.came_with_it,
        "return away >= moment.came - COMING",
        "return True",
    ),
    "a plate that only appeared speaks on a lane that is new": (
        RULE,
        attribution.came_with_it,
        "stay.absent if moment.line_known else stay.elsewhere",
        "stay.absent",
    ),
    "a plate speaks behind a nearer one": (
        RULE,
        attribution._is_nearer,
        "return True",
        "return False",
    ),
    "readings of two vehicles are added up": (
        RULE,
        attribution._run,
        "if any(contradicts(one.reading, other.reading) for other in run):",
        "if False:",
    ),
    "a plate speaks that drove through": (
        RULE,
        attribution._may_speak,
        "not any(one.reading.text in passed for one in run)",
        "True",
    ),
    "a parked plate that was hidden comes anew": (
        PARKED,
        arrivals._alike,
        "next((i for i in here if not contradicts(places[i].best, reading)), None)",
        "None",
    ),
    "one misreading elsewhere moves a parked plate": (
        test_arrivals.test_one_misreading_elsewhere_moves_no_parked_plate,
        arrivals._stayed,
        "place.elsewhere >= 2",
        "place.elsewhere >= 1",
    ),
    "one text twice in a picture is a movement": (
        test_arrivals.test_the_same_text_twice_in_one_picture_is_no_movement,
        arrivals.observe,
        "times[reading.text] == 1 and",
        "",
    ),
    "a plate that was hidden came": (
        test_picture_history.test_a_plate_that_was_only_hidden_was_there_before,
        picture_history.last_without,
        "return -inf\n    return absent",
        "pass\n    return absent",
    ),
    "headlights bring a plate": (
        test_picture_history.test_headlights_that_make_a_parked_plate_visible_do_not_bring_it,
        picture_history._fits,
        "return None",
        "pass",
    ),
    "a plate in the next lane is at the line": (
        test_stop_line.test_a_plate_in_the_lane_is_at_the_line_and_one_in_the_next_lane_is_not,
        stop_line.StopLine.is_at,
        "<= reach",
        "<= 9 * reach",
    ),
    "an order outlives its picture": (
        LANE,
        machine._open,
        "min(at.monotonic + rules.order_expires, valid_until)",
        "at.monotonic + rules.order_expires",
    ),
    "what is too old to open by is ordered": (
        LANE,
        machine._decided_by_rules,
        "fact.at.monotonic >= fact.valid_until",
        "False",
    ),
}


@pytest.mark.timeout(60)  # a mutant that hides well takes a thousand examples
@pytest.mark.parametrize("name", MUTANTS)
def test_each_property_is_red_on_a_mutant(name: str) -> None:
    seen_red(*MUTANTS[name], test_arrivals, test_picture_history)
