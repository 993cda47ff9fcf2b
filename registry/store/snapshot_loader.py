"""From rows to the snapshot: reading everything once, and afterwards what changed.

Passes that ended more than a week ago and blocks that are over are left out: years of them would
weigh on the memory of a gate box and decide nothing.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, Final

from sqlmodel import Session, col, func, select

from registry.rules.kinds import Action
from registry.rules.occupancy import Occupancy
from registry.rules.passes import Pass, ValidityPeriod
from registry.rules.patterns import Pattern, compile_pattern
from registry.rules.plates import presumed
from registry.rules.snapshot import RegistrySnapshot
from registry.rules.standing import Blocking, Listing, PlateRecord, Registration, SpaceId, VehicleId
from registry.store import presence, store, visits
from registry.tables.records import (
    Block,
    Building,
    Change,
    Household,
    ListedVehicle,
    OccupancyCount,
    Presence,
    SpaceVehicle,
    SpecialPattern,
    Unit,
    Vehicle,
    VisitorPass,
)

_KEEP_ENDED_PASSES: Final = timedelta(days=7)
_CHUNK: Final = 500
# PostgreSQL hands out ids before it commits, so a change may appear behind one already seen.
_OVERLAP: Final = 50
_ADDRESSES: Final = frozenset({"Building", "Unit", "Household"})
_PRESENCE: Final = frozenset({"Presence", "OccupancyCount"})


@dataclass(slots=True)
class _Found:
    """Parts of plate_records while they are being gathered."""

    registrations: list[Registration] = field(default_factory=list)
    passes: list[Pass] = field(default_factory=list)
    blocks: list[Blocking] = field(default_factory=list)
    listing: Listing | None = None


def load(session: Session, at: datetime) -> RegistrySnapshot:
    """The whole register as it is in the database."""
    newest = session.exec(select(func.max(Change.id))).one() or 0
    recent = frozenset(_numbers(session, newest))
    fresh = RegistrySnapshot(
        plate_records=MappingProxyType(_dossiers(session, at, None)),
        patterns=_patterns(session),
        change=newest,
        recent=recent,
    )
    return _with_presence(session, fresh)


def follow(session: Session, known: RegistrySnapshot, at: datetime) -> RegistrySnapshot:
    """The snapshot with every change that was committed since; the same one if there is none."""
    numbers = _numbers(session, known.change)
    unseen = frozenset(numbers) - known.recent
    if not unseen:
        return _with_presence(session, known)
    fresh = _changes(session, unseen)
    if any(row.entity in _ADDRESSES and row.action is not Action.CREATED for row in fresh):
        return load(session, at)
    newest = max(known.change, *unseen)
    recent = frozenset(number for number in numbers if number > newest - _OVERLAP)
    plate_records = _changed(session, at, {plate for row in fresh for plate in _plates(row)})
    result = replace(known.with_dossiers(plate_records), change=newest, recent=recent)
    entities = {row.entity for row in fresh}
    if entities & _PRESENCE:  # set by hand: what was counted before may fit by chance
        result = replace(result, movement=())
    if "SpecialPattern" in entities:
        result = replace(result, patterns=_patterns(session))
    return _with_presence(session, result)


def _numbers(session: Session, known: int) -> Sequence[int]:
    """Changes that may be new to who has seen everything up to `known`: their ids, ascending.

    Looking for news happens after every entry: it must not unseal what has been seen.
    """
    ids = select(Change.id).where(col(Change.id) > known - _OVERLAP).order_by(col(Change.id))
    return [number for number in session.exec(ids) if number is not None]


def _changes(session: Session, unseen: frozenset[int]) -> Sequence[Change]:
    """The changes with these ids; at least one."""
    since = select(Change).where(col(Change.id) >= min(unseen)).order_by(col(Change.id))
    return [row for row in session.exec(since) if row.id in unseen]


def _plates(row: Change) -> Iterator[str]:
    """The keys whose plate_records a change touches: a corrected plate touches two."""
    if row.plate:
        yield row.plate
    if row.before and row.before.get("plate"):
        yield str(row.before["plate"])


def _changed(
    session: Session, at: datetime, plates: Collection[str]
) -> Mapping[str, PlateRecord | None]:
    ordered = sorted(plates)
    changed: dict[str, PlateRecord | None] = dict.fromkeys(ordered)
    for start in range(0, len(ordered), _CHUNK):
        changed |= _dossiers(session, at, ordered[start : start + _CHUNK])
    return changed


def _dossiers(
    session: Session, at: datetime, plates: Sequence[str] | None
) -> dict[str, PlateRecord]:
    """Dossiers of these plates, or of all; plates with nothing on record are not in it."""
    found: dict[str, _Found] = {}
    labels = _labels(session, plates)
    for key, registration in _registrations(session, plates, labels):
        found.setdefault(key, _Found()).registrations.append(registration)
    for visitor_pass in _passes(session, plates, labels, at):
        found.setdefault(visitor_pass.plate, _Found()).passes.append(visitor_pass)
    for block in _blocks(session, plates, at):
        valid = ValidityPeriod(block.valid_from, block.valid_until)
        found.setdefault(block.plate, _Found()).blocks.append(
            Blocking(block.reason, valid, block.colour)
        )
    for listed in session.exec(_only(select(ListedVehicle), ListedVehicle.plate, plates)):
        valid = ValidityPeriod(listed.valid_from, listed.valid_until)
        found.setdefault(listed.plate, _Found()).listing = Listing(
            listed.kind, listed.organisation, valid, listed.colour
        )
    return {key: _dossier(key, parts) for key, parts in found.items()}


def _dossier(key: str, parts: _Found) -> PlateRecord:
    first = parts.registrations[0] if parts.registrations else None
    twins = tuple(parts.registrations[1:])
    return PlateRecord(key, first, tuple(parts.passes), tuple(parts.blocks), parts.listing, twins)


def _only(statement: Any, column: Any, plates: Sequence[str] | None) -> Any:
    """The statement for these plates alone, or as it is for all."""
    return statement if plates is None else statement.where(col(column).in_(plates))


def _labels(session: Session, plates: Sequence[str] | None) -> Mapping[int, str]:
    """Short addresses by household: all, or those that these plates belong to or visit."""
    statement = (
        select(Household.id, Building.name, Unit.name, Household.room)
        .join(Unit, col(Unit.id) == col(Household.unit_id))
        .join(Building, col(Building.id) == col(Unit.building_id))
    )
    if plates is not None:
        homes = select(Vehicle.household_id).where(col(Vehicle.plate).in_(plates))
        visited = select(VisitorPass.household_id).where(col(VisitorPass.plate).in_(plates))
        statement = statement.where(col(Household.id).in_(homes) | col(Household.id).in_(visited))
    return {
        home: store.label(building, unit, room)
        for home, building, unit, room in session.exec(statement)
        if home is not None
    }


def _registrations(
    session: Session, plates: Sequence[str] | None, labels: Mapping[int, str]
) -> Iterator[tuple[str, Registration]]:
    links = select(SpaceVehicle.vehicle_id, SpaceVehicle.space_id).order_by(
        col(SpaceVehicle.space_id)
    )
    if plates is not None:
        links = links.join(Vehicle, col(Vehicle.id) == col(SpaceVehicle.vehicle_id))
    spaces: dict[int, list[SpaceId]] = {}
    for vehicle, space in session.exec(_only(links, Vehicle.plate, plates)):
        spaces.setdefault(vehicle, []).append(SpaceId(space))
    vehicles = select(Vehicle).order_by(col(Vehicle.id))
    for row in session.exec(_only(vehicles, Vehicle.plate, plates)):
        household = labels.get(row.household_id, "") if row.household_id else row.holder
        valid = ValidityPeriod(row.valid_from, row.valid_until)
        yield (
            row.plate,
            Registration(
                VehicleId(row.id),
                row.kind,
                household,
                presumed(row.plate_class, row.colour),
                valid,
                tuple(spaces.get(row.id, ())),
            ),
        )


def _passes(
    session: Session, plates: Sequence[str] | None, labels: Mapping[int, str], at: datetime
) -> Iterator[Pass]:
    """Passes in the order in which they end."""
    current = (
        select(VisitorPass)
        .where(col(VisitorPass.valid_until) > at - _KEEP_ENDED_PASSES)
        .order_by(col(VisitorPass.valid_until), col(VisitorPass.id))
    )
    for row in session.exec(_only(current, VisitorPass.plate, plates)):
        yield visits.value_of(row, labels.get(row.household_id or 0, ""))


def _blocks(session: Session, plates: Sequence[str] | None, at: datetime) -> Iterator[Block]:
    standing = select(Block).where(
        col(Block.lifted_at).is_(None),
        col(Block.valid_until).is_(None) | (col(Block.valid_until) > at),
    )
    yield from session.exec(_only(standing, Block.plate, plates))


def _patterns(session: Session) -> tuple[Pattern, ...]:
    rows = session.exec(select(SpecialPattern).order_by(col(SpecialPattern.id)))
    compiled = (compile_pattern(row.pattern, row.kind) for row in rows)
    return tuple(pattern for pattern in compiled if isinstance(pattern, Pattern))


def _with_presence(session: Session, known: RegistrySnapshot) -> RegistrySnapshot:
    """Who is inside, read again if vehicles came or went; counting them shows that cheaply."""
    counts = {row.occupant: row.count for row in session.exec(select(OccupancyCount))}
    marks = select(
        func.count(),
        func.max(Presence.since),
        func.max(Presence.passage),
        func.sum(Presence.space_id),
    )
    movement = (*session.exec(marks.select_from(Presence)).one(), *sorted(counts.items()))
    if movement == known.movement:
        return known
    occupancy = Occupancy(MappingProxyType(counts))
    fresh = known.with_presence(presence.everyone(session), occupancy)
    return replace(fresh, movement=movement)
