"""Visitors: name checks, passes, and the visitor log, over a Session that is given. Never commits.

The way of a visit: a guard asks whom the driver visits and by what name (`check_name` keeps what
was said as evidence); `grant` makes a pass out of an answer that fits, or out of the household's
own word. The order to raise the arm spends (`spend`), the passing vehicle keeps it and checks in
(`check_in`), a failed opening gives it back (`give_back`), the exit checks out (`check_out`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlalchemy import CursorResult
from sqlalchemy import update as sql_update
from sqlmodel import Session, col, select

from registry.errors import UnsavedError
from registry.rules import names
from registry.rules.corrections import PutInside
from registry.rules.kinds import NameMatch, PassKind, PassSource, UseState
from registry.rules.passes import Ledger, Pass, PassFault, PassId, ValidityPeriod
from registry.rules.passes import spend as spend_use
from registry.rules.plates import Plate, PlateColour, same_ground
from registry.rules.snapshot import plate_of
from registry.store import store
from registry.store.store import Actor
from registry.tables.records import NameCheck, PassUse, Person, Visit, VisitorPass


def check_name(
    session: Session, household_id: int, said: str, plate: Plate | None, by: Actor
) -> NameCheck:
    """How the name that a visitor says fits the household; kept whatever the answer.

    The owner's name never leaves this function: the row holds what was said and how it fits.
    """
    known = (person.name for person in store.people_of(session, household_id))
    row = NameCheck(
        household_id=household_id,
        plate=plate.text if plate else "",
        said=said.strip(),
        outcome=names.check(said, known),
        asked_by=by.who,
        asked_at=by.at,
    )
    return store.add(session, row, by)


@dataclass(frozen=True, slots=True)
class PassRequest:
    """A pass that somebody wants. times: openings in all, for PassKind.TIMES only.

    name_check: id of the evidence; needed where a guard lets in, unless `confirmation` tells how
    the household itself confirmed (a call, by whom). consent_person: needed for recurring passes,
    but where the household itself announces. colour: of the plate, where it is known. again: also
    where a pass for the same plate and household holds in that time already; people are asked
    first, programs have their idempotency key.
    """

    plate: Plate
    household_id: int
    kind: PassKind
    period: ValidityPeriod
    source: PassSource = PassSource.GUARD
    times: int | None = None
    name_check: int | None = None
    confirmation: str = ""
    visitor_name: str = ""
    visitor_phone: str = ""
    purpose: str = ""
    remark: str = ""
    recurring: bool = False
    consent_person: int | None = None
    colour: PlateColour = PlateColour.UNKNOWN
    again: bool = True


class GrantRefusal(StrEnum):
    """Why no pass is made."""

    PERIOD = "period"
    TIMES = "times"
    NAME_NOT_CHECKED = "name_not_checked"
    NAME_DOES_NOT_MATCH = "name_does_not_match"
    CONSENT_MISSING = "consent_missing"
    TOO_LONG = "too_long"
    BLOCKED = "blocked"
    ALREADY = "already"


MAX_VISIT: Final = timedelta(days=31)
MAX_RECURRING: Final = timedelta(days=366)
"""A visitor for longer than that is a resident, or comes on consent that is asked for anew."""


def grant(session: Session, wanted: PassRequest, by: Actor) -> VisitorPass | GrantRefusal:
    """Make a pass, or say why not. No visitor gets one unless the household stands behind it."""
    start, end = wanted.period.start or by.at, wanted.period.end
    if end is None or end <= start or end <= by.at:
        return GrantRefusal.PERIOD
    counted = wanted.times is not None and wanted.times >= 1
    if counted != (wanted.kind is PassKind.TIMES) or (wanted.times is not None) != counted:
        return GrantRefusal.TIMES
    if end - max(start, by.at) > (MAX_RECURRING if wanted.recurring else MAX_VISIT):
        return GrantRefusal.TOO_LONG
    if store.is_blocked(session, wanted.plate, wanted.colour, by.at):
        return GrantRefusal.BLOCKED
    refusal = _name_refusal(session, wanted) or _consent_refusal(session, wanted)
    if refusal is None and not wanted.again and standing(session, wanted, by.at) is not None:
        refusal = GrantRefusal.ALREADY
    return refusal or store.add(session, _pass_row(wanted, start, end, by), by)


def standing(session: Session, wanted: PassRequest, now: datetime) -> VisitorPass | None:
    """The pass of this plate and household that still lets in within the wanted time; the longest.

    A pass that is used up, revoked or over, or of a vehicle of another colour, is none.
    """
    start, end = max(wanted.period.start or now, now), wanted.period.end
    rows = (
        select(VisitorPass)
        .where(VisitorPass.plate == wanted.plate.text)
        .where(VisitorPass.household_id == wanted.household_id)
        .where(col(VisitorPass.revoked_at).is_(None), col(VisitorPass.valid_until) > start)
        .order_by(col(VisitorPass.valid_until).desc(), col(VisitorPass.id))
    )
    return next(
        (
            row
            for row in session.exec(rows)
            if (end is None or row.valid_from < end)
            and (row.allowed is None or row.spent < row.allowed)
            and same_ground(row.colour, wanted.colour)
        ),
        None,
    )


def _name_refusal(session: Session, wanted: PassRequest) -> GrantRefusal | None:
    """A guard needs the name to fit, or the household's word; others are the household's word."""
    if wanted.source is not PassSource.GUARD or wanted.confirmation.strip():
        return None
    check = session.get(NameCheck, wanted.name_check) if wanted.name_check else None
    if check is None or check.household_id != wanted.household_id:
        return GrantRefusal.NAME_NOT_CHECKED
    if check.plate not in ("", wanted.plate.text):
        return GrantRefusal.NAME_NOT_CHECKED
    return GrantRefusal.NAME_DOES_NOT_MATCH if check.outcome is NameMatch.NONE else None


def _consent_refusal(session: Session, wanted: PassRequest) -> GrantRefusal | None:
    """A carer who comes for months needs somebody of the household who agreed, on record."""
    if wanted.consent_person is None:
        needed = wanted.recurring and wanted.source is not PassSource.HOUSEHOLD
        return GrantRefusal.CONSENT_MISSING if needed else None
    person = session.get(Person, wanted.consent_person)
    agreed = person is not None and person.household_id == wanted.household_id
    return None if agreed else GrantRefusal.CONSENT_MISSING


def _pass_row(wanted: PassRequest, start: datetime, end: datetime, by: Actor) -> VisitorPass:
    return VisitorPass(
        plate=wanted.plate.text,
        colour=wanted.colour,
        household_id=wanted.household_id,
        kind=wanted.kind,
        allowed=1 if wanted.kind is PassKind.ONCE else wanted.times,
        valid_from=start,
        valid_until=end,
        visitor_name=wanted.visitor_name,
        visitor_phone=wanted.visitor_phone,
        purpose=wanted.purpose,
        remark=wanted.remark,
        source=wanted.source,
        name_check_id=wanted.name_check,
        confirmation=wanted.confirmation,
        recurring=wanted.recurring,
        consent_person_id=wanted.consent_person,
        consent_at=by.at if wanted.recurring else None,
        created_by=by.who,
        created_at=by.at,
    )


def revoke(session: Session, row: VisitorPass, by: Actor) -> VisitorPass:
    """End a pass now; doing it twice keeps the first name and instant."""
    if row.revoked_at is not None:
        return row
    return store.update(session, row, by, revoked_by=by.who, revoked_at=by.at)


def extend(
    session: Session, row: VisitorPass, until: datetime, by: Actor
) -> VisitorPass | GrantRefusal:
    """Move the end of a pass that was not revoked."""
    if row.revoked_at is not None or until <= max(row.valid_from, by.at):
        return GrantRefusal.PERIOD
    if until - by.at > (MAX_RECURRING if row.recurring else MAX_VISIT):
        return GrantRefusal.TOO_LONG
    return store.update(session, row, by, valid_until=until)


def value_of(row: VisitorPass, household: str) -> Pass:
    """The pass as deciding needs it; revoking ends its period."""
    if row.id is None:
        raise UnsavedError("a visitor pass has no id yet; flush the session first")
    end = min(row.valid_until, row.revoked_at) if row.revoked_at else row.valid_until
    period = ValidityPeriod(row.valid_from, end)
    return Pass(
        PassId(row.id), row.plate, row.kind, row.allowed, row.spent, period, household, row.colour
    )


def spend(session: Session, pass_id: int, passage: str, by: Actor) -> PassUse | PassFault:
    """Hold one use of a pass for a passage; a passage that holds one already keeps that one.

    Whether a use is left is tested by the statement that takes it, so two lanes that decide at
    once on the last one cannot both have it, on either database.
    """
    row = store.get(session, VisitorPass, pass_id)
    use = _use(session, pass_id, passage)
    uses = {passage: use.state} if use else {}
    ledger = spend_use(Ledger(value_of(row, ""), uses), passage, by.at)
    if isinstance(ledger, PassFault):
        return ledger
    if use is not None and use.state is not UseState.GIVEN_BACK:
        return use
    if not _take(session, row):
        return PassFault.SPENT
    if use is not None:
        return store.update(session, use, by, state=UseState.HELD, at=by.at, settled_at=None)
    held = PassUse(pass_id=pass_id, passage=passage, state=UseState.HELD, at=by.at)
    return store.add(session, held, by, plate=row.plate)


def _take(session: Session, row: VisitorPass) -> bool:
    left = (col(VisitorPass.allowed).is_(None)) | (
        col(VisitorPass.spent) < col(VisitorPass.allowed)
    )
    statement = (
        sql_update(VisitorPass)
        .where(col(VisitorPass.id) == row.id, left)
        .values(spent=VisitorPass.spent + 1)
        .execution_options(synchronize_session=False)
    )
    taken: CursorResult[tuple[()]] = session.connection().execute(statement)
    session.refresh(row)
    return taken.rowcount == 1


def keep(session: Session, passage: str, by: Actor) -> None:
    """The vehicle passed: what the passage holds is gone for good."""
    for use in _held(session, passage):
        store.update(session, use, by, state=UseState.SPENT, settled_at=by.at)


def give_back(session: Session, passage: str, by: Actor) -> None:
    """The arm did not rise, or the vehicle backed out: what the passage holds is free again."""
    for use in _held(session, passage):
        row = store.get(session, VisitorPass, use.pass_id)
        store.update(session, use, by, state=UseState.GIVEN_BACK, settled_at=by.at)
        store.update(session, row, by, spent=row.spent - 1)


def _held(session: Session, passage: str) -> Sequence[PassUse]:
    """What a passage holds, locked where the database can, so that it is settled only once."""
    held = select(PassUse).where(PassUse.passage == passage, PassUse.state == UseState.HELD)
    return session.exec(held.with_for_update()).all()


def _use(session: Session, pass_id: int, passage: str) -> PassUse | None:
    return session.exec(
        select(PassUse).where(PassUse.pass_id == pass_id, PassUse.passage == passage)
    ).one_or_none()


def check_in(
    session: Session, plate: str, pass_id: int | None, passage: str | None, by: Actor
) -> Visit:
    """The visitor's vehicle came in: a line in the visitor log; the same passage gives one line.

    passage: None where it came in unseen.
    """
    same = select(Visit).where(Visit.passage_in == passage)
    known = session.exec(same).one_or_none() if passage is not None else None
    if known is not None:
        return known
    row = store.get(session, VisitorPass, pass_id) if pass_id is not None else None
    visit = Visit(plate=plate, passage_in=passage, checked_in_at=by.at, registered_by=by.who)
    if row is not None:
        visit.sqlmodel_update(
            row.model_dump(
                include={
                    *("household_id", "name_check_id", "visitor_name", "visitor_phone"),
                    *("purpose", "remark"),
                }
            )
        )
        visit.pass_id, visit.due_at = row.id, row.valid_until
        visit.registered_by = row.created_by
    return store.add(session, visit, by)


def check_out(session: Session, plate: str, passage: str | None, by: Actor) -> Visit | None:
    """The vehicle left: its open stay, if the log has one, is closed. passage: None if unseen."""
    visit = session.exec(
        select(Visit)
        .where(Visit.plate == plate, col(Visit.checked_out_at).is_(None))
        .order_by(col(Visit.checked_in_at).desc())
    ).first()
    if visit is None:
        return None
    return store.update(session, visit, by, passage_out=passage, checked_out_at=by.at)


def came_in_unseen(session: Session, stay: PutInside, by: Actor) -> Visit | None:
    """A vehicle is inside that nobody saw come in: a line if it has a pass, as at the entrance.

    A stay that is put back goes on in the line that its end had closed.
    """
    plate = plate_of(stay.key)
    newest = select(Visit).where(Visit.plate == plate).order_by(col(Visit.id).desc())
    ended = session.exec(newest).first() if stay.again else None
    if ended is not None and ended.checked_out_at is not None and ended.passage_out is None:
        return store.update(session, ended, by, checked_out_at=None)
    if stay.visitor_pass is None or session.get(VisitorPass, stay.visitor_pass) is None:
        return None
    return check_in(session, plate, stay.visitor_pass, None, by)


def overstaying(session: Session, at: datetime) -> list[Visit]:
    """Visitors inside beyond the end of their pass, longest first."""
    return list(
        session.exec(
            select(Visit)
            .where(col(Visit.checked_out_at).is_(None), col(Visit.due_at) < at)
            .order_by(col(Visit.due_at))
        )
    )
