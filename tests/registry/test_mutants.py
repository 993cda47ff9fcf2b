"""The register's properties, each seen to fail on a mutant of what it speaks of."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from registry.rules import names, occupancy, passes, plates, snapshot, standing
from registry.rules.passes import Pass
from registry.store import presence, visits
from registry.store.store import Actor
from tests.mutants import seen_red
from tests.registry import test_same_number
from tests.registry.rules import (
    test_names,
    test_occupancy,
    test_passes,
    test_plates,
    test_snapshot,
    test_standing,
)
from tests.registry.store import test_visits

pytestmark = pytest.mark.slow

SPENT_TWICE = test_passes.test_uses_never_exceed_what_the_pass_allows
IN_DATABASE = test_visits.test_the_database_does_what_the_pure_rules_say
COUNTED = test_snapshot.test_memory_and_database_count_alike_and_as_many_as_came_and_went

MUTANTS: dict[str, tuple[Callable[..., Any], Callable[..., Any], str, str]] = {
    "a passage spends a pass twice": (
        SPENT_TWICE,
        passes.spend,
        "ledger.uses.get(passage) in (UseState.HELD, UseState.SPENT)",
        "ledger.uses.get(passage) is UseState.SPENT",
    ),
    "a pass opens once too often": (SPENT_TWICE, Pass.fault, ">= self.allowed", "> self.allowed"),
    "what was kept is given back": (
        SPENT_TWICE,
        passes.give_back,
        "is not UseState.HELD",
        "is UseState.GIVEN_BACK",
    ),
    "a failed opening gives nothing back": (
        SPENT_TWICE,
        passes.give_back,
        "UseState.GIVEN_BACK, -1",
        "UseState.GIVEN_BACK, 0",
    ),
    "the database gives nothing back": (
        IN_DATABASE,
        visits.give_back,
        "spent=row.spent - 1",
        "spent=row.spent",
    ),
    "the database forgets to keep": (
        IN_DATABASE,
        visits.keep,
        "state=UseState.SPENT",
        "state=UseState.GIVEN_BACK",
    ),
    "occupancy never falls below nothing": (
        test_occupancy.test_the_balance_is_entries_minus_exits_since_the_last_recount,
        occupancy.Occupancy.left,
        "self.balance.get(occupant, 0) - 1",
        "max(0, self.balance.get(occupant, 0) - 1)",
    ),
    "a recount adds": (
        test_occupancy.test_the_balance_is_entries_minus_exits_since_the_last_recount,
        occupancy.Occupancy.recounted,
        "self._with(occupant, count)",
        "self._with(occupant, count + self.balance.get(occupant, 0))",
    ),
    "a new plate hides the same serial of other provinces": (
        test_snapshot.test_candidates_follow_what_is_put_on_record_and_taken_off,
        snapshot._serials,
        "others + first",
        "first",
    ),
    "a surname with a title fits": (
        test_names.test_a_surname_alone_fits_nobody,
        names._telling,
        'return "" if len(bare) < 2 or surname or _ADDRESS.fullmatch(bare) else bare',
        "return bare",
    ),
    "one character is a given name": (
        test_names.test_a_given_name_alone_is_near_if_it_has_two_characters,
        names._telling,
        "len(bare) < 2 or",
        "",
    ),
    "a name fits by its length": (
        test_names.test_what_sounds_alike_is_near_and_what_does_not_is_none,
        names._alike,
        "a == b or _sounds(a) & _sounds(b)",
        "a or b",
    ),
    "only what is written alike is near": (
        test_names.test_what_sounds_alike_is_near_and_what_does_not_is_none,
        names._alike,
        "a == b or _sounds(a) & _sounds(b)",
        "a == b",
    ),
    "a missed exit counts twice in memory": (
        COUNTED,
        snapshot.RegistrySnapshot.entered,
        "self.occupancy.left(known.occupant) if known else self.occupancy",
        "self.occupancy",
    ),
    "a missed exit counts twice in the database": (
        COUNTED,
        presence.enter,
        "if known is not None:",
        "if False:",
    ),
    "own right before the block list": (
        test_standing.test_a_blocked_plate_never_has_another_standing_but_emergency,
        standing.standing,
        "if blocking:",
        "if blocking and not registration:",
    ),
    "a pass before the block list": (
        test_standing.test_a_blocked_plate_never_has_another_standing_but_emergency,
        standing.standing,
        "if blocking:",
        "if blocking and not usable:",
    ),
    "a colour loses a block": (
        test_same_number.test_a_block_that_holds_for_a_colour_is_never_lost,
        standing.PlateRecord.seen_in,
        "same_ground(block.colour, colour)",
        "block.colour is colour",
    ),
    "a lorry uses a car's pass": (
        test_same_number.test_what_is_left_for_a_colour_is_of_that_colour,
        standing._concerns,
        "not strictly if unsaid",
        "True if unsaid",
    ),
    "the province is dropped": (
        test_plates.test_plates_of_two_provinces_never_meet,
        plates.normalise,
        "translate(_TRADITIONAL)",
        'encode("ascii", "ignore").decode()',
    ),
}


@pytest.mark.timeout(60)  # a mutant that hides well takes a thousand examples
@pytest.mark.parametrize("name", MUTANTS)
def test_each_property_is_red_on_a_mutant(name: str) -> None:
    property_, function, old, new = MUTANTS[name]
    module = __import__(property_.__module__, fromlist=["*"])
    seen_red(property_, function, old, new, module)


def test_of_two_lanes_that_spend_the_last_use_only_one_is_believed(
    tmp_path: Path, wang: Actor
) -> None:
    property_ = test_visits.test_two_sessions_cannot_both_have_the_last_use
    seen_red(
        lambda: property_(tmp_path, wang),
        visits._take,
        "col(VisitorPass.spent) < col(VisitorPass.allowed)",
        "col(VisitorPass.spent) <= col(VisitorPass.allowed)",
    )
