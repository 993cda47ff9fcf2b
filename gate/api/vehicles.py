"""Registered vehicles: look at, register, take off. Persons' names stay out of the answers."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, status
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlmodel import Session, col, select

from gate.api.access import ReadsRegistry, WritesRegistry
from gate.api.parts import Key, Model, Problem, Services, act, whole_plate
from gate.entries import Audited
from gate.ports import Unit
from registry import addresses, store
from registry.kinds import VehicleKind
from registry.plates import PlateColour
from registry.records import Vehicle
from registry.store import Author, Duplicate

router = APIRouter(prefix="/registry/vehicles", tags=["registry"])


class VehicleIn(Model):
    """A vehicle to register with a household, or with a holder (a firm, a member of staff)."""

    plate: Annotated[str, Field(min_length=1, max_length=16, examples=["吉A12345"])]
    household: Annotated[str, Field(max_length=32, examples=["3-2-501"])] = ""
    holder: Annotated[str, Field(max_length=64)] = ""
    kind: VehicleKind = VehicleKind.OWNER
    colour: PlateColour = PlateColour.UNKNOWN
    valid_until: datetime | None = None
    note: Annotated[str, Field(max_length=256)] = ""


class VehicleOut(Model):
    """A registered vehicle."""

    number: int
    plate: str
    plate_class: str
    colour: str
    kind: str
    household: str
    valid_from: datetime | None
    valid_until: datetime | None


class VehiclePage(Model):
    """Vehicles by number; `next` is the cursor of the following ones."""

    items: list[VehicleOut]
    next: int | None


@router.get("", summary="Registered vehicles")
def every(
    caller: ReadsRegistry,
    to: Services,
    after: Annotated[int, Query(ge=0, description="cursor: `next` of a page")] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> VehiclePage:
    """Return vehicles in the order in which they were registered."""
    del caller
    found = select(Vehicle).where(col(Vehicle.id) > after).order_by(col(Vehicle.id)).limit(limit)
    with to.journal.reading() as session:
        items = [_out(session, row) for row in session.exec(found)]
    return VehiclePage(items=items, next=items[-1].number if len(items) == limit else None)


@router.get("/{plate}", summary="One vehicle", responses={404: {"model": Problem}})
def one(plate: str, caller: ReadsRegistry, to: Services) -> VehicleOut:
    """Return the vehicle with this whole plate."""
    del caller
    wanted = whole_plate(plate)
    with to.journal.reading() as session:
        row = store.find_vehicle(session, wanted)
        if row is None:
            raise HTTPException(status.HTTP_404_NOT_FOUND, f"{wanted.text} is not registered")
        return _out(session, row)


@router.post(
    "",
    summary="Register a vehicle",
    response_model=VehicleOut,
    status_code=201,
    responses={404: {"model": Problem}, 409: {"model": Problem}},
)
def register(
    wish: VehicleIn, caller: WritesRegistry, to: Services, key: Key = None
) -> JSONResponse:
    """Register; 409 where the plate is registered already: it is never overwritten."""
    plate = whole_plate(wish.plate)
    if bool(wish.household) == bool(wish.holder):
        detail = "give either household or holder"
        raise HTTPException(status.HTTP_422_UNPROCESSABLE_CONTENT, detail)
    if wish.valid_until is not None and wish.valid_until.tzinfo is None:
        detail = "valid_until has no time zone; write e.g. 2027-12-31T23:59:59+08:00"
        raise HTTPException(status.HTTP_422_UNPROCESSABLE_CONTENT, detail)

    def registered(unit: Unit, by: Author) -> VehicleOut:
        made = store.register_vehicle(
            unit.session,
            plate,
            by,
            household_id=_household(unit.session, wish.household) if wish.household else None,
            holder=wish.holder,
            kind=wish.kind,
            colour=wish.colour,
            valid_until=wish.valid_until,
            note=wish.note,
        )
        if isinstance(made, Duplicate):
            detail = f"{plate.text} is registered already, with {made.household}"
            raise HTTPException(status.HTTP_409_CONFLICT, detail)
        unit.append(Audited(by=by.who, action="vehicle_registered", target=plate.text))
        return _out(unit.session, made)

    return act(to, caller, key, wish, registered)


@router.delete(
    "/{plate}", summary="Take a vehicle off the register", responses={404: {"model": Problem}}
)
def remove(plate: str, caller: WritesRegistry, to: Services) -> JSONResponse:
    """Take it off; the history keeps what it was."""
    wanted = whole_plate(plate)

    def removed(unit: Unit, by: Author) -> VehicleOut:
        row = store.find_vehicle(unit.session, wanted)
        if row is None:
            raise HTTPException(status.HTTP_404_NOT_FOUND, f"{wanted.text} is not registered")
        answer = _out(unit.session, row)
        store.remove_vehicle(unit.session, row, by)
        unit.append(Audited(by=by.who, action="vehicle_removed", target=wanted.text))
        return answer

    return act(to, caller, None, wanted.text, removed, code=status.HTTP_200_OK)


def _household(session: Session, label: str) -> int:
    address = addresses.parse(label)
    row = (
        store.find_household(session, address.building, address.unit, address.room)
        if address
        else None
    )
    if row is None:
        detail = f"there is no household {label!r}; write building-unit-room, e.g. 3-2-501"
        raise HTTPException(status.HTTP_404_NOT_FOUND, detail)
    return store.id_of(row)


def _out(session: Session, row: Vehicle) -> VehicleOut:
    return VehicleOut(
        number=row.id or 0,
        plate=row.plate,
        plate_class=row.plate_class,
        colour=row.colour,
        kind=row.kind,
        household=store.label_of(session, row.household_id) if row.household_id else row.holder,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
    )
