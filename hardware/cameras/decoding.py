"""One video of a container, taken apart and decoded by FFmpeg (PyAV) on the caller's thread.

Rules: one thread decodes, so that no picture waits in another one; what cannot be decoded shows
nothing and is no failure; nothing that FFmpeg says is printed, since it names addresses with their
passwords. Packets pass here with their time stamps: who wants a clip later keeps them.
"""

import logging
import re
import threading
from dataclasses import dataclass

import av
import numpy as np
from av import Packet, VideoFrame
from av.container import InputContainer
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from hardware.cameras.frames import CameraTrouble, Image
from hardware.clock import SystemClock

__all__ = ["DecodedPicture", "Film", "open_container", "trouble_of", "trouble_of_status"]

_STATUS = re.compile(r"method \w+ failed: (\d{3})")
_BY_STATUS = {
    400: CameraTrouble.BAD_REQUEST,
    401: CameraTrouble.WRONG_PASSWORD,
    403: CameraTrouble.FORBIDDEN,
    404: CameraTrouble.NO_SUCH_STREAM,
    429: CameraTrouble.TOO_OFTEN,
    453: CameraTrouble.BUSY,
    454: CameraTrouble.NO_SUCH_STREAM,
    461: CameraTrouble.NO_TCP,
}
_BY_ERROR = (
    (av.error.HTTPBadRequestError, 400),
    (av.error.HTTPUnauthorizedError, 401),
    (av.error.HTTPForbiddenError, 403),
    (av.error.HTTPNotFoundError, 404),
    (av.error.HTTPTooManyRequestsError, 429),
    (av.error.HTTPServerError, 503),
)
_CLOCK = SystemClock()
_MAX_PIXELS = str(1 << 26)
_opening = threading.Lock()
# What FFmpeg says while another thread opens a stream: nobody is to read it.
logging.getLogger("libav").addHandler(logging.NullHandler())
logging.getLogger("libav").propagate = False
av.logging.set_skip_repeated(False)  # A camera that refuses twice says so twice.


def open_container(
    name: str,
    *,
    form: str | None = None,
    options: dict[str, str] | None = None,
    within: tuple[float, float] | None = None,
) -> "InputContainer | CameraTrouble":
    """Open a file, device or address; return why it did not work.

    within: seconds for opening and for each read. FFmpeg's words are heard, since they alone hold
    the status with which an RTSP server refused; they are heard by one thread at a time.
    """
    began = _CLOCK.monotonic()
    with _opening, av.logging.Capture() as said:
        av.logging.set_level(av.logging.ERROR)
        try:
            return av.open(name, format=form, options=options, timeout=within)
        except (OSError, ValueError, av.FFmpegError) as error:
            if within is not None and _CLOCK.monotonic() - began >= within[0]:
                return CameraTrouble.NO_ROUTE
            return trouble_of(error, [words for _, _, words in said])
        finally:
            av.logging.set_level(None)


def trouble_of(error: Exception, said: list[str]) -> CameraTrouble:
    """Return what FFmpeg's error means, with what it said before."""
    status = next((int(m[1]) for words in reversed(said) if (m := _STATUS.search(words))), 0)
    for kind, number in _BY_ERROR:
        if not status and isinstance(error, kind):
            status = number
    if status:
        return trouble_of_status(status)
    if isinstance(error, ConnectionRefusedError):
        return CameraTrouble.REFUSED
    if isinstance(error, FileNotFoundError):
        return CameraTrouble.NO_FILE
    return CameraTrouble.NOT_DECODED if isinstance(error, ValueError) else CameraTrouble.NO_ROUTE


def trouble_of_status(status: int) -> CameraTrouble:
    """Return what an RTSP or HTTP status other than 200 means."""
    known = _BY_STATUS.get(status)
    if known is not None:
        return known
    return CameraTrouble.BUSY if status >= 500 else CameraTrouble.NOT_DECODED


@dataclass(frozen=True, slots=True)
class DecodedPicture:
    """What one packet brought. stamp: its second in the stream, None where it has none; size: in
    bytes. frame: the newest picture that could be decoded with it, taken at second `taken`.
    """

    stamp: float | None
    size: int
    frame: VideoFrame | None = None
    taken: float | None = None


class Film:
    """The first video of an open container."""

    def __init__(self, container: InputContainer) -> None:
        """Raise LookupError where there is no video in it."""
        if not container.streams.video:
            raise LookupError("no video")
        self._container = container
        self._video = container.streams.video[0]
        self._video.thread_type = "NONE"
        self._video.codec_context.thread_count = 1
        self._video.codec_context.options = {"max_pixels": _MAX_PIXELS}
        self._packets = container.demux(self._video)
        self._reformatter = VideoReformatter()

    @property
    def codec(self) -> str:
        """Name of the video's coding, as FFmpeg calls it."""
        return self._video.codec_context.name

    def next(self) -> "list[DecodedPicture] | CameraTrouble | None":
        """Take the next packet and decode it; None at the end, a trouble when it did not come.

        The last packet of a file may bring several pictures; any other one at most brings one.
        """
        try:
            packet = next(self._packets)
        except StopIteration:
            return None
        except (OSError, ValueError, av.FFmpegError):
            return CameraTrouble.STALLED
        stamp = packet.pts if packet.pts is not None else packet.dts
        at = None if stamp is None else float(stamp * packet.time_base)
        frames = self._decoded(packet)
        if not frames:
            return [DecodedPicture(at, packet.size)]
        return [DecodedPicture(at, packet.size, frame, frame.time) for frame in frames]

    def image(self, frame: VideoFrame) -> Image:
        """Return the picture as (height, width, 3) blue-green-red."""
        picture = self._reformatter.reformat(frame, format="bgr24")
        return np.asarray(picture.to_ndarray(), np.uint8)

    def rewind(self) -> bool:
        """Begin again; whether that goes."""
        try:
            self._container.seek(0)
        except (OSError, av.FFmpegError):
            return False
        self._packets = self._container.demux(self._video)
        return True

    def close(self) -> None:
        """Let the container go."""
        self._packets = iter(())
        self._container.close()

    def _decoded(self, packet: "Packet[VideoStream]") -> list[VideoFrame]:
        try:
            return [one for one in packet.decode() if not one.is_corrupt]
        except (OSError, ValueError, av.FFmpegError):
            return []
