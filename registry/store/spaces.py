"""Parking spaces: whose they are and which vehicles share them (一位多车). Never commits."""

from collections.abc import Collection
from enum import StrEnum

from sqlalchemy import update as sql_update
from sqlmodel import Session, col, select

from registry.rules import fields
from registry.rules.fields import RowFault
from registry.store import store
from registry.store.store import Actor
from registry.tables.records import Presence, Space, SpaceVehicle, Vehicle


class SpaceRefusal(StrEnum):
    """Why a space is not made."""

    TAKEN = "taken"
    FORM = "form"


def add_space(
    session: Session, name: str, household: int | None, note: str, by: Actor
) -> Space | SpaceRefusal:
    """Make a space; its name is unique on the site."""
    names = fields.spaces(name)
    if isinstance(names, RowFault) or len(names) != 1:
        return SpaceRefusal.FORM
    if find_space(session, names[0]) is not None:
        return SpaceRefusal.TAKEN
    return store.add(session, Space(name=names[0], household_id=household, note=note), by)


def find_space(session: Session, name: str) -> Space | None:
    """The space with this name."""
    return session.exec(select(Space).where(Space.name == name)).one_or_none()


def vehicles_of(session: Session, space: Space) -> list[Vehicle]:
    """The vehicles that may stand in a space, by plate."""
    shared = (
        select(Vehicle)
        .join(SpaceVehicle, col(SpaceVehicle.vehicle_id) == col(Vehicle.id))
        .where(SpaceVehicle.space_id == space.id)
        .order_by(col(Vehicle.plate))
    )
    return list(session.exec(shared))


def share(session: Session, space: Space, vehicles: Collection[Vehicle], by: Actor) -> None:
    """Let exactly these vehicles stand in a space."""
    wanted = {store.id_of(vehicle) for vehicle in vehicles}
    for vehicle in vehicles_of(session, space):
        if vehicle.id not in wanted:
            link = session.get(SpaceVehicle, (space.id, vehicle.id))
            if link is not None:
                store.remove(session, link, by, plate=vehicle.plate)
    for vehicle in vehicles:
        store.give_space(session, space, vehicle, by)


def remove_space(session: Session, space: Space, by: Actor) -> None:
    """Take a space off the register; a vehicle that stands there is still inside."""
    share(session, space, (), by)
    vacate(session, space)
    store.remove(session, space, by)


def vacate(session: Session, space: Space) -> None:
    """A vehicle that stands in a space which goes is still inside; only its space is not known."""
    standing = col(Presence.space_id) == space.id
    session.connection().execute(sql_update(Presence).where(standing).values(space_id=None))
