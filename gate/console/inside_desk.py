"""What the page of vehicles inside asks of the register. No page in here."""

from dataclasses import dataclass

from gate.console import register_desk
from gate.console.services import Services
from registry import stays
from registry.kinds import Occupant
from registry.stays import Counts, Place, Stays, Which


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page shows: how many are inside, and a page of which."""

    counts: Counts
    stays: Stays


def read(services: Services, which: Which, after: Place | None, limit: int) -> Shown:
    """Ask the record for both at once."""
    return register_desk.read(
        services, lambda s: Shown(stays.counts(s), stays.page(s, which, after, limit))
    )


def capacity(services: Services, occupant: Occupant) -> int | None:
    """How many of a class may be inside; None without limit. Residents are never counted out."""
    limit = services.settings.config.policy.visitor_capacity
    return limit if occupant is Occupant.VISITOR else None
