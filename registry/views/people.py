"""Who lives in households. Names and phones are whole here: pages and programs mask them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, select

from registry.store import store
from registry.tables.records import Person
from registry.views.pages import grouped


@dataclass(frozen=True, slots=True)
class PersonLine:
    """Somebody of a household; name and phone are whole here: the page masks them."""

    id: int
    name: str
    phone: str
    role: str


def person(session: Session, number: int) -> PersonLine:
    """Somebody by number; raises RecordMissingError."""
    return _line(store.get(session, Person, number))


def people(session: Session, households: Iterable[int]) -> Mapping[int, tuple[PersonLine, ...]]:
    """Those who live in these households, by the household's number; empty ones are left out."""
    wanted = select(Person).where(col(Person.household_id).in_(list(households)))
    rows = session.exec(wanted.order_by(col(Person.id)))
    return grouped((row.household_id, _line(row)) for row in rows)


def _line(row: Person) -> PersonLine:
    return PersonLine(store.id_of(row), row.name, row.phone, row.role.value)
