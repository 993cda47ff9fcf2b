"""Which sightings speak for the vehicle that stands before the arm.

Rules:
1. Sightings are kept per track (one track, one vehicle), the newest `KEPT` of each.
2. A passage is spoken for by one track only: of those still seen, the one whose plate is widest,
   which is the nearest vehicle. Readings of two vehicles are never added up.
3. A track that has spoken for a passage never speaks for another one: a car that is still in the
   picture when the next one comes must not let it in.
4. What is hardly a plate and hardly legible (a lamp, a badge) speaks for nobody.
5. Sightings from before the passage count while they are young: a car is read as it drives up.
6. A picture in which nothing has changed since before the vehicle came does not show it: a frozen
   camera speaks for nobody.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from gate.events import Instant
from gate.sightings import Sighting
from recognition.reading import Reading

KEPT = 16
YOUNG = 2.0
"""Seconds for which a sighting from before the passage still speaks."""
COMING = 5.0
"""Seconds before the loop closes in which a vehicle that comes must have changed the picture."""
LEAST_SCORE, LEAST_CONFIDENCE = 0.8, 0.3
"""Below both of these a find is no plate: measured finds at 0.6 to 0.7 are plates in 61 % only."""


@dataclass(slots=True)
class _Track:
    sightings: list[Sighting] = field(default_factory=list)
    frame: bytes = b""
    lost: bool = False


class Evidence:
    """Sightings of one lane. Owned by the lane's thread; bounded by `KEPT` per living track."""

    def __init__(self) -> None:
        self._tracks: dict[int, _Track] = {}
        self._spent: set[int] = set()
        self._chosen: int | None = None
        self._since = 0.0

    def add(self, sighting: Sighting) -> None:
        """Take a sighting in, unless its track has spoken already or it is hardly a plate.

        Its whole picture is `glimpse`'s to keep.
        """
        if sighting.track in self._spent or not is_plate(sighting):
            return
        track = self._tracks.setdefault(sighting.track, _Track())
        track.sightings = [*track.sightings[-(KEPT - 1) :], sighting]

    def glimpse(self, sighting: Sighting) -> None:
        """Keep the whole picture of a vehicle, whether or not this sighting speaks for a passage.

        The eye sends one a second: the next may come after the decision.
        """
        if sighting.frame and sighting.track not in self._spent:
            self._tracks.setdefault(sighting.track, _Track()).frame = sighting.frame

    def is_new(self, number: int) -> bool:
        """Return whether this track has not spoken for any passage yet."""
        return number not in self._spent

    def lose(self, number: int) -> None:
        """Note that a track's vehicle is out of sight."""
        self._spent.discard(number)
        if number == self._chosen:
            self._tracks[number].lost = True
        else:
            self._tracks.pop(number, None)

    def begin(self, at: Instant) -> None:
        """Start a passage: sightings younger than `YOUNG` count for it."""
        self._chosen = None
        self._since = at.monotonic - YOUNG

    def end(self) -> None:
        """End the passage: its vehicle's track, and all others as near, are spent."""
        if self._chosen is not None:
            track = self._tracks.pop(self._chosen, None)
            if track is not None and not track.lost:
                self._spent.add(self._chosen)
        self._chosen = None

    def track(self) -> int | None:
        """Return the track that speaks for the passage; once chosen it stays while it is seen."""
        chosen = self._tracks.get(self._chosen) if self._chosen is not None else None
        if chosen is None or (chosen.lost and len(self._tracks) > 1):
            widths = {number: young[-1].width for number, young in self._young()}
            self._chosen = max(widths, key=widths.__getitem__) if widths else self._chosen
        return self._chosen

    def sightings(self) -> tuple[Sighting, ...]:
        """Return what the passage's track showed, oldest first."""
        number = self.track()
        return tuple(dict(self._young()).get(number, ())) if number is not None else ()

    def readings(self) -> tuple[Reading, ...]:
        """Return the readings to vote over, oldest first."""
        return tuple(sighting.reading for sighting in self.sightings())

    def frame(self) -> bytes:
        """Return the JPEG of the whole picture, or b""."""
        number = self.track()
        return self._tracks[number].frame if number in self._tracks else b""

    def plate(self) -> bytes:
        """Return the JPEG of the surest cut-out, or b""."""
        best = max(self.sightings(), key=lambda one: one.reading.confidence, default=None)
        return best.plate if best is not None else b""

    def _young(self) -> Iterator[tuple[int, list[Sighting]]]:
        for number, track in self._tracks.items():
            young = [one for one in track.sightings if self._shows(one)]
            if young:
                yield number, young

    def _shows(self, sighting: Sighting) -> bool:
        """Return whether a sighting can be of the vehicle that came."""
        if sighting.taken < self._since:
            return False
        return is_of_now(sighting.changed, self._since + YOUNG)


def is_of_now(changed: float | None, came: float) -> bool:
    """Return whether a picture that last changed then can show the vehicle that came then."""
    return changed is None or changed >= came - COMING


def is_plate(sighting: Sighting) -> bool:
    """Return whether this find is a plate at all, as far as its score and its text tell."""
    reading = sighting.reading
    return reading.box.score >= LEAST_SCORE or reading.confidence >= LEAST_CONFIDENCE
