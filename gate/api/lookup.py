"""Finding what a request names, or answering that it is not there; moments with their zone."""

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, TypeVar

from fastapi import HTTPException, Path, Query, status
from pydantic import AfterValidator, Field
from sqlmodel import Session, SQLModel, col
from sqlmodel.sql.expression import SelectOfScalar

from gate.api.auth import Caller
from registry.errors import RecordMissingError
from registry.rules import addresses
from registry.store import store
from registry.tables.records import Household, Numbered

Row = TypeVar("Row", bound=SQLModel)
Listed = TypeVar("Listed", bound=Numbered)


def with_zone(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("has no time zone; write e.g. 2027-12-31T23:59:59+08:00")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("lies before or after every year that can be written") from error


Moment = Annotated[
    datetime, AfterValidator(with_zone), Field(examples=["2027-12-31T23:59:59+08:00"])
]
"""An instant with its time zone; one without is refused."""

Label = Annotated[str, Field(max_length=32, examples=["3-2-501"])]
"""A household, as building-unit-room in any of the usual ways of writing."""

MOST = 2**63 - 1
"""The largest number that a row of either database can have; a larger one is refused, not asked."""

Number = Annotated[int, Path(ge=0, le=MOST)]
After = Annotated[int, Query(ge=0, le=MOST, description="cursor: `next` of a page")]
Limit = Annotated[int, Query(ge=1, le=500)]


def household(session: Session, label: str, caller: Caller | None = None) -> Household:
    """Return the household; 403 where the caller's token is another household's, 404 for none."""
    address = addresses.parse(label)
    if caller is not None and caller.household and address != addresses.parse(caller.household):
        detail = f"this token speaks for {caller.household} only"
        raise HTTPException(status.HTTP_403_FORBIDDEN, detail)
    row = (
        store.find_household(session, address.building, address.unit, address.room)
        if address
        else None
    )
    if row is None:
        detail = f"there is no household {label!r}; write building-unit-room, e.g. 3-2-501"
        raise HTTPException(status.HTTP_404_NOT_FOUND, detail)
    return row


def row(session: Session, table: type[Row], number: int) -> Row:
    """Return the row with this number, or answer 404."""
    try:
        return store.get(session, table, number)
    except RecordMissingError as error:
        raise HTTPException(status.HTTP_404_NOT_FOUND, str(error)) from error


def page(
    session: Session, table: type[Listed], wanted: SelectOfScalar[Listed], after: int, limit: int
) -> tuple[Sequence[Listed], int | None]:
    """Return the wanted rows after the cursor, in the order of their ids, and the next cursor.

    The cursor is None where no row follows, as far as this page can tell.
    """
    number = col(table.id)
    rows = session.exec(wanted.where(number > after).order_by(number).limit(limit)).all()
    return rows, store.id_of(rows[-1]) if len(rows) == limit else None


def conflict(refusal: StrEnum, why: dict[str, str]) -> HTTPException:
    """Return the 409 that says why the register does not do it."""
    return HTTPException(status.HTTP_409_CONFLICT, why[refusal.value])
