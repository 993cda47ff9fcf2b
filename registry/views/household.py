"""One household as its page shows it: who lives there, its vehicles, its history."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from registry.store import store
from registry.tables.masking import masked_fields
from registry.tables.records import Change, Household, Space
from registry.views.people import PersonLine, people
from registry.views.vehicles import VehicleLine, of_household


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """A line of the history. before, after: fields of the row, persons masked."""

    at: datetime
    who: str
    action: str
    entity: str
    what: str
    before: Mapping[str, object] | None = None
    after: Mapping[str, object] | None = None


@dataclass(frozen=True, slots=True)
class HouseholdView:
    """A household and everything that belongs to it."""

    id: int
    label: str
    note: str
    people: tuple[PersonLine, ...]
    vehicles: tuple[VehicleLine, ...]
    spaces: tuple[str, ...]
    history: tuple[ChangeLine, ...]


def household(session: Session, number: int) -> HouseholdView | None:
    """Return a household; None where there is no such."""
    row = session.get(Household, number)
    if row is None:
        return None
    living = people(session, [number]).get(number, ())
    vehicles = of_household(session, number)
    spaces = session.exec(select(Space.name).where(Space.household_id == number)).all()
    return HouseholdView(
        id=number,
        label=store.label_of(session, number),
        note=row.note,
        people=living,
        vehicles=vehicles,
        spaces=tuple(spaces),
        history=_history(session, number, living, [car.plate for car in vehicles]),
    )


def _history(
    session: Session, number: int, people: Iterable[PersonLine], plates: list[str]
) -> tuple[ChangeLine, ...]:
    """Changes of the household, of its vehicles and passes, and of who lives there now."""
    of_people = (col(Change.entity) == "Person") & col(Change.entity_id).in_(
        [str(person.id) for person in people]
    )
    of_home = (col(Change.entity) == "Household") & (col(Change.entity_id) == str(number))
    wanted = (
        select(Change)
        .where(col(Change.plate).in_(plates) | of_people | of_home)
        .order_by(col(Change.id).desc())
        .limit(20)
    )
    rows = session.exec(wanted).all()
    names = _spaces_of(session, rows)
    return tuple(
        ChangeLine(
            row.at,
            row.who,
            row.action.value,
            row.entity,
            row.plate or "",
            _named(masked_fields(row.entity, row.before), names),
            _named(masked_fields(row.entity, row.after), names),
        )
        for row in rows
    )


def _spaces_of(session: Session, rows: Iterable[Change]) -> Mapping[object, str]:
    """The names of the spaces that these changes speak of by the number of their row."""
    sides = (side for row in rows for side in (row.before, row.after) if side)
    numbers = {side["space_id"] for side in sides if isinstance(side.get("space_id"), int)}
    return dict(session.exec(select(Space.id, Space.name).where(col(Space.id).in_(numbers))).all())


def _named(
    fields: Mapping[str, object] | None, spaces: Mapping[object, str]
) -> Mapping[str, object] | None:
    """The fields with a space by its name; numbers of rows tell a person nothing."""
    if fields is None:
        return None
    told = {name: value for name, value in fields.items() if not _is_number_of_row(name)}
    space = spaces.get(fields.get("space_id"))
    return told | {"space": space} if space else told


def _is_number_of_row(name: str) -> bool:
    return name == "id" or name.endswith("_id")
