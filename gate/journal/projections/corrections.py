"""Corrections of who is inside, as the journal keeps them: lines of the audit. Pure.

What a line says is all that taking it over needs, so that one that waited in the spool, and a
journal that is read again from its beginning, come to the same. The shape of `detail` is that of
registry.rules.corrections, by field; instants are ISO 8601.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, assert_never

from gate.domain.entries import Audited
from registry.rules.corrections import Correction, PutInside, Recounted, TakenOut
from registry.rules.kinds import Occupant
from registry.rules.standing import SpaceId

PUT_INSIDE: Final = "presence_added"
TAKEN_OUT: Final = "presence_removed"
RECOUNTED: Final = "presence_recounted"
ALL: Final = "presence_*"
"""As an audit filter asks for every correction."""

_NAMED: Final = ("standing", "plate_class", "household", "vehicle_kind")


def entry_of(correction: Correction, by: str, why: str) -> Audited:
    """The line that puts a correction on record."""
    match correction:
        case TakenOut(key, since, occupant, space, passage):
            stay: dict[str, object] = {"since": since.isoformat(), "occupant": occupant.value}
            stay |= {"space": space, "passage": passage}
            return Audited(by, TAKEN_OUT, key, why, stay)
        case PutInside():
            return Audited(by, PUT_INSIDE, correction.key, why, _put_inside(correction))
        case Recounted(occupant, before, after):
            counted: dict[str, object] = {"before": before, "after": after}
            return Audited(by, RECOUNTED, occupant.value, why, counted)
        case _:
            assert_never(correction)


def _put_inside(stay: PutInside) -> dict[str, object]:
    detail: dict[str, object] = {
        "since": stay.since.isoformat(),
        "occupant": stay.occupant.value,
        "spaces": list(stay.spaces),
        "passage": stay.passage,
        "visitor_pass": stay.visitor_pass,
        "again": stay.again,
    }
    return detail | {name: getattr(stay, name) for name in _NAMED}


def correction_of(entry: Audited) -> Correction | None:
    """What a line of the audit corrects; None where it is no correction, or makes no sense."""
    return correction_in(entry.action, entry.target, entry.detail)


def correction_in(action: str, target: str, detail: Mapping[str, object]) -> Correction | None:
    """As `correction_of`, of a line's parts."""
    try:
        if action == TAKEN_OUT:
            passage = str(detail.get("passage", ""))
            return TakenOut(target, _since(detail), _occupant(detail), _space(detail), passage)
        if action == PUT_INSIDE:
            return _put_back(target, detail)
        if action == RECOUNTED:
            before, after = _number(detail["before"]), _number(detail["after"])
            return Recounted(Occupant(target), before, after)
    except (KeyError, TypeError, ValueError):
        pass
    return None


def _put_back(target: str, detail: Mapping[str, object]) -> PutInside:
    spaces, visitor_pass = detail.get("spaces"), detail.get("visitor_pass")
    return PutInside(
        key=target,
        since=_since(detail),
        occupant=_occupant(detail),
        spaces=tuple(SpaceId(_number(one)) for one in spaces) if isinstance(spaces, list) else (),
        passage=str(detail.get("passage", "")),
        visitor_pass=None if visitor_pass is None else _number(visitor_pass),
        again=detail.get("again") is True,
        **{name: str(detail.get(name, "")) for name in _NAMED},
    )


def _since(detail: Mapping[str, object]) -> datetime:
    since = datetime.fromisoformat(str(detail["since"]))
    if since.tzinfo is None:
        raise ValueError("an instant without its zone")
    return since


def _occupant(detail: Mapping[str, object]) -> Occupant:
    return Occupant(str(detail["occupant"]))


def _space(detail: Mapping[str, object]) -> SpaceId | None:
    space = detail.get("space")
    return None if space is None else SpaceId(_number(space))


def _number(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is no number")
    return value
