"""Since when a plate has been where it is now. Pure: time comes in as seconds of any steady clock.

A parked car's plate must not speak for the vehicle that comes, so a plate has to be known to have
come. Rules:
1. Two things show that a plate came to its place: it was clearly read somewhere else before, or an
   earlier picture shows something else in its place (`recognition.picture_history`). A plate for
   which neither is known may always have been there, unread.
2. A place is remembered after its plate was last read there, whatever hides it meanwhile: a parked
   plate that a person or a lorry hid for a while does not come anew.
3. One reading elsewhere in between, which may be a misreading, moves no plate away from its place.
4. What is read in the first seconds after a start or an interruption may have been there before.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import hypot, inf, log

from recognition.reading import Reading
from recognition.tracking import Spot, spot_of
from recognition.voting import SURE, contradicts


@dataclass(frozen=True, slots=True)
class ArrivalSettings:
    """wander, growth: how far (in plate widths) and by what share of its width a plate that stands
    still may seem to move. remembered: seconds for which a place outlives its plate's last reading.
    settling: seconds after a start in which whatever is read may have stood there before. most:
    places kept, those read last."""

    wander: float = 0.35
    growth: float = 0.2
    remembered: float = 1800.0
    settling: float = 2.0
    most: int = 64


@dataclass(frozen=True, slots=True)
class PlateStay:
    """A plate at one place, in seconds of the caller's clock.

    since: first known to be there. absent: the last moment at which it was surely not there, -inf
    if no such moment is known. at_start: it was there in the first pictures, or may have been.
    elsewhere: the last moment before that at which it was clearly read at another place, -inf if
    it never was.
    """

    since: float
    absent: float = -inf
    at_start: bool = False
    elsewhere: float = -inf


@dataclass(frozen=True, slots=True)
class PlatePlace:
    """Where a plate was read. best: its surest reading there; last: second of the newest one.

    elsewhere: pictures since then in which the same plate was clearly read at another place;
    elsewhere_at: second of the newest of them.
    """

    best: Reading
    spot: Spot
    stay: PlateStay
    last: float
    elsewhere: int = 0
    elsewhere_at: float = -inf


@dataclass(frozen=True, slots=True)
class Arrivals:
    """All places known, and the second since which the camera has been watched, None before."""

    places: tuple[PlatePlace, ...] = ()
    watched_since: float | None = None


def interrupted(arrivals: Arrivals) -> Arrivals:
    """Note that no pictures came for a while: what is seen next may have come unseen."""
    return replace(arrivals, watched_since=None)


def observe(
    arrivals: Arrivals,
    readings: Sequence[Reading],
    absent: Sequence[float],
    at: float,
    settings: ArrivalSettings | None = None,
) -> tuple[Arrivals, tuple[PlateStay, ...]]:
    """Take one picture's readings, seen at `at` seconds; return each one's stay, in their order.

    absent: for each reading the last second at which a picture shows something else in its place,
    -inf where none does.
    """
    settings = settings or ArrivalSettings()
    since = at if arrivals.watched_since is None else arrivals.watched_since
    at_start = at - since < settings.settling
    places = [one for one in arrivals.places if at - one.last <= settings.remembered]
    times = Counter(reading.text for reading in readings)
    stays: list[PlateStay] = []
    for reading, shown in zip(readings, absent, strict=True):
        # A text that stands twice in one picture tells nothing about where its plate was before.
        moves = times[reading.text] == 1 and reading.confidence >= SURE
        stays.append(_placed(places, reading, PlateStay(at, shown, at_start), at, moves, settings))
    places.sort(key=lambda one: one.last)
    return Arrivals(tuple(places[-settings.most :]), since), tuple(stays)


def _placed(
    places: list[PlatePlace],
    reading: Reading,
    fresh: PlateStay,
    at: float,
    moves: bool,
    settings: ArrivalSettings,
) -> PlateStay:
    """Find or make the reading's place, and return its stay there. fresh: that of a new place."""
    spot = spot_of(reading.box)
    here = _here(places, spot, settings)
    same = next((i for i in here if places[i].best.text == reading.text), None)
    others = [i for i, one in enumerate(places) if i != same and _is_clear(one, reading.text)]
    if same is not None:
        _stayed(places, same, reading, at, moves)
    elif moves and others:
        left = max(places[i].last for i in others)
        places.append(
            PlatePlace(reading, spot, PlateStay(at, max(left, fresh.absent), elsewhere=left), at)
        )
    elif (alike := _alike(places, here, reading)) is not None:
        _stayed(places, alike, reading, at, moves=False)
        same = alike
    else:
        places.append(PlatePlace(reading, spot, fresh, at))
    if moves:
        for i in others:
            away = places[i].elsewhere + 1
            places[i] = replace(places[i], elsewhere=away, elsewhere_at=at)
    return places[same if same is not None else -1].stay


def _here(places: Sequence[PlatePlace], spot: Spot, settings: ArrivalSettings) -> list[int]:
    """Return the places at this spot, the nearest first."""
    near = sorted((_apart(one.spot, spot, settings), i) for i, one in enumerate(places))
    return [i for apart, i in near if apart <= 1.0]


def _apart(one: Spot, other: Spot, settings: ArrivalSettings) -> float:
    """Return how far apart two spots are; up to 1 a plate that stands still may be at both."""
    reach = settings.wander * max(one[2], other[2])
    return max(
        hypot(one[0] - other[0], one[1] - other[1]) / reach,
        abs(log(one[2] / other[2])) / settings.growth,
    )


def _is_clear(place: PlatePlace, text: str) -> bool:
    return place.best.text == text and place.best.confidence >= SURE


def _alike(places: Sequence[PlatePlace], here: Sequence[int], reading: Reading) -> int | None:
    """Return the nearest place here whose plate this may be, not quite legible, or None."""
    return next((i for i in here if not contradicts(places[i].best, reading)), None)


def _stayed(places: list[PlatePlace], index: int, reading: Reading, at: float, moves: bool) -> None:
    """Note one more reading at a known place; one that was left meanwhile is come to anew."""
    place = places[index]
    stay = place.stay
    if moves and place.elsewhere >= 2:
        stay = PlateStay(at, place.elsewhere_at, elsewhere=place.elsewhere_at)
    best = reading if reading.confidence > place.best.confidence else place.best
    places[index] = PlatePlace(best, place.spot, stay, at)
