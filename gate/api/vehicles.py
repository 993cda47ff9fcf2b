"""Registered vehicles: look at, register, change, take off. Persons' names stay out of it."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, status
from fastapi.responses import JSONResponse
from pydantic import Field

from gate.api import lookup
from gate.api.auth import ReadsRegistry, WritesRegistry
from gate.api.dependencies import ApiModel, Key, Problem, Services, act, example, whole_plate
from gate.domain.ports import UnitOfWork
from gate.services import registry_changes
from gate.services.registry_changes import VehicleWanted
from gate.services.units import RegistrySession
from registry.rules.kinds import VehicleKind
from registry.rules.plates import Plate, PlateColour, is_usual
from registry.store import store
from registry.store.store import Actor, Duplicate
from registry.views import vehicles
from registry.views.vehicles import VehicleLine

router = APIRouter(prefix="/registry/vehicles", tags=["registry"])

Colour = Annotated[
    PlateColour,
    Query(description="of the plate; needed where a blue and a yellow one share the number"),
]


class VehicleWish(ApiModel):
    """A vehicle's values. colour: two vehicles may share a number if their colours differ."""

    model_config = example(
        kind="owner", colour="blue", valid_until="2027-12-31T23:59:59+08:00", note=""
    )

    kind: VehicleKind = VehicleKind.OWNER
    colour: PlateColour = PlateColour.UNKNOWN
    valid_from: lookup.Moment | None = None
    valid_until: lookup.Moment | None = None
    note: Annotated[str, Field(max_length=256)] = ""

    def wanted(self) -> VehicleWanted:
        """Return the wish as deeds take it."""
        return VehicleWanted(
            self.kind, self.colour, self.valid_until, self.note, since=self.valid_from
        )


class VehicleIn(VehicleWish):
    """A vehicle to register with a household, or with a holder (company or member of staff)."""

    model_config = example(plate="吉A12345", household="3-2-501", kind="owner", colour="blue")

    plate: Annotated[str, Field(min_length=1, max_length=16)]
    household: lookup.Label = ""
    holder: Annotated[str, Field(max_length=64)] = ""


class VehicleOut(ApiModel):
    """A registered vehicle. unusual: its plate has no form of the standard; check it once more."""

    model_config = example(
        number=17,
        plate="吉A12345",
        plate_class="civil",
        unusual=False,
        colour="blue",
        kind="owner",
        household="3-2-501",
        valid_from=None,
        valid_until="2027-12-31T15:59:59Z",
        note="",
    )

    number: int
    plate: str
    plate_class: str
    unusual: bool
    colour: str
    kind: str
    household: str
    valid_from: datetime | None
    valid_until: datetime | None
    note: str


class VehiclePage(ApiModel):
    """Vehicles by number; `next` is the cursor of the following ones."""

    items: list[VehicleOut]
    next: int | None


@router.get("", summary="Registered vehicles", responses={404: {"model": Problem}})
def every(
    caller: ReadsRegistry,
    to: Services,
    household: Annotated[str, Query(max_length=32, description="of this household only")] = "",
    after: lookup.After = 0,
    limit: lookup.Limit = 100,
) -> VehiclePage:
    """Return vehicles in the order in which they were registered."""
    del caller
    with to.journal.reading() as session:
        home = lookup.household(session, household) if household else None
        found = vehicles.page(session, after, limit, home)
    return VehiclePage(items=[_out(line) for line in found.lines], next=found.next)


@router.get(
    "/{plate}",
    summary="One vehicle",
    responses={404: {"model": Problem}, 409: {"model": Problem}},
)
def one(
    plate: str, caller: ReadsRegistry, to: Services, colour: Colour = PlateColour.UNKNOWN
) -> VehicleOut:
    """Return the vehicle with this whole plate; 409 if two share it and no colour is given."""
    del caller
    wanted = whole_plate(plate)
    with to.journal.reading() as session:
        return _out(vehicles.vehicle(session, _named(session, wanted, colour)))


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
    """Register; 409 if the vehicle is already registered: it is never overwritten."""
    plate = whole_plate(wish.plate)
    if bool(wish.household) == bool(wish.holder):
        detail = "give either household or holder"
        raise HTTPException(status.HTTP_422_UNPROCESSABLE_CONTENT, detail)

    def registered(unit: UnitOfWork, by: Actor) -> VehicleOut:
        home = lookup.household(unit.session, wish.household) if wish.household else None
        made = registry_changes.add_vehicle(home, plate, wish.wanted(), wish.holder)(unit, by)
        if isinstance(made, Duplicate):
            raise _double(plate, made)
        return _out(vehicles.vehicle(unit.session, store.id_of(made)))

    return act(to, caller, key, wish, registered)


@router.put(
    "/{plate}",
    summary="Change a vehicle",
    response_model=VehicleOut,
    responses={404: {"model": Problem}, 409: {"model": Problem}},
)
def change(
    plate: str,
    wish: VehicleWish,
    caller: WritesRegistry,
    to: Services,
    colour: Colour = PlateColour.UNKNOWN,
    key: Key = None,
) -> JSONResponse:
    """Replace the old values. A wrong plate means another vehicle: register that one instead.

    colour (in the address): which of two vehicles with one number is meant.
    """
    wanted = whole_plate(plate)

    def changed(unit: UnitOfWork, by: Actor) -> VehicleOut:
        number = _named(unit.session, wanted, colour)
        made = registry_changes.change_vehicle(number, wish.wanted())(unit, by)
        if isinstance(made, Duplicate):
            raise _double(wanted, made)
        return _out(vehicles.vehicle(unit.session, number))

    said = f"{wanted.text}\0{colour}\0{wish.model_dump_json()}"
    return act(to, caller, key, said, changed, code=status.HTTP_200_OK)


@router.delete(
    "/{plate}",
    summary="Remove a vehicle",
    response_model=VehicleOut,
    responses={404: {"model": Problem}, 409: {"model": Problem}},
)
def remove(
    plate: str, caller: WritesRegistry, to: Services, colour: Colour = PlateColour.UNKNOWN
) -> JSONResponse:
    """Remove it; the history keeps what it was."""
    wanted = whole_plate(plate)

    def removed(unit: UnitOfWork, by: Actor) -> VehicleOut:
        answer = _out(vehicles.vehicle(unit.session, _named(unit.session, wanted, colour)))
        registry_changes.remove_vehicle(answer.number, "")(unit, by)
        return answer

    said = f"{wanted.text}\0{colour}"
    return act(to, caller, None, said, removed, code=status.HTTP_200_OK)


def _named(session: RegistrySession, plate: Plate, colour: PlateColour) -> int:
    """Return the vehicle that is meant; which one, if two share the number, only a colour says."""
    same = vehicles.numbers_of(session, plate, colour)
    if not same:
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"{plate.text} is not registered")
    if len(same) > 1:
        detail = f"{plate.text} is on plates of several colours: add ?colour="
        raise HTTPException(status.HTTP_409_CONFLICT, detail)
    return same[0]


def _double(plate: Plate, made: Duplicate) -> HTTPException:
    detail = f"{plate.text} is registered already, with {made.household}"
    return HTTPException(status.HTTP_409_CONFLICT, detail)


def _out(line: VehicleLine) -> VehicleOut:
    return VehicleOut(
        number=line.id,
        plate=line.plate,
        plate_class=line.plate_class,
        unusual=not is_usual(line.plate),
        colour=line.colour,
        kind=line.kind,
        household=line.home,
        valid_from=line.since,
        valid_until=line.until,
        note=line.note,
    )
