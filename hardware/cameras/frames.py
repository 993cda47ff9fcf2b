"""The words of a camera: settings, one frame, its health, and what can be wrong with it.

Images are `uint8` arrays of shape (height, width, 3), blue-green-red. Instants are monotonic
seconds. Nothing here names a password: `CameraSettings.place` is the address without credentials.
"""

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from hardware.cameras.address import mask_url

__all__ = [
    "CameraHealth",
    "CameraSettings",
    "CameraState",
    "CameraTrouble",
    "Frame",
    "Image",
]

Image = NDArray[np.uint8]


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
    FORBIDDEN = "forbidden"  # The account may not see the stream, or is locked.
    LOGIN_UNKNOWN = "login_unknown"  # The camera wants a log-in that nobody here speaks.
    NO_SUCH_STREAM = "no_such_stream"
    BAD_REQUEST = "bad_request"  # The camera does not understand the address.
    TOO_OFTEN = "too_often"  # The camera was asked too often.
    BUSY = "busy"  # Too many viewers, or it is starting.
    NO_TCP = "no_tcp"  # The camera sends by UDP only.
    NO_FILE = "no_file"  # No such file, folder or device, or no picture in it.
    NOT_DECODED = "not_decoded"  # Something comes, but no picture can be made of it.
    STALLED = "stalled"  # Pictures came and then stopped.
    NO_KEY_FRAME = "no_key_frame"  # A stream comes; its first whole picture is waited for.
    BEHIND = "behind"  # What comes is older than what the camera sees by now.
    FROZEN = "frozen"  # The same picture over and over.
    DARK = "dark"
    BRIGHT = "bright"
    FLAT = "flat"  # Covered, or looking at nothing.
    CRASHED = "crashed"  # A fault of this program or its decoder; it starts again by itself.


@dataclass(frozen=True, slots=True)
class CameraSettings:
    """One camera as configured.

    url: rtsp://, rtsps://, http:// or https:// with user:password@ where needed; "0", "usb:0" or
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
    """One picture. `taken` is the monotonic second at which it was taken, as far as the stream's
    stamps and the order of its pictures tell (`hardware.cameras.picture_age`); where the same
    picture comes over and over, the second of the first one: a frozen picture does not become
    younger.
    """

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
