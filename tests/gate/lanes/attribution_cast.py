"""Sightings made by hand."""

from datetime import UTC, datetime
from math import inf

from gate.cameras.messages import PlateDetection
from gate.domain.passage import Instant
from recognition.arrivals import PlateStay
from tests.recognition.readings import box_at, reading


def at(second: float) -> Instant:
    return Instant(second, datetime(2026, 11, 22, tzinfo=UTC))


def sighting(
    track: int,
    text: str,
    taken: float,
    width: float = 140.0,
    frame: bytes = b"",
    confidence: float = 0.95,
    absent: float | None = None,
    since: float | None = None,
    elsewhere: float = -inf,
) -> PlateDetection:
    """Return a sighting of a plate; it has just come unless told otherwise."""
    away = max(taken - 0.1 if absent is None else absent, elsewhere)
    stay = PlateStay(taken if since is None else since, away, elsewhere=elsewhere)
    seen = reading(text, confidence, box_at(400.0, 300.0, width))
    return PlateDetection(track, seen, round(taken * 10), taken, width, frame, b"plate", {}, stay)
