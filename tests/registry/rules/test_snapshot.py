"""The register in memory: follows every change, agrees with a fresh load, goes on when alone."""

from datetime import timedelta
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session, select

from registry.rules.kinds import BlockReason, ListedKind, Occupant, PassKind, PassSource
from registry.rules.passes import ValidityPeriod
from registry.rules.plates import Plate, one_apart, parse
from registry.rules.snapshot import Inside, RegistrySnapshot
from registry.rules.standing import (
    Blocked,
    Emergency,
    PlateRecord,
    Registered,
    SpaceTaken,
    Unknown,
    Visitor,
)
from registry.store import presence, sample, snapshot_loader, store, visits
from registry.store.store import Actor
from registry.tables.records import (
    Block,
    ListedVehicle,
    Presence,
    Space,
    SpecialPattern,
    Vehicle,
    VisitorPass,
)
from tests.registry.conftest import NOON, empty_register

DAY = timedelta(days=1)


def plate(text: str) -> Plate:
    found = parse(text)
    assert isinstance(found, Plate)
    return found


CAR, OTHER = plate("吉A12345"), plate("吉A22222")


def a_vehicle(session: Session, by: Actor, text: str = CAR.text) -> Vehicle:
    home = store.household_at(session, "3", "2", "501", by)
    made = store.register_vehicle(session, plate(text), by, household_id=home.id)
    assert isinstance(made, Vehicle)
    return made


def a_pass(session: Session, by: Actor) -> VisitorPass:
    home = store.id_of(store.household_at(session, "3", "2", "501", by))
    wanted = visits.PassRequest(
        CAR, home, PassKind.ONCE, ValidityPeriod(NOON, NOON + DAY), PassSource.MANAGER
    )
    made = visits.grant(session, wanted, by)
    assert isinstance(made, VisitorPass)
    return made


def test_the_snapshot_follows_each_change_at_once(session: Session, wang: Actor) -> None:
    known = snapshot_loader.load(session, NOON)
    assert known.standing(CAR, NOON) == Unknown(None)

    vehicle = a_vehicle(session, wang)
    known = snapshot_loader.follow(session, known, NOON)
    standing = known.standing(CAR, NOON)
    assert isinstance(standing, Registered)
    assert standing.registration.household == "3-2-501"

    block = store.block(session, CAR, BlockReason.STOLEN, "报案", ValidityPeriod(), wang)
    known = snapshot_loader.follow(session, known, NOON)
    assert isinstance(known.standing(CAR, NOON), Blocked)

    assert isinstance(block, Block)
    store.lift(session, block, wang)
    store.remove_vehicle(session, vehicle, wang)
    known = snapshot_loader.follow(session, known, NOON)
    assert known.standing(CAR, NOON) == Unknown(None)
    assert known.plate_records == {}


def test_nothing_new_gives_the_same_snapshot(session: Session, wang: Actor) -> None:
    a_vehicle(session, wang)
    known = snapshot_loader.load(session, NOON)
    assert snapshot_loader.follow(session, known, NOON) is known


def test_a_corrected_plate_leaves_the_wrong_one_unknown(session: Session, wang: Actor) -> None:
    vehicle = a_vehicle(session, wang)
    known = snapshot_loader.load(session, NOON)
    store.update(session, vehicle, wang, plate=OTHER.text)
    known = snapshot_loader.follow(session, known, NOON)
    assert isinstance(known.standing(CAR, NOON), Unknown)
    assert isinstance(known.standing(OTHER, NOON), Registered)


def test_a_renamed_room_shows_in_every_label(session: Session, wang: Actor) -> None:
    a_vehicle(session, wang)
    known = snapshot_loader.load(session, NOON)
    home = store.find_household(session, "3", "2", "501")
    assert home is not None
    store.update(session, home, wang, room="502")
    known = snapshot_loader.follow(session, known, NOON)
    standing = known.standing(CAR, NOON)
    assert isinstance(standing, Registered)
    assert standing.registration.household == "3-2-502"


def test_a_spent_pass_is_spent_in_memory_too(session: Session, wang: Actor) -> None:
    made = a_pass(session, wang)
    known = snapshot_loader.load(session, NOON)
    assert isinstance(known.standing(CAR, NOON), Visitor)
    visits.spend(session, made.id or 0, "p1", wang)
    known = snapshot_loader.follow(session, known, NOON)
    assert not isinstance(known.standing(CAR, NOON), Visitor)
    visits.give_back(session, "p1", wang)
    known = snapshot_loader.follow(session, known, NOON)
    assert isinstance(known.standing(CAR, NOON), Visitor)


def test_patterns_and_lists_make_emergency_vehicles(session: Session, wang: Actor) -> None:
    known = snapshot_loader.load(session, NOON)
    ambulance = ListedVehicle(plate=CAR.text, kind=ListedKind.EMERGENCY, organisation="120")
    store.add(session, ambulance, wang)
    store.add(session, SpecialPattern(pattern="吉A2222?", kind=ListedKind.EMERGENCY), wang)
    known = snapshot_loader.follow(session, known, NOON)
    assert isinstance(known.standing(CAR, NOON), Emergency)
    assert isinstance(known.standing(OTHER, NOON), Emergency)


def test_a_change_that_a_database_shows_late_is_not_missed(session: Session, wang: Actor) -> None:
    """PostgreSQL may commit number 7 after number 8 was already seen."""
    store.add_all(session, [Space(name=f"A-{n}") for n in range(20)], wang)
    vehicle = a_vehicle(session, wang)
    full = snapshot_loader.load(session, NOON)
    late = max(full.recent)
    missed = RegistrySnapshot(
        change=full.change + 3, recent=full.recent - {late} | {full.change + 3}
    )
    caught_up = snapshot_loader.follow(session, missed, NOON)
    assert vehicle.plate in caught_up.plate_records


def test_who_stands_in_a_space_keeps_the_next_one_out_until_it_leaves(
    session: Session, wang: Actor
) -> None:
    space = store.add(session, Space(name="A-1"), wang)
    for text in (CAR.text, OTHER.text):
        store.give_space(session, space, a_vehicle(session, wang, text), wang)
    known = snapshot_loader.load(session, NOON)
    taken = known.free_space(CAR.text)
    assert taken == space.id
    present = Inside(NOON, Occupant.RESIDENT, taken)
    presence.enter(session, CAR.text, present)
    known = known.entered(CAR.text, present)
    assert isinstance(known.standing(OTHER, NOON), SpaceTaken)
    assert isinstance(known.standing(CAR, NOON), Registered)
    assert snapshot_loader.load(session, NOON) == known
    presence.leave(session, CAR.text, Occupant.RESIDENT)
    known = known.left(CAR.text, Occupant.RESIDENT)
    assert isinstance(known.standing(OTHER, NOON), Registered)
    assert snapshot_loader.load(session, NOON) == known


moves = st.lists(
    st.tuples(
        st.sampled_from(["in", "out", "unread in", "unread out", "recount", "left unseen"]),
        st.sampled_from(["吉A11111", "吉A22222", "吉A33333"]),
        st.sampled_from([Occupant.RESIDENT, Occupant.VISITOR]),
    ),
    max_size=10,
)


@settings(max_examples=25)
@given(moves)
def test_memory_and_database_count_alike_and_as_many_as_came_and_went(
    sequence: list[tuple[str, str, Occupant]],
) -> None:
    expected = dict.fromkeys(Occupant, 0)
    inside: dict[str, Occupant] = {}
    with empty_register() as session:
        known = snapshot_loader.load(session, NOON)
        for move, key, occupant in sequence:
            present = Inside(NOON, occupant)
            match move:
                case "in":
                    if key in inside:  # it was seen in before: its exit was missed
                        expected[inside[key]] -= 1
                    expected[occupant] += 1
                    inside[key] = occupant
                    presence.enter(session, key, present)
                    known = known.entered(key, present)
                case "unread in":
                    expected[occupant] += 1
                    presence.enter(session, "", present)
                    known = known.entered("", present)
                case "out":
                    expected[inside.pop(key, occupant)] -= 1
                    presence.leave(session, key, occupant)
                    known = known.left(key, occupant)
                case "unread out":
                    expected[occupant] -= 1
                    presence.leave(session, "", occupant)
                    known = known.left("", occupant)
                case "recount":
                    expected[occupant] = 7
                    presence.recount(session, occupant, 7, Actor("wang", NOON))
                    known = snapshot_loader.follow(session, known, NOON)
                case _:
                    if key in inside:
                        expected[inside.pop(key)] -= 1
                    presence.left_unseen(session, key, Actor("wang", NOON))
                    known = snapshot_loader.follow(session, known, NOON)
            session.flush()
        assert {who: known.occupancy.balance.get(who, 0) for who in Occupant} == expected
        fresh = snapshot_loader.load(session, NOON)
        assert fresh.inside == known.inside
        assert {who: fresh.occupancy.balance.get(who, 0) for who in Occupant} == expected
        assert {row.plate for row in session.exec(select(Presence))} == set(inside)


def test_the_snapshot_follows_vehicles_that_come_and_go(session: Session, wang: Actor) -> None:
    known = snapshot_loader.load(session, NOON)
    presence.enter(session, CAR.text, Inside(NOON, Occupant.VISITOR))
    known = snapshot_loader.follow(session, known, NOON)
    assert known.standing(CAR, NOON).inside_since == NOON
    assert snapshot_loader.follow(session, known, NOON) is known
    presence.enter(session, CAR.text, Inside(NOON + DAY, Occupant.VISITOR))
    known = snapshot_loader.follow(session, known, NOON)
    assert known.standing(CAR, NOON).inside_since == NOON + DAY
    presence.leave(session, CAR.text, Occupant.VISITOR)
    presence.enter(session, OTHER.text, Inside(NOON + 2 * DAY, Occupant.VISITOR))
    known = snapshot_loader.follow(session, known, NOON)
    assert set(known.inside) == {OTHER.text}
    assert known == snapshot_loader.load(session, NOON)


def test_candidates_are_those_one_look_alike_or_one_lost_character_away() -> None:
    keys = ["吉AD1234", "吉A01234", "粤AD1234", "吉AD12345", "吉A99999"]
    known = RegistrySnapshot(MappingProxyType({key: PlateRecord(key) for key in keys}))
    found = [candidate.plate for candidate in known.candidates("吉AD1234")]
    assert sorted(found) == sorted(["吉A01234", "粤AD1234", "吉AD12345"])


SERIALS = ("A12345", "AD1234", "A01234", "B12345")
few_keys = st.builds(lambda first, serial: first + serial, st.sampled_from("吉粤苏"),
                     st.sampled_from(SERIALS))  # fmt: skip


@given(st.lists(st.tuples(few_keys, st.booleans()), max_size=30), few_keys)
def test_candidates_follow_what_is_put_on_record_and_taken_off(
    changes: list[tuple[str, bool]], text: str
) -> None:
    known = RegistrySnapshot()
    for key, there in changes:
        known = known.with_dossiers({key: PlateRecord(key) if there else None})
    near = [key for key in known.plate_records if one_apart(key, text)]
    assert sorted(found.plate for found in known.candidates(text, limit=99)) == sorted(near)
    assert known.candidates(text) == RegistrySnapshot(known.plate_records).candidates(text)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_sample_is_the_community_that_it_stands_for(
    session: Session, wang: Actor, seed: int
) -> None:
    size = sample.Size(households=120, residents=220, vehicles=100, passes=5)
    made = sample.generate(seed, NOON, size)
    sample.fill(session, made, wang)
    known = snapshot_loader.load(session, NOON)
    again = sample.generate(seed, NOON, size)
    assert [v.plate for _, v in again.vehicles] == [v.plate for _, v in made.vehicles]
    assert len(made.households) == 120
    assert len(made.people) == 220
    assert isinstance(known.standing(plate(sample.AMBULANCE), NOON), Emergency)
    assert all(isinstance(parse(key), Plate) for key in known.plate_records)
    assert (
        sum(isinstance(known.standing(plate(k), NOON), Blocked) for k in known.plate_records) == 4
    )


def test_the_sample_has_the_size_of_the_site() -> None:
    size = sample.Size()
    assert (size.buildings, size.households, size.residents) == (33, 1559, 2889)
