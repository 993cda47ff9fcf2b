"""Households as programs read them: many at once, with one question for each kind of thing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from sqlmodel import Session, col, select

from registry.rules import addresses
from registry.rules.addresses import Address
from registry.store import store
from registry.tables.records import Building, Household, Space, Unit, Vehicle
from registry.views.labels import HouseholdPlace, places
from registry.views.pages import Page, grouped, page_after
from registry.views.people import PersonLine, people


@dataclass(frozen=True, slots=True)
class HouseholdLine:
    """A household with what belongs to it. vehicles: plates; spaces: names; both in order."""

    id: int
    place: HouseholdPlace
    note: str
    people: tuple[PersonLine, ...]
    vehicles: tuple[str, ...]
    spaces: tuple[str, ...]


def page(session: Session, after: int, limit: int, building: str = "") -> Page[HouseholdLine]:
    """Households in the order in which they were made. building: of this one only, as written."""
    wanted = select(Household)
    if building:
        stairs = select(Unit.id).join(Building, col(Building.id) == col(Unit.building_id))
        named = addresses.building(building) or building
        wanted = wanted.where(col(Household.unit_id).in_(stairs.where(Building.name == named)))
    return page_after(session, Household, wanted, after, limit, partial(_lines, session))


def household(session: Session, number: int) -> HouseholdLine:
    """A household by number; raises RecordMissingError."""
    return _lines(session, [store.get(session, Household, number)])[0]


def number_at(session: Session, address: Address) -> int | None:
    """The number of the household at an address, None for none."""
    row = store.find_household(session, address.building, address.unit, address.room)
    return None if row is None else store.id_of(row)


def _lines(session: Session, rows: Sequence[Household]) -> tuple[HouseholdLine, ...]:
    numbers = [store.id_of(row) for row in rows]
    where, living = places(session, numbers), people(session, numbers)
    vehicles, spaces = _plates(session, numbers), _spaces(session, numbers)
    return tuple(
        HouseholdLine(
            id=number,
            place=where[number],
            note=row.note,
            people=living.get(number, ()),
            vehicles=vehicles.get(number, ()),
            spaces=spaces.get(number, ()),
        )
        for number, row in zip(numbers, rows, strict=True)
    )


def _plates(session: Session, numbers: Sequence[int]) -> Mapping[int | None, tuple[str, ...]]:
    owned = (
        select(Vehicle.household_id, Vehicle.plate)
        .where(col(Vehicle.household_id).in_(numbers))
        .order_by(col(Vehicle.plate))
    )
    return grouped(session.exec(owned))


def _spaces(session: Session, numbers: Sequence[int]) -> Mapping[int | None, tuple[str, ...]]:
    owned = (
        select(Space.household_id, Space.name)
        .where(col(Space.household_id).in_(numbers))
        .order_by(col(Space.name))
    )
    return grouped(session.exec(owned))
