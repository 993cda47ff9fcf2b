"""A stream that FFmpeg reads: RTSP by TCP, other videos over HTTP, a USB camera.

Every packet is decoded, since each picture builds on the one before; an image is made only of those
that are wanted. Streams are listened to as briefly as that goes at their opening, and nothing of
what was heard is thrown away: the first key frame may be the only one for half a minute.
"""

from pathlib import Path

from av import VideoFrame

from hardware.cameras.address import address_of
from hardware.cameras.decoding import Film, open_container
from hardware.cameras.diagnosis import speaks_our_login
from hardware.cameras.frames import CameraSettings, CameraTrouble, Image
from hardware.cameras.receive_buffer import Inlet, sockets
from hardware.cameras.sources import Grabbed

__all__ = ["Stream", "device_of"]

_BRIEFLY = {"analyzeduration": "1", "probesize": "32"}
_RTSP = {"rtsp_transport": "tcp", "allowed_media_types": "video", **_BRIEFLY}
_HEAD = 512  # RTP's and RTCP's own bytes of one picture, beside a twentieth of it.


def device_of(url: str) -> str | None:
    """Return the device that an address names: 0, "usb:0" and /dev/video0 are one; else None."""
    number = url.removeprefix("usb:")
    if number.isascii() and number.isdigit():
        return f"/dev/video{int(number)}"
    return url if url.startswith("/dev/") else None


class Stream:
    """One connection, or one USB camera."""

    paced = True

    def __init__(self, settings: CameraSettings) -> None:
        self._settings = settings
        self._film: Film | None = None
        self._inlet: Inlet | None = None
        self._frame: VideoFrame | None = None
        self.held = False

    def open(self) -> CameraTrouble | None:
        """Open the stream within the time of the settings; return why it did not work."""
        device = device_of(self._settings.url)
        if device is not None:
            if not Path(device).exists():
                return CameraTrouble.NO_FILE
            return self._opened(device, form="v4l2")
        address = address_of(self._settings.url)
        if address is None:
            return CameraTrouble.NO_ROUTE
        before = sockets()
        rtsp = address.scheme.startswith("rtsp")
        trouble = self._opened(address.whole, options=_RTSP if rtsp else None)
        if trouble is CameraTrouble.WRONG_PASSWORD and address.scheme == "rtsp":
            ours = speaks_our_login(address, self._settings.open_within)
            return trouble if ours else CameraTrouble.LOGIN_UNKNOWN
        if trouble is None:
            self._inlet = Inlet(before, address.port)
            self.held = rtsp and self._film is not None and self._film.codec in ("h264", "hevc")
        return trouble

    def grab(self) -> Grabbed | CameraTrouble:
        """Wait for the next packet; a trouble when none came in time."""
        if self._film is None:
            return CameraTrouble.STALLED
        queued = self._inlet.waiting() if self._inlet is not None else None
        came = self._film.next()
        if not isinstance(came, list):
            return CameraTrouble.STALLED
        newest = came[-1]
        self._frame = newest.frame
        waited = None if queued is None else queued <= newest.size * 1.05 + _HEAD
        return Grabbed(newest.stamp, waited, newest.frame is not None, newest.taken)

    def retrieve(self) -> Image | None:
        """Make an image of the picture that was grabbed last."""
        if self._film is None or self._frame is None:
            return None
        return self._film.image(self._frame)

    def close(self) -> None:
        """Let the stream go; harmless when it is not open."""
        film, self._film, self._frame, self._inlet = self._film, None, None, None
        if film is not None:
            film.close()

    def _opened(
        self, name: str, form: str | None = None, options: dict[str, str] | None = None
    ) -> CameraTrouble | None:
        within = (self._settings.open_within, self._settings.read_within)
        container = open_container(name, form=form, options=options, within=within)
        if isinstance(container, CameraTrouble):
            return container
        try:
            self._film = Film(container)
        except LookupError:
            container.close()
            return CameraTrouble.NOT_DECODED
        return None
