"""The log of passages, for programs that may read it: newest first, by cursor."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, status

from gate.api import lookup
from gate.api.auth import Caller, ReadsPassages
from gate.api.dependencies import ApiModel, Problem, Services
from gate.domain.entries import Audited
from gate.domain.errors import JournalUnavailableError
from gate.domain.passage import Direction, LaneId, PassageId
from gate.reports.model import PassageFilter, PassageRow

router = APIRouter(prefix="/passages", tags=["passages"])


class PassageOut(ApiModel):
    """One passage. Times are UTC; null for what has not happened yet."""

    passage: str
    lane: str
    direction: str
    trigger: str
    started: datetime
    decided: datetime | None
    opened: datetime | None
    ended: datetime | None
    plate: str
    plate_read: str
    plate_class: str
    colour: str
    confidence: float
    frames: int
    verdict: str
    reason: str
    standing: str
    household: str
    by: str
    asked: bool
    corrected_from: str
    opening: str
    outcome: str


class PassagePage(ApiModel):
    """Passages, newest first; `next` is the cursor of the older ones."""

    items: list[PassageOut]
    next: int | None


@router.get("", summary="Passages, newest first", responses={400: {"model": Problem}})
def every(
    caller: ReadsPassages,
    to: Services,
    since: Annotated[datetime | None, Query(description="from this moment, with zone")] = None,
    until: Annotated[datetime | None, Query(description="before this moment, with zone")] = None,
    lane: Annotated[str | None, Query(max_length=64)] = None,
    direction: Direction | None = None,
    plate: Annotated[
        str, Query(max_length=16, description="whole plate, or a pattern with ? and *")
    ] = "",
    why: Annotated[
        str, Query(max_length=200, description="needed with `plate`: the look-up is logged")
    ] = "",
    outcome: Annotated[str | None, Query(max_length=32)] = None,
    before: Annotated[
        int | None, Query(ge=1, le=lookup.MOST, description="cursor: `next` of a page")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> PassagePage:
    """Return passages. A vehicle's history is a person's movements: it needs a reason, logged."""
    _check_zone(since, until)
    if plate:
        _note_look_up(to, caller, plate, why)
    wanted = PassageFilter(
        since=since,
        until=until,
        lanes=(LaneId(lane),) if lane else (),
        direction=direction,
        plate=plate.strip().upper(),
        outcomes=(outcome,) if outcome is not None else (),
    )
    page = to.reports.passages(wanted, before, limit)
    return PassagePage(items=[_out(row) for row in page.rows], next=page.cursor)


@router.get("/{passage}", summary="One passage", responses={404: {"model": Problem}})
def one(passage: str, caller: ReadsPassages, to: Services) -> PassageOut:
    """Return one passage by its id."""
    del caller
    known = to.reports.passage(PassageId(passage))
    if known is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"there is no passage {passage!r}")
    return _out(known.row)


def _check_zone(*moments: datetime | None) -> None:
    if any(moment is not None and moment.tzinfo is None for moment in moments):
        detail = "a moment needs its zone: 2026-11-22T18:00:00+08:00 (write + as %2B)"
        raise HTTPException(status.HTTP_422_UNPROCESSABLE_CONTENT, detail)


def _note_look_up(to: Services, caller: Caller, plate: str, why: str) -> None:
    if not why.strip():
        detail = "say why: a search over a vehicle's history is logged with its reason"
        raise HTTPException(status.HTTP_400_BAD_REQUEST, detail)
    try:
        to.journal.append(Audited(caller.name, "look_up_history", plate, why.strip()))
    except JournalUnavailableError as error:
        raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, str(error)) from error


def _out(row: PassageRow) -> PassageOut:
    return PassageOut(
        passage=row.passage,
        lane=row.lane,
        direction=row.direction,
        trigger=row.trigger,
        started=row.started,
        decided=row.decided,
        opened=row.opened,
        ended=row.ended,
        plate=row.plate,
        plate_read=row.plate_read,
        plate_class=row.plate_class,
        colour=row.colour,
        confidence=row.confidence,
        frames=row.frames,
        verdict=row.verdict,
        reason=row.reason,
        standing=row.standing,
        household=row.household,
        by=row.actor,
        asked=row.asked,
        corrected_from=row.corrected_from,
        opening=row.opening,
        outcome=row.outcome,
    )
