"""Visitor passes: announce, look at, revoke. A household's token sees and makes only its own."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, status
from fastapi.responses import JSONResponse
from pydantic import Field

from gate.api import lookup
from gate.api.auth import ReadsPasses, WritesPasses
from gate.api.dependencies import ApiModel, Key, Problem, Services, act, example, whole_plate
from gate.domain.ports import UnitOfWork
from gate.services import lists, passes
from registry.rules.kinds import PassKind
from registry.rules.passes import ValidityPeriod
from registry.rules.plates import PlateColour
from registry.store import store, visits
from registry.store.store import Actor
from registry.views import passes as pass_views
from registry.views.passes import PassLine

router = APIRouter(prefix="/passes", tags=["visitor passes"])
_REMEDY = {
    visits.GrantRefusal.NAME_NOT_CHECKED: ": register the visitor on the page, where the owner's "
    "name is checked, or say in `confirmation` how the household confirmed",
}


class PassIn(ApiModel):
    """A visitor whom a household expects.

    times: openings in all, for the kind `times`. colour: of the plate, where it is known. A pass
    lasts up to 31 days; a recurring one (a carer, a delivery service) up to a year, with `consent`:
    the number of the person of the household who agreed. A household's own token is its consent.
    confirmation: how the household itself confirmed (a call, by whom). A guard needs it here: the
    owner's name is checked on the page only.
    """

    model_config = example(
        plate="吉A12345",
        household="3-2-501",
        kind="once",
        valid_until="2026-03-03T18:00:00+08:00",
        visitor_name="李四",
        visitor_phone="13900001234",
        purpose="visit",
    )

    plate: Annotated[str, Field(min_length=1, max_length=16)]
    household: Annotated[lookup.Label, Field(min_length=1)]
    kind: PassKind = PassKind.ONCE
    times: Annotated[int | None, Field(ge=1, le=1000)] = None
    valid_from: lookup.Moment | None = None
    valid_until: lookup.Moment
    colour: PlateColour = PlateColour.UNKNOWN
    recurring: bool = False
    consent: Annotated[int | None, Field(ge=1, le=lookup.MOST)] = None
    visitor_name: Annotated[str, Field(max_length=64)] = ""
    visitor_phone: Annotated[str, Field(max_length=32)] = ""
    purpose: Annotated[str, Field(max_length=64)] = ""
    remark: Annotated[str, Field(max_length=256)] = ""
    confirmation: Annotated[str, Field(max_length=256)] = ""


class PassOut(ApiModel):
    """A pass; names and phones stay out of it."""

    model_config = example(
        number=9,
        plate="吉A12345",
        colour="unknown",
        household="3-2-501",
        kind="once",
        allowed=1,
        spent=0,
        valid_from="2026-11-22T04:00:00Z",
        valid_until="2026-03-03T10:00:00Z",
        recurring=False,
        revoked_at=None,
    )

    number: int
    plate: str
    colour: str
    household: str
    kind: str
    allowed: int | None
    spent: int
    valid_from: datetime
    valid_until: datetime
    recurring: bool
    revoked_at: datetime | None


class PassPage(ApiModel):
    """Passes, newest first; `next` is the cursor of the older ones."""

    items: list[PassOut]
    next: int | None


@router.post(
    "",
    summary="Announce a visitor",
    response_model=PassOut,
    status_code=201,
    responses={403: {"model": Problem}, 404: {"model": Problem}, 409: {"model": Problem}},
)
def announce(wish: PassIn, caller: WritesPasses, to: Services, key: Key = None) -> JSONResponse:
    """Make a pass on the household's word, which its token gives; a guard says how it was given."""
    plate = whole_plate(wish.plate)

    def announced(unit: UnitOfWork, by: Actor) -> PassOut:
        household = lookup.household(unit.session, wish.household, caller)
        request = visits.PassRequest(
            plate=plate,
            household_id=household,
            kind=wish.kind,
            period=ValidityPeriod(wish.valid_from, wish.valid_until),
            times=wish.times,
            visitor_name=wish.visitor_name,
            visitor_phone=wish.visitor_phone,
            purpose=wish.purpose,
            remark=wish.remark,
            colour=wish.colour,
            recurring=wish.recurring,
            consent_person=wish.consent,
            confirmation=wish.confirmation,
        )
        giver = lists.Giver(caller.role, caller.household)
        made = passes.announce(request, giver)(unit, by)
        if isinstance(made, visits.GrantRefusal):
            detail = f"no pass was made: {made.value}{_REMEDY.get(made, '')}"
            raise HTTPException(status.HTTP_422_UNPROCESSABLE_CONTENT, detail)
        return _out(pass_views.visitor_pass(unit.session, store.id_of(made)))

    return act(to, caller, key, wish, announced)


@router.get("", summary="Passes, newest first", responses={404: {"model": Problem}})
def every(
    caller: ReadsPasses,
    to: Services,
    before: Annotated[
        int | None, Query(ge=1, le=lookup.MOST, description="cursor: `next` of a page")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> PassPage:
    """Return passes; a household's token sees its own."""
    with to.journal.reading() as session:
        home = lookup.household(session, caller.household) if caller.household else None
        found = pass_views.newest(session, before, limit, home)
    return PassPage(items=[_out(line) for line in found.lines], next=found.next)


@router.delete(
    "/{number}",
    summary="Revoke a pass",
    response_model=PassOut,
    responses={404: {"model": Problem}},
)
def revoke(number: lookup.Number, caller: WritesPasses, to: Services) -> JSONResponse:
    """End a pass now; repeating it changes nothing."""

    def revoked(unit: UnitOfWork, by: Actor) -> PassOut:
        line = pass_views.visitor_pass(unit.session, number)
        own = not caller.household or (
            line.household_id == lookup.household(unit.session, caller.household)
        )
        if not own:
            raise HTTPException(status.HTTP_404_NOT_FOUND, f"there is no VisitorPass {number}")
        passes.revoke(number, "")(unit, by)
        return _out(pass_views.visitor_pass(unit.session, number))

    return act(to, caller, None, str(number), revoked, code=status.HTTP_200_OK)


def _out(line: PassLine) -> PassOut:
    return PassOut(
        number=line.id,
        plate=line.plate,
        colour=line.colour,
        household=line.household,
        kind=line.kind,
        allowed=line.allowed,
        spent=line.spent,
        valid_from=line.since,
        valid_until=line.until,
        recurring=line.recurring,
        revoked_at=line.revoked_at,
    )
