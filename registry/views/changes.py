"""The history of the registry as programs read it: who changed what, persons masked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, select

from registry.rules.plates import normalise
from registry.store import store
from registry.tables.masking import masked_fields
from registry.tables.records import Change
from registry.views.pages import Page, page_after


@dataclass(frozen=True, slots=True)
class RecordedChange:
    """One change. before, after: the row's fields as stored, names and phones masked.

    batch: the number of the import that it was part of.
    """

    id: int
    at: datetime
    who: str
    action: str
    entity: str
    entity_id: str
    plate: str | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    batch: int | None


def page(
    session: Session, after: int, limit: int, plate: str = "", entity: str = ""
) -> Page[RecordedChange]:
    """Changes, oldest first. plate: of this whole plate only; entity: of this table only."""
    wanted = select(Change)
    if plate:
        wanted = wanted.where(Change.plate == normalise(plate))
    if entity:
        wanted = wanted.where(Change.entity == entity)
    return page_after(session, Change, wanted, after, limit, _changes)


def _changes(rows: Sequence[Change]) -> tuple[RecordedChange, ...]:
    return tuple(_change(row) for row in rows)


def _change(row: Change) -> RecordedChange:
    return RecordedChange(
        id=store.id_of(row),
        at=row.at,
        who=row.who,
        action=row.action.value,
        entity=row.entity,
        entity_id=row.entity_id,
        plate=row.plate,
        before=masked_fields(row.entity, row.before),
        after=masked_fields(row.entity, row.after),
        batch=row.batch_id,
    )
