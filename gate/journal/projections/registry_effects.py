"""What passages do to the register: passes spent, visitors checked in and out, who is inside.

Runs inside the journal's transaction, so that an opening and the pass it spends are one thing.
What a person ordered is never refused here: a pass that cannot be spent stops only the rules.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection
from sqlmodel import Session, col, select

from gate.domain.entries import OpeningEnded, OpeningOrdered
from gate.domain.errors import OpeningRefusedError
from gate.domain.passage import Direction, PassageEnd
from gate.journal.projections.effects import EndedPassage
from registry.errors import RecordMissingError
from registry.rules.corrections import Correction
from registry.rules.kinds import Occupant
from registry.rules.passes import PassFault
from registry.rules.plates import Plate, PlateColour, parse
from registry.rules.snapshot import Inside
from registry.rules.standing import SpaceId
from registry.store import presence, store, visits
from registry.store.presence import EndedStay
from registry.store.store import Actor
from registry.tables.records import Presence, SpaceVehicle

_AUTO: Final = "auto"
# The arm certainly did not rise for these; after a crash nobody knows, and the pass stays spent.
_NOT_RAISED: Final = frozenset({"failed", "expired", "refused"})
_NOT_THROUGH: Final = frozenset({PassageEnd.BACKED_OUT, PassageEnd.REFUSED, PassageEnd.FAILED})

OCCUPANTS: Final = {
    "registered": Occupant.RESIDENT,
    "space_taken": Occupant.RESIDENT,
    "outside_period": Occupant.RESIDENT,
    "visitor": Occupant.VISITOR,
    "pass_refused": Occupant.VISITOR,
    "emergency": Occupant.SPECIAL,
    "utility": Occupant.SPECIAL,
}
"""As what a vehicle is counted, by the name of its standing; any other is unknown."""


class RegistryEffects:
    """gate.journal.projections.effects.Effects over the registry's tables."""

    def ordered(self, connection: Connection, at: datetime, entry: OpeningOrdered) -> None:
        """Hold one use of the visitor's pass. Raises OpeningRefusedError where none is left."""
        if entry.visitor_pass is None:
            return
        with _joined(connection) as session:
            by = Actor(entry.by, at)
            try:
                held = visits.spend(session, entry.visitor_pass, entry.passage, by)
            except RecordMissingError as error:
                if entry.by == _AUTO:
                    raise OpeningRefusedError(
                        f"visitor pass {entry.visitor_pass} is gone"
                    ) from error
                return
            session.flush()
        if isinstance(held, PassFault) and entry.by == _AUTO:
            raise OpeningRefusedError(f"visitor pass {entry.visitor_pass}: {held}")

    def opening_ended(self, connection: Connection, at: datetime, entry: OpeningEnded) -> None:
        """Give the pass back when the arm did not rise."""
        if entry.outcome not in _NOT_RAISED:
            return
        with _joined(connection) as session:
            visits.give_back(session, entry.passage, Actor(_AUTO, at))
            session.flush()

    def passage_ended(
        self, connection: Connection, at: datetime, row: EndedPassage, *, went_through: bool
    ) -> EndedStay | None:
        """Settle the pass; check the visitor in or out; count who is inside."""
        ended: EndedStay | None = None
        with _joined(connection) as session:
            by = Actor(row.actor or _AUTO, at)
            if not went_through:
                if row.outcome in _NOT_THROUGH:
                    visits.give_back(session, row.passage, by)
                else:
                    visits.keep(session, row.passage, by)
            elif row.direction == Direction.IN:
                visits.keep(session, row.passage, by)
                _came_in(session, at, row, by)
            else:
                visits.keep(session, row.passage, by)
                ended = _went_out(session, row, by)
            session.flush()
        return ended

    def corrected(
        self, connection: Connection, at: datetime, by: str, correction: Correction
    ) -> None:
        """Set who is inside, or the count, as a person saw it."""
        with _joined(connection) as session:
            presence.correct(session, correction, Actor(by, at))
            session.flush()


def _joined(connection: Connection) -> Session:
    """A session inside the journal's transaction: closing it must undo nothing."""
    return Session(bind=connection, join_transaction_mode="rollback_only")


def _came_in(session: Session, at: datetime, row: EndedPassage, by: Actor) -> None:
    if row.standing == "visitor" and row.plate:
        visits.check_in(session, row.plate, row.visitor_pass, row.passage, by)
    occupant = OCCUPANTS.get(row.standing, Occupant.UNKNOWN)
    key = _key(session, row)
    space = _free_space(session, row, key) if row.plate else None
    presence.enter(session, key, Inside(at, occupant, space), row.passage)


def _key(session: Session, row: EndedPassage) -> str:
    """What the vehicle is known by while it is inside; "" where nobody knows its plate.

    The plate, and the colour too where two vehicles have one number (ADR 0030).
    """
    if not row.plate:
        return ""
    found = presence.key_of if row.direction == Direction.IN else presence.key_leaving
    return found(session, row.plate, _colour(row))


def _colour(row: EndedPassage) -> PlateColour:
    return PlateColour(row.colour) if row.colour else PlateColour.UNKNOWN


def _free_space(session: Session, row: EndedPassage, key: str) -> SpaceId | None:
    """The first of the vehicle's spaces in which no other vehicle stands."""
    plate = parse(row.plate)
    vehicle = store.find_vehicle(session, plate, _colour(row)) if isinstance(plate, Plate) else None
    if vehicle is None:
        return None
    taken = select(Presence.space_id).where(
        Presence.plate != key, col(Presence.space_id).is_not(None)
    )
    free = (
        select(SpaceVehicle.space_id)
        .where(SpaceVehicle.vehicle_id == vehicle.id, col(SpaceVehicle.space_id).not_in(taken))
        .order_by(col(SpaceVehicle.space_id))
    )
    space = session.exec(free).first()
    return None if space is None else SpaceId(space)


def _went_out(session: Session, row: EndedPassage, by: Actor) -> EndedStay | None:
    if row.plate:
        visits.check_out(session, row.plate, row.passage, by)
    counted_as = OCCUPANTS.get(row.standing, Occupant.UNKNOWN)
    return presence.leave(session, _key(session, row), counted_as)
