"""What no correction may bring about: each property of test_inside_deeds on a mutant, red.

Each mutant comes with an example that the property draws among others: it is green on the program
and red on the mutant. Drawing until one is found takes minutes where examples take a second.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from gate.services import presence as inside_deeds
from registry.rules import corrections
from registry.rules.corrections import PutInside, Recounted, TakenOut
from registry.rules.kinds import Occupant
from registry.store import presence, snapshot_loader
from tests.gate.journal.journal_cast import NOON
from tests.gate.journal.projections.test_registry_effects import OWNER, SECOND
from tests.gate.services import test_presence as properties
from tests.mutants import seen_red

COUNTED = properties.test_occupancy_is_entries_minus_exits_and_what_people_saw
ASSUMED = properties.test_what_is_assumed_in_memory_is_what_the_database_will_say
CAME = PutInside(OWNER, NOON, Occupant.RESIDENT)
OTHER_CAME = PutInside(SECOND, NOON, Occupant.RESIDENT)
LEFT = TakenOut(OWNER, NOON, Occupant.RESIDENT)
LEFT_LATER = TakenOut(OWNER, NOON + timedelta(hours=1), Occupant.RESIDENT)

Mutant = tuple[Any, list[Any], Callable[..., Any], str, str]
MUTANTS: dict[str, Mutant] = {
    "who left unseen stays counted": (
        COUNTED,
        [("in", OWNER), ("take out", OWNER)],
        presence.left_unseen,
        "_count(session, known.occupant, -1)",
        "pass",
    ),
    "who came in unseen is not counted": (
        COUNTED,
        [("put", OWNER)],
        presence.came_in_unseen,
        "_count(session, stay.occupant, +1)",
        "pass",
    ),
    "a correction that comes twice counts twice": (
        ASSUMED,
        [CAME, CAME],
        presence.came_in_unseen,
        "return False",
        "return bool(_count(session, stay.occupant, +1))",
    ),
    "a stay that is put back begins anew": (
        COUNTED,
        [("in", OWNER), ("take out", OWNER), ("undo", OWNER)],
        inside_deeds._opposite,
        "since=done.since,",
        "since=at,",
    ),
    "a count that is taken back forgets who came since": (
        COUNTED,
        [("recount", OWNER), ("in", OWNER), ("undo", OWNER)],
        inside_deeds._uncounted,
        "now - (done.after - done.before)",
        "done.before",
    ),
    "two vehicles take one space": (
        COUNTED,
        [("in", OWNER), ("put", SECOND)],
        corrections.first_free,
        "taken.get(space, own) == own",
        "True",
    ),
    "what was set by hand is not read again": (
        ASSUMED,
        [CAME, LEFT, OTHER_CAME],
        snapshot_loader.follow,
        "movement=()",
        "movement=result.movement",
    ),
    "a late correction ends the next stay, in memory": (
        ASSUMED,
        [CAME, LEFT_LATER],
        corrections.corrected,
        "if refusal_by(snapshot, correction) is not None:",
        "if isinstance(correction, PutInside) and refusal_by(snapshot, correction):",
    ),
    "a late correction ends the next stay, in the database": (
        ASSUMED,
        [CAME, LEFT_LATER],
        presence.correct,
        "if refusal(session, correction) is None:",
        "if True:",
    ),
    "a count that waited is dropped": (
        ASSUMED,
        [Recounted(Occupant.RESIDENT, 0, 2)],
        presence.correct,
        "recount(session, occupant, after, by)",
        "pass",
    ),
}


@pytest.mark.timeout(240)
@pytest.mark.parametrize("name", MUTANTS)
def test_each_property_is_red_on_a_mutant(name: str) -> None:
    property_, example, function, old, new = MUTANTS[name]

    def drawn() -> None:
        property_.hypothesis.inner_test(example)

    drawn()
    seen_red(drawn, function, old, new, properties)
