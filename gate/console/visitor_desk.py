"""What the visitor form asks of the register: the household, the name, the pass. No page in here.

Each call is one transaction of its own. The owner's name never leaves the register: the guard says
what the visitor says, and hears how it fits.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sqlmodel import Session

from gate.console.services import Services
from gate.entries import Audited
from gate.people import Role, User
from registry import addresses, store, visits
from registry.errors import UnsavedError
from registry.kinds import NameMatch, PassKind, PassSource
from registry.passes import Period
from registry.plates import Plate
from registry.store import Author
from registry.visits import GrantRefusal, PassRequest


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


class Stay(StrEnum):
    """How long a visitor's pass lasts."""

    ONCE_TODAY = "once_today"
    TODAY = "today"
    THREE_DAYS = "three_days"
    WEEK = "week"


_DAYS: Final = {Stay.ONCE_TODAY: 1, Stay.TODAY: 1, Stay.THREE_DAYS: 3, Stay.WEEK: 7}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was typed into the form. confirmation: how the household itself confirmed, or ""."""

    plate: Plate
    home: Home
    stay: Stay
    evidence: int | None
    confirmation: str = ""
    visitor_name: str = ""
    phone: str = ""
    purpose: str = ""
    remark: str = ""


def find_home(services: Services, typed: str) -> Home | None:
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
    services: Services, user: User, home: Home, said: str, plate: Plate | None
) -> Checked:
    """Return how the name fits; what was said and what came of it are kept as evidence."""
    with services.journal.unit() as unit:
        by = Author(user.name, services.clock.now().utc)
        row = visits.check_name(unit.session, home.id, said, plate, by)
        if row.id is None:
            raise UnsavedError("a name check has no id yet; flush the session first")
        unit.append(Audited(user.name, "name_checked", home.label, detail={"fits": row.outcome}))
        return Checked(home, row.id, row.outcome)


def register(services: Services, user: User, wanted: Wanted) -> int | GrantRefusal:
    """Make the pass and return its number, or say why there is none."""
    now = services.clock.now().utc
    with services.journal.unit() as unit:
        made = visits.grant(
            unit.session, _request(services, user, wanted, now), Author(user.name, now)
        )
        if isinstance(made, GrantRefusal):
            return made
        detail: dict[str, object] = {"pass": made.id, "household": wanted.home.label}
        unit.append(Audited(user.name, "visitor_registered", wanted.plate.text, detail=detail))
        number = made.id
    services.registry.refresh()
    if number is None:
        raise UnsavedError("a visitor pass has no id yet; flush the session first")
    return number


def _request(services: Services, user: User, wanted: Wanted, now: datetime) -> PassRequest:
    local = now.astimezone(services.zone)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    end = midnight + timedelta(days=_DAYS[wanted.stay])
    return PassRequest(
        plate=wanted.plate,
        household_id=wanted.home.id,
        kind=PassKind.ONCE if wanted.stay is Stay.ONCE_TODAY else PassKind.PERIOD,
        period=Period(now, end),
        source=PassSource.GUARD if user.role is Role.GUARD else PassSource.MANAGER,
        name_check=wanted.evidence,
        confirmation=wanted.confirmation,
        visitor_name=wanted.visitor_name,
        visitor_phone=wanted.phone,
        purpose=wanted.purpose,
        remark=wanted.remark,
    )
