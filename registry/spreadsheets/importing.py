"""Spreadsheets into the register, over a Session that is given. Never commits.

plan -> apply -> undo: `plan` shows what would happen, `apply` does it in the caller's transaction
as one batch, `undo.undo` takes the batch back. `export.export` writes what reads back unchanged.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from registry.rules.addresses import Address
from registry.rules.snapshot import plate_of
from registry.spreadsheets.columns import Table
from registry.spreadsheets.drafts import Draft, Entity, ImportPreview, twin_key
from registry.spreadsheets.plan import ImportPlan, make_plan
from registry.store import store
from registry.store.households import homes_of
from registry.store.store import Actor
from registry.tables.records import (
    Block,
    Building,
    Household,
    ImportBatch,
    Person,
    Space,
    SpaceVehicle,
    Unit,
    Vehicle,
)


def plan(
    session: Session,
    tables: Sequence[Table],
    zone: tzinfo,
    at: datetime,
    on_row: Callable[[], object] = lambda: None,
) -> ImportPlan:
    """What importing the tables would do to the register as it is now.

    zone: of dates in cells; at: what counts as past; on_row: called after each row.
    """
    return make_plan(tables, picture(session, at), zone, at, on_row)


def picture(session: Session, at: datetime) -> ImportPreview:
    """The register as a spreadsheet sees it."""
    homes = homes_of(session)
    vehicles = _vehicles(session, homes)
    keys = {draft.id: key for key, draft in vehicles.items()}
    spaces = {
        row.name: _draft(Entity.SPACE, row.name, row, homes, row.household_id)
        for row in session.exec(select(Space))
    }
    people = {
        (homes[row.household_id], row.name): _draft(
            Entity.PERSON, row.name, row, homes, row.household_id
        )
        for row in session.exec(select(Person))
    }
    links = session.exec(
        select(Space.name, SpaceVehicle.vehicle_id).join(
            SpaceVehicle, col(SpaceVehicle.space_id) == col(Space.id)
        )
    )
    blocked = select(Block.plate).where(
        col(Block.lifted_at).is_(None),
        col(Block.valid_until).is_(None) | (col(Block.valid_until) > at),
    )
    return ImportPreview(
        households={address: number for number, address in homes.items()},
        people=people,
        vehicles=vehicles,
        spaces=spaces,
        links={(space, keys[vehicle]): False for space, vehicle in links},
        blocked=frozenset(session.exec(blocked)),
    )


def _vehicles(session: Session, homes: Mapping[int, Address]) -> dict[str, Draft]:
    """Vehicles by plate; of two that share a number the later one by its colour too."""
    vehicles: dict[str, Draft] = {}
    for row in session.exec(select(Vehicle).order_by(col(Vehicle.id))):
        key = twin_key(row.plate, row.colour) if row.plate in vehicles else row.plate
        vehicles[key] = _draft(Entity.VEHICLE, key, row, homes, row.household_id)
    return vehicles


def _draft(
    entity: Entity,
    key: str,
    row: Person | Vehicle | Space,
    homes: Mapping[int, Address],
    home: int | None,
) -> Draft:
    fields = row.model_dump(exclude={"id", "household_id"})
    address = homes.get(home) if home is not None else None
    return Draft(entity, key, address, store.id_of(row), fields, dict(fields))


def apply(
    session: Session, planned: ImportPlan, name: str, content: bytes, by: Actor
) -> ImportBatch:
    """Do what was planned, as one batch with its history. name: of the file, for people."""
    batch = ImportBatch(
        file_name=name,
        sha256=hashlib.sha256(content).hexdigest(),
        at=by.at,
        who=by.who,
        rows=planned.rows,
        refused=planned.rows_refused,
    )
    session.add(batch)
    session.flush()
    by = Actor(by.who, by.at, batch.id)
    homes = _add_households(session, planned.world, by)
    rows = _add_drafts(session, planned, homes, by)
    _add_links(session, planned.world, rows, by)
    return batch


def _add_households(session: Session, world: ImportPreview, by: Actor) -> dict[Address, int]:
    """Households that are new, with their buildings and units; ids of all."""
    fresh = [address for address, number in world.households.items() if number is None]
    houses = {row.name: row for row in session.exec(select(Building))}
    new_houses = {a.building: Building(name=a.building) for a in fresh if a.building not in houses}
    store.add_all(session, list(new_houses.values()), by)
    houses |= new_houses
    stairs = {(row.building_id, row.name): row for row in session.exec(select(Unit))}
    wanted = {(store.id_of(houses[a.building]), a.unit) for a in fresh}
    new_stairs = {
        key: Unit(building_id=key[0], name=key[1]) for key in sorted(wanted - stairs.keys())
    }
    store.add_all(session, list(new_stairs.values()), by)
    stairs |= new_stairs
    flats = {
        a: Household(
            unit_id=store.id_of(stairs[store.id_of(houses[a.building]), a.unit]), room=a.room
        )
        for a in fresh
    }
    store.add_all(session, list(flats.values()), by)
    known = {a: number for a, number in world.households.items() if number is not None}
    return known | {a: store.id_of(row) for a, row in flats.items()}


_TABLES: Mapping[Entity, type[Person] | type[Vehicle] | type[Space]] = {
    Entity.PERSON: Person,
    Entity.VEHICLE: Vehicle,
    Entity.SPACE: Space,
}


def _add_drafts(
    session: Session, planned: ImportPlan, homes: Mapping[Address, int], by: Actor
) -> dict[tuple[Entity, str], SQLModel]:
    """People, vehicles and spaces; all that the file names, by kind and key, for the links."""
    fresh: list[tuple[Draft, SQLModel]] = []
    old: list[tuple[Draft, SQLModel]] = []
    for draft in planned.drafts():
        home = homes[draft.home] if draft.home else None
        if draft.is_new:
            fields: dict[str, Any] = {**draft.after, "household_id": home}
            fresh.append((draft, _TABLES[draft.entity](**fields)))
        elif draft.row:
            known = store.get(session, _TABLES[draft.entity], draft.id or 0)
            store.update(session, known, by, household_id=home, **draft.changed)
            old.append((draft, known))
    store.add_all(session, [row for _, row in fresh], by)
    return {(draft.entity, draft.key): row for draft, row in fresh + old}


def _add_links(
    session: Session, world: ImportPreview, rows: Mapping[tuple[Entity, str], SQLModel], by: Actor
) -> None:
    fresh = [link for link, is_new in world.links.items() if is_new]
    links = []
    for space, plate in fresh:
        place, vehicle = rows[Entity.SPACE, space], rows[Entity.VEHICLE, plate]
        if isinstance(place, Space) and isinstance(vehicle, Vehicle):
            pair = (store.id_of(place), store.id_of(vehicle))
            links.append(SpaceVehicle(space_id=pair[0], vehicle_id=pair[1]))
    store.add_all(session, links, by, [plate_of(key) for _, key in fresh])
