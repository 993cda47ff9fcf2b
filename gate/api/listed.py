"""Special vehicles on ordinary plates (ambulances, repair crews) and listed forms of plates."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, status
from fastapi.responses import JSONResponse
from pydantic import Field

from gate.api import lookup
from gate.api.auth import ReadsRegistry, WritesRegistry
from gate.api.dependencies import ApiModel, Key, Problem, Services, act, example, whole_plate
from gate.domain.ports import UnitOfWork
from gate.services import lists
from registry.rules.kinds import ListedKind
from registry.rules.passes import ValidityPeriod
from registry.rules.patterns import PatternFault
from registry.rules.plates import PlateColour
from registry.store import store
from registry.store.listed import ListingRefusal
from registry.store.store import Actor
from registry.views import special
from registry.views.special import FormLine, ListedLine

router = APIRouter(prefix="/registry", tags=["special vehicles"])

_WHY = {
    ListingRefusal.TAKEN.value: "it is on the list already",
    ListingRefusal.NO_ORGANISATION.value: "name the organisation that answers for the vehicle",
    ListingRefusal.PERIOD.value: "it would end before it begins",
}


class ListedIn(ApiModel):
    """A special vehicle. emergency: before every rule; utility: like a registered vehicle."""

    model_config = example(
        plate="吉A120V5",
        kind="emergency",
        organisation="市急救中心 120",
        colour="blue",
        valid_until=None,
        note="",
    )

    plate: Annotated[str, Field(min_length=1, max_length=16)]
    kind: ListedKind
    organisation: Annotated[str, Field(min_length=1, max_length=64)]
    colour: PlateColour = PlateColour.UNKNOWN
    valid_from: lookup.Moment | None = None
    valid_until: lookup.Moment | None = None
    note: Annotated[str, Field(max_length=256)] = ""


class ListedOut(ApiModel):
    """A special vehicle."""

    model_config = example(
        number=2,
        plate="吉A120V5",
        colour="blue",
        kind="emergency",
        organisation="市急救中心 120",
        valid_from=None,
        valid_until=None,
        note="",
    )

    number: int
    plate: str
    colour: str
    kind: str
    organisation: str
    valid_from: datetime | None
    valid_until: datetime | None
    note: str


class ListedPage(ApiModel):
    """Listed vehicles by number; `next` is the cursor of the following ones."""

    items: list[ListedOut]
    next: int | None


class PatternIn(ApiModel):
    """A plate pattern: ? is one character, * any number; never one that ordinary cars match."""

    model_config = example(pattern="吉O????警", kind="emergency", note="省公安厅")

    pattern: Annotated[str, Field(min_length=1, max_length=16)]
    kind: ListedKind
    note: Annotated[str, Field(max_length=256)] = ""


class PatternOut(ApiModel):
    """A plate pattern."""

    model_config = example(number=1, pattern="吉O????警", kind="emergency", note="省公安厅")

    number: int
    pattern: str
    kind: str
    note: str


class PatternPage(ApiModel):
    """Listed forms by number; `next` is the cursor of the following ones."""

    items: list[PatternOut]
    next: int | None


@router.get("/listed", summary="Special vehicles on ordinary plates")
def every(
    caller: ReadsRegistry, to: Services, after: lookup.After = 0, limit: lookup.Limit = 100
) -> ListedPage:
    """Return special vehicles in the order in which they were added."""
    del caller
    with to.journal.reading() as session:
        found = special.vehicles_page(session, after, limit)
    return ListedPage(items=[_out(line) for line in found.lines], next=found.next)


@router.post(
    "/listed",
    summary="Add a special vehicle",
    response_model=ListedOut,
    status_code=201,
    responses={409: {"model": Problem}},
)
def enter(wish: ListedIn, caller: WritesRegistry, to: Services, key: Key = None) -> JSONResponse:
    """Add by whole plate; 409 if it is already listed."""
    plate = whole_plate(wish.plate)

    def entered(unit: UnitOfWork, by: Actor) -> ListedOut:
        made = lists.list_vehicle(
            plate,
            wish.kind,
            wish.organisation,
            ValidityPeriod(wish.valid_from, wish.valid_until),
            colour=wish.colour,
            note=wish.note,
        )(unit, by)
        if isinstance(made, ListingRefusal):
            raise lookup.conflict(made, _WHY)
        return _out(special.vehicle(unit.session, store.id_of(made)))

    return act(to, caller, key, wish, entered)


@router.delete(
    "/listed/{number}",
    summary="Remove a special vehicle",
    response_model=ListedOut,
    responses={404: {"model": Problem}},
)
def leave(number: lookup.Number, caller: WritesRegistry, to: Services) -> JSONResponse:
    """Remove it; from then on it is an unregistered vehicle."""

    def left(unit: UnitOfWork, by: Actor) -> ListedOut:
        answer = _out(special.vehicle(unit.session, number))
        lists.unlist(number)(unit, by)
        return answer

    return act(to, caller, None, str(number), left, code=status.HTTP_200_OK)


@router.get("/patterns", summary="Plate patterns of special vehicles")
def patterns(
    caller: ReadsRegistry, to: Services, after: lookup.After = 0, limit: lookup.Limit = 100
) -> PatternPage:
    """Return patterns in the order in which they were added."""
    del caller
    with to.journal.reading() as session:
        found = special.forms_page(session, after, limit)
    return PatternPage(items=[_form(line) for line in found.lines], next=found.next)


@router.post(
    "/patterns",
    summary="Add a plate pattern",
    response_model=PatternOut,
    status_code=201,
    responses={409: {"model": Problem}},
)
def enter_form(
    wish: PatternIn, caller: WritesRegistry, to: Services, key: Key = None
) -> JSONResponse:
    """Add a pattern; 422 if ordinary cars would match it."""

    def entered(unit: UnitOfWork, by: Actor) -> PatternOut:
        made = lists.list_pattern(wish.pattern, wish.kind, wish.note)(unit, by)
        if isinstance(made, PatternFault):
            detail = f"{wish.pattern!r} is refused: {made.value}"
            raise HTTPException(status.HTTP_422_UNPROCESSABLE_CONTENT, detail)
        if isinstance(made, ListingRefusal):
            raise lookup.conflict(made, _WHY)
        return _form(special.form(unit.session, store.id_of(made)))

    return act(to, caller, key, wish, entered)


@router.delete(
    "/patterns/{number}",
    summary="Remove a plate pattern",
    response_model=PatternOut,
    responses={404: {"model": Problem}},
)
def leave_form(number: lookup.Number, caller: WritesRegistry, to: Services) -> JSONResponse:
    """Remove a plate pattern."""

    def left(unit: UnitOfWork, by: Actor) -> PatternOut:
        answer = _form(special.form(unit.session, number))
        lists.unlist_pattern(number)(unit, by)
        return answer

    return act(to, caller, None, str(number), left, code=status.HTTP_200_OK)


def _out(line: ListedLine) -> ListedOut:
    return ListedOut(
        number=line.id,
        plate=line.plate,
        colour=line.colour,
        kind=line.kind,
        organisation=line.organisation,
        valid_from=line.since,
        valid_until=line.until,
        note=line.note,
    )


def _form(line: FormLine) -> PatternOut:
    return PatternOut(number=line.id, pattern=line.form, kind=line.kind, note=line.note)
