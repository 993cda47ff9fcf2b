"""Which readings belong to the same vehicle. Pure: time comes in as seconds of any steady clock.

Rules:
- A reading joins the track whose predicted place and size it fits; a reading that contradicts what
  the track has read in two or more sure characters joins only where it lies on the same spot, so
  two cars in a row never become one vehicle.
- A track that has not moved by a share of its plate's width for a while is parked. A moving
  vehicle's reading never joins a parked track from elsewhere, and `nearest_moving` never names a
  parked one.
- Ids only grow. A track ends when it was not seen for `patience` seconds of looking: while nothing
  moves nobody looks (`rest`), and who was in sight then is still there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NewType

import numpy as np

from recognition.reading import Box, Reading
from recognition.voting import contradicts

TrackId = NewType("TrackId", int)

Spot = tuple[float, float, float]
"""Middle x, middle y and width of a plate in pixels."""


@dataclass(frozen=True, slots=True)
class TrackingSettings:
    """patience: seconds without a reading after which a track ends. missed: seconds without one
    after which a track is not known to stand there still. reach: greatest distance between
    predicted and seen middle, in plate widths. growth: greatest ratio of widths between two frames.
    parked_after: seconds at one place after which a track is parked. still: plate widths that a
    parked one may wander. memory: readings kept per track, the surest and the newest."""

    patience: float = 1.5
    missed: float = 0.5
    reach: float = 2.0
    growth: float = 1.6
    parked_after: float = 8.0
    still: float = 0.35
    memory: int = 24


@dataclass(frozen=True, slots=True)
class Track:
    """One vehicle. readings: oldest first, at most `memory`. spot: where it was last; speed: pixels
    per second. home: where it has stayed since `home_since`. parked: it has not moved for long."""

    id: TrackId
    readings: tuple[Reading, ...]
    first_at: float
    last_at: float
    spot: Spot
    speed: tuple[float, float]
    home: Spot
    home_since: float
    parked: bool


@dataclass(frozen=True, slots=True)
class Tracking:
    """All tracks in sight, oldest first, and the id that the next one gets.

    looked_at: the second up to which the tracks are known, by looking or because nothing moved.
    """

    tracks: tuple[Track, ...] = ()
    next_id: TrackId = TrackId(1)
    looked_at: float = 0.0


@dataclass(frozen=True, slots=True)
class TrackingStep:
    """What one frame changed. joined: the track of each reading, in the readings' order."""

    tracking: Tracking
    joined: tuple[TrackId, ...]
    started: tuple[Track, ...]
    ended: tuple[Track, ...]


def follow(
    tracking: Tracking,
    readings: Sequence[Reading],
    at: float,
    settings: TrackingSettings | None = None,
) -> TrackingStep:
    """Take one frame's readings (possibly none), seen at `at` seconds."""
    settings = settings or TrackingSettings()
    gone = tuple(t for t in tracking.tracks if at - t.last_at > settings.patience)
    alive = [t for t in tracking.tracks if at - t.last_at <= settings.patience]
    homes = _matched(alive, readings, at, settings)
    grown = {
        homes[i]: _seen(alive[homes[i]], r, at, settings)
        for i, r in enumerate(readings)
        if i in homes
    }
    kept = [grown.get(index, track) for index, track in enumerate(alive)]
    joined: list[TrackId] = []
    started: list[Track] = []
    for index, reading in enumerate(readings):
        if index in homes:
            joined.append(alive[homes[index]].id)
            continue
        track = _started(TrackId(tracking.next_id + len(started)), reading, at)
        started.append(track)
        joined.append(track.id)
    state = Tracking((*kept, *started), TrackId(tracking.next_id + len(started)), at)
    return TrackingStep(state, tuple(joined), tuple(started), gone)


def rest(tracking: Tracking, at: float, settings: TrackingSettings | None = None) -> TrackingStep:
    """Let time pass up to `at` in which nothing moved and nobody looked.

    Who was in sight stands there still; who was out of sight already is given up as ever.
    """
    settings = settings or TrackingSettings()
    kept: list[Track] = []
    gone: list[Track] = []
    for track in tracking.tracks:
        if tracking.looked_at - track.last_at <= settings.missed:
            kept.append(replace(track, last_at=max(at, track.last_at), speed=(0.0, 0.0)))
        elif at - track.last_at > settings.patience:
            gone.append(track)
        else:
            kept.append(track)
    return TrackingStep(Tracking(tuple(kept), tracking.next_id, at), (), (), tuple(gone))


def nearest_moving(tracking: Tracking) -> Track | None:
    """The track with the largest plate that is not parked: the vehicle that wants to pass."""
    moving = [track for track in tracking.tracks if not track.parked]
    return max(moving, key=lambda track: (track.spot[2], -track.id), default=None)


def spot_of(box: Box) -> Spot:
    """Middle and mean width of a plate."""
    corners = np.array(box.corners)
    x, y = corners.mean(axis=0)
    width = (np.hypot(*(corners[1] - corners[0])) + np.hypot(*(corners[2] - corners[3]))) / 2
    return float(x), float(y), max(float(width), 1.0)


def _matched(
    tracks: Sequence[Track], readings: Sequence[Reading], at: float, settings: TrackingSettings
) -> dict[int, int]:
    """Pair readings with tracks, best fit first, each at most once: reading index -> track
    index."""
    fits = sorted(
        (cost, j, i)
        for i, reading in enumerate(readings)
        for j, track in enumerate(tracks)
        if (cost := _misfit(track, reading, at, settings)) is not None
    )
    homes: dict[int, int] = {}
    for _, j, i in fits:
        if i not in homes and j not in homes.values():
            homes[i] = j
    return homes


def _misfit(track: Track, reading: Reading, at: float, settings: TrackingSettings) -> float | None:
    """How badly a reading fits a track (0 is best), None where it cannot be the same vehicle."""
    x, y, width = spot_of(reading.box)
    elapsed = at - track.last_at
    ahead = (track.spot[0] + track.speed[0] * elapsed, track.spot[1] + track.speed[1] * elapsed)
    scale = max(width, track.spot[2])
    apart = (
        min(
            float(np.hypot(x - ahead[0], y - ahead[1])),
            float(np.hypot(x - track.spot[0], y - track.spot[1])),
        )
        / scale
    )
    growth = scale / min(width, track.spot[2])
    reach = settings.still * 1.5 if track.parked else settings.reach
    if apart > reach or growth > settings.growth ** (1 + elapsed):
        return None
    same_spot = apart < 0.25 and growth < 1.15
    quarrel = contradicts(_surest(track), reading)
    if quarrel and not same_spot:
        return None
    return apart + float(np.log(growth)) + (1.0 if quarrel else 0.0)


def _surest(track: Track) -> Reading:
    return max(track.readings, key=lambda reading: (reading.confidence, reading.text))


def _started(track_id: TrackId, reading: Reading, at: float) -> Track:
    spot = spot_of(reading.box)
    return Track(track_id, (reading,), at, at, spot, (0.0, 0.0), spot, at, parked=False)


def _seen(track: Track, reading: Reading, at: float, settings: TrackingSettings) -> Track:
    """The track with one more reading: new place, smoothed speed, parked or not."""
    spot = spot_of(reading.box)
    elapsed = max(at - track.last_at, 1e-3)
    fresh = ((spot[0] - track.spot[0]) / elapsed, (spot[1] - track.spot[1]) / elapsed)
    speed = (0.5 * track.speed[0] + 0.5 * fresh[0], 0.5 * track.speed[1] + 0.5 * fresh[1])
    away = float(np.hypot(spot[0] - track.home[0], spot[1] - track.home[1]))
    grown = abs(float(np.log(spot[2] / track.home[2])))
    moved = away > settings.still * track.home[2] or grown > 0.2
    return replace(
        track,
        readings=_remembered((*track.readings, reading), settings.memory),
        last_at=at,
        spot=spot,
        speed=speed,
        home=spot if moved else track.home,
        home_since=at if moved else track.home_since,
        parked=not moved and (track.parked or at - track.home_since >= settings.parked_after),
    )


def _remembered(readings: tuple[Reading, ...], memory: int) -> tuple[Reading, ...]:
    """Drop the least sure of the older readings when there are too many; the newest stays."""
    if len(readings) <= memory:
        return readings
    weakest = min(range(len(readings) - 1), key=lambda i: (readings[i].confidence, i))
    return readings[:weakest] + readings[weakest + 1 :]
