"""Special vehicles on ordinary plates and listed forms, as pages and programs read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from registry.rules.kinds import ListedKind
from registry.store import store
from registry.tables.records import ListedVehicle, SpecialPattern
from registry.views.pages import Page, page_after


@dataclass(frozen=True, slots=True)
class ListedLine:
    """A listed ambulance or utility vehicle."""

    id: int
    plate: str
    colour: str
    kind: ListedKind
    organisation: str
    since: datetime | None
    until: datetime | None
    note: str


@dataclass(frozen=True, slots=True)
class FormLine:
    """A listed form of plates."""

    id: int
    form: str
    kind: ListedKind
    note: str


def special(session: Session) -> tuple[tuple[ListedLine, ...], tuple[FormLine, ...]]:
    """Return listed vehicles by organisation, and listed forms."""
    by_holder = select(ListedVehicle).order_by(
        col(ListedVehicle.organisation), col(ListedVehicle.plate)
    )
    forms = select(SpecialPattern).order_by(col(SpecialPattern.pattern))
    return _vehicles(session.exec(by_holder).all()), _forms(session.exec(forms).all())


def vehicles_page(session: Session, after: int, limit: int) -> Page[ListedLine]:
    """Listed vehicles in the order in which they were listed."""
    return page_after(session, ListedVehicle, select(ListedVehicle), after, limit, _vehicles)


def forms_page(session: Session, after: int, limit: int) -> Page[FormLine]:
    """Listed forms in the order in which they were listed."""
    return page_after(session, SpecialPattern, select(SpecialPattern), after, limit, _forms)


def vehicle(session: Session, number: int) -> ListedLine:
    """A listed vehicle by number; raises RecordMissingError."""
    return _vehicle(store.get(session, ListedVehicle, number))


def form(session: Session, number: int) -> FormLine:
    """A listed form by number; raises RecordMissingError."""
    return _form(store.get(session, SpecialPattern, number))


def _vehicles(rows: Sequence[ListedVehicle]) -> tuple[ListedLine, ...]:
    return tuple(_vehicle(row) for row in rows)


def _forms(rows: Sequence[SpecialPattern]) -> tuple[FormLine, ...]:
    return tuple(_form(row) for row in rows)


def _vehicle(row: ListedVehicle) -> ListedLine:
    return ListedLine(
        id=store.id_of(row),
        plate=row.plate,
        colour=row.colour.value,
        kind=row.kind,
        organisation=row.organisation,
        since=row.valid_from,
        until=row.valid_until,
        note=row.note,
    )


def _form(row: SpecialPattern) -> FormLine:
    return FormLine(store.id_of(row), row.pattern, row.kind, row.note)
