"""People of households. Whole names and phones need the scope people:read and a reason, logged."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, status
from fastapi.responses import JSONResponse
from pydantic import Field

from gate.api import lookup
from gate.api.auth import ReadsPeople, WritesRegistry
from gate.api.dependencies import ApiModel, Key, Problem, Services, act, example
from gate.api.households import WHY, MaskedPerson, masked
from gate.domain.entries import Audited
from gate.domain.errors import JournalUnavailableError
from gate.domain.ports import UnitOfWork
from gate.services import registry_changes
from registry.rules.fields import RowFault
from registry.rules.kinds import PersonRole
from registry.store import households, store
from registry.store.households import HomeRefusal
from registry.store.store import Actor
from registry.views import people

router = APIRouter(prefix="/registry", tags=["people"])


class PersonIn(ApiModel):
    """A person who lives in a household, or lets it."""

    model_config = example(name="张明华", phone="13900001234", role="owner")

    name: Annotated[str, Field(min_length=1, max_length=30)]
    phone: Annotated[str, Field(max_length=20)] = ""
    role: PersonRole = PersonRole.OWNER


class PersonOut(ApiModel):
    """A person of a household, unmasked."""

    model_config = example(number=40, role="owner", name="张明华", phone="13900001234")

    number: int
    role: str
    name: str
    phone: str


@router.get(
    "/households/{household}/people",
    summary="Whole names and phones of a household; the look-up is logged",
    responses={400: {"model": Problem}, 404: {"model": Problem}},
)
def every(
    household: str,
    caller: ReadsPeople,
    to: Services,
    why: Annotated[str, Query(max_length=200, description="needed: goes on record")] = "",
) -> list[PersonOut]:
    """Return the people of a household."""
    if not why.strip():
        detail = "say why: a look at persons is logged with its reason"
        raise HTTPException(status.HTTP_400_BAD_REQUEST, detail)
    with to.journal.reading() as session:
        home = lookup.household(session, household)
        living = people.people(session, [home]).get(home, ())
    answer = [
        PersonOut(number=one.id, role=one.role, name=one.name, phone=one.phone) for one in living
    ]
    try:
        to.journal.append(Audited(caller.name, "look_up_person", household, why.strip()))
    except JournalUnavailableError as error:
        raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, str(error)) from error
    return answer


@router.post(
    "/households/{household}/people",
    summary="Add a person to a household",
    response_model=MaskedPerson,
    status_code=201,
    responses={404: {"model": Problem}, 409: {"model": Problem}},
)
def add(
    household: str, wish: PersonIn, caller: WritesRegistry, to: Services, key: Key = None
) -> JSONResponse:
    """Add a person; 409 if the household already has a person with that name."""
    fields = _fields(wish)

    def added(unit: UnitOfWork, by: Actor) -> MaskedPerson:
        home = lookup.household(unit.session, household)
        made = registry_changes.add_person(home, fields, wish.role)(unit, by)
        if isinstance(made, HomeRefusal):
            raise lookup.conflict(made, WHY)
        return masked(people.person(unit.session, store.id_of(made)))

    return act(to, caller, key, f"{household}\0{wish.model_dump_json()}", added)


@router.put(
    "/people/{number}",
    summary="Correct a person's name, phone or role",
    response_model=MaskedPerson,
    responses={404: {"model": Problem}, 409: {"model": Problem}},
)
def change(
    number: lookup.Number, wish: PersonIn, caller: WritesRegistry, to: Services, key: Key = None
) -> JSONResponse:
    """Replace the old values, which the history keeps."""
    fields = _fields(wish)

    def changed(unit: UnitOfWork, by: Actor) -> MaskedPerson:
        made = registry_changes.change_person(number, fields, wish.role)(unit, by)
        if isinstance(made, HomeRefusal):
            raise lookup.conflict(made, WHY)
        return masked(people.person(unit.session, store.id_of(made)))

    said = f"{number}\0{wish.model_dump_json()}"
    return act(to, caller, key, said, changed, code=status.HTTP_200_OK)


@router.delete(
    "/people/{number}",
    summary="Remove a person",
    response_model=MaskedPerson,
    responses={404: {"model": Problem}, 409: {"model": Problem}},
)
def remove(number: lookup.Number, caller: WritesRegistry, to: Services) -> JSONResponse:
    """Remove a person; 409 while a valid pass rests on that person's consent."""

    def removed(unit: UnitOfWork, by: Actor) -> MaskedPerson:
        answer = masked(people.person(unit.session, number))
        refusal = registry_changes.remove_person(number)(unit, by)
        if refusal is not None:
            raise lookup.conflict(refusal, WHY)
        return answer

    return act(to, caller, None, str(number), removed, code=status.HTTP_200_OK)


def _fields(wish: PersonIn) -> Mapping[str, str]:
    fields = households.person_fields(wish.name, wish.phone)
    if isinstance(fields, RowFault):
        detail = f"no name or phone number: {fields.value}"
        raise HTTPException(status.HTTP_422_UNPROCESSABLE_CONTENT, detail)
    return fields
