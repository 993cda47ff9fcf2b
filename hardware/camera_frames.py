"""The words of a camera: settings, one frame, its health, and what can be wrong with it.

Images are `uint8` arrays of shape (height, width, 3), blue-green-red. Instants are monotonic
seconds. Nothing here names a password: `CameraSettings.place` is the address without credentials.
"""

import re
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "CameraHealth",
    "CameraSettings",
    "CameraState",
    "CameraTrouble",
    "Frame",
    "Image",
    "mask_url",
]

Image = NDArray[np.uint8]

# Up to the last @, so that a password with an unescaped @ or / in it is not shown in part.
_CREDENTIALS = re.compile(r"(?<=://)\S*@")
_SECRET_QUERY = re.compile(
    r"((?:pass|passwd|password|pwd|token|key|auth)\w*=)[^&\s]*", re.IGNORECASE
)


def mask_url(url: str) -> str:
    """Return the address with user, password and secret query values taken out."""
    return _SECRET_QUERY.sub(r"\1***", _CREDENTIALS.sub("***@", url))


class CameraState(StrEnum):
    """How a camera is. IMPAIRED: pictures come, but they show nothing that can be decided on."""

    STARTING = "starting"
    LIVE = "live"
    IMPAIRED = "impaired"
    LOST = "lost"
    ENDED = "ended"
    STOPPED = "stopped"


class CameraTrouble(StrEnum):
    """Why a camera is not live."""

    NO_ROUTE = "no_route"  # Nothing answers at that address.
    REFUSED = "refused"  # The machine answers, but not on that port.
    WRONG_PASSWORD = "wrong_password"
    NO_SUCH_STREAM = "no_such_stream"
    NO_FILE = "no_file"  # No such file, folder or device, or no picture in it.
    NOT_DECODED = "not_decoded"  # Something comes, but no picture can be made of it.
    STALLED = "stalled"  # Pictures came and then stopped.
    FROZEN = "frozen"  # The same picture over and over.
    DARK = "dark"
    BRIGHT = "bright"
    FLAT = "flat"  # Covered, or looking at nothing.
    CRASHED = "crashed"  # A fault of this program or its decoder; it starts again by itself.


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """One camera as configured.

    url: rtsp://, rtsps://, http:// or https:// with user:password@ where needed; "usb:0" or
    /dev/v4l/by-path/… for a USB camera; else the path of a video file or of a folder of pictures.
    fps: how many pictures a second are wanted; more are thrown away undecoded where possible.
    loop: files and folders start again at their end. still_ok: the same picture over and over is
    no fault (files and folders never fault for it). Times in seconds.
    """

    name: str
    url: str = field(repr=False)
    fps: float = 10.0
    loop: bool = False
    still_ok: bool = False
    open_within: float = 4.0
    read_within: float = 4.0
    frozen_after: float = 10.0
    impaired_after: float = 3.0

    def __post_init__(self) -> None:
        """Refuse a rate that would stand still or run away."""
        if not 0.1 <= self.fps <= 60:
            raise ValueError(f"camera {self.name}: fps {self.fps}: use 0.1 to 60")

    @property
    def place(self) -> str:
        """Return how messages name this camera; without credentials."""
        return f"camera {self.name} at {mask_url(self.url)}"


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture. `taken` is when it first came: a frozen picture does not become younger."""

    camera: str
    number: int
    taken: float
    image: Image


@dataclass(frozen=True, slots=True)
class CameraHealth:
    """How a camera is doing; fps as measured, last_frame_age None while there was no frame.

    inside: seconds for which the decoder has not come back from what it was asked, 0 outside it.
    """

    state: CameraState
    why: CameraTrouble | None
    fps: float
    last_frame_age: float | None
    inside: float = 0.0
