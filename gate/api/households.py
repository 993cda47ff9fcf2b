"""Households: look at, make, note, take off. People in them are masked (see gate.api.people)."""

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, status
from fastapi.responses import JSONResponse
from pydantic import Field

from gate.api import lookup
from gate.api.auth import ReadsRegistry, WritesRegistry
from gate.api.dependencies import ApiModel, Key, Problem, Services, act, example
from gate.domain.ports import UnitOfWork
from gate.services import registry_changes
from registry.rules import addresses
from registry.rules.names import mask, mask_phone
from registry.store import store
from registry.store.households import HomeRefusal
from registry.store.store import Actor
from registry.views import households
from registry.views.households import HouseholdLine
from registry.views.people import PersonLine

router = APIRouter(prefix="/registry/households", tags=["registry"])

WHY = {
    HomeRefusal.TAKEN.value: "there is a household at this address already",
    HomeRefusal.VEHICLES_OR_SPACES.value: "take its vehicles and spaces off first",
    HomeRefusal.EVIDENCE.value: "it was visited: the visitor log is evidence and keeps it",
    HomeRefusal.SAME_NAME.value: "somebody of this name lives in the household already",
    HomeRefusal.CONSENTED.value: "a recurring pass rests on this person's consent; revoke it first",
}


class HouseholdIn(ApiModel):
    """A household to add; a missing building or unit is added with it."""

    model_config = example(household="3-2-501", note="")

    household: Annotated[lookup.Label, Field(min_length=1)]
    note: Annotated[str, Field(max_length=256)] = ""


class HouseholdNote(ApiModel):
    """What may be changed about a household, which is named by its address."""

    model_config = example(note="出租中")

    note: Annotated[str, Field(max_length=256)]


class MaskedPerson(ApiModel):
    """A person of a household, masked."""

    number: int
    role: str
    name: str
    phone: str


class HouseholdOut(ApiModel):
    """A household with what belongs to it. people: masked."""

    model_config = example(
        number=17,
        household="3-2-501",
        building="3",
        unit="2",
        room="501",
        note="",
        people=[{"number": 40, "role": "owner", "name": "张**", "phone": "139****1234"}],
        vehicles=["吉A12345"],
        spaces=["B-0017"],
    )

    number: int
    household: str
    building: str
    unit: str
    room: str
    note: str
    people: list[MaskedPerson]
    vehicles: list[str]
    spaces: list[str]


class HouseholdList(ApiModel):
    """Households by number; `next` is the cursor of the following ones."""

    items: list[HouseholdOut]
    next: int | None


@router.get("", summary="Households")
def every(
    caller: ReadsRegistry,
    to: Services,
    building: Annotated[str, Query(max_length=16, description="of this building only")] = "",
    after: lookup.After = 0,
    limit: lookup.Limit = 100,
) -> HouseholdList:
    """Return households in the order in which they were added."""
    del caller
    with to.journal.reading() as session:
        found = households.page(session, after, limit, building)
    return HouseholdList(items=[_out(line) for line in found.lines], next=found.next)


@router.get("/{household}", summary="One household", responses={404: {"model": Problem}})
def one(household: str, caller: ReadsRegistry, to: Services) -> HouseholdOut:
    """Return the household at an address, e.g. 3-2-501."""
    del caller
    with to.journal.reading() as session:
        return _out(households.household(session, lookup.household(session, household)))


@router.post(
    "",
    summary="Add a household",
    response_model=HouseholdOut,
    status_code=201,
    responses={409: {"model": Problem}},
)
def make(wish: HouseholdIn, caller: WritesRegistry, to: Services, key: Key = None) -> JSONResponse:
    """Add a household; 409 if there is already one at the address."""
    address = addresses.parse(wish.household)
    if address is None or not address.room:
        detail = f"{wish.household!r} is no address; write building-unit-room, e.g. 3-2-501"
        raise HTTPException(status.HTTP_422_UNPROCESSABLE_CONTENT, detail)

    def made(unit: UnitOfWork, by: Actor) -> HouseholdOut:
        row = registry_changes.add_household(address, wish.note)(unit, by)
        if isinstance(row, HomeRefusal):
            raise lookup.conflict(row, WHY)
        return _out(households.household(unit.session, store.id_of(row)))

    return act(to, caller, key, wish, made)


@router.patch(
    "/{household}",
    summary="Change the note on a household",
    response_model=HouseholdOut,
    responses={404: {"model": Problem}, 409: {"model": Problem}},
)
def change(
    household: str, wish: HouseholdNote, caller: WritesRegistry, to: Services, key: Key = None
) -> JSONResponse:
    """Change the note."""

    def changed(unit: UnitOfWork, by: Actor) -> HouseholdOut:
        number = lookup.household(unit.session, household)
        registry_changes.note_household(number, wish.note)(unit, by)
        return _out(households.household(unit.session, number))

    said = f"{household}\0{wish.model_dump_json()}"
    return act(to, caller, key, said, changed, code=status.HTTP_200_OK)


@router.delete(
    "/{household}",
    summary="Remove a household",
    response_model=HouseholdOut,
    responses={404: {"model": Problem}, 409: {"model": Problem}},
)
def remove(household: str, caller: WritesRegistry, to: Services) -> JSONResponse:
    """Remove it with its people; 409 while vehicles, spaces or the visitor log refer to it."""

    def removed(unit: UnitOfWork, by: Actor) -> HouseholdOut:
        number = lookup.household(unit.session, household)
        answer = _out(households.household(unit.session, number))
        refusal = registry_changes.remove_household(number)(unit, by)
        if refusal is not None:
            raise lookup.conflict(refusal, WHY)
        return answer

    return act(to, caller, None, household, removed, code=status.HTTP_200_OK)


def masked(person: PersonLine) -> MaskedPerson:
    """Return somebody for eyes that need not know whom."""
    return MaskedPerson(
        number=person.id,
        role=person.role,
        name=mask(person.name),
        phone=mask_phone(person.phone),
    )


def _out(line: HouseholdLine) -> HouseholdOut:
    return HouseholdOut(
        number=line.id,
        household=line.place.label,
        building=line.place.building,
        unit=line.place.unit,
        room=line.place.room,
        note=line.note,
        people=[masked(person) for person in line.people],
        vehicles=list(line.vehicles),
        spaces=list(line.spaces),
    )
