"""Parking spaces as pages and programs read them: whose, for which vehicles, taken by which."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from sqlmodel import Session, col, select

from registry.rules.snapshot import plate_of
from registry.store import store
from registry.tables.records import Presence, Space, SpaceVehicle, Vehicle
from registry.views.labels import labels
from registry.views.pages import MAX_SHOWN, Page, grouped, page_after


@dataclass(frozen=True, slots=True)
class SpaceLine:
    """A parking space, whose it is, who may stand there (by plate), who does ("" for nobody)."""

    id: int
    name: str
    household: str
    plates: tuple[str, ...]
    taken_by: str
    note: str


def spaces(session: Session, part: str = "") -> tuple[SpaceLine, ...]:
    """Return parking spaces by name, at most `MAX_SHOWN`; part: of the space's name."""
    wanted = select(Space).order_by(col(Space.name)).limit(MAX_SHOWN)
    if part:
        wanted = wanted.where(col(Space.name).contains(part, autoescape=True))
    return _lines(session, session.exec(wanted).all())


def page(session: Session, after: int, limit: int) -> Page[SpaceLine]:
    """Spaces in the order in which they were made."""
    return page_after(session, Space, select(Space), after, limit, partial(_lines, session))


def space(session: Session, number: int) -> SpaceLine:
    """A space by number; raises RecordMissingError."""
    return _lines(session, [store.get(session, Space, number)])[0]


def number_of(session: Session, name: str) -> int | None:
    """The number of the space with this name, None for none."""
    return session.exec(select(Space.id).where(Space.name == name)).one_or_none()


def _lines(session: Session, rows: Sequence[Space]) -> tuple[SpaceLine, ...]:
    numbers = [store.id_of(row) for row in rows]
    homes = labels(session, (row.household_id for row in rows))
    shared = _plates(session, numbers)
    standing = select(Presence.space_id, Presence.plate).where(col(Presence.space_id).in_(numbers))
    taken = dict(session.exec(standing).all())
    return tuple(
        SpaceLine(
            id=number,
            name=row.name,
            household=homes.get(row.household_id, ""),
            plates=shared.get(number, ()),
            taken_by=plate_of(taken.get(number, "")),
            note=row.note,
        )
        for number, row in zip(numbers, rows, strict=True)
    )


def _plates(session: Session, numbers: Iterable[int]) -> Mapping[int, tuple[str, ...]]:
    """The plates of the vehicles that share these spaces, by plate."""
    links = (
        select(SpaceVehicle.space_id, Vehicle.plate)
        .join(Vehicle, col(Vehicle.id) == col(SpaceVehicle.vehicle_id))
        .where(col(SpaceVehicle.space_id).in_(list(numbers)))
        .order_by(col(Vehicle.plate))
    )
    return grouped(session.exec(links))
