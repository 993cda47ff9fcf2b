"""Which ground colour a form offers for a plate: as seen, else what its class leaves. Pure."""

from registry.rules.plates import EXPECTED_COLOURS, Plate, PlateClass, PlateColour


def possible(plate: Plate | None) -> tuple[PlateColour, ...]:
    """Return the colours that this plate may have, in the order of the enumeration; all for none.

    UNKNOWN is always among them: a form that names no colour holds for every vehicle with the
    number (ADR 0030).
    """
    fits = EXPECTED_COLOURS[plate.plate_class] if plate else frozenset(PlateColour)
    return tuple(one for one in PlateColour if one in fits or one is PlateColour.UNKNOWN)


def offered(plate: Plate | None, seen: PlateColour) -> PlateColour:
    """Return what to propose: the colour that was seen if the plate may have it, else the only one
    that its class has, else UNKNOWN: an ordinary number stands on blue and on yellow plates.
    """
    if plate is None:
        return seen
    fits = EXPECTED_COLOURS[plate.plate_class]
    if seen in fits:
        return seen
    if plate.plate_class is PlateClass.NEV_LARGE:
        return PlateColour.YELLOW_GREEN
    return next(iter(fits)) if len(fits) == 1 else PlateColour.UNKNOWN
