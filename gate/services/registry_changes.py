"""What people and programs do to the registry: each deed is a change with its line of the audit.

A deed is a function of the transaction and of its author, so that pages and API do the same thing
in the same way. What is expected to go wrong comes back as a value; RecordMissingError is raised
where the row that was meant is gone.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlmodel import Session, SQLModel

from gate.domain.entries import Audited
from gate.domain.ports import UnitOfWork
from registry.rules.addresses import Address
from registry.rules.kinds import PersonRole, VehicleKind
from registry.rules.plates import Plate, PlateColour
from registry.store import households, spaces, store
from registry.store.households import HomeRefusal
from registry.store.spaces import SpaceRefusal
from registry.store.store import Actor, Duplicate
from registry.tables.records import Household, Person, Space, Vehicle

T = TypeVar("T")
Row = TypeVar("Row", bound=SQLModel)
Deed = Callable[[UnitOfWork, Actor], T]


@dataclass(frozen=True, slots=True)
class VehicleWanted:
    """What is said of a vehicle. since, until: aware instants, None for without."""

    kind: VehicleKind
    colour: PlateColour
    until: datetime | None
    note: str
    since: datetime | None = None


def _fields(wanted: VehicleWanted) -> dict[str, Any]:
    return {
        "kind": wanted.kind,
        "colour": wanted.colour,
        "valid_from": wanted.since,
        "valid_until": wanted.until,
        "note": wanted.note,
    }


def add_vehicle(
    home: int | None, plate: Plate, wanted: VehicleWanted, holder: str = ""
) -> Deed[Vehicle | Duplicate]:
    """Register a vehicle with a household or a holder; answer whose it is if it is there."""

    def act(unit: UnitOfWork, by: Actor) -> Vehicle | Duplicate:
        made = store.register_vehicle(
            unit.session, plate, by, household_id=home, holder=holder, **_fields(wanted)
        )
        if isinstance(made, Vehicle):
            unit.append(Audited(by.who, "vehicle_added", plate.text))
        return made

    return act


def change_vehicle(number: int, wanted: VehicleWanted) -> Deed[Vehicle | Duplicate]:
    """Change a vehicle's kind, colour, period and note."""

    def act(unit: UnitOfWork, by: Actor) -> Vehicle | Duplicate:
        row = store.get(unit.session, Vehicle, number)
        changed = store.change_vehicle(unit.session, row, by, **_fields(wanted))
        if isinstance(changed, Vehicle):
            unit.append(Audited(by.who, "vehicle_changed", row.plate))
        return changed

    return act


def remove_vehicle(number: int, why: str) -> Deed[None]:
    """Take a vehicle off the register."""
    remove = store.remove_vehicle
    return removal(Vehicle, number, "vehicle_removed", lambda row: row.plate, remove, why)


def add_household(address: Address, note: str) -> Deed[Household | HomeRefusal]:
    """Make a household at an address that none has."""

    def act(unit: UnitOfWork, by: Actor) -> Household | HomeRefusal:
        made = households.add_household(unit.session, address, note, by)
        if isinstance(made, Household):
            unit.append(Audited(by.who, "household_added", str(address)))
        return made

    return act


def note_household(number: int, note: str) -> Deed[Household]:
    """Change the note on a household."""

    def act(unit: UnitOfWork, by: Actor) -> Household:
        row = store.get(unit.session, Household, number)
        unit.append(Audited(by.who, "household_changed", store.label_of(unit.session, number)))
        return store.update(unit.session, row, by, note=note)

    return act


def remove_household(number: int) -> Deed[HomeRefusal | None]:
    """Take a household with its people off the register, if nothing points to it."""

    def act(unit: UnitOfWork, by: Actor) -> HomeRefusal | None:
        row = store.get(unit.session, Household, number)
        label = store.label_of(unit.session, number)
        refusal = households.remove_household(unit.session, row, by)
        if refusal is None:
            unit.append(Audited(by.who, "household_removed", label))
        return refusal

    return act


def add_person(
    home: int, fields: Mapping[str, str], role: PersonRole
) -> Deed[Person | HomeRefusal]:
    """Let somebody live in a household; the audit names the household, not the person."""

    def act(unit: UnitOfWork, by: Actor) -> Person | HomeRefusal:
        store.get(unit.session, Household, home)
        made = households.add_person(unit.session, home, fields, role, by)
        if isinstance(made, Person):
            unit.append(Audited(by.who, "person_added", store.label_of(unit.session, home)))
        return made

    return act


def change_person(
    number: int, fields: Mapping[str, str], role: PersonRole
) -> Deed[Person | HomeRefusal]:
    """Correct somebody's name, phone or role."""

    def act(unit: UnitOfWork, by: Actor) -> Person | HomeRefusal:
        row = store.get(unit.session, Person, number)
        changed = households.change_person(unit.session, row, fields, role, by)
        if isinstance(changed, Person):
            label = store.label_of(unit.session, row.household_id)
            unit.append(Audited(by.who, "person_changed", label))
        return changed

    return act


def remove_person(number: int) -> Deed[HomeRefusal | None]:
    """Take somebody off the register."""

    def act(unit: UnitOfWork, by: Actor) -> HomeRefusal | None:
        row = store.get(unit.session, Person, number)
        label = store.label_of(unit.session, row.household_id)
        refusal = households.remove_person(unit.session, row, by)
        if refusal is None:
            unit.append(Audited(by.who, "person_removed", label))
        return refusal

    return act


def add_space(
    name: str, home: int | None, note: str, vehicles: Collection[int]
) -> Deed[Space | SpaceRefusal]:
    """Make a parking space that these vehicles share."""

    def act(unit: UnitOfWork, by: Actor) -> Space | SpaceRefusal:
        made = spaces.add_space(unit.session, name, home, note, by)
        if isinstance(made, Space):
            _share(unit, made, vehicles, by)
            unit.append(Audited(by.who, "space_added", made.name))
        return made

    return act


def change_space(
    number: int, home: int | None, note: str, vehicles: Collection[int]
) -> Deed[Space]:
    """Change whose a space is, its note, and the vehicles that share it."""

    def act(unit: UnitOfWork, by: Actor) -> Space:
        row = store.get(unit.session, Space, number)
        store.update(unit.session, row, by, household_id=home, note=note)
        _share(unit, row, vehicles, by)
        unit.append(Audited(by.who, "space_changed", row.name))
        return row

    return act


def remove_space(number: int) -> Deed[None]:
    """Take a space off the register."""
    return removal(Space, number, "space_removed", lambda row: row.name, spaces.remove_space)


def removal(
    table: type[Row],
    number: int,
    action: str,
    name: Callable[[Row], str],
    remove: Callable[[Session, Row, Actor], None] = store.remove,
    why: str = "",
) -> Deed[None]:
    """Take a row off. action: the audit's word for it; name: what the audit calls the row."""

    def act(unit: UnitOfWork, by: Actor) -> None:
        row = store.get(unit.session, table, number)
        unit.append(Audited(by.who, action, name(row), why))
        remove(unit.session, row, by)

    return act


def _share(unit: UnitOfWork, space: Space, vehicles: Collection[int], by: Actor) -> None:
    rows = [store.get(unit.session, Vehicle, number) for number in vehicles]
    spaces.share(unit.session, space, rows, by)
