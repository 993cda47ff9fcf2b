"""The history of the registry: who changed what, when, from what to what. Persons are masked."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query

from gate.api import lookup
from gate.api.auth import ReadsHistory
from gate.api.dependencies import ApiModel, Services, example
from registry.views import changes
from registry.views.changes import RecordedChange

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
    with to.journal.reading() as session:
        found = changes.page(session, after, limit, plate, entity)
    return ChangePage(items=[_out(change) for change in found.lines], next=found.next)


def _out(change: RecordedChange) -> ChangeOut:
    return ChangeOut(
        number=change.id,
        at=change.at,
        who=change.who,
        action=change.action,
        entity=change.entity,
        entity_id=change.entity_id,
        plate=change.plate,
        before=change.before,
        after=change.after,
        batch=change.batch,
    )
