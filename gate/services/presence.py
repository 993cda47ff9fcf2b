"""Correcting who is inside: each correction is one line of the audit, and the rest follows from it.

The line is taken over by gate.journal.projections.dispatch: the list of those inside, the
register's presence and counts, the visitor log and the history change in its transaction, or later,
when it had to wait in the spool. A correction that does not fit any more is refused and leaves no
line.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import or_, select
from sqlmodel import Session

from gate.access.explain import STANDING_NAMES, registration_of
from gate.domain.errors import GateError
from gate.domain.ports import UnitOfWork
from gate.journal.projections.corrections import (
    PUT_INSIDE,
    RECOUNTED,
    TAKEN_OUT,
    correction_in,
    entry_of,
)
from gate.journal.projections.registry_effects import OCCUPANTS
from gate.reports.lists import audit_row
from gate.reports.model import AuditRow
from gate.services.registry_changes import Deed
from gate.storage.tables import audit, passage
from registry.rules.corrections import Correction, CorrectionRefusal, PutInside, Recounted, TakenOut
from registry.rules.kinds import Occupant
from registry.rules.plates import Malformed, Plate, PlateColour, parse
from registry.rules.snapshot import RegistrySnapshot, inside_key, plate_of
from registry.rules.standing import Visitor
from registry.store import presence
from registry.store.store import Actor

Refusals = tuple[CorrectionRefusal | None, ...]


class PresenceRefusedError(GateError):
    """A correction was written but not taken over; nothing of it is kept."""


class Unclear(StrEnum):
    """Why it is not clear which vehicle is meant."""

    COLOUR = "colour"


def correct(corrections: Sequence[Correction], why: str) -> Deed[Refusals]:
    """Do what fits; answer for each why it was not done, or None."""

    def act(unit: UnitOfWork, by: Actor) -> Refusals:
        return tuple(_one(unit, correction, by, why) for correction in corrections)

    return act


def _one(unit: UnitOfWork, correction: Correction, by: Actor, why: str) -> CorrectionRefusal | None:
    refused = presence.refusal(unit.session, correction)
    if refused is None:
        unit.append(entry_of(correction, by.who, why))
        if not _is_so(unit.session, correction):
            raise PresenceRefusedError(f"the lists of those inside did not take {correction}")
    return refused


def _is_so(session: Session, correction: Correction) -> bool:
    """Whether what a person saw is on record now: a projection that failed must not pass for it."""
    if isinstance(correction, Recounted):
        so = Recounted(correction.occupant, correction.after, correction.after)
        return presence.refusal(session, so) is None
    return presence.refusal(session, correction) is not None


def came_in(
    register: RegistrySnapshot, plate: Plate, colour: PlateColour, at: datetime
) -> PutInside | Unclear:
    """What a vehicle that came in unseen is counted as, as its entry would have been counted."""
    whole = register.plate_record(plate.text)
    if whole.is_shared() and colour is PlateColour.UNKNOWN:
        return Unclear.COLOUR
    plate_record = whole.seen_in(colour)
    standing = register.standing_by(whole, plate, at, colour)
    registration, name = registration_of(standing), STANDING_NAMES[type(standing)]
    visiting = standing.visitor_pass if isinstance(standing, Visitor) else None
    return PutInside(
        key=inside_key(plate.text, plate_record.registration, shared=bool(whole.twins)),
        since=at,
        occupant=OCCUPANTS.get(name, Occupant.UNKNOWN),
        spaces=plate_record.registration.spaces if plate_record.registration else (),
        visitor_pass=int(visiting.id) if visiting else None,
        standing=name,
        plate_class=plate.plate_class.value,
        household=visiting.household if visiting else "",
        vehicle_kind=registration.kind.value if registration else "",
    )


def put_back(stay: PutInside) -> PutInside:
    """A stay that was ended by mistake, as a vehicle that came in since then (`came_in`)."""
    return replace(stay, again=True)


@dataclass(frozen=True, slots=True)
class Undone:
    """A correction that was taken back. what: the vehicle's plate, or the class counted."""

    what: str


def undo(number: int, why: str, register: RegistrySnapshot) -> Deed[Undone | CorrectionRefusal]:
    """Take a correction back while it is the newest thing known of the vehicle, or of the class.

    number: of its line in the audit. A stay that is put back keeps when it began. A count that is
    taken back takes its difference back: what came and went since still counts.
    """

    def act(unit: UnitOfWork, by: Actor) -> Undone | CorrectionRefusal:
        line = audit_row(unit.session.connection(), number)
        done = correction_in(line.action, line.target, line.detail) if line else None
        if line is None or done is None:
            return CorrectionRefusal.OTHER_STAY
        if not _is_newest(unit.session, line):
            counted = isinstance(done, Recounted)
            return CorrectionRefusal.COUNT_CHANGED if counted else CorrectionRefusal.OTHER_STAY
        opposite = _opposite_of(unit.session, done, register, by.at)
        refused = _one(unit, opposite, by, why)
        return Undone(plate_of(line.target)) if refused is None else refused

    return act


def may_undo(session: Session, line: AuditRow) -> bool:
    """Whether `undo` would take this line of the audit back now."""
    correction = correction_in(line.action, line.target, line.detail)
    if correction is None:
        return False
    if isinstance(correction, Recounted):
        uncounted = _uncounted(session, correction)
        return presence.refusal(session, uncounted) is None and _is_newest(session, line)
    here = presence.is_inside_since(session, correction.key)
    fits = here is None if isinstance(correction, TakenOut) else here == correction.since
    return fits and _is_newest(session, line)


def _is_newest(session: Session, line: AuditRow) -> bool:
    """Whether nothing is known of the vehicle since it was corrected: no passage, no correction.

    Of a class that was counted: no other count; vehicles may come and go.
    """
    connection = session.connection()
    counted = line.action == RECOUNTED
    later = select(audit.c.seq).where(
        audit.c.target == line.target,
        audit.c.action.in_((RECOUNTED,) if counted else (PUT_INSIDE, TAKEN_OUT)),
        audit.c.seq > line.seq,
    )
    if counted:
        return connection.execute(later.limit(1)).first() is None
    moved = select(passage.c.number).where(
        passage.c.plate == plate_of(line.target),
        or_(passage.c.number > line.seq, passage.c.ended > line.at),
    )
    return not any(connection.execute(one.limit(1)).first() for one in (later, moved))


def _uncounted(session: Session, done: Recounted) -> Recounted:
    """What makes the class count what it would without that count, whatever came or went since."""
    now = presence.balance(session, done.occupant)
    return Recounted(done.occupant, now, now - (done.after - done.before))


def _opposite_of(
    session: Session, done: Correction, register: RegistrySnapshot, at: datetime
) -> Correction:
    if isinstance(done, Recounted):
        return _uncounted(session, done)
    return _opposite(done, register, at)


def _opposite(done: TakenOut | PutInside, register: RegistrySnapshot, at: datetime) -> Correction:
    if isinstance(done, PutInside):
        return TakenOut(done.key, done.since, done.occupant, passage=done.passage)
    text, _, ground = done.key.partition("/")
    plate = parse(text)
    own = (done.space,) if done.space is not None else ()
    stay = PutInside(done.key, done.since, done.occupant, own, done.passage, again=True)
    if isinstance(plate, Malformed):
        return stay
    colour = PlateColour(ground) if ground else PlateColour.UNKNOWN
    known = came_in(register, plate, colour, at)
    if isinstance(known, Unclear):
        return stay
    return replace(
        known,
        key=done.key,
        since=done.since,
        occupant=done.occupant,
        spaces=own + tuple(space for space in known.spaces if space not in own),
        passage=done.passage,
        again=True,
    )
