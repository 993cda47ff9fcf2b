"""What the visitor form asks of the register: the household, the name, the pass. No page in here.

Each call is one transaction of its own. The owner's name never leaves the register: the guard says
what the visitor says, and hears how it fits.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import Session

from gate.auth.users import User
from gate.domain.entries import Audited
from gate.services.lists import Giver
from gate.services.passes import announce
from gate.services.units import ServiceParts, change
from registry.errors import UnsavedError
from registry.rules import addresses
from registry.rules.kinds import NameMatch, PassKind
from registry.rules.names import mask_phone
from registry.rules.passes import ValidityPeriod
from registry.rules.plates import Plate, PlateColour
from registry.store import store, visits
from registry.store.store import Actor
from registry.store.visits import GrantRefusal, PassRequest


@dataclass(frozen=True, slots=True)
class Home:
    """A household that was found. label: 3-2-501."""

    id: int
    label: str


@dataclass(frozen=True, slots=True)
class Checked:
    """How a name fits a household; `evidence` is the row that says so."""

    home: Home
    evidence: int
    outcome: NameMatch


class VisitorStay(StrEnum):
    """How long a visitor's pass lasts."""

    ONCE_TODAY = "once_today"
    TODAY = "today"
    THREE_DAYS = "three_days"
    WEEK = "week"
    CHOSEN = "chosen"


_DAYS: Final = {
    VisitorStay.ONCE_TODAY: 1,
    VisitorStay.TODAY: 1,
    VisitorStay.THREE_DAYS: 3,
    VisitorStay.WEEK: 7,
}


@dataclass(frozen=True, slots=True)
class Chosen:
    """Days that were chosen, first and last, both included, and how often; None for any number.

    consent: for a visitor who comes for weeks, the number of the person of the household who
    agreed; None for an ordinary visitor.
    """

    first: date
    last: date
    times: int | None = None
    consent: int | None = None


@dataclass(frozen=True, slots=True)
class Consenter:
    """Somebody of a household who may agree to a carer: role and masked phone, never the name."""

    id: int
    role: str
    phone: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was typed into the form. confirmation: how the household itself confirmed, or "".

    chosen: the days, for VisitorStay.CHOSEN. colour: of the plate of the vehicle that waits, if it
    was seen: a lorry may have the number of somebody's car. again: though a pass stands already.
    """

    plate: Plate
    home: Home
    stay: VisitorStay
    evidence: int | None
    confirmation: str = ""
    visitor_name: str = ""
    phone: str = ""
    purpose: str = ""
    remark: str = ""
    chosen: Chosen | None = None
    colour: PlateColour = PlateColour.UNKNOWN
    again: bool = False


@dataclass(frozen=True, slots=True)
class Already:
    """A pass that stands already. wanted: until when the new one was to hold; allowed: None any."""

    id: int
    until: datetime
    spent: int
    allowed: int | None
    wanted: datetime


def consenters(services: ServiceParts, home: Home) -> tuple[Consenter, ...]:
    """Return those of a household who may agree."""
    with services.journal.reading() as session:
        return tuple(
            Consenter(person.id or 0, person.role.value, mask_phone(person.phone))
            for person in store.people_of(session, home.id)
        )


def find_home(services: ServiceParts, typed: str) -> Home | None:
    """Return the household of an address in any of the usual ways of writing."""
    address = addresses.parse(typed)
    if address is None or not address.room:
        return None
    with services.journal.reading() as session:
        return _home(session, address)


def _home(session: Session, address: addresses.Address) -> Home | None:
    row = store.find_household(session, address.building, address.unit, address.room)
    return Home(row.id, str(address)) if row is not None and row.id is not None else None


def check_name(
    services: ServiceParts, user: User, home: Home, said: str, plate: Plate | None
) -> Checked:
    """Return how the name fits; what was said and what came of it are kept as evidence."""
    with services.journal.unit() as unit:
        by = Actor(user.name, services.clock.now().utc)
        row = visits.check_name(unit.session, home.id, said, plate, by)
        if row.id is None:
            raise UnsavedError("a name check has no id yet; flush the session first")
        unit.append(Audited(user.name, "name_checked", home.label, detail={"fits": row.outcome}))
        return Checked(home, row.id, row.outcome)


def register(services: ServiceParts, user: User, wanted: Wanted) -> int | GrantRefusal | Already:
    """Make the pass and return its number, or say why there is none, or which stands already."""
    now = services.clock.now().utc
    request = _request(services, wanted, now)
    made = change(services, user, announce(request, Giver(user.role)))
    if made is GrantRefusal.ALREADY:
        return _already(services, request, now) or made
    if isinstance(made, GrantRefusal):
        return made
    if made.id is None:
        raise UnsavedError("a visitor pass has no id yet; flush the session first")
    return made.id


def _already(services: ServiceParts, request: PassRequest, now: datetime) -> Already | None:
    """Return the pass that stands; None where it was used up or revoked meanwhile."""
    with services.journal.reading() as session:
        row = visits.standing(session, request, now)
        if row is None:
            return None
        until, wanted = row.valid_until, request.period.end or row.valid_until
        return Already(store.id_of(row), until, row.spent, row.allowed, wanted)


def _request(services: ServiceParts, wanted: Wanted, now: datetime) -> PassRequest:
    chosen = wanted.chosen if wanted.stay is VisitorStay.CHOSEN else None
    times = chosen.times if chosen else None
    return PassRequest(
        plate=wanted.plate,
        colour=wanted.colour,
        household_id=wanted.home.id,
        kind=_kind(wanted.stay, times),
        times=times,
        period=_period(wanted.stay, chosen, now, services.zone),
        recurring=chosen is not None and chosen.consent is not None,
        consent_person=chosen.consent if chosen else None,
        name_check=wanted.evidence,
        confirmation=wanted.confirmation,
        visitor_name=wanted.visitor_name,
        visitor_phone=wanted.phone,
        purpose=wanted.purpose,
        remark=wanted.remark,
        again=wanted.again,
    )


def _kind(stay: VisitorStay, times: int | None) -> PassKind:
    if stay is VisitorStay.ONCE_TODAY:
        return PassKind.ONCE
    return PassKind.PERIOD if times is None else PassKind.TIMES


def _period(
    stay: VisitorStay, chosen: Chosen | None, now: datetime, zone: ZoneInfo
) -> ValidityPeriod:
    """From now, or the first day's midnight, to the midnight after the last day."""
    first = chosen.first if chosen else now.astimezone(zone).date()
    last = chosen.last if chosen else first + timedelta(days=_DAYS.get(stay, 1) - 1)
    start = datetime.combine(first, time(), zone)
    return ValidityPeriod(max(now, start), datetime.combine(last + timedelta(days=1), time(), zone))
