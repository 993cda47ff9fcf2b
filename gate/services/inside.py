"""What the page of vehicles inside asks of the register, and corrects. No page in here."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from gate.auth.users import User
from gate.domain.errors import GateError, JournalUnavailableError
from gate.domain.ports import Written
from gate.journal.projections.corrections import ALL, correction_in, entry_of
from gate.reports.model import AuditFilter, AuditRow
from gate.services import presence, units
from gate.services.presence import Refusals, Undone
from gate.services.units import ServiceParts
from registry.rules.corrections import Correction, CorrectionRefusal, TakenOut, refusal_by
from registry.rules.kinds import Occupant
from registry.rules.occupancy import Counts
from registry.views import offline_stays as recalled
from registry.views import stays
from registry.views.stays import StayLine, StayPlace, Stays, Which

_log = logging.getLogger(__name__)
NEWEST = 8
"""So many corrections are shown, to be taken back."""


@dataclass(frozen=True, slots=True)
class Done:
    """A line of what was corrected. may_undo: it is the newest known of the vehicle or class."""

    row: AuditRow
    correction: Correction
    may_undo: bool


@dataclass(frozen=True, slots=True)
class ShownVehicle:
    """What the page shows: how many are inside, a page of which, and what was corrected last.

    recalled: from memory, because the record cannot be read or has yet to take what waits.
    """

    counts: Counts
    stays: Stays
    done: tuple[Done, ...] = ()
    recalled: bool = False


@dataclass(frozen=True, slots=True)
class Corrected:
    """What became of corrections. kept: whether the database has them yet."""

    refusals: Refusals
    kept: Written


def read(services: ServiceParts, which: Which, after: StayPlace | None, limit: int) -> ShownVehicle:
    """Ask the record for all of it at once; without it, tell what the lanes decide by."""
    if not services.journal.waiting():
        try:
            return _read(services, which, after, limit)
        except (GateError, SQLAlchemyError):
            _log.exception("the record cannot be read: who is inside is told from memory")
    known = services.registry.snapshot
    return ShownVehicle(
        recalled.counts(known), recalled.page(known, which, after, limit), recalled=True
    )


def _read(
    services: ServiceParts, which: Which, after: StayPlace | None, limit: int
) -> ShownVehicle:
    lines = services.reports.audit(AuditFilter(action=ALL), None, NEWEST).rows
    with services.journal.reading() as session:
        done = tuple(
            Done(row, correction, presence.may_undo(session, row))
            for row in lines
            if (correction := correction_in(row.action, row.target, row.detail))
        )
        return ShownVehicle(stays.counts(session), stays.page(session, which, after, limit), done)


def lines(services: ServiceParts, which: Which, after: StayPlace | None, limit: int) -> Stays:
    """A page of the list, as `read` shows it. Raises JournalUnavailableError, SQLAlchemyError."""
    with services.journal.reading() as session:
        return stays.page(session, which, after, limit)


def capacity(services: ServiceParts, occupant: Occupant) -> int | None:
    """How many of a class may be inside; None without limit. Residents are never counted out."""
    limit = services.settings.config.policy.visitor_capacity
    return limit if occupant is Occupant.VISITOR else None


def left_unseen(line: StayLine) -> TakenOut:
    """Return the correction that ends the stay that a line shows."""
    return TakenOut(line.key, line.since, line.occupant, line.space_id, line.passage)


def correct(
    services: ServiceParts, user: User, corrections: Sequence[Correction], why: str
) -> Corrected:
    """Correct at once; while the database is away, keep it in the spool and decide by it.

    Raises JournalUnavailableError where nothing takes it.
    """
    try:
        deed = presence.correct(corrections, why)
        return Corrected(units.change(services, user, deed), Written.COMMITTED)
    except JournalUnavailableError:
        return _put_aside(services, user, corrections, why)


def undo(services: ServiceParts, user: User, number: int, why: str) -> Undone | CorrectionRefusal:
    """Take a correction back. number: of its line in the audit. Raises JournalUnavailableError."""
    deed = presence.undo(number, why, services.registry.snapshot)
    return units.change(services, user, deed)


def _put_aside(
    services: ServiceParts, user: User, corrections: Sequence[Correction], why: str
) -> Corrected:
    register = services.registry.snapshot
    refusals = tuple(refusal_by(register, one) for one in corrections)
    fitting = [one for one, no in zip(corrections, refusals, strict=True) if no is None]
    if not fitting:
        return Corrected(refusals, Written.COMMITTED)
    kept = services.journal.append(*(entry_of(one, user.name, why) for one in fitting))
    if kept is Written.COMMITTED:
        services.registry.refresh()
    else:
        services.registry.assume(fitting)
    return Corrected(refusals, kept)
