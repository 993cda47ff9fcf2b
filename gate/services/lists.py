"""Deeds on lists and passes: blocks, special vehicles and forms, visitor passes. See
gate.services.registry_changes."""

from dataclasses import dataclass
from datetime import datetime

from gate.auth.permissions import Role
from gate.domain.entries import Audited
from gate.domain.ports import UnitOfWork
from gate.services.registry_changes import Deed, removal
from registry.rules.kinds import BlockReason, ListedKind, PassSource
from registry.rules.passes import ValidityPeriod
from registry.rules.patterns import PatternFault
from registry.rules.plates import Plate, PlateColour
from registry.store import listed, store
from registry.store.listed import ListingRefusal
from registry.store.store import Actor, BlockRefusal
from registry.tables.records import Block, ListedVehicle, SpecialPattern


def block(
    plate: Plate,
    reason: BlockReason,
    detail: str,
    until: datetime | None,
    colour: PlateColour = PlateColour.UNKNOWN,
) -> Deed[Block | BlockRefusal]:
    """Block a plate from now on, or say why not."""

    def act(unit: UnitOfWork, by: Actor) -> Block | BlockRefusal:
        period = ValidityPeriod(by.at, until)
        made = store.block(unit.session, plate, reason, detail, period, by, colour)
        if isinstance(made, Block):
            unit.append(Audited(by.who, "blocked", plate.text, detail, {"reason": reason.value}))
        return made

    return act


def lift(number: int, why: str) -> Deed[Block]:
    """End a block now."""

    def act(unit: UnitOfWork, by: Actor) -> Block:
        row = store.lift(unit.session, store.get(unit.session, Block, number), by)
        unit.append(Audited(by.who, "block_lifted", row.plate, why))
        return row

    return act


def list_vehicle(
    plate: Plate,
    kind: ListedKind,
    organisation: str,
    period: ValidityPeriod,
    *,
    colour: PlateColour = PlateColour.UNKNOWN,
    note: str = "",
) -> Deed[ListedVehicle | ListingRefusal]:
    """List an ambulance or a repair crew on an ordinary plate."""

    def act(unit: UnitOfWork, by: Actor) -> ListedVehicle | ListingRefusal:
        made = listed.list_vehicle(
            unit.session, plate, kind, organisation, period, by, colour=colour, note=note
        )
        if isinstance(made, ListedVehicle):
            detail: dict[str, object] = {"kind": kind.value, "organisation": made.organisation}
            unit.append(Audited(by.who, "vehicle_listed", plate.text, detail=detail))
        return made

    return act


def unlist(number: int) -> Deed[None]:
    """Take a vehicle off the list of special ones."""
    return removal(ListedVehicle, number, "vehicle_unlisted", lambda row: row.plate)


def list_pattern(
    text: str, kind: ListedKind, note: str
) -> Deed[SpecialPattern | PatternFault | ListingRefusal]:
    """List a form of plates."""

    def act(unit: UnitOfWork, by: Actor) -> SpecialPattern | PatternFault | ListingRefusal:
        made = listed.list_pattern(unit.session, text, kind, note, by)
        if isinstance(made, SpecialPattern):
            unit.append(Audited(by.who, "pattern_listed", made.pattern))
        return made

    return act


def unlist_pattern(number: int) -> Deed[None]:
    """Take a form of plates off the list."""
    return removal(SpecialPattern, number, "pattern_unlisted", lambda row: row.pattern)


@dataclass(frozen=True, slots=True)
class Giver:
    """Who gives a pass. role: of the person, None for a program. household: whose token it is."""

    role: Role | None
    household: str = ""

    @property
    def source(self) -> PassSource:
        """On whose word the pass rests. A guard's is none: the owner's name must be checked."""
        if self.household:
            return PassSource.HOUSEHOLD
        if self.role is None:
            return PassSource.SERVICE
        return PassSource.GUARD if self.role is Role.GUARD else PassSource.MANAGER
