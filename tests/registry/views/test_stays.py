"""Vehicles inside as people look through them: whose, where, overstayed, page by page."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from registry.rules.kinds import Occupant, PassKind, PassSource
from registry.rules.passes import ValidityPeriod
from registry.rules.plates import Plate, PlateColour, parse
from registry.rules.snapshot import Inside
from registry.rules.standing import SpaceId
from registry.store import presence, snapshot_loader, spaces, store, visits
from registry.store.store import Actor
from registry.tables.records import Space, Vehicle, VisitorPass
from registry.views import offline_stays, stays
from registry.views.stays import StayLine, Which
from tests.registry.conftest import NOON, empty_register

HOUR = timedelta(hours=1)


def plate(text: str) -> Plate:
    found = parse(text)
    assert isinstance(found, Plate)
    return found


def car(session: Session, by: Actor, text: str, colour: PlateColour = PlateColour.UNKNOWN) -> int:
    home = store.household_at(session, "3", "2", "501", by)
    made = store.register_vehicle(
        session, plate(text), by, household_id=store.id_of(home), colour=colour
    )
    assert isinstance(made, Vehicle)
    return store.id_of(made)


def shown(session: Session, which: Which = Which()) -> tuple[StayLine, ...]:  # noqa: B008
    return stays.page(session, which, None, 50).lines


def test_a_residents_car_stands_in_its_space(session: Session, wang: Actor) -> None:
    number = car(session, wang, "吉A12345")
    space = spaces.add_space(session, "A-1", None, "", wang)
    assert isinstance(space, Space)
    spaces.share(session, space, [store.get(session, Vehicle, number)], wang)
    taken = Inside(NOON, Occupant.RESIDENT, SpaceId(store.id_of(space)))
    presence.enter(session, "吉A12345", taken, "p-1")
    (line,) = shown(session)
    assert (line.home, line.space, line.passage, line.colour) == ("3-2-501", "A-1", "p-1", "blue")
    assert not line.overstays(NOON + 99 * HOUR)
    counts = stays.counts(session)
    assert (counts.spaces, counts.taken, counts.known) == (1, 1, {Occupant.RESIDENT: 1})
    assert stays.line(session, "吉A12345") == line
    assert stays.line(session, "吉A54321") is None


def test_a_visitor_overstays_the_pass_as_it_was_extended_or_a_day(
    session: Session, wang: Actor
) -> None:
    home = store.id_of(store.household_at(session, "3", "2", "502", wang))
    wanted = visits.PassRequest(
        plate("粤B12345"),
        home,
        PassKind.ONCE,
        ValidityPeriod(NOON, NOON + HOUR),
        PassSource.MANAGER,
    )
    made = visits.grant(session, wanted, wang)
    assert isinstance(made, VisitorPass)
    presence.enter(session, "粤B12345", Inside(NOON, Occupant.VISITOR), "p-1")
    visits.check_in(session, "粤B12345", made.id, "p-1", wang)
    (line,) = shown(session)
    assert (line.home, line.due) == ("3-2-502", NOON + HOUR)
    assert line.overstays(NOON + 2 * HOUR)
    visits.extend(session, made, NOON + 30 * HOUR, wang)
    (line,) = shown(session)
    assert not line.overstays(NOON + 2 * HOUR)
    assert line.overstays(NOON + 25 * HOUR)


def test_of_two_vehicles_with_one_number_each_is_itself(session: Session, wang: Actor) -> None:
    car(session, wang, "吉A00009", PlateColour.BLUE)
    car(session, wang, "吉A00009", PlateColour.YELLOW)
    presence.enter(session, "吉A00009/yellow", Inside(NOON, Occupant.RESIDENT))
    (line,) = shown(session, Which("00009"))
    assert (line.plate, line.colour) == ("吉A00009", "yellow")
    assert shown(session, Which("Y")) == ()  # the colour is no part of the plate
    assert stays.line(session, "吉A00009") is None


def test_a_class_below_those_known_by_plate_cannot_be_right(session: Session) -> None:
    presence.enter(session, "吉A12345", Inside(NOON, Occupant.RESIDENT))
    assert not stays.counts(session).is_short(Occupant.RESIDENT)
    presence.leave(session, "", Occupant.RESIDENT)
    assert stays.counts(session).is_short(Occupant.RESIDENT)


here = st.dictionaries(
    st.sampled_from([f"吉{letter}1234{n}" for letter in "AB" for n in range(6)]),
    st.tuples(st.integers(0, 4), st.sampled_from([Occupant.RESIDENT, Occupant.VISITOR])),
    max_size=9,
)


@settings(max_examples=20, deadline=None)
@given(here, st.integers(1, 4), st.sampled_from(["", "A", "45", "吉B"]), st.integers(0, 6))
def test_pages_show_each_vehicle_once_in_order_and_memory_shows_the_same(
    inside: dict[str, tuple[int, Occupant]], limit: int, part: str, hours: int
) -> None:
    with empty_register() as session:
        for key, (hour, occupant) in inside.items():
            presence.enter(session, key, Inside(NOON + hour * HOUR, occupant))
        known = snapshot_loader.load(session, NOON)
        which = Which(part, Occupant.VISITOR if hours % 2 else None, NOON + hours * HOUR)
        expected = sorted(
            (NOON + hour * HOUR, key)
            for key, (hour, occupant) in inside.items()
            if part in key
            and hour < hours
            and (which.occupant is None or occupant is which.occupant)
        )
        found, place = [], None
        while True:
            page = stays.page(session, which, place, limit)
            assert offline_stays.page(known, which, place, limit) == page
            found += [(line.since, line.key) for line in page.lines]
            place = page.next
            if place is None:
                break
        assert found == expected
        assert offline_stays.counts(known).known == stays.counts(session).known
