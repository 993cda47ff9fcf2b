"""What a person may correct about who is inside, and when that is refused. Pure.

Rules of this file:
- A correction names the stay that the person saw, by when it began: what has come or gone since
  is never touched by it, however late it is taken over.
- Taking out undoes putting inside and the other way round; a stay that is put back keeps when it
  began, and its space if nobody else has taken that.
- The second of two equal corrections is refused and changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import assert_never

from registry.rules.kinds import Occupant
from registry.rules.snapshot import Inside, RegistrySnapshot
from registry.rules.standing import SpaceId


@dataclass(frozen=True, slots=True)
class TakenOut:
    """A vehicle is no longer inside: it left unseen. The rest tells what its stay was.

    key: what it is known by (snapshot.inside_key). since: when the stay began that is ended.
    """

    key: str
    since: datetime
    occupant: Occupant
    space: SpaceId | None = None
    passage: str = ""


@dataclass(frozen=True, slots=True)
class PutInside:
    """A vehicle is inside: it came in unseen, or its stay was ended by mistake.

    spaces: those it may stand in; it takes the first that is free. passage: by which it came in,
    where one is known. visitor_pass: under which it visits; putting inside spends no use of it.
    again: an ended stay is put back. The rest is what the list of those inside says of it.
    """

    key: str
    since: datetime
    occupant: Occupant
    spaces: tuple[SpaceId, ...] = ()
    passage: str = ""
    visitor_pass: int | None = None
    again: bool = False
    standing: str = ""
    plate_class: str = ""
    household: str = ""
    vehicle_kind: str = ""


@dataclass(frozen=True, slots=True)
class Recounted:
    """Somebody counted the vehicles of a class. before: the balance that the person was shown."""

    occupant: Occupant
    before: int
    after: int


Correction = TakenOut | PutInside | Recounted


class CorrectionRefusal(StrEnum):
    """Why nothing is corrected."""

    NOT_INSIDE = "not_inside"
    OTHER_STAY = "other_stay"
    INSIDE_ALREADY = "inside_already"
    COUNT_CHANGED = "count_changed"
    NO_COUNT = "no_count"


MAX_COUNTED = 99_999
"""More vehicles than any community holds: a figure above is a slip of the finger."""


def refusal(
    correction: Correction, since: datetime | None, balance: int
) -> CorrectionRefusal | None:
    """Why a correction does not fit what is on record, None where it does.

    since: when the vehicle came in, None where it is not inside. balance: of the class.
    """
    match correction:
        case TakenOut():
            if since is None:
                return CorrectionRefusal.NOT_INSIDE
            return None if since == correction.since else CorrectionRefusal.OTHER_STAY
        case PutInside():
            return None if since is None else CorrectionRefusal.INSIDE_ALREADY
        case Recounted():
            if not 0 <= correction.after <= MAX_COUNTED:
                return CorrectionRefusal.NO_COUNT
            return None if balance == correction.before else CorrectionRefusal.COUNT_CHANGED
        case _:
            assert_never(correction)


def refusal_by(snapshot: RegistrySnapshot, correction: Correction) -> CorrectionRefusal | None:
    """Why a correction does not fit the register in memory."""
    if isinstance(correction, Recounted):
        return refusal(correction, None, snapshot.occupancy.balance.get(correction.occupant, 0))
    present = snapshot.inside.get(correction.key)
    return refusal(correction, present.since if present else None, 0)


def corrected(snapshot: RegistrySnapshot, correction: Correction) -> RegistrySnapshot:
    """The next snapshot; the same one where the stay that was meant is not there any more.

    A count holds whatever it was before: it says what somebody saw.
    """
    if isinstance(correction, Recounted):
        return snapshot.recounted(correction.occupant, correction.after)
    if refusal_by(snapshot, correction) is not None:
        return snapshot
    if isinstance(correction, TakenOut):
        return snapshot.left(correction.key, correction.occupant)
    space = first_free(correction, snapshot.taken)
    return snapshot.entered(correction.key, Inside(correction.since, correction.occupant, space))


def first_free(correction: PutInside, taken: Mapping[SpaceId, str]) -> SpaceId | None:
    """The space that the vehicle takes; taken: which key stands in each taken space."""
    own = correction.key
    return next((space for space in correction.spaces if taken.get(space, own) == own), None)
