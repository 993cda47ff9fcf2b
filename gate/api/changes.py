"""The history of the registry: who changed what, when, from what to what. Persons are masked."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlmodel import select

from gate.api import lookup
from gate.api.auth import ReadsHistory
from gate.api.dependencies import ApiModel, Services, example
from registry.rules.plates import normalise
from registry.tables.masking import masked_fields
from registry.tables.records import Change

router = APIRouter(prefix="/registry/changes", tags=["history"])


class ChangeOut(ApiModel):
    """One change. before, after: the row's fields as stored, names and phones masked."""

    model_config = example(
        number=812,
        at="2026-11-22T04:00:00Z",
        who="manager",
        action="updated",
        entity="Vehicle",
        entity_id="17",
        plate="吉A12345",
        before={"plate": "吉A12345", "valid_until": "2026-12-31T16:00:00Z"},
        after={"plate": "吉A12345", "valid_until": "2027-12-31T16:00:00Z"},
        batch=None,
    )

    number: int
    at: datetime
    who: str
    action: str
    entity: str
    entity_id: str
    plate: str | None
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    batch: int | None


class ChangePage(ApiModel):
    """Changes, oldest first; `next` is the cursor of the following ones."""

    items: list[ChangeOut]
    next: int | None


@router.get("", summary="Changes of registry, passes and block list, oldest first")
def every(
    caller: ReadsHistory,
    to: Services,
    plate: Annotated[str, Query(max_length=16, description="of this whole plate only")] = "",
    entity: Annotated[str, Query(max_length=32, description="e.g. Vehicle, VisitorPass")] = "",
    after: lookup.After = 0,
    limit: lookup.Limit = 100,
) -> ChangePage:
    """Return changes; follow them by asking again with the cursor."""
    del caller
    wanted = select(Change)
    if plate:
        wanted = wanted.where(Change.plate == normalise(plate))
    if entity:
        wanted = wanted.where(Change.entity == entity)
    with to.journal.reading() as session:
        rows, following = lookup.page(session, Change, wanted, after, limit)
        return ChangePage(items=[_out(row) for row in rows], next=following)


def _out(row: Change) -> ChangeOut:
    return ChangeOut(
        number=row.id or 0,
        at=row.at,
        who=row.who,
        action=row.action,
        entity=row.entity,
        entity_id=row.entity_id,
        plate=row.plate,
        before=masked_fields(row.entity, row.before),
        after=masked_fields(row.entity, row.after),
        batch=row.batch_id,
    )
