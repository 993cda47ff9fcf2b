"""Occupancy is entries minus exits since the last recount, whatever was missed in between."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.kinds import Occupant
from registry.rules.occupancy import Occupancy

events = st.lists(
    st.one_of(
        st.tuples(st.just("in"), st.sampled_from(Occupant), st.just(0)),
        st.tuples(st.just("out"), st.sampled_from(Occupant), st.just(0)),
        st.tuples(st.just("recount"), st.sampled_from(Occupant), st.integers(0, 50)),
    ),
    max_size=60,
)


def play(sequence: list[tuple[str, Occupant, int]]) -> Occupancy:
    counted = Occupancy()
    for event, occupant, count in sequence:
        match event:
            case "in":
                counted = counted.entered(occupant)
            case "out":
                counted = counted.left(occupant)
            case _:
                counted = counted.recounted(occupant, count)
    return counted


@given(events)
def test_the_balance_is_entries_minus_exits_since_the_last_recount(
    sequence: list[tuple[str, Occupant, int]],
) -> None:
    counted = play(sequence)
    for occupant in Occupant:
        own = [(event, count) for event, who, count in sequence if who is occupant]
        last = max((n for n, (event, _) in enumerate(own) if event == "recount"), default=-1)
        base = own[last][1] if last >= 0 else 0
        since = [event for event, _ in own[last + 1 :]]
        expected = base + since.count("in") - since.count("out")
        assert counted.balance.get(occupant, 0) == expected
        assert counted.inside(occupant) == max(0, expected)
        assert (occupant in counted.drifted()) == (expected < 0)


def test_nobody_counts_fewer_than_none() -> None:
    with pytest.raises(ValueError, match="count again"):
        Occupancy().recounted(Occupant.VISITOR, -1)
