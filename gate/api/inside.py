"""Vehicles inside: looked through, and corrected where a passage was missed or misread."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query, status
from fastapi.responses import JSONResponse
from pydantic import Field

from gate.api import lookup
from gate.api.auth import CorrectsInside, ReadsInside
from gate.api.dependencies import (
    ApiModel,
    ApiServices,
    Key,
    Problem,
    Services,
    act,
    example,
    whole_plate,
)
from gate.domain.ports import UnitOfWork
from gate.services import presence as inside_deeds
from gate.services.presence import Unclear
from gate.services.units import RegistrySession
from registry.rules.corrections import (
    MAX_COUNTED,
    Correction,
    CorrectionRefusal,
    Recounted,
    TakenOut,
)
from registry.rules.kinds import Occupant
from registry.rules.plates import PlateColour, normalise
from registry.rules.snapshot import plate_of
from registry.store import presence
from registry.store.store import Actor
from registry.views import stays
from registry.views.stays import StayLine, StayPlace, Which

router = APIRouter(prefix="/inside", tags=["inside"])

_WHY = {
    CorrectionRefusal.NOT_INSIDE.value: "this vehicle is not inside",
    CorrectionRefusal.OTHER_STAY.value: "it is inside, but not since `since`: look again",
    CorrectionRefusal.INSIDE_ALREADY.value: "this vehicle is inside already",
    CorrectionRefusal.COUNT_CHANGED.value: "the count is not `before` any more: count again",
    CorrectionRefusal.NO_COUNT.value: f"a count is 0 to {MAX_COUNTED}",
}
_SAME_NUMBER = "two vehicles have this number: name the `colour`"
_SPLIT = "~"


class StayOut(ApiModel):
    """A vehicle inside. household: its own or the visited one; due: when a visitor should go."""

    model_config = example(
        plate="吉A12345",
        colour="blue",
        occupant="resident",
        since="2026-11-22T04:00:00Z",
        household="3-2-501",
        space="A-0017",
        passage="019ab0c2-7d3e",
        due=None,
        overstays=False,
    )

    plate: str
    colour: str
    occupant: Occupant
    since: datetime
    household: str
    space: str
    passage: str
    due: datetime | None
    overstays: bool


class CountOut(ApiModel):
    """Vehicles of a class inside, those known by plate, and the limit (null: none)."""

    occupant: Occupant
    count: int
    known: int
    capacity: int | None


class InsideList(ApiModel):
    """Vehicles, longest inside first; `next` is the cursor of the following ones."""

    items: list[StayOut]
    counts: list[CountOut]
    next: str | None


class _OfVehicle(ApiModel):
    plate: Annotated[str, Field(min_length=1, max_length=16)]
    colour: PlateColour = PlateColour.UNKNOWN
    since: lookup.Moment | None = None
    why: Annotated[str, Field(min_length=1, max_length=200)]


class LeftIn(_OfVehicle):
    """A vehicle that has left. since: the stay that was shown, if known."""

    model_config = example(
        kind="left", plate="吉A12345", since="2026-11-22T12:00:00+08:00", why="not found on patrol"
    )

    kind: Literal["left"]


class CameIn(_OfVehicle):
    """A vehicle that is inside. since: restores a stay that was ended by mistake."""

    model_config = example(kind="came", plate="吉A12345", why="followed another vehicle")

    kind: Literal["came"]


class CountedIn(ApiModel):
    """A class that was counted. before: the count that is corrected, against a race with a lane."""

    model_config = example(
        kind="counted", occupant="visitor", before=12, counted=9, why="counted on patrol"
    )

    kind: Literal["counted"]
    occupant: Occupant
    before: Annotated[int, Field(ge=-MAX_COUNTED, le=MAX_COUNTED)]
    counted: Annotated[int, Field(ge=0, le=MAX_COUNTED)]
    why: Annotated[str, Field(min_length=1, max_length=200)]


CorrectionIn = Annotated[LeftIn | CameIn | CountedIn, Field(discriminator="kind")]


class CorrectionOut(ApiModel):
    """What was corrected. count: of the class, as it is now; since: of the stay, null for none."""

    model_config = example(
        kind="left",
        plate="吉A12345",
        occupant="resident",
        since="2026-11-22T04:00:00Z",
        count=41,
    )

    kind: str
    plate: str
    occupant: Occupant
    since: datetime | None
    count: int


@router.get("", summary="Vehicles inside, longest first")
def every(
    caller: ReadsInside,
    to: Services,
    plate: Annotated[str, Query(max_length=16, description="a part of the plate")] = "",
    occupant: Annotated[Occupant | None, Query(description="one class only")] = None,
    after: Annotated[str, Query(max_length=80, description="cursor: `next` of a page")] = "",
    limit: lookup.Limit = 100,
) -> InsideList:
    """Return a page of vehicles, and the counts, which include vehicles with unread plates."""
    del caller
    which, place = Which(normalise(plate), occupant), _place(after)
    with to.journal.reading() as session:
        page, counts = stays.page(session, which, place, limit), stays.counts(session)
    now, limits = to.clock.now().utc, {Occupant.VISITOR: to.decider.policy.visitor_capacity}
    return InsideList(
        items=[_out(line, now) for line in page.lines],
        counts=[
            CountOut(
                occupant=one,
                count=counts.occupancy.balance.get(one, 0),
                known=counts.known.get(one, 0),
                capacity=limits.get(one),
            )
            for one in Occupant
        ],
        next=f"{page.next.since.isoformat()}{_SPLIT}{page.next.key}" if page.next else None,
    )


@router.post(
    "/corrections",
    summary="Correct who is inside",
    response_model=CorrectionOut,
    status_code=201,
    responses={409: {"model": Problem}},
)
def correct(
    wish: CorrectionIn, caller: CorrectsInside, to: Services, key: Key = None
) -> JSONResponse:
    """Correct at once and record the reason; 409 if it does not fit the present state."""

    def corrected(unit: UnitOfWork, by: Actor) -> CorrectionOut:
        meant = _meant(unit.session, wish, to, by.at)
        (refused,) = inside_deeds.correct([meant], wish.why)(unit, by)
        if refused is not None:
            raise lookup.conflict(refused, _WHY)
        return _answer(unit.session, wish.kind, meant)

    return act(to, caller, key, wish, corrected)


def _meant(
    session: RegistrySession, wish: LeftIn | CameIn | CountedIn, to: ApiServices, now: datetime
) -> Correction:
    """What a request corrects, by what is inside now and what the register knows."""
    if isinstance(wish, CountedIn):
        return Recounted(wish.occupant, wish.before, wish.counted)
    plate = whole_plate(wish.plate)
    if isinstance(wish, LeftIn):
        line = stays.line(session, presence.key_leaving(session, plate.text, wish.colour))
        if line is None:
            raise lookup.conflict(CorrectionRefusal.NOT_INSIDE, _WHY)
        since = wish.since or line.since
        return TakenOut(line.key, since, line.occupant, line.space_id, line.passage)
    stay = inside_deeds.came_in(to.register.snapshot, plate, wish.colour, wish.since or now)
    if isinstance(stay, Unclear):
        raise HTTPException(status.HTTP_409_CONFLICT, _SAME_NUMBER)
    if stay.since > now:
        detail = "`since` is in the future"
        raise HTTPException(status.HTTP_422_UNPROCESSABLE_CONTENT, detail)
    return inside_deeds.put_back(stay) if wish.since else stay


def _answer(session: RegistrySession, kind: str, done: Correction) -> CorrectionOut:
    count = stays.counts(session).occupancy.balance.get(done.occupant, 0)
    if isinstance(done, Recounted):
        return CorrectionOut(kind=kind, plate="", occupant=done.occupant, since=None, count=count)
    plate = plate_of(done.key)
    return CorrectionOut(
        kind=kind, plate=plate, occupant=done.occupant, since=done.since, count=count
    )


def _place(cursor: str) -> StayPlace | None:
    """Where a page begins, or 422 for a cursor that no page gave."""
    if not cursor:
        return None
    since, _, key = cursor.partition(_SPLIT)
    try:
        place = StayPlace(lookup.with_zone(datetime.fromisoformat(since.replace(" ", "+"))), key)
    except ValueError:
        place = None
    if place is None or not key.isprintable() or not key:
        detail = f"{cursor!r} is no cursor: take `next` of a page as it is"
        raise HTTPException(status.HTTP_422_UNPROCESSABLE_CONTENT, detail)
    return place


def _out(line: StayLine, now: datetime) -> StayOut:
    return StayOut(
        plate=line.plate,
        colour=line.colour,
        occupant=line.occupant,
        since=line.since,
        household=line.home,
        space=line.space,
        passage=line.passage,
        due=line.due,
        overstays=line.overstays(now),
    )
