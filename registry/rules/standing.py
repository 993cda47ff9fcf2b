"""What the register says of a plate at an instant. Pure; the order of rules is `standing` itself.

Standing says what is known, never what to do: that is the gate's decision. There is no rule about
payments, and no record that one could be read from (ADR 0031).
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import combinations
from typing import NewType

from registry.rules.kinds import BlockReason, ListedKind, VehicleKind
from registry.rules.passes import Pass, PassFault, ValidityPeriod
from registry.rules.plates import PlateClass, PlateColour, same_ground

VehicleId = NewType("VehicleId", int)
SpaceId = NewType("SpaceId", int)

SPECIAL_FORMS = frozenset(
    {
        PlateClass.POLICE,
        PlateClass.EMERGENCY,
        PlateClass.EMERGENCY_MOTORCYCLE,
        PlateClass.ARMED_POLICE,
        PlateClass.MILITARY,
    }
)
"""Plates whose form alone gives way (Road Traffic Safety Law art. 53; State Council 2018/114)."""


@dataclass(frozen=True, slots=True)
class Registration:
    """A vehicle's own right of entry. household: label 3-2-501, or the holder's name."""

    vehicle: VehicleId
    kind: VehicleKind
    household: str
    colour: PlateColour
    valid: ValidityPeriod
    spaces: tuple[SpaceId, ...] = ()


@dataclass(frozen=True, slots=True)
class Blocking:
    """One entry of the block list."""

    reason: BlockReason
    valid: ValidityPeriod
    colour: PlateColour = PlateColour.UNKNOWN


@dataclass(frozen=True, slots=True)
class Listing:
    """An entry of the list of special vehicles."""

    kind: ListedKind
    organisation: str
    valid: ValidityPeriod
    colour: PlateColour = PlateColour.UNKNOWN


@dataclass(frozen=True, slots=True)
class PlateRecord:
    """Everything the register holds on one plate's text.

    twins: other vehicles with the same text on plates of other colours (ADR 0030). What names no
    colour holds for every vehicle with the number.
    """

    plate: str
    registration: Registration | None = None
    passes: tuple[Pass, ...] = ()  # by the end of their period
    blocks: tuple[Blocking, ...] = ()
    listing: Listing | None = None
    twins: tuple[Registration, ...] = ()

    @property
    def registrations(self) -> tuple[Registration, ...]:
        """Every registered vehicle with this text; mostly one or none."""
        return (self.registration, *self.twins) if self.registration else ()

    def is_shared(self) -> bool:
        """Whether vehicles of different colours are on record under this one text."""
        entries = (*self.registrations, *self.passes, *self.blocks, self.listing)
        named = {entry.colour for entry in entries if entry} - {PlateColour.UNKNOWN}
        return len(named) > 1 and any(not same_ground(a, b) for a, b in combinations(named, 2))

    def seen_in(self, colour: PlateColour) -> "PlateRecord":
        """What concerns the vehicle of this colour alone; everything if it was not seen.

        Where the registered vehicles are all of other colours, what names no colour is theirs: a
        stranger's lorry does not use the pass of a car. The first of them stays, for the gate to
        see that its colour contradicts, unless something on record names the colour that was seen.
        """
        alone = not (self.twins or self.passes or self.blocks or self.listing)
        if alone or colour is PlateColour.UNKNOWN:
            return self
        own = next((r for r in self.registrations if same_ground(r.colour, colour)), None)
        foreign = own is None and self.registration is not None
        passes = tuple(p for p in self.passes if _concerns(p.colour, colour, strictly=foreign))
        listing = self.listing
        if listing and not _concerns(listing.colour, colour, strictly=foreign):
            listing = None
        return PlateRecord(
            self.plate,
            own if own or passes or listing else self.registration,
            passes,
            tuple(block for block in self.blocks if same_ground(block.colour, colour)),
            listing,
        )


def _concerns(named: PlateColour, seen: PlateColour, *, strictly: bool) -> bool:
    unsaid = named is PlateColour.UNKNOWN
    return not strictly if unsaid else same_ground(named, seen)


class SpecialBy(StrEnum):
    """How a vehicle is known to be special."""

    FORM = "form"
    LIST = "list"


@dataclass(frozen=True, slots=True)
class Emergency:
    """Police, fire, ambulance, forces. blocked: somebody put the plate on the block list too."""

    by: SpecialBy
    organisation: str
    blocked: Blocking | None
    inside_since: datetime | None


@dataclass(frozen=True, slots=True)
class Blocked:
    """Must not be let in."""

    blocking: Blocking
    inside_since: datetime | None


@dataclass(frozen=True, slots=True)
class Utility:
    """Listed gas, water, power and the like, on an ordinary plate."""

    organisation: str
    inside_since: datetime | None


@dataclass(frozen=True, slots=True)
class Registered:
    """May enter of its own right."""

    registration: Registration
    inside_since: datetime | None


@dataclass(frozen=True, slots=True)
class SpaceTaken:
    """Registered, but other vehicles stand in every space it could take."""

    registration: Registration
    inside_since: datetime | None


@dataclass(frozen=True, slots=True)
class Visitor:
    """Has a pass that opens now."""

    visitor_pass: Pass
    inside_since: datetime | None


@dataclass(frozen=True, slots=True)
class OutsidePeriod:
    """Registered, but before or after its period. since: when it expired, None if yet to begin.

    space_taken: other vehicles stand in every space it could take, which counts in its days of
    grace as it did before.
    """

    registration: Registration
    since: datetime | None
    inside_since: datetime | None
    space_taken: bool = False


@dataclass(frozen=True, slots=True)
class PassRefused:
    """Has a pass, but one that does not open now."""

    visitor_pass: Pass
    fault: PassFault
    inside_since: datetime | None


@dataclass(frozen=True, slots=True)
class Unknown:
    """The register has nothing on this plate."""

    inside_since: datetime | None


Standing = (
    Emergency
    | Blocked
    | Utility
    | Registered
    | SpaceTaken
    | Visitor
    | OutsidePeriod
    | PassRefused
    | Unknown
)


@dataclass(frozen=True, slots=True)
class Stay:
    """What is known of a plate's whereabouts. free_space: one of its spaces is not taken."""

    inside_since: datetime | None = None
    free_space: bool = True


def standing(
    plate_record: PlateRecord, plate_class: PlateClass, stay: Stay, at: datetime
) -> Standing:
    """What the first rule that applies says: special, blocked, own right, visitor, what is over."""
    inside, registration = stay.inside_since, plate_record.registration
    blocking = next((block for block in plate_record.blocks if block.valid.holds(at)), None)
    listing = (
        plate_record.listing
        if plate_record.listing and plate_record.listing.valid.holds(at)
        else None
    )
    usable = next((p for p in plate_record.passes if p.fault(at) is None), None)
    if (by := _special(plate_class, listing)) is not None:
        return Emergency(by, listing.organisation if listing else "", blocking, inside)
    if blocking:
        return Blocked(blocking, inside)
    if registration and registration.valid.holds(at) and stay.free_space:
        return Registered(registration, inside)
    if listing:
        return Utility(listing.organisation, inside)
    if usable:
        return Visitor(usable, inside)
    if registration:
        return _hindered(registration, stay, at)
    return _refused(plate_record.passes, inside, at)


def _special(plate_class: PlateClass, listing: Listing | None) -> SpecialBy | None:
    if plate_class in SPECIAL_FORMS:
        return SpecialBy.FORM
    if listing and listing.kind is ListedKind.EMERGENCY:
        return SpecialBy.LIST
    return None


def _hindered(registration: Registration, stay: Stay, at: datetime) -> Standing:
    if registration.valid.holds(at):
        return SpaceTaken(registration, stay.inside_since)
    since = registration.valid.end if registration.valid.over(at) else None
    return OutsidePeriod(registration, since, stay.inside_since, not stay.free_space)


def _refused(passes: tuple[Pass, ...], inside: datetime | None, at: datetime) -> Standing:
    """The pass that ends last tells the guard most."""
    if passes and (fault := passes[-1].fault(at)) is not None:
        return PassRefused(passes[-1], fault, inside)
    return Unknown(inside)
