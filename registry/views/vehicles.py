"""Registered vehicles as pages and programs read them, and which ones share a number."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlmodel import Session, col, select

from registry.rules.kinds import VehicleKind
from registry.rules.plates import Plate, PlateColour, neighbours
from registry.store import store
from registry.tables.records import Space, SpaceVehicle, Vehicle
from registry.views.labels import labels
from registry.views.pages import Page, grouped, page_after


@dataclass(frozen=True, slots=True)
class VehicleLine:
    """A registered vehicle. home: its household in short, or who holds it (a firm, staff)."""

    id: int
    plate: str
    plate_class: str
    colour: str
    kind: VehicleKind
    home: str
    since: datetime | None
    until: datetime | None
    note: str
    spaces: tuple[str, ...]


def vehicle(session: Session, number: int) -> VehicleLine:
    """A vehicle by number; raises RecordMissingError."""
    return _lines(session, [store.get(session, Vehicle, number)])[0]


def page(session: Session, after: int, limit: int, home: int | None = None) -> Page[VehicleLine]:
    """Vehicles in the order in which they were registered. home: of this household only."""
    wanted = select(Vehicle)
    if home is not None:
        wanted = wanted.where(Vehicle.household_id == home)
    return page_after(session, Vehicle, wanted, after, limit, partial(_lines, session))


def of_household(session: Session, number: int) -> tuple[VehicleLine, ...]:
    """The vehicles of a household by plate."""
    wanted = select(Vehicle).where(Vehicle.household_id == number).order_by(col(Vehicle.plate))
    return _lines(session, session.exec(wanted).all())


def numbers_of(
    session: Session, plate: Plate, colour: PlateColour = PlateColour.UNKNOWN
) -> tuple[int, ...]:
    """The numbers of the vehicles with this whole plate: two where two colours share it.

    colour: if it is known, of the one vehicle whose plate may have it.
    """
    if colour is PlateColour.UNKNOWN:
        return tuple(store.id_of(row) for row in store.vehicles_with(session, plate))
    found = store.find_vehicle(session, plate, colour)
    return () if found is None else (store.id_of(found),)


def lookalikes(session: Session, plate: Plate) -> tuple[str, ...]:
    """Return registered plates one look-alike character away: a camera may take one for another."""
    near = list(dict.fromkeys(neighbours(plate.text)))
    return tuple(session.exec(select(Vehicle.plate).where(col(Vehicle.plate).in_(near))))


def _lines(session: Session, rows: Sequence[Vehicle]) -> tuple[VehicleLine, ...]:
    homes = labels(session, (row.household_id for row in rows))
    spaces = _spaces(session, [store.id_of(row) for row in rows])
    return tuple(
        VehicleLine(
            id=store.id_of(row),
            plate=row.plate,
            plate_class=row.plate_class.value,
            colour=row.colour.value,
            kind=row.kind,
            home=homes.get(row.household_id, "") if row.household_id else row.holder,
            since=row.valid_from,
            until=row.valid_until,
            note=row.note,
            spaces=spaces.get(store.id_of(row), ()),
        )
        for row in rows
    )


def _spaces(session: Session, numbers: Iterable[int]) -> Mapping[int, tuple[str, ...]]:
    """The names of the spaces that these vehicles share."""
    shared = (
        select(SpaceVehicle.vehicle_id, Space.name)
        .join(Space, col(Space.id) == col(SpaceVehicle.space_id))
        .where(col(SpaceVehicle.vehicle_id).in_(list(numbers)))
        .order_by(col(Space.name))
    )
    return grouped(session.exec(shared))
