"""Which plate may speak for the vehicle before the arm. Pure; the whole rule is here.

A plate speaks for the vehicle only if that plate itself came there with it:
1. It is seen now: its track is not lost, and its newest picture is no older than the limit and,
   where a loop tells when the vehicle came, was taken after that. What was seen of the same track
   shortly before counts with it: a car is read as it drives up.
2. It came: at some moment within `COMING` seconds before the vehicle, or later, it was surely not
   where it is now (`recognition.arrivals`): clearly read at another place, or, on a lane that knows
   where plates are at its stop line, not in the picture of that place. A parked car's plate, a
   poster, a picture that stands still came with nobody; what hid a plate that nobody had read yet
   may have gone away.
3. It is the nearest: no plate that came in this passage was clearly wider, and none about as wide
   reads as another plate.
4. Nothing of another vehicle is mixed in: of a track's readings only the newest ones that do not
   contradict each other count.
5. It has not driven through already: such a plate speaks for nobody while it stays in sight.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from gate.cameras.messages import PlateDetection
from recognition.arrivals import PlateStay
from recognition.voting import SURE, contradicts

COMING = 5.0
"""Seconds before the loop closes in which a vehicle that comes is on its way to the line."""
YOUNG = 2.0
"""Seconds for which a sighting from before the passage still counts."""
NEARER = 0.8
"""Share of the widest plate's width below which a plate is of a vehicle further back."""

Run = tuple[PlateDetection, ...]
"""Sightings of one track that do not contradict each other, oldest first."""


@dataclass(frozen=True, slots=True)
class AttributionTime:
    """When it is asked: all in seconds of the monotonic clock.

    came: when the vehicle came (its loop closed, or its plate was first seen). max_age: the age at
    which a picture tells nothing any more. loop: whether a loop told that it came. line_known:
    whether only plates at the stop line are asked about, because the lane knows where they are.
    """

    came: float
    now: float
    max_age: float
    loop: bool
    line_known: bool


def may_be_of(stay: PlateStay, came: float) -> bool:
    """Return whether a plate may be of the vehicle that came at that second, for all that is known.

    It need not have been seen to come; but it is not known to have stood there before.
    """
    return not stay.at_start and stay.since >= came - COMING


def speaker(
    tracks: Mapping[int, Sequence[PlateDetection]],
    seen: Iterable[PlateDetection],
    passed: Collection[str],
    moment: AttributionTime,
) -> tuple[int, Run] | None:
    """Return the track that speaks for the vehicle, with the readings that count; None if none may.

    tracks: the sightings of every track that is not lost, oldest first. seen: sightings of this
    passage, of lost tracks too. passed: texts of plates that drove through and are still in sight.
    """
    near = [one for one in seen if _counts(one, passed, moment)]
    able = [
        (number, run)
        for number, sightings in tracks.items()
        if (run := _run(sightings, moment)) and _may_speak(run, near, passed, moment)
    ]
    return max(able, key=lambda one: (one[1][-1].width, -one[0]), default=None)


def _run(sightings: Sequence[PlateDetection], moment: AttributionTime) -> Run:
    """Return the newest sightings that agree with each other, oldest first."""
    run: list[PlateDetection] = []
    for one in reversed(sightings):
        if one.taken < moment.came - YOUNG:
            break
        if any(contradicts(one.reading, other.reading) for other in run):
            break
        run.append(one)
    return tuple(reversed(run))


def _may_speak(
    run: Run, near: Sequence[PlateDetection], passed: Collection[str], moment: AttributionTime
) -> bool:
    return (
        _seen_now(run[-1], moment)
        and _came(run, moment)
        and not any(one.reading.text in passed for one in run)
        and not any(_is_nearer(one, run) for one in near)
    )


def _seen_now(newest: PlateDetection, moment: AttributionTime) -> bool:
    if moment.loop and newest.taken < moment.came:
        return False
    return moment.now - newest.taken <= moment.max_age


def _came(run: Run, moment: AttributionTime) -> bool:
    """Return whether the plate that was read most clearly came here with the vehicle."""
    text = max(run, key=lambda one: one.reading.confidence).reading.text
    return any(came_with_it(one.stay, moment) for one in run if one.reading.text == text)


def came_with_it(stay: PlateStay, moment: AttributionTime) -> bool:
    """Return whether a plate came to its place when the vehicle came, or after that."""
    away = stay.absent if moment.line_known else stay.elsewhere
    return away >= moment.came - COMING


def _counts(one: PlateDetection, passed: Collection[str], moment: AttributionTime) -> bool:
    """Return whether a sighting may be of the vehicle that came: not parked, not gone through."""
    # What was there at the start may be this vehicle's, until it is known to have stood there.
    recent = one.taken >= moment.came and one.stay.since >= moment.came - COMING
    return recent and one.reading.text not in passed


def _is_nearer(one: PlateDetection, run: Run) -> bool:
    """Return whether another plate is clearly nearer than this one, or as near and not the same."""
    newest = run[-1]
    if one.track != newest.track and newest.width < NEARER * one.width:
        return True
    if one.reading.confidence < SURE or one.width < NEARER * newest.width:
        return False
    return any(contradicts(one.reading, other.reading) for other in run)
