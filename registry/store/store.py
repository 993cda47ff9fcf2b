"""Finding and changing what is registered, over a Session that is given.

Rules of this file:
- Nothing here commits: one request is one transaction, and its edge commits.
- Every change goes through `add`, `update` or `remove`, which write the history in the same
  transaction. A change without a name behind it cannot be expressed.
- What is expected to go wrong comes back as a value.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import insert, inspect
from sqlmodel import Session, SQLModel, col, select

from registry.errors import RecordMissingError, UnsavedError
from registry.rules.kinds import OWNER_BLOCK_REASONS, Action, BlockReason, VehicleKind
from registry.rules.passes import ValidityPeriod
from registry.rules.plates import Plate, PlateColour, presumed, same_ground
from registry.tables.records import (
    Block,
    Building,
    Change,
    Household,
    Numbered,
    Person,
    Space,
    SpaceVehicle,
    Unit,
    Vehicle,
)

Row = TypeVar("Row", bound=SQLModel)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who changes something, and when. batch: the import that it is part of."""

    who: str
    at: datetime
    batch: int | None = None


def add(session: Session, row: Row, by: Actor, *, plate: str | None = None) -> Row:
    """Store a new row, with its history. plate: the key it concerns, if the row names none."""
    session.add(row)
    session.flush()
    session.add(_change(row, Action.CREATED, by, plate, None, row.model_dump(mode="json")))
    return row


def add_all(
    session: Session, rows: Sequence[SQLModel], by: Actor, plates: Sequence[str] | None = None
) -> None:
    """Store many new rows with one flush, each with its history. plates: as in `add`, one a row."""
    session.add_all(rows)
    session.flush()
    keys: Sequence[str | None] = plates or [None] * len(rows)
    history = [
        _entry(row, Action.CREATED, by, key, None, row.model_dump(mode="json"))
        for row, key in zip(rows, keys, strict=True)
    ]
    if history:
        session.connection().execute(insert(Change), history)


def update(session: Session, row: Row, by: Actor, **fields: object) -> Row:
    """Change some fields of a row, with its history; writes nothing where nothing differs."""
    before = row.model_dump(mode="json")
    for name, value in fields.items():
        setattr(row, name, value)
    after = row.model_dump(mode="json")
    if after != before:
        session.add(row)
        session.flush()
        session.add(_change(row, Action.UPDATED, by, None, before, after))
    return row


def remove(session: Session, row: SQLModel, by: Actor, *, plate: str | None = None) -> None:
    """Delete a row; the history keeps what it was."""
    change = _change(row, Action.DELETED, by, plate, row.model_dump(mode="json"), None)
    session.delete(row)
    session.flush()
    session.add(change)


def _change(
    row: SQLModel,
    action: Action,
    by: Actor,
    plate: str | None,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> Change:
    return Change(**_entry(row, action, by, plate, before, after))


def _entry(
    row: SQLModel,
    action: Action,
    by: Actor,
    plate: str | None,
    before: dict[str, Any] | None,
    after: dict[str, Any] | None,
) -> dict[str, Any]:
    """The columns of a line of history."""
    return {
        "at": by.at,
        "who": by.who,
        "action": action,
        "entity": type(row).__name__,
        "entity_id": identity(row),
        "plate": plate or getattr(row, "plate", None),
        "before": before,
        "after": after,
        "batch_id": by.batch,
    }


def identity(row: SQLModel) -> str:
    """The primary key of a stored row as text; the parts of a composite key joined by "/"."""
    keys = inspect(row).identity
    if keys is None:
        raise UnsavedError(f"{type(row).__name__} has no identity yet; flush the session first")
    return "/".join(map(str, keys))


def id_of(row: Numbered) -> int:
    """The id of a stored row."""
    if row.id is None:
        raise UnsavedError(f"{type(row).__name__} has no id yet; flush the session first")
    return row.id


def get(session: Session, table: type[Row], row_id: int) -> Row:
    """The row with this id; raises RecordMissingError."""
    row = session.get(table, row_id)
    if row is None:
        raise RecordMissingError(f"there is no {table.__name__} {row_id}; it may have been removed")
    return row


def label(building: str, unit: str, room: str) -> str:
    """A household as people write it in short: 3-2-501, or 3-501 where there are no units."""
    return "-".join(part for part in (building, unit, room) if part)


def find_household(session: Session, building: str, unit: str, room: str) -> Household | None:
    """The household at an address."""
    return session.exec(
        select(Household)
        .join(Unit, col(Unit.id) == col(Household.unit_id))
        .join(Building, col(Building.id) == col(Unit.building_id))
        .where(Building.name == building, Unit.name == unit, Household.room == room)
    ).one_or_none()


def household_at(session: Session, building: str, unit: str, room: str, by: Actor) -> Household:
    """The household at an address; building, unit and household are made where missing."""
    if found := find_household(session, building, unit, room):
        return found
    house = session.exec(select(Building).where(Building.name == building)).one_or_none()
    house = house or add(session, Building(name=building), by)
    stair = session.exec(
        select(Unit).where(Unit.building_id == house.id, Unit.name == unit)
    ).one_or_none()
    stair = stair or add(session, Unit(building_id=id_of(house), name=unit), by)
    return add(session, Household(unit_id=id_of(stair), room=room), by)


def label_of(session: Session, household_id: int) -> str:
    """The short address of a household; "" if it is gone."""
    found = session.exec(
        select(Building.name, Unit.name, Household.room)
        .join(Unit, col(Unit.building_id) == col(Building.id))
        .join(Household, col(Household.unit_id) == col(Unit.id))
        .where(Household.id == household_id)
    ).one_or_none()
    return label(*found) if found else ""


def people_of(session: Session, household_id: int) -> list[Person]:
    """Those who live in a household."""
    return list(session.exec(select(Person).where(Person.household_id == household_id)))


def vehicles_with(session: Session, plate: Plate) -> list[Vehicle]:
    """The vehicles with this whole text: two if a blue and a yellow plate share it."""
    same = select(Vehicle).where(Vehicle.plate == plate.text).order_by(col(Vehicle.id))
    return list(session.exec(same))


def find_vehicle(
    session: Session, plate: Plate, colour: PlateColour = PlateColour.UNKNOWN
) -> Vehicle | None:
    """The vehicle with this whole plate, of this colour if one is given."""
    same = vehicles_with(session, plate)
    fitting = (v for v in same if same_ground(presumed(v.plate_class, v.colour), colour))
    return next(fitting, None)


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The plate is registered already, to whom."""

    vehicle: int
    household: str


def register_vehicle(
    session: Session,
    plate: Plate,
    by: Actor,
    *,
    household_id: int | None = None,
    colour: PlateColour = PlateColour.UNKNOWN,
    **fields: Any,
) -> Vehicle | Duplicate:
    """Register a vehicle; one that is there already is never overwritten.

    The same number on a plate of another colour is another vehicle, if both colours are written.
    """
    for known in vehicles_with(session, plate):
        if same_ground(known.colour, colour):
            home = known.household_id
            return Duplicate(id_of(known), label_of(session, home) if home else known.holder)
    vehicle = Vehicle(
        plate=plate.text,
        plate_class=plate.plate_class,
        colour=colour,
        household_id=household_id,
        **fields,
    )
    return add(session, vehicle, by)


def change_vehicle(session: Session, row: Vehicle, by: Actor, **fields: Any) -> Vehicle | Duplicate:
    """Change a vehicle; not to the colour of another one with its number."""
    colour = fields.get("colour", row.colour)
    for twin in session.exec(select(Vehicle).where(Vehicle.plate == row.plate)):
        if twin.id != row.id and same_ground(twin.colour, colour):
            home = twin.household_id
            return Duplicate(id_of(twin), label_of(session, home) if home else twin.holder)
    return update(session, row, by, **fields)


def remove_vehicle(session: Session, vehicle: Vehicle, by: Actor) -> None:
    """Take a vehicle off the register, and out of the spaces it may stand in."""
    for link in session.exec(select(SpaceVehicle).where(SpaceVehicle.vehicle_id == vehicle.id)):
        remove(session, link, by, plate=vehicle.plate)
    remove(session, vehicle, by)


def give_space(session: Session, space: Space, vehicle: Vehicle, by: Actor) -> None:
    """Let a vehicle stand in a space; giving it twice changes nothing."""
    if session.get(SpaceVehicle, (id_of(space), id_of(vehicle))) is None:
        link = SpaceVehicle(space_id=id_of(space), vehicle_id=id_of(vehicle))
        add(session, link, by, plate=vehicle.plate)


class BlockRefusal(StrEnum):
    """Why a plate may not be blocked."""

    RESIDENTS_OWN = "residents_own"
    NO_DETAIL = "no_detail"
    PERIOD = "period"


def block(
    session: Session,
    plate: Plate,
    reason: BlockReason,
    detail: str,
    period: ValidityPeriod,
    by: Actor,
    colour: PlateColour = PlateColour.UNKNOWN,
) -> Block | BlockRefusal:
    """Put a plate on the block list.

    A resident's own vehicle can be blocked only for what makes it not the resident's coming home:
    police request, forged plate, theft (ADR 0031). detail: why, in words; required. colour: blocks
    only the vehicle of that colour; unknown blocks every vehicle with the number.
    """
    if not detail.strip():
        return BlockRefusal.NO_DETAIL
    if period.end is not None and period.end <= (period.start or by.at):
        return BlockRefusal.PERIOD
    concerned = [v for v in vehicles_with(session, plate) if same_ground(v.colour, colour)]
    owned = any(vehicle.kind is VehicleKind.OWNER for vehicle in concerned)
    if owned and reason not in OWNER_BLOCK_REASONS:
        return BlockRefusal.RESIDENTS_OWN
    row = Block(
        plate=plate.text,
        colour=colour,
        reason=reason,
        detail=detail,
        valid_from=period.start or by.at,
        valid_until=period.end,
        created_by=by.who,
        created_at=by.at,
    )
    return add(session, row, by)


def is_blocked(session: Session, plate: Plate, colour: PlateColour, at: datetime) -> bool:
    """Whether a block is in force for the vehicle with this plate."""
    standing = select(Block).where(
        Block.plate == plate.text,
        col(Block.lifted_at).is_(None),
        col(Block.valid_until).is_(None) | (col(Block.valid_until) > at),
    )
    return any(same_ground(row.colour, colour) for row in session.exec(standing))


def lift(session: Session, block_row: Block, by: Actor) -> Block:
    """End a block now; lifting it twice keeps the first name and instant."""
    if block_row.lifted_at is not None:
        return block_row
    return update(session, block_row, by, lifted_by=by.who, lifted_at=by.at)


def history(session: Session, *, entity: str, entity_id: str) -> list[Change]:
    """What happened to one row, oldest first."""
    return list(
        session.exec(
            select(Change)
            .where(Change.entity == entity, Change.entity_id == entity_id)
            .order_by(col(Change.id))
        )
    )
