"""Who is inside by the register in memory: for people to look at while the record cannot be read.

As registry.views.stays, but for what only the record knows: names of spaces, and when a pass was
extended since the register was read.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from registry.rules import addresses
from registry.rules.kinds import Occupant
from registry.rules.occupancy import Counts
from registry.rules.plates import PlateColour
from registry.rules.snapshot import Inside, RegistrySnapshot, plate_of
from registry.rules.standing import PlateRecord
from registry.views.stays import StayLine, StayPlace, Stays, Which


def counts(known: RegistrySnapshot) -> Counts:
    """Count vehicles; how many spaces there are, only the record knows."""
    by_class: dict[Occupant, int] = {}
    for present in known.inside.values():
        by_class[present.occupant] = by_class.get(present.occupant, 0) + 1
    return Counts(known.occupancy, MappingProxyType(by_class))


def page(known: RegistrySnapshot, which: Which, after: StayPlace | None, limit: int) -> Stays:
    """Make one page, longest inside first. limit: at least 1."""
    keys = [key for key in _in_order(known.inside) if _fits(key, known.inside[key], which, after)]
    shown = tuple(_line(known, key) for key in keys[:limit])
    more = StayPlace(shown[-1].since, shown[-1].key) if len(keys) > limit else None
    return Stays(shown, more)


def _in_order(inside: Mapping[str, Inside]) -> list[str]:
    return sorted(inside, key=lambda key: (inside[key].since, key))


def _fits(key: str, present: Inside, which: Which, after: StayPlace | None) -> bool:
    return (
        which.part in plate_of(key)
        and which.occupant in {None, present.occupant}
        and (which.before is None or present.since < which.before)
        and (after is None or (present.since, key) > (after.since, after.key))
    )


def _line(known: RegistrySnapshot, key: str) -> StayLine:
    text, _, ground = key.partition("/")
    present = known.inside[key]
    plate_record = known.plate_record(text).seen_in(PlateColour(ground or PlateColour.UNKNOWN))
    whose, due = _whose(plate_record, present.occupant)
    is_home = addresses.parse(whose) is not None
    colour = plate_record.registration.colour if plate_record.registration else PlateColour.UNKNOWN
    return StayLine(
        key=key,
        plate=text,
        colour=ground or ("" if colour is PlateColour.UNKNOWN else colour.value),
        occupant=present.occupant,
        since=present.since,
        home=whose if is_home else "",
        holder="" if is_home else whose,
        space="",
        space_id=present.space,
        passage="",
        due=due,
    )


def _whose(plate_record: PlateRecord, occupant: Occupant) -> tuple[str, datetime | None]:
    """Whom the vehicle visits and until when, or whose it is."""
    if occupant is Occupant.VISITOR and plate_record.passes:
        visiting = plate_record.passes[-1]
        return visiting.household, visiting.valid.end
    return (plate_record.registration.household if plate_record.registration else "", None)
