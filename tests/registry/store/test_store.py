"""Changes: each with its history, none without a name, nothing overwritten, nothing committed."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session, select

from registry.errors import RecordMissingError, UnsavedError
from registry.rules.kinds import Action, BlockReason, VehicleKind
from registry.rules.passes import ValidityPeriod
from registry.rules.plates import Plate, parse
from registry.store import store
from registry.store.store import Actor, BlockRefusal, Duplicate
from registry.tables.records import Block, Change, Household, Person, Space, SpaceVehicle, Vehicle
from tests.registry.conftest import NOON


def plate(text: str) -> Plate:
    found = parse(text)
    assert isinstance(found, Plate)
    return found


def changes(session: Session) -> list[tuple[str, Action]]:
    return [(row.entity, row.action) for row in session.exec(select(Change)).all()]


def test_an_address_is_made_once_with_a_line_of_history_for_each_part(
    session: Session, wang: Actor
) -> None:
    home = store.household_at(session, "3", "2", "501", wang)
    assert store.household_at(session, "3", "2", "501", wang) is home
    assert changes(session) == [
        ("Building", Action.CREATED),
        ("Unit", Action.CREATED),
        ("Household", Action.CREATED),
    ]
    assert store.label_of(session, store.id_of(home)) == "3-2-501"


def test_an_update_keeps_before_and_after_and_the_name(session: Session, wang: Actor) -> None:
    home = store.household_at(session, "3", "2", "501", wang)
    person = store.add(session, Person(household_id=store.id_of(home), name="张三"), wang)
    store.update(session, person, Actor("li", NOON), phone="13900001234")
    last = store.history(session, entity="Person", entity_id=str(person.id))[-1]
    assert (last.who, last.action) == ("li", Action.UPDATED)
    assert last.before is not None
    assert last.after is not None
    assert (last.before["phone"], last.after["phone"]) == ("", "13900001234")


def test_an_update_that_changes_nothing_writes_nothing(session: Session, wang: Actor) -> None:
    home = store.household_at(session, "3", "", "501", wang)
    before = len(changes(session))
    store.update(session, home, wang, room="501")
    assert len(changes(session)) == before


def test_a_registered_plate_is_never_overwritten(session: Session, wang: Actor) -> None:
    home = store.household_at(session, "3", "2", "501", wang)
    store.register_vehicle(session, plate("吉A12345"), wang, household_id=home.id)
    again = store.register_vehicle(session, plate("吉A12345"), wang, holder="物业")
    assert isinstance(again, Duplicate)
    assert again.household == "3-2-501"
    assert len(session.exec(select(Vehicle)).all()) == 1


def test_plates_of_two_provinces_are_two_vehicles(session: Session, wang: Actor) -> None:
    for text in ("粤B12345", "苏B12345"):
        made = store.register_vehicle(session, plate(text), wang)
        assert isinstance(made, Vehicle)
    found = store.find_vehicle(session, plate("苏B12345"))
    assert found is not None
    assert found.plate == "苏B12345"


def test_removing_a_vehicle_frees_its_spaces_and_keeps_its_history(
    session: Session, wang: Actor
) -> None:
    vehicle = store.register_vehicle(session, plate("吉A12345"), wang)
    space = store.add(session, Space(name="A-1"), wang)
    assert isinstance(vehicle, Vehicle)
    store.give_space(session, space, vehicle, wang)
    store.give_space(session, space, vehicle, wang)
    number = store.id_of(vehicle)
    store.remove_vehicle(session, vehicle, wang)
    assert session.exec(select(SpaceVehicle)).all() == []
    gone = store.history(session, entity="Vehicle", entity_id=str(number))[-1]
    assert gone.action is Action.DELETED
    assert gone.before is not None
    assert gone.before["plate"] == "吉A12345"


@pytest.mark.parametrize(
    ("reason", "allowed"),
    [
        (BlockReason.STOLEN, True),
        (BlockReason.POLICE_REQUEST, True),
        (BlockReason.FORGED_PLATE, True),
        (BlockReason.BANNED_VISITOR, False),
        (BlockReason.DANGER, False),
    ],
)
def test_a_residents_own_car_is_blocked_only_for_what_makes_it_not_their_coming_home(
    session: Session, wang: Actor, reason: BlockReason, allowed: bool
) -> None:
    store.register_vehicle(session, plate("吉A12345"), wang, kind=VehicleKind.OWNER)
    made = store.block(session, plate("吉A12345"), reason, "警方来函", ValidityPeriod(), wang)
    assert isinstance(made, Block) is allowed
    assert allowed or made is BlockRefusal.RESIDENTS_OWN


def test_no_reason_to_block_is_about_payments() -> None:
    for reason in BlockReason:
        assert not {"fee", "arrears", "unpaid", "debt", "payment"} & set(reason.value.split("_"))


def test_a_block_needs_words_and_is_lifted_once(session: Session, wang: Actor) -> None:
    stranger = plate("吉A99999")
    assert (
        store.block(session, stranger, BlockReason.DANGER, " ", ValidityPeriod(), wang)
        is BlockRefusal.NO_DETAIL
    )
    made = store.block(session, stranger, BlockReason.DANGER, "撞杆", ValidityPeriod(), wang)
    assert isinstance(made, Block)
    store.lift(session, made, Actor("li", NOON + timedelta(hours=1)))
    store.lift(session, made, Actor("zhao", NOON + timedelta(hours=2)))
    assert (made.lifted_by, made.lifted_at) == ("li", NOON + timedelta(hours=1))


def test_many_rows_have_as_many_lines_of_history(session: Session, wang: Actor) -> None:
    store.add_all(session, [Space(name=f"A-{n}") for n in range(5)], wang)
    assert changes(session) == [("Space", Action.CREATED)] * 5


def test_nothing_is_committed_here(session: Session, wang: Actor) -> None:
    store.household_at(session, "3", "2", "501", wang)
    session.rollback()
    assert session.exec(select(Household)).all() == []
    assert session.exec(select(Change)).all() == []


def test_instants_come_back_aware_and_naive_ones_are_refused(session: Session, wang: Actor) -> None:
    vehicle = store.register_vehicle(session, plate("吉A12345"), wang, valid_until=NOON)
    session.commit()
    assert isinstance(vehicle, Vehicle)
    session.refresh(vehicle)
    assert vehicle.valid_until == NOON
    assert vehicle.valid_until.tzinfo is UTC
    vehicle.valid_until = datetime(2026, 1, 1)
    with pytest.raises(Exception, match="without a zone"):
        session.flush()


def test_what_is_not_there_is_said(session: Session) -> None:
    with pytest.raises(RecordMissingError, match="Person 7"):
        store.get(session, Person, 7)
    with pytest.raises(UnsavedError):
        store.id_of(Space(name="A-1"))
