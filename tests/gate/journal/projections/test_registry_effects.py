"""A passage and what it does to the register are one transaction: passes, visits, presence."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, select

from gate.domain.entries import Entry, PassageDecided, PassageRead
from gate.domain.errors import OpeningRefusedError
from gate.domain.passage import Direction, LaneId, PassageEnd, PassageId
from gate.journal.projections.registry_effects import RegistryEffects
from gate.reports.reports import Reports
from registry.rules.kinds import PassKind, PassSource, UseState
from registry.rules.plates import PlateClass, PlateColour
from registry.store import store
from registry.store.store import Actor, add
from registry.tables.records import (
    Building,
    Household,
    OccupancyCount,
    PassUse,
    Presence,
    Space,
    SpaceVehicle,
    Unit,
    Vehicle,
    Visit,
    VisitorPass,
)
from registry.views import stays
from registry.views.stays import Which
from tests.gate.journal.journal_cast import (
    NOON,
    NORTH,
    SOUTH,
    Desk,
    decision,
    desk,
    ended,
    ordered,
    raised,
    started,
    whole,
)

VISITOR, OWNER, SECOND = "吉A00002", "吉A00001", "吉A00003"


@pytest.fixture
def office(tmp_path: Path, where: str | None) -> Iterator[Desk]:
    with desk(tmp_path, where=where, effects=RegistryEffects()) as made:
        with made.journal.unit() as unit:
            settle(unit.session)
        yield made


def settle(session: Session) -> None:
    """One household with two vehicles, one space, and a visitor with a pass for one entry."""
    by = Actor("wang", NOON)
    building = add(session, Building(name="3"), by)
    stair = add(session, Unit(building_id=building.id or 0, name="2"), by)
    home = add(session, Household(unit_id=stair.id or 0, room="501"), by)
    space = add(session, Space(name="A1", household_id=home.id), by)
    for plate in (OWNER, SECOND):
        vehicle = Vehicle(plate=plate, plate_class=PlateClass.CIVIL, household_id=home.id)
        add(session, vehicle, by)
        shared = SpaceVehicle(space_id=space.id or 0, vehicle_id=vehicle.id or 0)
        add(session, shared, by)
    visitor = VisitorPass(
        plate=VISITOR,
        household_id=home.id,
        kind=PassKind.ONCE,
        allowed=1,
        valid_from=NOON,
        valid_until=NOON + timedelta(hours=4),
        source=PassSource.GUARD,
        created_by="wang",
        created_at=NOON,
    )
    add(session, visitor, by)


def decided(name: str, plate: str, standing: str, lane: LaneId = SOUTH) -> PassageDecided:
    return PassageDecided(PassageId(name), lane, decision(plate, standing=standing), "auto")


def spent(office: Desk) -> int:
    with office.journal.reading() as session:
        return session.exec(select(VisitorPass.spent)).one()


def states(office: Desk) -> list[UseState]:
    with office.journal.reading() as session:
        return list(session.exec(select(PassUse.state)))


def visitor_orders(office: Desk, name: str, by: str = "auto") -> None:
    office.journal.append(
        started(name),
        decided(name, VISITOR, "visitor"),
        ordered(name, VISITOR, by=by, visitor_pass=1),
    )


def test_an_order_spends_the_pass_in_its_own_transaction(office: Desk) -> None:
    visitor_orders(office, "a")
    assert (spent(office), states(office)) == (1, [UseState.HELD])
    office.journal.append(raised("a"))
    office.journal.append(ended("a"))
    assert (spent(office), states(office)) == (1, [UseState.SPENT])


def test_a_spent_pass_opens_nothing_and_leaves_no_trace_of_an_order(office: Desk) -> None:
    visitor_orders(office, "a")
    with pytest.raises(OpeningRefusedError):
        visitor_orders(office, "b")
    assert office.heard.count("OpeningOrdered") == 1
    assert spent(office) == 1


def test_a_person_is_not_stopped_by_a_spent_pass(office: Desk) -> None:
    visitor_orders(office, "a")
    visitor_orders(office, "b", by="wang")
    assert spent(office) == 1


def test_a_pass_that_does_not_exist_opens_nothing(office: Desk) -> None:
    with pytest.raises(OpeningRefusedError):
        office.journal.append(ordered("a", VISITOR, visitor_pass=99))


@pytest.mark.parametrize("outcome", ["failed", "expired", "refused"])
def test_an_arm_that_did_not_rise_gives_the_pass_back(office: Desk, outcome: str) -> None:
    visitor_orders(office, "a")
    office.journal.append(raised("a", outcome))
    assert (spent(office), states(office)) == (0, [UseState.GIVEN_BACK])


def test_a_visitor_who_backs_out_keeps_the_pass(office: Desk) -> None:
    visitor_orders(office, "a")
    office.journal.append(raised("a"), ended("a", PassageEnd.BACKED_OUT))
    assert spent(office) == 0


def test_after_a_crash_the_pass_stays_spent(tmp_path: Path, where: str | None) -> None:
    with desk(tmp_path, where=where, effects=RegistryEffects()) as first:
        with first.journal.unit() as unit:
            settle(unit.session)
        visitor_orders(first, "a")
    with desk(tmp_path, where=where, effects=RegistryEffects()) as second:
        assert (spent(second), states(second)) == (1, [UseState.SPENT])


def test_a_visitor_is_checked_in_and_out(office: Desk) -> None:
    visitor_orders(office, "a")
    office.journal.append(raised("a"), ended("a"))
    office.clock.pass_by(3600)
    out = ordered("b", VISITOR, lane=NORTH, direction=Direction.OUT)
    begun = started("b", NORTH, Direction.OUT)
    seen = decided("b", VISITOR, "visitor", NORTH)
    office.journal.append(begun, seen, out)
    office.journal.append(raised("b", lane=NORTH), ended("b", lane=NORTH))
    with office.journal.reading() as session:
        stay = session.exec(select(Visit)).one()
        assert (stay.plate, stay.passage_in, stay.passage_out) == (VISITOR, "a", "b")
        assert session.exec(select(Presence)).all() == []
        assert [one.count for one in session.exec(select(OccupancyCount))] == [0]


def test_vehicles_of_one_household_take_its_space_in_turn(office: Desk) -> None:
    for name, plate in (("a", OWNER), ("b", SECOND)):
        office.journal.append(started(name), decided(name, plate, "registered"))
        office.journal.append(ordered(name, plate), raised(name), ended(name))
    with office.journal.reading() as session:
        taken = {one.plate: one.space_id for one in session.exec(select(Presence))}
    assert taken == {OWNER: 1, SECOND: None}


TWINS = "吉A00009"


def of_colour(name: str, colour: str, direction: Direction = Direction.IN) -> list[Entry]:
    """A passage of a vehicle whose number a blue and a yellow plate carry."""
    lane = SOUTH if direction is Direction.IN else NORTH
    steps = whole(name, TWINS, lane=lane, direction=direction)
    entries = [entry for step in steps for entry in step]
    return [replace(one, colour=colour) if isinstance(one, PassageRead) else one for one in entries]


def twin(session: Session, colour: PlateColour) -> Vehicle:
    number = Vehicle(plate=TWINS, plate_class=PlateClass.CIVIL, colour=colour, household_id=1)
    return add(session, number, Actor("wang", NOON))


def inside_now(office: Desk) -> tuple[list[str], int, int]:
    """The plates on the page "inside now", the reports' count, and the register's balance."""
    reports = Reports(office.database, office.keyring, UTC)
    with office.journal.reading() as session:
        balance = sum(one.count for one in session.exec(select(OccupancyCount)))
        shown = [line.plate for line in stays.page(session, Which(), None, 100).lines]
    return shown, reports.inside().total(), balance


def test_two_vehicles_with_one_number_are_two_inside_and_leave_one_by_one(office: Desk) -> None:
    with office.journal.unit() as unit:
        twin(unit.session, PlateColour.BLUE)
        twin(unit.session, PlateColour.YELLOW)
    office.journal.append(*of_colour("a", "blue"))
    office.clock.pass_by(60)
    office.journal.append(*of_colour("b", "yellow"))
    assert inside_now(office) == ([TWINS, TWINS], 2, 2)
    office.clock.pass_by(3600)
    office.journal.append(*of_colour("c", "yellow", Direction.OUT))
    assert inside_now(office) == ([TWINS], 1, 1)
    office.journal.append(*of_colour("d", "unknown", Direction.OUT))
    assert inside_now(office) == ([], 0, 0)
    log = Reports(office.database, office.keyring, UTC)
    stays = [log.passage(PassageId(name)) for name in "ab"]
    assert [stay.row.dwell for stay in stays if stay] == [3660, 3600]


@pytest.mark.parametrize("leaves_as", ["blue", "unknown"])
def test_a_vehicle_leaves_as_what_it_came_in_though_its_twin_was_registered_since(
    office: Desk, leaves_as: str
) -> None:
    with office.journal.unit() as unit:
        twin(unit.session, PlateColour.BLUE)
    office.journal.append(*of_colour("a", "blue"))
    with office.journal.unit() as unit:
        twin(unit.session, PlateColour.YELLOW)
    office.journal.append(*of_colour("b", leaves_as, Direction.OUT))
    assert inside_now(office) == ([], 0, 0)


def test_a_vehicle_leaves_though_it_was_taken_off_the_register_meanwhile(office: Desk) -> None:
    with office.journal.unit() as unit:
        twin(unit.session, PlateColour.BLUE)
        lorry = store.id_of(twin(unit.session, PlateColour.YELLOW))
    office.journal.append(*of_colour("a", "blue"), *of_colour("b", "yellow"))
    with office.journal.unit() as unit:
        by = Actor("wang", NOON)
        store.remove_vehicle(unit.session, store.get(unit.session, Vehicle, lorry), by)
    office.journal.append(*of_colour("c", "yellow", Direction.OUT))
    assert inside_now(office) == ([TWINS], 1, 1)
    office.journal.append(*of_colour("d", "blue", Direction.OUT))
    assert inside_now(office) == ([], 0, 0)
