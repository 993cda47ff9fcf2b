"""The register as a spreadsheet that imports again unchanged. Over a Session; changes nothing.

A household takes one row for each set of vehicles with the same validity, kind, colour, note and
spaces, one for each further person, and one for spaces that no vehicle has. Vehicles of firms and
staff follow at the end, by holder.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import Final

from sqlmodel import Session, col, select

from registry.rules import addresses, fields
from registry.rules.addresses import Address
from registry.spreadsheets.columns import HEADINGS, Column
from registry.store.households import homes_of
from registry.tables.records import Person, Space, SpaceVehicle, Vehicle

_JOINED: Final = "、"
Cells = Mapping[Column, str]


@dataclass(slots=True)
class _Household:
    """What one household has."""

    people: list[Person] = field(default_factory=list)
    vehicles: list[Vehicle] = field(default_factory=list)
    spaces: list[Space] = field(default_factory=list)


def export(session: Session, zone: tzinfo) -> list[tuple[str, ...]]:
    """Headings and rows. zone: in which dates are written; read them back in the same."""
    homes = homes_of(session)
    found = {number: _Household() for number in homes}
    loose: list[Vehicle] = []
    for person in session.exec(select(Person).order_by(col(Person.id))):
        found[person.household_id].people.append(person)
    for space in session.exec(select(Space).order_by(col(Space.name))):
        if space.household_id is not None:
            found[space.household_id].spaces.append(space)
    for vehicle in session.exec(select(Vehicle).order_by(col(Vehicle.plate))):
        home = vehicle.household_id
        (loose if home is None else found[home].vehicles).append(vehicle)
    linked = _links(session)
    rows: list[Cells] = []
    for number in sorted(homes, key=lambda number: _order(homes[number])):
        rows += (
            {**_where(homes[number]), **row} for row in _household_rows(found[number], linked, zone)
        )
    rows += _loose_rows(loose, zone)
    return [tuple(HEADINGS.values()), *(tuple(r.get(c, "") for c in HEADINGS) for r in rows)]


def _order(address: Address) -> tuple[tuple[int, str], ...]:
    return tuple(map(addresses.sort_key, (address.building, address.unit, address.room)))


def _where(address: Address) -> Cells:
    return {
        Column.BUILDING: address.building,
        Column.UNIT: address.unit,
        Column.ROOM: address.room,
    }


def _links(session: Session) -> Mapping[int, list[int]]:
    """Spaces by vehicle."""
    linked: dict[int, list[int]] = {}
    for link in session.exec(select(SpaceVehicle).order_by(col(SpaceVehicle.space_id))):
        linked.setdefault(link.vehicle_id, []).append(link.space_id)
    return linked


def _household_rows(
    household: _Household, linked: Mapping[int, list[int]], zone: tzinfo
) -> Iterator[Cells]:
    first = household.people[0] if household.people else None
    names = {space.id: space.name for space in household.spaces}
    groups: dict[tuple[tuple[Column, str], ...], list[str]] = {}
    used: set[str] = set()
    for vehicle in household.vehicles:
        own = [names[space] for space in linked.get(vehicle.id or 0, ()) if space in names]
        used.update(own)
        row = {**_vehicle(vehicle, zone), Column.SPACE: _JOINED.join(sorted(own))}
        groups.setdefault(tuple(row.items()), []).append(vehicle.plate)
    for group, plates in groups.items():
        yield {**_person(first), **dict(group), Column.PLATE: _JOINED.join(plates)}
    alone = household.people if not groups else household.people[1:]
    if groups and first and first.note:
        alone = [first, *alone]
    yield from ({**_person(person), Column.NOTE: person.note} for person in alone)
    for space in household.spaces:
        if space.name not in used:
            yield {Column.SPACE: space.name, Column.NOTE: space.note}
    if not (groups or household.people or household.spaces):
        yield {}


def _person(person: Person | None) -> Cells:
    if person is None:
        return {}
    return {
        Column.NAME: person.name,
        Column.PHONE: person.phone,
        Column.ROLE: fields.ROLES[person.role],
    }


def _vehicle(vehicle: Vehicle, zone: tzinfo) -> Cells:
    return {
        Column.VALID_UNTIL: fields.write_end(vehicle.valid_until, zone),
        Column.NOTE: vehicle.note,
        Column.KIND: fields.KINDS[vehicle.kind],
        Column.COLOUR: fields.COLOURS.get(vehicle.colour, ""),
        Column.VALID_FROM: fields.write_start(vehicle.valid_from, zone),
    }


def _loose_rows(vehicles: Iterable[Vehicle], zone: tzinfo) -> Sequence[Cells]:
    ordered = sorted(vehicles, key=lambda vehicle: (vehicle.holder, vehicle.plate))
    return [
        {
            Column.PLATE: vehicle.plate,
            **_vehicle(vehicle, zone),
            Column.HOLDER: vehicle.holder,
        }
        for vehicle in ordered
    ]
