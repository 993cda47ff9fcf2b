"""Parking spaces: whose they are, which vehicles share them, which one stands there now."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, status
from fastapi.responses import JSONResponse
from pydantic import Field

from gate.api import lookup
from gate.api.auth import ReadsRegistry, WritesRegistry
from gate.api.dependencies import ApiModel, Key, Problem, Services, act, example, whole_plate
from gate.domain.ports import UnitOfWork
from gate.services import registry_changes
from gate.services.units import RegistrySession
from registry.store import store
from registry.store.spaces import SpaceRefusal
from registry.store.store import Actor
from registry.views import spaces, vehicles
from registry.views.spaces import SpaceLine

router = APIRouter(prefix="/registry/spaces", tags=["registry"])

_WHY = {
    SpaceRefusal.TAKEN.value: "there is a space of this name already",
    SpaceRefusal.FORM.value: "a space's name is 1 to 16 letters, digits, characters, # or -",
}


class SpaceWish(ApiModel):
    """The household of a space and the registered vehicles that share it (一位多车)."""

    model_config = example(household="3-2-501", vehicles=["吉A12345"], note="")

    household: lookup.Label = ""
    vehicles: Annotated[list[str], Field(max_length=50)] = []
    note: Annotated[str, Field(max_length=256)] = ""


class SpaceIn(SpaceWish):
    """A space to add."""

    model_config = example(name="B-0017", household="3-2-501", vehicles=["吉A12345"], note="")

    name: Annotated[str, Field(min_length=1, max_length=16)]


class SpaceOut(ApiModel):
    """A space. taken_by: plate of the vehicle that stands there, or ""."""

    model_config = example(
        number=5,
        name="B-0017",
        household="3-2-501",
        vehicles=["吉A12345"],
        taken_by="",
        note="",
    )

    number: int
    name: str
    household: str
    vehicles: list[str]
    taken_by: str
    note: str


class SpacePage(ApiModel):
    """Spaces by number; `next` is the cursor of the following ones."""

    items: list[SpaceOut]
    next: int | None


@router.get("", summary="Parking spaces")
def every(
    caller: ReadsRegistry, to: Services, after: lookup.After = 0, limit: lookup.Limit = 100
) -> SpacePage:
    """Return spaces in the order in which they were added."""
    del caller
    with to.journal.reading() as session:
        found = spaces.page(session, after, limit)
    return SpacePage(items=[_out(line) for line in found.lines], next=found.next)


@router.get("/{name}", summary="One space", responses={404: {"model": Problem}})
def one(name: str, caller: ReadsRegistry, to: Services) -> SpaceOut:
    """Return the space of this name."""
    del caller
    with to.journal.reading() as session:
        return _out(spaces.space(session, _named(session, name)))


@router.post(
    "",
    summary="Add a parking space",
    response_model=SpaceOut,
    status_code=201,
    responses={404: {"model": Problem}, 409: {"model": Problem}},
)
def make(wish: SpaceIn, caller: WritesRegistry, to: Services, key: Key = None) -> JSONResponse:
    """Add a space; 409 if its name is taken, 404 if the household or a vehicle is unknown."""

    def made(unit: UnitOfWork, by: Actor) -> SpaceOut:
        home, shared = _meant(unit.session, wish)
        row = registry_changes.add_space(wish.name, home, wish.note, shared)(unit, by)
        if isinstance(row, SpaceRefusal):
            raise lookup.conflict(row, _WHY)
        return _out(spaces.space(unit.session, store.id_of(row)))

    return act(to, caller, key, wish, made)


@router.put(
    "/{name}",
    summary="Change the household and vehicles of a space",
    response_model=SpaceOut,
    responses={404: {"model": Problem}, 409: {"model": Problem}},
)
def change(
    name: str, wish: SpaceWish, caller: WritesRegistry, to: Services, key: Key = None
) -> JSONResponse:
    """Replace the old values; exactly these vehicles share the space then."""

    def changed(unit: UnitOfWork, by: Actor) -> SpaceOut:
        number = _named(unit.session, name)
        home, shared = _meant(unit.session, wish)
        registry_changes.change_space(number, home, wish.note, shared)(unit, by)
        return _out(spaces.space(unit.session, number))

    said = f"{name}\0{wish.model_dump_json()}"
    return act(to, caller, key, said, changed, code=status.HTTP_200_OK)


@router.delete(
    "/{name}",
    summary="Remove a space",
    response_model=SpaceOut,
    responses={404: {"model": Problem}},
)
def remove(name: str, caller: WritesRegistry, to: Services) -> JSONResponse:
    """Remove it; its vehicles stay registered, and one that is parked there stays inside."""

    def removed(unit: UnitOfWork, by: Actor) -> SpaceOut:
        number = _named(unit.session, name)
        answer = _out(spaces.space(unit.session, number))
        registry_changes.remove_space(number)(unit, by)
        return answer

    return act(to, caller, None, name, removed, code=status.HTTP_200_OK)


def _named(session: RegistrySession, name: str) -> int:
    number = spaces.number_of(session, name)
    if number is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"there is no space {name!r}")
    return number


def _meant(session: RegistrySession, wish: SpaceWish) -> tuple[int | None, list[int]]:
    """Return the household and the vehicles of a wish; 404 where one is not registered."""
    home = lookup.household(session, wish.household) if wish.household else None
    shared: list[int] = []
    for text in wish.vehicles:
        plate = whole_plate(text)
        same = vehicles.numbers_of(session, plate)
        if not same:
            raise HTTPException(status.HTTP_404_NOT_FOUND, f"{plate.text} is not registered")
        shared += same
    return home, shared


def _out(line: SpaceLine) -> SpaceOut:
    return SpaceOut(
        number=line.id,
        name=line.name,
        household=line.household,
        vehicles=list(line.plates),
        taken_by=line.taken_by,
        note=line.note,
    )
