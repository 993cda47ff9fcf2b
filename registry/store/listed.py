"""The list of special vehicles on ordinary plates, and of special forms of plates. Never commits.

Ambulances and repair crews carry ordinary plates: only a list can know them (facts of art. 53 of
the Road Traffic Safety Law). An entry opens the gate to a vehicle that nobody here owns, so it
names the organisation that answers for it.
"""

from enum import StrEnum

from sqlmodel import Session, select

from registry.rules.kinds import ListedKind
from registry.rules.passes import ValidityPeriod
from registry.rules.patterns import Pattern, PatternFault, compile_pattern
from registry.rules.plates import Plate, PlateColour
from registry.store import store
from registry.store.store import Actor
from registry.tables.records import ListedVehicle, SpecialPattern


class ListingRefusal(StrEnum):
    """Why a vehicle or a form is not listed."""

    TAKEN = "taken"
    NO_ORGANISATION = "no_organisation"
    PERIOD = "period"


def list_vehicle(
    session: Session,
    plate: Plate,
    kind: ListedKind,
    organisation: str,
    period: ValidityPeriod,
    by: Actor,
    *,
    colour: PlateColour = PlateColour.UNKNOWN,
    note: str = "",
) -> ListedVehicle | ListingRefusal:
    """List a vehicle by its whole plate."""
    if not organisation.strip():
        return ListingRefusal.NO_ORGANISATION
    if period.end is not None and period.end <= (period.start or by.at):
        return ListingRefusal.PERIOD
    if find_listed(session, plate.text) is not None:
        return ListingRefusal.TAKEN
    row = ListedVehicle(
        plate=plate.text,
        colour=colour,
        kind=kind,
        organisation=organisation.strip(),
        valid_from=period.start,
        valid_until=period.end,
        note=note,
    )
    return store.add(session, row, by)


def find_listed(session: Session, plate: str) -> ListedVehicle | None:
    """The entry for a whole plate."""
    return session.exec(select(ListedVehicle).where(ListedVehicle.plate == plate)).one_or_none()


def list_pattern(
    session: Session, text: str, kind: ListedKind, note: str, by: Actor
) -> SpecialPattern | PatternFault | ListingRefusal:
    """List a form of plates; one that could let ordinary cars in is refused."""
    pattern = compile_pattern(text, kind)
    if not isinstance(pattern, Pattern):
        return pattern
    same = select(SpecialPattern).where(SpecialPattern.pattern == pattern.text)
    if session.exec(same).one_or_none() is not None:
        return ListingRefusal.TAKEN
    return store.add(session, SpecialPattern(pattern=pattern.text, kind=kind, note=note), by)
