"""What a lane's worker (the camera process) and the gate say to each other. Plain values, pickled.

`taken` is the monotonic second at which the picture was taken: on one machine the monotonic clock
is the same in every process, so ages can be told across the pipe.
"""

from dataclasses import dataclass

from recognition.arrivals import PlateStay
from recognition.reading import Reading


@dataclass(frozen=True, slots=True)
class PlateDetection:
    """One plate read in one picture. track: which vehicle; width: of the plate, in pixels.

    frame: JPEG of the whole picture, or b"" where an earlier sighting of the track brought a
    better one; plate: JPEG of the cut-out. millis: stage -> milliseconds. stay: since when the
    plate has been where it is.
    """

    track: int
    reading: Reading
    number: int
    taken: float
    width: float
    frame: bytes
    plate: bytes
    millis: dict[str, float]
    stay: PlateStay


@dataclass(frozen=True, slots=True)
class TrackLost:
    """The vehicle is no longer seen."""

    track: int
    at: float


@dataclass(frozen=True, slots=True)
class FullPicture:
    """The whole picture as it is now, asked for by `SetReadingEnabled`, for vehicles whose
    plate is not read.
    """

    frame: bytes
    taken: float


@dataclass(frozen=True, slots=True)
class Preview:
    """A small picture for the console."""

    jpeg: bytes
    taken: float


@dataclass(frozen=True, slots=True)
class CameraReport:
    """How the camera is: state as hardware.cameras.camera names it; also the worker's sign of life.

    changed: the second at which something last came into the picture or left it, None before the
    first one.
    """

    state: str
    why: str
    fps: float
    age: float | None
    changed: float | None = None


Report = PlateDetection | TrackLost | FullPicture | Preview | CameraReport


@dataclass(frozen=True, slots=True)
class SetReadingEnabled:
    """A vehicle stands before the arm (on), so read every picture; or no longer (off)."""

    on: bool


@dataclass(frozen=True, slots=True)
class SetSecondReaderThreshold:
    """Show the second reader, where there is one, plates read less surely than this (0..1)."""

    below: float


@dataclass(frozen=True, slots=True)
class Shutdown:
    """End the process."""


Command = SetReadingEnabled | SetSecondReaderThreshold | Shutdown
