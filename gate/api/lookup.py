"""Finding what a request names, or answering that it is not there; moments with their zone."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from fastapi import HTTPException, Path, Query, status
from pydantic import AfterValidator, Field

from gate.api.auth import Caller
from gate.services.units import RegistrySession
from registry.errors import RecordMissingError
from registry.rules import addresses
from registry.views import households


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


def household(session: RegistrySession, label: str, caller: Caller | None = None) -> int:
    """Return its number; 403 where the caller's token is another household's, 404 for none."""
    address = addresses.parse(label)
    if caller is not None and caller.household and address != addresses.parse(caller.household):
        detail = f"this token speaks for {caller.household} only"
        raise HTTPException(status.HTTP_403_FORBIDDEN, detail)
    number = households.number_at(session, address) if address else None
    if number is None:
        detail = f"there is no household {label!r}; write building-unit-room, e.g. 3-2-501"
        raise HTTPException(status.HTTP_404_NOT_FOUND, detail)
    return number


@contextmanager
def missing() -> Iterator[None]:
    """Answer 404 where what is asked in the block is not there."""
    try:
        yield
    except RecordMissingError as error:
        raise HTTPException(status.HTTP_404_NOT_FOUND, str(error)) from error


def conflict(refusal: StrEnum, why: dict[str, str]) -> HTTPException:
    """Return the 409 that says why the register does not do it."""
    return HTTPException(status.HTTP_409_CONFLICT, why[refusal.value])
