"""What a person must say before a vehicle is let in on that person's word. Pure.

Rules of this file, for every door (pages, programs):
1. A plate that is blocked, that the pictures do not support, or for which the register does not
   speak, has objections. The person must have been told each of them, and must give a reason.
2. The pictures do not support a plate whose probability is below `MIN_SUPPORT` while something
   was read, nor one whose ground is of another colour than was surely seen.
3. Who is let in as a visitor without a pass is let in past the check of the owner's name: that
   needs words, and is counted apart (`Reason.VISITOR_UNCHECKED`).
"""

from collections.abc import Collection
from typing import Final, assert_never

from gate.access.explain import blocking_of, registration_of
from gate.domain.decision import Decision, Objection
from registry.rules.plates import Malformed, PlateColour, colour_fits, parse, same_ground
from registry.rules.standing import (
    Blocked,
    Emergency,
    OutsidePeriod,
    PassRefused,
    Registered,
    SpaceTaken,
    Standing,
    Unknown,
    Utility,
    Visitor,
)

MIN_SUPPORT: Final = 0.05
"""Below this probability the pictures do not support a plate: one in twenty is not a misread that
happens, it is another vehicle."""
VISITOR: Final = "visitor"
"""The code of the reason that a visitor is let in."""
NO_REASON: Final = frozenset({"", "candidate", "corrected"})
"""Codes that say how a plate was chosen, not why its vehicle is let in."""
_SURE_COLOUR: Final = 0.8


def objections(seen: Decision, text: str, standing: Standing | None) -> frozenset[Objection]:
    """Return what speaks against admitting the vehicle as `text`; nothing: one press is enough.

    seen: the answer that made the vehicle wait. standing: the register's word for this text now,
    None where it has none (no plate, no register).
    """
    against = {
        Objection.BLOCKED: standing is not None and blocking_of(standing) is not None,
        Objection.UNSUPPORTED: not _is_supported(seen, text, standing),
        Objection.NOT_IN_ORDER: standing is None or not is_in_order(standing),
    }
    return frozenset(objection for objection, holds in against.items() if holds)


def may_admit(against: Collection[Objection], told: Collection[Objection], remark: str) -> bool:
    """Whether a person may let this vehicle in: told of all that is against it, and with a reason.

    remark: "code" or "code: words" of the reason list.
    """
    return not against or (set(against) <= set(told) and has_reason(remark))


def has_reason(remark: str) -> bool:
    """Whether a remark says why."""
    return reason_code(remark) not in NO_REASON


def reason_code(remark: str) -> str:
    """Return the code that a remark begins with."""
    return remark.partition(":")[0].strip()


def names_check_is_passed_by(remark: str, standing: str) -> bool:
    """Whether this reason lets a visitor in whose owner's name nobody checked.

    standing: the register's word for the plate; "visitor" has a pass, and so was checked.
    """
    return reason_code(remark) == VISITOR and standing != VISITOR


def says_more(remark: str) -> bool:
    """Whether a remark has words of its own behind the code."""
    return bool(remark.partition(":")[2].strip())


def support(seen: Decision, text: str) -> float | None:
    """Return how probable `text` is by the pictures, 0..1; None where nothing was read."""
    sures = {one.text: one.confidence for one in seen.candidates}
    read = str(seen.evidence.get("text", ""))
    sure = seen.evidence.get("confidence")
    if read and isinstance(sure, float | int):
        sures[read] = max(float(sure), sures.get(read, 0.0))
    if not read and not any(sures.values()):
        return None
    return sures.get(text, 0.0)


def _is_supported(seen: Decision, text: str, standing: Standing | None) -> bool:
    sure = support(seen, text)
    if not text or sure is None:
        return True  # Nothing was read: the person's eyes are all there is.
    return sure >= MIN_SUPPORT and not _colour_contradicts(seen, text, standing)


def _colour_contradicts(seen: Decision, text: str, standing: Standing | None) -> bool:
    plate, colour = parse(text), colour_of(seen)
    if isinstance(plate, Malformed) or colour is PlateColour.UNKNOWN:
        return False
    registration = registration_of(standing) if standing is not None else None
    if registration is not None and not same_ground(registration.colour, colour):
        return True
    return not colour_fits(plate, colour)


def colour_of(seen: Decision) -> PlateColour:
    """Return the plate's colour, if the camera was sure of it."""
    sure = seen.evidence.get("colour_confidence", 0.0)
    needed = seen.evidence.get("needed_colour", _SURE_COLOUR)
    if not isinstance(sure, float | int) or not isinstance(needed, float | int) or sure < needed:
        return PlateColour.UNKNOWN
    colour = str(seen.evidence.get("colour", ""))
    return next((one for one in PlateColour if one.value == colour), PlateColour.UNKNOWN)


def is_in_order(standing: Standing) -> bool:
    """Whether the register itself speaks for letting this vehicle in, with nothing against it."""
    match standing:
        case Registered() | Visitor() | Utility():
            return True
        case Emergency():
            return standing.blocked is None
        case Blocked() | SpaceTaken() | OutsidePeriod() | PassRefused() | Unknown():
            return False
        case _:
            assert_never(standing)
