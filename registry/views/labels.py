"""Where households are: their addresses, asked for many at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, select

from registry.store import store
from registry.tables.records import Building, Household, Unit


@dataclass(frozen=True, slots=True)
class HouseholdPlace:
    """Building, unit and room of a household. unit: "" where the building has none."""

    building: str
    unit: str
    room: str

    @property
    def label(self) -> str:
        """The address in short, e.g. 3-2-501."""
        return store.label(self.building, self.unit, self.room)


def places(session: Session, households: Iterable[int | None]) -> Mapping[int, HouseholdPlace]:
    """The addresses of these households by their numbers; those that are gone are left out."""
    numbers = {number for number in households if number is not None}
    located = (
        select(Household.id, Building.name, Unit.name, Household.room)
        .join(Unit, col(Unit.id) == col(Household.unit_id))
        .join(Building, col(Building.id) == col(Unit.building_id))
        .where(col(Household.id).in_(numbers))
    )
    found = session.exec(located).all() if numbers else ()
    return {number or 0: HouseholdPlace(house, stair, room) for number, house, stair, room in found}


def labels(session: Session, households: Iterable[int | None]) -> Mapping[int | None, str]:
    """The short addresses of these households by their numbers."""
    return {number: place.label for number, place in places(session, households).items()}
