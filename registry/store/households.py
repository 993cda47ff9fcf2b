"""Households and those who live in them, over a Session that is given. Never commits.

What is expected to go wrong comes back as a value: an address that is taken, a household that
vehicles, spaces or evidence still point to, a name or a phone number that is none.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from sqlmodel import Session, col, func, select

from registry.rules import fields as cells
from registry.rules.addresses import Address
from registry.rules.fields import RowFault
from registry.rules.kinds import PersonRole
from registry.store import store
from registry.store.store import Actor
from registry.tables.records import (
    Building,
    Household,
    NameCheck,
    Person,
    Space,
    Unit,
    Vehicle,
    Visit,
    VisitorPass,
)

_POINTING = (Vehicle, Space, VisitorPass, Visit, NameCheck)


class HomeRefusal(StrEnum):
    """Why a household or a person is not made, changed or removed."""

    TAKEN = "taken"
    VEHICLES_OR_SPACES = "vehicles_or_spaces"
    EVIDENCE = "evidence"
    SAME_NAME = "same_name"
    CONSENTED = "consented"


def add_household(
    session: Session, address: Address, note: str, by: Actor
) -> Household | HomeRefusal:
    """Make a household at an address with a room, with building and unit where missing."""
    if store.find_household(session, address.building, address.unit, address.room):
        return HomeRefusal.TAKEN
    made = store.household_at(session, address.building, address.unit, address.room, by)
    return store.update(session, made, by, note=note)


def remove_household(session: Session, household: Household, by: Actor) -> HomeRefusal | None:
    """Take a household and its people off the register, unless something points to it.

    The visitor log is evidence: a household that was visited stays until retention lets it go.
    """
    home = store.id_of(household)
    used = {table for table in _POINTING if _points(session, table, home)}
    if used & {Vehicle, Space}:
        return HomeRefusal.VEHICLES_OR_SPACES
    if used:
        return HomeRefusal.EVIDENCE
    for person in store.people_of(session, home):
        store.remove(session, person, by)
    store.remove(session, household, by)
    return None


def _points(
    session: Session,
    table: type[Vehicle | Space | VisitorPass | Visit | NameCheck],
    home: int,
) -> bool:
    counted = select(func.count()).select_from(table).where(table.household_id == home)
    return session.exec(counted).one() > 0


def person_fields(name: str, phone: str) -> Mapping[str, str] | RowFault:
    """Name and phone as they are stored, or what is wrong with them: as an import would say."""
    kept, number = cells.name(name), cells.phone(phone)
    if isinstance(kept, RowFault):
        return kept
    return number if isinstance(number, RowFault) else {"name": kept, "phone": number}


def add_person(
    session: Session, household: int, fields: Mapping[str, str], role: PersonRole, by: Actor
) -> Person | HomeRefusal:
    """Let somebody live in a household. fields: of `person_fields`."""
    if _named(session, household, fields["name"]) is not None:
        return HomeRefusal.SAME_NAME
    person = Person(household_id=household, role=role, name=fields["name"], phone=fields["phone"])
    return store.add(session, person, by)


def change_person(
    session: Session, person: Person, fields: Mapping[str, str], role: PersonRole, by: Actor
) -> Person | HomeRefusal:
    """Correct a name, phone or role; a name that another of the household has is refused."""
    namesake = _named(session, person.household_id, fields["name"])
    if namesake is not None and namesake.id != person.id:
        return HomeRefusal.SAME_NAME
    return store.update(session, person, by, role=role, **fields)


def remove_person(session: Session, person: Person, by: Actor) -> HomeRefusal | None:
    """Take somebody off the register, unless a pass in force rests on that person's consent."""
    given = session.exec(select(VisitorPass).where(VisitorPass.consent_person_id == person.id))
    rested = given.all()
    if any(_in_force(row, by.at) for row in rested):
        return HomeRefusal.CONSENTED
    for row in rested:
        store.update(session, row, by, consent_person_id=None)
    store.remove(session, person, by)
    return None


def _in_force(row: VisitorPass, at: datetime) -> bool:
    return row.revoked_at is None and row.valid_until > at


def _named(session: Session, household: int, name: str) -> Person | None:
    """Somebody of that name in the household; names are sealed at rest, so it is read whole."""
    return next((p for p in store.people_of(session, household) if p.name == name), None)


def homes_of(session: Session) -> dict[int, Address]:
    """The addresses of all households by id."""
    found = session.exec(
        select(Household.id, Building.name, Unit.name, Household.room)
        .join(Unit, col(Unit.id) == col(Household.unit_id))
        .join(Building, col(Building.id) == col(Unit.building_id))
    )
    return {
        number: Address(house, stair, flat)
        for number, house, stair, flat in found
        if number is not None
    }
