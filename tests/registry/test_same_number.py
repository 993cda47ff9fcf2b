"""One number on a blue and on a yellow plate: two vehicles, never one for the other."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import Session, select

from registry.rules.fields import RowFault
from registry.rules.kinds import (
    BlockReason,
    ListedKind,
    Occupant,
    PassKind,
    PassSource,
    VehicleKind,
)
from registry.rules.passes import Pass, PassId, ValidityPeriod
from registry.rules.plates import Plate, PlateClass, PlateColour, same_ground
from registry.rules.snapshot import Inside
from registry.rules.standing import (
    Blocked,
    Blocking,
    Emergency,
    Listing,
    PlateRecord,
    Registered,
    Registration,
    SpaceId,
    SpaceTaken,
    Unknown,
    VehicleId,
    Visitor,
)
from registry.spreadsheets import importing
from registry.spreadsheets.columns import Column
from registry.spreadsheets.export import export
from registry.spreadsheets.sheets import write_csv
from registry.store import presence, snapshot_loader, store, visits
from registry.store.listed import list_vehicle
from registry.store.store import Actor, Duplicate
from registry.tables.records import Space, Vehicle, VisitorPass
from tests.registry.conftest import NOON
from tests.registry.spreadsheets.sheet_rows import good, line
from tests.registry.spreadsheets.test_importing import ZONE, faults, imported, planned, table

BLUE, YELLOW, UNKNOWN = PlateColour.BLUE, PlateColour.YELLOW, PlateColour.UNKNOWN
NUMBER = Plate("吉A12345", PlateClass.CIVIL)
DAY = timedelta(days=1)


def registered(session: Session, by: Actor, room: str, colour: PlateColour) -> Vehicle | Duplicate:
    home = store.id_of(store.household_at(session, "3", "2", room, by))
    return store.register_vehicle(session, NUMBER, by, household_id=home, colour=colour)


def vehicle(session: Session, by: Actor, room: str, colour: PlateColour) -> Vehicle:
    made = registered(session, by, room, colour)
    assert isinstance(made, Vehicle)
    return made


def test_a_car_and_a_lorry_may_have_one_number(session: Session, wang: Actor) -> None:
    vehicle(session, wang, "501", BLUE)
    vehicle(session, wang, "502", YELLOW)
    known = snapshot_loader.load(session, NOON)
    for colour, home in ((BLUE, "3-2-501"), (YELLOW, "3-2-502")):
        standing = known.standing(NUMBER, NOON, colour)
        assert isinstance(standing, Registered)
        assert standing.registration.household == home
    assert known.plate_record(NUMBER.text).is_shared()


@pytest.mark.parametrize(("first", "second"), [(BLUE, BLUE), (UNKNOWN, YELLOW), (BLUE, UNKNOWN)])
def test_a_number_is_shared_only_where_both_colours_are_written(
    session: Session, wang: Actor, first: PlateColour, second: PlateColour
) -> None:
    vehicle(session, wang, "501", first)
    again = registered(session, wang, "502", second)
    assert isinstance(again, Duplicate)
    assert again.household == "3-2-501"


def test_an_ordinary_plate_without_a_colour_is_a_blue_one(session: Session, wang: Actor) -> None:
    vehicle(session, wang, "501", UNKNOWN)
    standing = snapshot_loader.load(session, NOON).standing(NUMBER, NOON)
    assert isinstance(standing, Registered)
    assert standing.registration.colour is BLUE


def test_each_twin_comes_goes_and_parks_for_itself(session: Session, wang: Actor) -> None:
    car, lorry = vehicle(session, wang, "501", BLUE), vehicle(session, wang, "502", YELLOW)
    space = store.add(session, Space(name="A-1"), wang)
    for one in (car, lorry):
        store.give_space(session, space, one, wang)
    key = presence.key_of(session, NUMBER.text, BLUE)
    presence.enter(session, key, Inside(NOON, Occupant.RESIDENT, known_space(space)))
    known = snapshot_loader.load(session, NOON)
    assert known.standing(NUMBER, NOON, BLUE).inside_since == NOON
    assert known.standing(NUMBER, NOON, YELLOW).inside_since is None
    assert isinstance(known.standing(NUMBER, NOON, YELLOW), SpaceTaken)
    presence.leave(session, presence.key_of(session, NUMBER.text, YELLOW), Occupant.RESIDENT)
    assert snapshot_loader.load(session, NOON).standing(NUMBER, NOON, BLUE).inside_since == NOON
    presence.leave(session, key, Occupant.RESIDENT)
    assert snapshot_loader.load(session, NOON).inside == {}


def known_space(space: Space) -> SpaceId:
    return SpaceId(store.id_of(space))


def test_a_pass_of_a_colour_is_for_that_vehicle(session: Session, wang: Actor) -> None:
    vehicle(session, wang, "501", BLUE)
    home = store.id_of(store.household_at(session, "3", "2", "502", wang))
    wanted = visits.PassRequest(
        NUMBER,
        home,
        PassKind.ONCE,
        ValidityPeriod(NOON, NOON + DAY),
        PassSource.MANAGER,
        colour=YELLOW,
    )
    made = visits.grant(session, wanted, wang)
    assert isinstance(made, VisitorPass)
    known = snapshot_loader.load(session, NOON)
    assert isinstance(known.standing(NUMBER, NOON, YELLOW), Visitor)
    assert isinstance(known.standing(NUMBER, NOON, BLUE), Registered)


def test_a_block_of_a_colour_blocks_that_vehicle_and_one_without_blocks_both(
    session: Session, wang: Actor
) -> None:
    vehicle(session, wang, "501", BLUE)
    lorry = BlockReason.DANGER
    store.block(session, NUMBER, lorry, "漏油", ValidityPeriod(NOON, NOON + DAY), wang, YELLOW)
    known = snapshot_loader.load(session, NOON)
    assert isinstance(known.standing(NUMBER, NOON, YELLOW), Blocked)
    assert isinstance(known.standing(NUMBER, NOON, BLUE), Registered)
    store.block(session, NUMBER, BlockReason.STOLEN, "报案", ValidityPeriod(NOON, NOON + DAY), wang)
    known = snapshot_loader.load(session, NOON)
    assert isinstance(known.standing(NUMBER, NOON, BLUE), Blocked)


def test_a_listed_ambulance_of_a_colour_lets_no_other_in(session: Session, wang: Actor) -> None:
    kind = ListedKind.EMERGENCY
    list_vehicle(session, NUMBER, kind, "120", ValidityPeriod(), wang, colour=BLUE)
    known = snapshot_loader.load(session, NOON)
    assert isinstance(known.standing(NUMBER, NOON, BLUE), Emergency)
    assert known.standing(NUMBER, NOON, YELLOW) == Unknown(None)


def test_a_spreadsheet_brings_both_and_takes_them_out_again_unchanged(
    session: Session, wang: Actor
) -> None:
    number = good(1)[Column.PLATE]
    lorry = line({**good(2), Column.PLATE: number, Column.COLOUR: "黄"})
    assert imported(session, wang, line(good(1)), lorry).refused == ()
    assert [v.colour for v in session.exec(select(Vehicle).order_by(Vehicle.id))] == [BLUE, YELLOW]
    lines = export(session, ZONE)
    again = importing.plan(session, [table(*map(list, lines[1:]), head=list(lines[0]))], ZONE, NOON)
    assert (again.refused, [*again.changes()]) == ((), [])
    assert write_csv(lines)
    vague = line({**good(2), Column.PLATE: number, Column.COLOUR: ""})
    refused = faults(planned(session, vague))
    assert ("L2", RowFault.COLOUR_NEEDED) in refused


colours = st.sampled_from(PlateColour)
periods = st.sampled_from([ValidityPeriod(), ValidityPeriod(NOON - DAY, NOON + DAY)])


def registration(colour: PlateColour) -> Registration:
    return Registration(VehicleId(1), VehicleKind.OWNER, "3-2-501", colour, ValidityPeriod())


@st.composite
def shared_dossiers(draw: st.DrawFn) -> PlateRecord:
    """Anything on record under one number, of any colours."""
    grounds = draw(st.lists(st.sampled_from([BLUE, YELLOW, PlateColour.BLACK]), unique=True))
    first, *others = [registration(ground) for ground in grounds] or [None]
    a_pass = st.builds(
        Pass,
        *(st.just(PassId(9)), st.just("吉A12345"), st.just(PassKind.PERIOD), st.none()),
        *(st.just(0), periods, st.just("3-2-501"), colours),
    )
    blocks = st.builds(Blocking, st.sampled_from(BlockReason), periods, colours)
    listing = st.builds(Listing, st.sampled_from(ListedKind), st.just("120"), periods, colours)
    return PlateRecord(
        "吉A12345",
        first,
        draw(st.lists(a_pass, max_size=2).map(tuple)),
        draw(st.lists(blocks, max_size=1).map(tuple)),
        draw(st.none() | listing),
        tuple(other for other in others if other),
    )


@given(shared_dossiers(), colours)
def test_what_is_left_for_a_colour_is_of_that_colour(
    plate_record: PlateRecord, colour: PlateColour
) -> None:
    left = plate_record.seen_in(colour)
    entries = [*left.passes, *left.blocks, *filter(None, [left.listing])]
    assert all(same_ground(entry.colour, colour) for entry in entries)
    foreign = plate_record.registrations and colour is not UNKNOWN
    if foreign and not any(same_ground(r.colour, colour) for r in plate_record.registrations):
        rights = [*left.passes, *filter(None, [left.listing])]
        assert all(entry.colour is not UNKNOWN for entry in rights)  # others are the car's
    if left.registration and not same_ground(left.registration.colour, colour):
        assert not any(same_ground(r.colour, colour) for r in plate_record.registrations)
        assert left.passes == ()  # nothing speaks for it, and the gate sees its colour contradict
        assert left.listing is None


@given(shared_dossiers(), colours)
def test_a_block_that_holds_for_a_colour_is_never_lost(
    plate_record: PlateRecord, colour: PlateColour
) -> None:
    kept = {b for b in plate_record.blocks if same_ground(b.colour, colour)}
    assert kept == set(plate_record.seen_in(colour).blocks)


@given(shared_dossiers())
def test_an_unseen_colour_leaves_everything(plate_record: PlateRecord) -> None:
    assert plate_record.seen_in(UNKNOWN) == replace(plate_record)
