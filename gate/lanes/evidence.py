"""What a lane has seen of the vehicle before its arm, and of others. Bounded.

Which of it speaks for the vehicle is `gate.lanes.attribution`'s to say; here it is only kept:
sightings per track, the newest `KEPT` of each, while the track is in sight; what is known of this
passage's plates, lost or not; and which plates have driven through and are still seen: the one
that spoke, or the nearest ones where a guard let a vehicle in for which none spoke. What spoke
last stays at hand for the record until the passage ends, also when its track is lost.
"""

from dataclasses import dataclass, field, replace

from gate.cameras.messages import PlateDetection
from gate.domain.passage import Instant
from gate.lanes.attribution import NEARER, YOUNG, AttributionTime, Run, may_be_of, speaker

KEPT = 16
MAX_TRACKS = 32
"""Tracks of one passage that are compared; of more than that the widest plates."""
GONE_AFTER = 10.0
"""Seconds without a reading after which a plate that drove through is out of sight."""
MIN_SCORE, MIN_CONFIDENCE = 0.8, 0.3
"""Below both of these a find is no plate: measured finds at 0.6 to 0.7 are plates in 61 % only."""


@dataclass(slots=True)
class _Track:
    sightings: list[PlateDetection] = field(default_factory=list)
    frame: bytes = b""


class PassageEvidence:
    """Sightings of one lane. Owned by the lane's thread."""

    def __init__(self, *, loop: bool) -> None:
        self._loop = loop
        self._tracks: dict[int, _Track] = {}
        self._spent: set[int] = set()
        self._passed: dict[str, float] = {}
        self._came: float | None = None
        self._vehicle: int | None = None
        self._widest: dict[int, PlateDetection] = {}
        self._clearest: dict[int, PlateDetection] = {}
        self._spoke: Run = ()
        self._frame = b""

    def add(self, sighting: PlateDetection) -> None:
        """Take a sighting in. Its whole picture is `keep_frame`'s to keep."""
        text = sighting.reading.text
        self._passed = {
            one: sighting.taken if one == text else last
            for one, last in self._passed.items()
            if sighting.taken - last <= GONE_AFTER
        }
        if sighting.track in self._spent or not is_plate(sighting):
            return
        track = self._tracks.setdefault(sighting.track, _Track())
        track.sightings = [*track.sightings[-(KEPT - 1) :], sighting]
        if self._came is not None:
            self._note(sighting)

    def _note(self, sighting: PlateDetection) -> None:
        """Remember the widest and the clearest sighting of each track of this passage."""
        number, bare = sighting.track, replace(sighting, frame=b"", plate=b"")
        if bare.width >= self._widest.get(number, bare).width:
            self._widest[number] = bare
        if bare.reading.confidence >= self._clearest.get(number, bare).reading.confidence:
            self._clearest[number] = bare
        if len(self._widest) > MAX_TRACKS:
            narrowest = min(self._widest, key=lambda one: self._widest[one].width)
            del self._widest[narrowest], self._clearest[narrowest]

    def keep_frame(self, sighting: PlateDetection) -> None:
        """Keep the whole picture of a vehicle, whether or not this sighting speaks for a passage.

        The camera process sends one a second: the next may come after the decision.
        """
        if sighting.frame and sighting.track not in self._spent:
            self._tracks.setdefault(sighting.track, _Track()).frame = sighting.frame

    def may_start(self, sighting: PlateDetection, now: float) -> bool:
        """Return whether this sighting is of a vehicle that comes, where no loop tells."""
        if sighting.track in self._spent or sighting.reading.text in self._passed:
            return False
        return may_be_of(sighting.stay, now)

    def lose(self, number: int) -> bool:
        """Note that a track is out of sight; return whether it was this passage's vehicle."""
        self._spent.discard(number)
        known = self._tracks.pop(number, None)
        if self._came is None:
            return False
        if self._vehicle is None and not self._loop:
            return known is not None and bool(known.sightings)
        return number == self._vehicle

    def lose_all(self) -> None:
        """Note that the camera process is a new one: what was in sight is not known any more."""
        self._tracks.clear()
        self._spent.clear()

    def begin(self, at: Instant, vehicle: int | None = None) -> None:
        """Start a passage. vehicle: the track that started it, where no loop did."""
        self._came, self._vehicle = at.monotonic, vehicle
        self._widest, self._clearest = {}, {}
        self._spoke, self._frame = (), b""
        track = self._tracks.get(vehicle) if vehicle is not None else None
        if track is not None and track.sightings:
            self._note(track.sightings[-1])

    def end(self, *, passed: bool) -> None:
        """End the passage; what spoke for it speaks for no other one while it is in sight.

        passed: whether the vehicle may have driven through.
        """
        if self._vehicle is not None and self._vehicle in self._tracks:
            del self._tracks[self._vehicle]
            self._spent.add(self._vehicle)
        if passed:
            self._passed |= self._driven_through()
        self._came, self._vehicle = None, None

    def _driven_through(self) -> dict[str, float]:
        """Return the plate that spoke, or else the nearest ones, with when each was last seen."""
        if self._spoke:
            surest = max(self._spoke, key=lambda one: one.reading.confidence)
            return {surest.reading.text: self._spoke[-1].taken}
        widest = max((one.width for one in self._widest.values()), default=0.0)
        return {
            self._clearest[number].reading.text: max(one.taken, self._clearest[number].taken)
            for number, one in self._widest.items()
            if one.width >= NEARER * widest
        }

    def speaking(self, now: float, max_age: float, *, line_known: bool) -> Run:
        """Return the readings that speak for the vehicle now, oldest first; empty if none may.

        now: monotonic second; max_age: seconds after which a picture tells nothing; line_known:
        whether what is added is at the stop line, as the lane has learnt it.
        """
        if self._came is None:
            return ()
        moment = AttributionTime(self._came, now, max_age, self._loop, line_known)
        seen = [*self._widest.values(), *self._clearest.values()]
        tracks = {number: track.sightings for number, track in self._tracks.items()}
        found = speaker(tracks, seen, self._passed, moment)
        if found is None:
            return ()
        self._vehicle, self._spoke = found
        self._frame = self._tracks[self._vehicle].frame or self._frame
        return self._spoke

    def spoke(self) -> Run:
        """Return what last spoke in this passage, for the record; it may be out of sight now."""
        return self._spoke

    def unproven(self) -> Run:
        """Return readings of the nearest plate that may be the vehicle's, oldest first, or ().

        They are for the guard and the record: nobody saw the plate come with the vehicle.
        """
        came = self._came
        if came is None:
            return ()
        runs = [
            tuple(one for one in track.sightings if one.taken >= came - YOUNG)
            for track in self._tracks.values()
        ]
        near = [run for run in runs if run and may_be_of(run[-1].stay, came)]
        self._spoke = max(near, key=lambda run: run[-1].width, default=self._spoke)
        return self._spoke

    def was_there_before(self) -> PlateDetection | None:
        """Return the widest plate at the line that stood there before the vehicle came, or None."""
        came = self._came
        if came is None:
            return None
        still = (one for one in self._widest.values() if not may_be_of(one.stay, came))
        return max(still, key=lambda one: one.width, default=None)

    def frame(self) -> bytes:
        """Return the JPEG of the whole picture, or b""."""
        track = self._tracks.get(self._vehicle) if self._vehicle is not None else None
        return (track.frame if track is not None else b"") or self._frame

    def plate(self) -> bytes:
        """Return the JPEG of the surest cut-out, or b""."""
        best = max(self._spoke, key=lambda one: one.reading.confidence, default=None)
        return best.plate if best is not None else b""


def is_plate(sighting: PlateDetection) -> bool:
    """Return whether this find is a plate at all, as far as its score and its text tell."""
    reading = sighting.reading
    return reading.box.score >= MIN_SCORE or reading.confidence >= MIN_CONFIDENCE
