"""Which vehicles are inside, and how many, over a Session that is given. Never commits.

These rows are the one place that says who is inside: pages, charts, the handover, REST, metrics and
the rule about visitors all read them (registry.views.stays.counts, or the snapshot made from them).
They follow the traffic, which the journal records; only what a person sets by hand (a recount, a
vehicle that left unseen) is written to the history too.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from sqlalchemy import update as sql_update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col, select

from registry.rules import corrections
from registry.rules.corrections import Correction, CorrectionRefusal, PutInside, Recounted, TakenOut
from registry.rules.kinds import Occupant
from registry.rules.plates import PlateColour, presumed, same_ground
from registry.rules.snapshot import Inside, plate_of
from registry.rules.standing import SpaceId
from registry.store import store, visits
from registry.store.store import Actor
from registry.tables.records import OccupancyCount, Presence, Space, Vehicle


@dataclass(frozen=True, slots=True)
class EndedStay:
    """A stay that is over. passage: by which it began, "" where none is known."""

    since: datetime
    occupant: Occupant
    passage: str


def enter(session: Session, plate: str, present: Inside, passage: str = "") -> None:
    """A vehicle came in; plate "" where nobody knows it. As Snapshot.entered."""
    known = session.get(Presence, plate) if plate else None
    if known is not None:
        _count(session, known.occupant, -1)
    _count(session, present.occupant, +1)
    if plate:
        session.merge(
            Presence(
                plate=plate,
                since=present.since,
                occupant=present.occupant,
                space_id=present.space,
                passage=passage,
            )
        )
    session.flush()


def leave(session: Session, plate: str, occupant: Occupant) -> EndedStay | None:
    """A vehicle went out; `occupant` counts if it was not known to be inside: then None."""
    known = session.get(Presence, plate) if plate else None
    _count(session, known.occupant if known else occupant, -1)
    if known is None:
        return None
    ended = EndedStay(known.since, known.occupant, known.passage)
    session.delete(known)
    session.flush()
    return ended


def recount(session: Session, occupant: Occupant, count: int, by: Actor) -> None:
    """Somebody counted. count: at least 0, else ValueError."""
    if count < 0:
        raise ValueError(f"a recount of {occupant} cannot be {count}; count again")
    row = session.get(OccupancyCount, occupant)
    if row is None:
        fresh = OccupancyCount(occupant=occupant, count=count, recounted_at=by.at)
        store.add(session, fresh, by)
    else:
        session.refresh(row)
        store.update(session, row, by, count=count, recounted_at=by.at)


def left_unseen(session: Session, plate: str, by: Actor) -> bool:
    """A person saw that a vehicle is no longer inside; False if it was not on record as inside."""
    known = session.get(Presence, plate, populate_existing=True)
    if known is None:
        return False
    _count(session, known.occupant, -1)
    store.remove(session, known, by)
    return True


def came_in_unseen(session: Session, stay: PutInside, by: Actor) -> bool:
    """A person saw that a vehicle is inside; False if it was on record as inside already."""
    if session.get(Presence, stay.key, populate_existing=True) is not None:
        return False
    _count(session, stay.occupant, +1)
    space = corrections.first_free(stay, _taken(session))
    row = Presence(
        plate=stay.key,
        since=stay.since,
        occupant=stay.occupant,
        space_id=_still_there(session, space),
        passage=stay.passage,
    )
    store.add(session, row, by)
    return True


def _still_there(session: Session, space: SpaceId | None) -> SpaceId | None:
    """The space, unless it was taken off the register while the correction waited."""
    return None if space is None or session.get(Space, int(space)) is None else space


def refusal(session: Session, correction: Correction) -> CorrectionRefusal | None:
    """Why a correction does not fit what is on record now, None where it does."""
    if isinstance(correction, Recounted):
        return corrections.refusal(correction, None, balance(session, correction.occupant))
    known = session.get(Presence, correction.key, populate_existing=True)
    return corrections.refusal(correction, known.since if known else None, 0)


def balance(session: Session, occupant: Occupant) -> int:
    """How many of a class are inside by the count: entries less exits since somebody counted."""
    count = session.get(OccupancyCount, occupant, populate_existing=True)
    return count.count if count else 0


def correct(session: Session, correction: Correction, by: Actor) -> None:
    """Do what a person says, with its history and the visitor log.

    A stay that is not the one that was meant is left alone; a count holds whatever was before.
    """
    match correction:
        case TakenOut(key):
            if refusal(session, correction) is None:
                left_unseen(session, key, by)
                visits.check_out(session, plate_of(key), None, by)
        case PutInside():
            if came_in_unseen(session, correction, by):
                visits.came_in_unseen(session, correction, by)
        case Recounted(occupant, _, after):
            recount(session, occupant, after, by)
        case _:
            assert_never(correction)


def _taken(session: Session) -> dict[SpaceId, str]:
    """Which key stands in each taken space."""
    rows = select(Presence.space_id, Presence.plate).where(col(Presence.space_id).is_not(None))
    return {SpaceId(space): key for space, key in session.exec(rows) if space is not None}


def everyone(session: Session) -> dict[str, Inside]:
    """Every vehicle inside, as the snapshot holds them; as rows, not as entities."""
    columns = select(Presence.plate, Presence.since, Presence.occupant, Presence.space_id)
    return {
        key: Inside(since, occupant, space_of(number))
        for key, since, occupant, number in session.connection().execute(columns)
    }


def space_of(number: int | None) -> SpaceId | None:
    """The space of a row, None where the vehicle took none."""
    return None if number is None else SpaceId(number)


def key_of(session: Session, plate: str, colour: PlateColour) -> str:
    """What this vehicle inside is known by (snapshot.inside_key), from the rows alone."""
    same = session.exec(
        select(Vehicle).where(Vehicle.plate == plate).order_by(col(Vehicle.id))
    ).all()
    if len(same) < 2:
        return plate
    grounds = [presumed(vehicle.plate_class, vehicle.colour) for vehicle in same]
    fitting = [ground for ground in grounds if same_ground(ground, colour)]
    return f"{plate}/{(fitting or grounds)[0]}"


def key_leaving(session: Session, plate: str, colour: PlateColour) -> str:
    """What a vehicle that goes out was known by when it came in.

    The other vehicle with its number may have been registered, or removed, in the meantime. Where
    the colour is not seen, the one that is inside is the one that goes.
    """
    usual = key_of(session, plate, colour)
    coloured = (f"{plate}/{ground}" for ground in PlateColour if same_ground(ground, colour))
    keys = (usual, plate, *coloured)
    return next((key for key in keys if session.get(Presence, key) is not None), usual)


def is_inside_since(session: Session, plate: str) -> datetime | None:
    """Since when a vehicle is inside, None if it is not."""
    known = session.get(Presence, plate)
    return known.since if known else None


def _count(session: Session, occupant: Occupant, step: int) -> None:
    """One statement, so that two lanes at once lose no vehicle."""
    if not _step(session, occupant, step):
        try:
            with session.begin_nested():
                session.add(OccupancyCount(occupant=occupant, count=step))
        except IntegrityError:  # the other lane made the row first
            _step(session, occupant, step)


def _step(session: Session, occupant: Occupant, step: int) -> bool:
    statement = (
        sql_update(OccupancyCount)
        .where(col(OccupancyCount.occupant) == occupant)
        .values(count=OccupancyCount.count + step)
        .execution_options(synchronize_session=False)
    )
    return session.connection().execute(statement).rowcount == 1
