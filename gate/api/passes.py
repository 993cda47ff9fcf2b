"""Visitor passes: announce, look at, revoke. A household's token sees and makes only its own."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, status
from fastapi.responses import JSONResponse
from pydantic import Field
from sqlmodel import Session, col, select

from gate.api.access import Caller, ReadsPasses, WritesPasses
from gate.api.parts import Key, Model, Problem, Services, act, whole_plate
from gate.entries import Audited
from gate.ports import Unit
from registry import addresses, store, visits
from registry.kinds import PassKind, PassSource
from registry.passes import Period
from registry.records import Household, VisitorPass
from registry.store import Author

router = APIRouter(prefix="/passes", tags=["visitor passes"])


class PassIn(Model):
    """A visitor whom a household expects."""

    plate: Annotated[str, Field(min_length=1, max_length=16, examples=["吉A12345"])]
    household: Annotated[str, Field(min_length=1, max_length=32, examples=["3-2-501"])]
    kind: PassKind = PassKind.ONCE
    times: Annotated[int | None, Field(ge=1, le=1000)] = None
    valid_from: datetime | None = None
    valid_until: datetime
    visitor_name: Annotated[str, Field(max_length=64)] = ""
    visitor_phone: Annotated[str, Field(max_length=32)] = ""
    purpose: Annotated[str, Field(max_length=64)] = ""
    remark: Annotated[str, Field(max_length=256)] = ""


class PassOut(Model):
    """A pass; names and phones stay out of it."""

    number: int
    plate: str
    household: str
    kind: str
    allowed: int | None
    spent: int
    valid_from: datetime
    valid_until: datetime
    revoked_at: datetime | None


class PassPage(Model):
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
    """Make a pass on the household's own word. Only its token, or a person, may give that word."""
    plate = whole_plate(wish.plate)
    for moment in (wish.valid_from, wish.valid_until):
        if moment is not None and moment.tzinfo is None:
            detail = f"{moment.isoformat()} has no time zone; write e.g. 2026-11-22T18:00:00+08:00"
            raise HTTPException(status.HTTP_422_UNPROCESSABLE_CONTENT, detail)

    def announced(unit: Unit, by: Author) -> PassOut:
        household = _household(unit.session, wish.household, caller)
        request = visits.PassRequest(
            plate=plate,
            household_id=household,
            kind=wish.kind,
            period=Period(wish.valid_from, wish.valid_until),
            source=PassSource.HOUSEHOLD if caller.household else PassSource.SERVICE,
            times=wish.times,
            visitor_name=wish.visitor_name,
            visitor_phone=wish.visitor_phone,
            purpose=wish.purpose,
            remark=wish.remark,
        )
        made = visits.grant(unit.session, request, by)
        if not isinstance(made, VisitorPass):
            detail = f"no pass was made: {made.value}"
            raise HTTPException(status.HTTP_422_UNPROCESSABLE_CONTENT, detail)
        unit.append(Audited(by=by.who, action="pass_announced", target=made.plate))
        return _out(unit.session, made)

    return act(to, caller, key, wish, announced)


@router.get("", summary="Passes, newest first")
def every(
    caller: ReadsPasses,
    to: Services,
    before: Annotated[int | None, Query(ge=1, description="cursor: `next` of a page")] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> PassPage:
    """Return passes; a household's token sees its own."""
    found = select(VisitorPass).order_by(col(VisitorPass.id).desc()).limit(limit)
    if before is not None:
        found = found.where(col(VisitorPass.id) < before)
    with to.journal.reading() as session:
        if caller.household:
            home = _household(session, caller.household, caller)
            found = found.where(VisitorPass.household_id == home)
        rows = session.exec(found).all()
        items = [_out(session, row) for row in rows]
    return PassPage(items=items, next=items[-1].number if len(items) == limit else None)


@router.delete(
    "/{number}",
    summary="Revoke a pass",
    response_model=PassOut,
    responses={404: {"model": Problem}},
)
def revoke(number: int, caller: WritesPasses, to: Services) -> JSONResponse:
    """End a pass now; doing it again changes nothing."""

    def revoked(unit: Unit, by: Author) -> PassOut:
        row = unit.session.get(VisitorPass, number)
        own = row is not None and (
            not caller.household
            or row.household_id == _household(unit.session, caller.household, caller)
        )
        if row is None or not own:
            raise HTTPException(status.HTTP_404_NOT_FOUND, f"there is no pass {number}")
        visits.revoke(unit.session, row, by)
        unit.append(Audited(by=by.who, action="pass_revoked", target=row.plate))
        return _out(unit.session, row)

    return act(to, caller, None, str(number), revoked, code=status.HTTP_200_OK)


def _household(session: Session, label: str, caller: Caller) -> int:
    """Return the household's id; 403 where the token is another household's."""
    if caller.household and label != caller.household:
        detail = f"this token speaks for {caller.household} only"
        raise HTTPException(status.HTTP_403_FORBIDDEN, detail)
    address = addresses.parse(label)
    row: Household | None = (
        store.find_household(session, address.building, address.unit, address.room)
        if address
        else None
    )
    if row is None:
        detail = f"there is no household {label!r}; write building-unit-room, e.g. 3-2-501"
        raise HTTPException(status.HTTP_404_NOT_FOUND, detail)
    return store.id_of(row)


def _out(session: Session, row: VisitorPass) -> PassOut:
    return PassOut(
        number=row.id or 0,
        plate=row.plate,
        household=store.label_of(session, row.household_id) if row.household_id else "",
        kind=row.kind,
        allowed=row.allowed,
        spent=row.spent,
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        revoked_at=row.revoked_at,
    )
