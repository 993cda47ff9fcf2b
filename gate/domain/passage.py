"""What identifies a passage and tells how it began and ended. Frozen values; pure."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import NewType

LaneId = NewType("LaneId", str)
PassageId = NewType("PassageId", str)
OrderId = NewType("OrderId", str)


@dataclass(frozen=True, slots=True, order=True)
class Instant:
    """A moment, on two clocks: monotonic seconds for durations, aware UTC for the record."""

    monotonic: float
    utc: datetime

    def __post_init__(self) -> None:
        """Refuse a naive time: a record without a zone is worthless after the next clock change."""
        if self.utc.utcoffset() != UTC.utcoffset(None):
            raise ValueError(f"Instant.utc must be aware UTC, got {self.utc!r}")


class Direction(StrEnum):
    """Which way a lane leads, seen from the community."""

    IN = "in"
    OUT = "out"


class Trigger(StrEnum):
    """What started a passage."""

    LOOP = "loop"
    CAMERA = "camera"
    GUARD = "guard"


@dataclass(frozen=True, slots=True)
class Picture:
    """Pictures of a passage by content: sha256 hex of the frame's and the cut-out's JPEG, or ""."""

    frame: str = ""
    plate: str = ""


class PassageEnd(StrEnum):
    """How a passage ended."""

    PASSED = "passed"
    BACKED_OUT = "backed_out"
    REFUSED = "refused"
    NOT_SEEN = "not_seen"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    INTERRUPTED = "interrupted"
