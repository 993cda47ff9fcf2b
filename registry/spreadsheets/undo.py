"""Taking an import back: newest change first, all of it or nothing. Never commits."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import inspect as inspected
from sqlmodel import Session, SQLModel, col, select

from registry.errors import RegistryError
from registry.rules.kinds import Action
from registry.store import store
from registry.store.spaces import vacate
from registry.store.store import Actor
from registry.tables import records
from registry.tables.records import Change, ImportBatch, Space

_POINTS_TO: Final[Mapping[str, str]] = {
    "household_id": "Household",
    "vehicle_id": "Vehicle",
    "space_id": "Space",
    "unit_id": "Unit",
    "building_id": "Building",
    "consent_person_id": "Person",
}


@dataclass(frozen=True, slots=True)
class ChangedSince:
    """A row of a batch that was changed, or that something was tied to, afterwards."""

    entity: str
    entity_id: str


class UndoneTwiceError(RegistryError):
    """A batch that was already taken back."""


def undo(session: Session, batch: ImportBatch, by: Actor) -> tuple[ChangedSince, ...]:
    """Take a batch back. If anything of it was changed since, take nothing back and name it all.

    Empty when it is done. Raises UndoneTwiceError.
    """
    if batch.undone_at is not None:
        raise UndoneTwiceError(f"import {batch.id} was already undone by {batch.undone_by}")
    made = session.exec(
        select(Change).where(Change.batch_id == batch.id).order_by(col(Change.id).desc())
    ).all()
    if since := _changed_since(session, made, batch):
        return since
    for change in made:
        _revert(session, change, by)
    batch.undone_at, batch.undone_by = by.at, by.who
    session.add(batch)
    session.flush()
    return ()


def _changed_since(
    session: Session, made: Sequence[Change], batch: ImportBatch
) -> tuple[ChangedSince, ...]:
    own = {(change.entity, change.entity_id) for change in made}
    created = {(c.entity, c.entity_id) for c in made if c.action is Action.CREATED}
    first = min((change.id or 0 for change in made), default=0)
    others = (col(Change.batch_id) != batch.id) | col(Change.batch_id).is_(None)
    later = session.exec(select(Change).where(col(Change.id) > first, others)).all()
    found = {(change.entity, change.entity_id) for change in later} & own
    found |= {target for change in later for target in _targets(change)} & created
    return tuple(ChangedSince(*pair) for pair in sorted(found))


def _targets(change: Change) -> Iterator[tuple[str, str]]:
    """The rows that a changed row points to."""
    for name, entity in _POINTS_TO.items():
        number = (change.after or {}).get(name)
        if number is not None:
            yield entity, str(number)


def _revert(session: Session, change: Change, by: Actor) -> None:
    table: type[SQLModel] = getattr(records, change.entity)
    parts = tuple(map(int, change.entity_id.split("/")))
    row = session.get(table, parts if len(parts) > 1 else parts[0])
    if row is None:
        return
    if change.action is Action.CREATED:
        if isinstance(row, Space):
            vacate(session, row)
        store.remove(session, row, by, plate=change.plate)
    elif change.before is not None:
        earlier = table.model_validate(change.before)
        names = [column.key for column in inspected(table).columns]
        store.update(session, row, by, **{name: getattr(earlier, name) for name in names})
