"""The plates in a camera's sight: which vehicle each is of, and since when each is where it is.

Pure: joins tracking, arrivals and what the last seconds looked like; pictures and seconds come in.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from math import inf

from recognition import arrivals, picture_history, tracking
from recognition.arrivals import Arrivals, PlateStay
from recognition.picture_history import History, Image
from recognition.reading import Reading
from recognition.tracking import Track, TrackId, Tracking

WIDTH = 640
"""Width in pixels of the small pictures to remember."""


@dataclass(frozen=True, slots=True)
class PlateTracks:
    """What is known of the plates in sight. seen_at: second of the newest picture."""

    tracking: Tracking = field(default_factory=Tracking)
    arrivals: Arrivals = field(default_factory=Arrivals)
    history: History = ()
    seen_at: float = -inf


@dataclass(frozen=True, slots=True)
class Followed:
    """What one picture changed. joined, stays: of each reading, in the readings' order.

    ended: tracks whose vehicle is out of sight.
    """

    state: PlateTracks
    joined: tuple[TrackId, ...]
    stays: tuple[PlateStay, ...]
    ended: tuple[Track, ...]


def started(first_id: int) -> PlateTracks:
    """Return the state before the first picture; track ids begin at `first_id` and only grow."""
    return PlateTracks(Tracking(next_id=TrackId(first_id)))


def follow(
    state: PlateTracks, image: Image | None, readings: Sequence[Reading], at: float
) -> Followed:
    """Take what was read in the picture taken at `at` seconds. image: None if there is none."""
    step = tracking.follow(state.tracking, readings, at)
    absent = [
        -inf
        if image is None
        else picture_history.last_without(state.history, image, one.box.corners)
        for one in readings
    ]
    known, stays = arrivals.observe(state.arrivals, readings, absent, at)
    after = PlateTracks(step.tracking, known, state.history, at)
    return Followed(after, step.joined, stays, step.ended)


def rest(state: PlateTracks, at: float) -> Followed:
    """Take a picture in which nothing moved and that nobody read."""
    step = tracking.rest(state.tracking, at)
    after = replace(state, tracking=step.tracking, seen_at=at)
    return Followed(after, (), (), step.ended)


def interrupted(state: PlateTracks, at: float) -> Followed:
    """Note that no pictures came for a while: who was in sight is not known any more."""
    none_left = replace(state.tracking, tracks=(), looked_at=at)
    known = arrivals.interrupted(state.arrivals)
    after = PlateTracks(none_left, known, state.history, at)
    return Followed(after, (), (), state.tracking.tracks)


def remember(state: PlateTracks, small: Image, at: float) -> PlateTracks:
    """Keep a small picture, BGR or grey, to tell later what stood where."""
    return replace(state, history=picture_history.remember(state.history, small, at))
