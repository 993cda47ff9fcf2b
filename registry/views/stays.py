"""Vehicles inside as people look through them: whose, since when, where, overstayed; and how many.

Over a Session that is given; reads only. What is shown is what deciding goes by: the rows of
`Presence` and the counts, in which vehicles that nobody could read are too.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import Session, col, func, select

from registry.rules.kinds import Occupant
from registry.rules.occupancy import Counts, Occupancy
from registry.rules.plates import PlateColour, presumed
from registry.rules.snapshot import plate_of
from registry.rules.standing import SpaceId
from registry.store import presence, store
from registry.tables.records import OccupancyCount, Presence, Space, Vehicle, Visit, VisitorPass

LONG_VISIT: Final = timedelta(hours=24)
"""A visitor who is inside for longer has overstayed, whatever the pass allows."""


@dataclass(frozen=True, slots=True)
class Which:
    """Which vehicles. part: of the plate, as `plates.normalise` gives it; before: in since then."""

    part: str = ""
    occupant: Occupant | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True)
class StayPlace:
    """Where a page of the list ends: the next one begins behind it."""

    since: datetime
    key: str


@dataclass(frozen=True, slots=True)
class StayLine:
    """A vehicle inside. key: what it is known by; colour: of its plate, "" where nobody knows.

    home: short address, or who answers for the vehicle; holder: the latter, a name. space: its
    name, "" for none. passage: by which it came in, "" where no passage is known. due: when a
    visitor should be gone.
    """

    key: str
    plate: str
    colour: str
    occupant: Occupant
    since: datetime
    home: str
    holder: str
    space: str
    space_id: SpaceId | None
    passage: str
    due: datetime | None

    def overstays(self, now: datetime) -> bool:
        """Whether this is a visitor who should be gone."""
        if self.occupant is not Occupant.VISITOR:
            return False
        return now - self.since > LONG_VISIT or (self.due is not None and self.due < now)


@dataclass(frozen=True, slots=True)
class Stays:
    """A page of the list, longest inside first. next: where the following one begins."""

    lines: tuple[StayLine, ...]
    next: StayPlace | None


def counts(session: Session) -> Counts:
    """Count vehicles and spaces: the one function that every page, chart and program asks."""
    balance = {row.occupant: row.count for row in session.exec(select(OccupancyCount))}
    by_class = select(col(Presence.occupant), func.count()).group_by(col(Presence.occupant))
    taken = select(func.count(func.distinct(Presence.space_id)))
    return Counts(
        Occupancy(MappingProxyType(balance)),
        MappingProxyType({Occupant(one): n for one, n in session.exec(by_class)}),
        session.exec(select(func.count()).select_from(Space)).one(),
        session.exec(taken).one(),
    )


def page(session: Session, which: Which, after: StayPlace | None, limit: int) -> Stays:
    """Read one page. limit: at least 1."""
    wanted = select(Presence).order_by(col(Presence.since), col(Presence.plate))
    for condition in _conditions(which, after):
        wanted = wanted.where(condition)
    rows = session.exec(wanted.limit(limit + 1)).all()
    shown = rows[:limit]
    more = StayPlace(shown[-1].since, shown[-1].plate) if len(rows) > limit else None
    return Stays(_lines(session, shown), more)


def overstays(session: Session, now: datetime) -> tuple[StayLine, ...]:
    """Visitors who should have left, longest inside first."""
    visitors = select(Presence).where(Presence.occupant == Occupant.VISITOR)
    rows = session.exec(visitors.order_by(col(Presence.since), col(Presence.plate))).all()
    return tuple(line for line in _lines(session, rows) if line.overstays(now))


def line(session: Session, key: str) -> StayLine | None:
    """One vehicle inside, None if it is not."""
    row = session.get(Presence, key)
    return _lines(session, [row])[0] if row is not None else None


def _conditions(which: Which, after: StayPlace | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    key, since = col(Presence.plate), col(Presence.since)
    if which.part:
        # A colour behind the plate ("/blue") is no part of it, and LIKE minds no capitals.
        coloured = key.contains("/", autoescape=True)
        inner = which.part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        before_it = key.like(f"%{inner}%/%", escape="\\")
        conditions.append(or_(and_(~coloured, key.contains(which.part, autoescape=True)),
                              before_it))  # fmt: skip
    if which.occupant is not None:
        conditions.append(col(Presence.occupant) == which.occupant)
    if which.before is not None:
        conditions.append(since < which.before)
    if after is not None:
        conditions.append(or_(since > after.since, and_(since == after.since, key > after.key)))
    return conditions


@dataclass(frozen=True, slots=True)
class _Visiting:
    """What the visitor log knows of an open stay."""

    household_id: int | None
    due: datetime | None


def _lines(session: Session, rows: Sequence[Presence]) -> tuple[StayLine, ...]:
    texts = [plate_of(row.plate) for row in rows]
    vehicles = _vehicles(session, texts)
    visiting = _visiting(session, texts)
    wanted = [row.space_id for row in rows if row.space_id is not None]
    spaces = dict(session.exec(select(Space.id, Space.name).where(col(Space.id).in_(wanted))).all())
    labels: dict[int, str] = {}

    def label(home: int | None) -> str:
        if home is None:
            return ""
        if home not in labels:
            labels[home] = store.label_of(session, home)
        return labels[home]

    def made(row: Presence) -> StayLine:
        text, _, ground = row.plate.partition("/")
        vehicle = _of_ground(vehicles.get(text, ()), ground)
        visit = visiting.get(text) if row.occupant is Occupant.VISITOR else None
        home = visit.household_id if visit else None
        home = home or (vehicle.household_id if vehicle else None)
        colour = presumed(vehicle.plate_class, vehicle.colour) if vehicle else PlateColour.UNKNOWN
        return StayLine(
            key=row.plate,
            plate=text,
            colour=ground or ("" if colour is PlateColour.UNKNOWN else colour.value),
            occupant=row.occupant,
            since=row.since,
            home=label(home),
            holder=vehicle.holder if vehicle and home is None else "",
            space=spaces.get(row.space_id, "") if row.space_id is not None else "",
            space_id=presence.space_of(row.space_id),
            passage=row.passage,
            due=visit.due if visit else None,
        )

    return tuple(made(row) for row in rows)


def _vehicles(session: Session, texts: Sequence[str]) -> Mapping[str, list[Vehicle]]:
    found: dict[str, list[Vehicle]] = {}
    wanted = select(Vehicle).where(col(Vehicle.plate).in_(texts)).order_by(col(Vehicle.id))
    for vehicle in session.exec(wanted):
        found.setdefault(vehicle.plate, []).append(vehicle)
    return found


def _of_ground(vehicles: Sequence[Vehicle], ground: str) -> Vehicle | None:
    """The vehicle with plates of this colour where two share a number, else the only one."""
    fitting = (one for one in vehicles if presumed(one.plate_class, one.colour).value == ground)
    return next(fitting, vehicles[0] if vehicles else None)


def _visiting(session: Session, texts: Sequence[str]) -> Mapping[str, _Visiting]:
    """Open stays of the visitor log by plate: the newest of each."""
    stays = (
        select(Visit, VisitorPass.valid_until)
        .outerjoin(VisitorPass, col(VisitorPass.id) == col(Visit.pass_id))
        .where(col(Visit.plate).in_(texts), col(Visit.checked_out_at).is_(None))
        .order_by(col(Visit.checked_in_at))
    )
    return {
        visit.plate: _Visiting(visit.household_id, until or visit.due_at)
        for visit, until in session.exec(stays)
    }
