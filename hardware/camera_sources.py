"""Where pictures come from: a stream, a USB camera, a video file, a folder of pictures.

Each source is opened, grabbed from and closed by one thread. `grab` waits for the next picture at
most the time the settings allow; `retrieve` makes an image of it, and is left out for pictures
that nobody wants. Expected failures are values.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from hardware.camera_doctor import diagnose
from hardware.camera_frames import CameraSettings, CameraTrouble, Image
from hardware.stills import decode

__all__ = ["Folder", "Source", "Video", "source_for"]

_PICTURES = {".jpg", ".jpeg", ".png", ".bmp", ".webp"}
_NETWORK = ("rtsp://", "rtsps://", "http://", "https://")
# Known to OpenCV by this name only. Without it a stream is listened to for up to five seconds at
# its opening, and all of these pictures are handed out as if they were new; and pictures wait in
# the decoder's threads.
_OPTIONS = "OPENCV_FFMPEG_CAPTURE_OPTIONS"
_PROMPT = "rtsp_flags;prefer_tcp|analyzeduration;500000|fflags;nobuffer|flags;low_delay"


class Source(Protocol):
    """A place to take pictures from. `paced` sources deliver at their own speed."""

    @property
    def paced(self) -> bool: ...
    def open(self) -> CameraTrouble | None: ...
    def grab(self) -> bool: ...
    def retrieve(self) -> Image | None: ...
    def close(self) -> None: ...


def source_for(settings: CameraSettings) -> Source:
    """Return the source that the address of the settings names."""
    if not settings.url.startswith(_NETWORK) and Path(settings.url).is_dir():
        return Folder(settings)
    return Video(settings)


class Video:
    """Anything that OpenCV's FFMPEG reads, or a USB camera."""

    def __init__(self, settings: CameraSettings) -> None:
        self._settings = settings
        self._capture: cv2.VideoCapture | None = None
        self._rest = 0.0
        self._network = settings.url.startswith(_NETWORK)
        self._usb = settings.url.startswith(("usb:", "/dev/"))
        self.paced = self._network or self._usb

    def open(self) -> CameraTrouble | None:
        """Open the stream within the time of the settings; return why it did not work."""
        if not self._network and not self._is_there():
            return CameraTrouble.NO_FILE
        self._capture = self._usb_capture() if self._usb else self._ffmpeg_capture()
        if self._capture.isOpened():
            return None
        self.close()
        if self._network:
            return diagnose(self._settings.url, self._settings.open_within)
        return CameraTrouble.NOT_DECODED

    def grab(self) -> bool:
        """Wait for the next picture; False when none came in time or at the end of a file."""
        if self._capture is None:
            return False
        if self.paced:
            return bool(self._capture.grab())
        return self._grab_from_file(self._capture)

    def retrieve(self) -> Image | None:
        """Decode the picture that was grabbed last."""
        if self._capture is None:
            return None
        done, image = self._capture.retrieve()
        return _as_image(image) if done else None

    def close(self) -> None:
        """Let the stream go; harmless when it is not open."""
        if self._capture is not None:
            self._capture.release()
            self._capture = None

    def _is_there(self) -> bool:
        name = self._settings.url
        return name.startswith("usb:") or Path(name).exists()

    def _ffmpeg_capture(self) -> cv2.VideoCapture:
        # FFMPEG by name: with any other backend OpenCV prints the address, password and all.
        parameters = [
            cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
            int(self._settings.open_within * 1000),
            cv2.CAP_PROP_READ_TIMEOUT_MSEC,
            int(self._settings.read_within * 1000),
        ]
        with _prompt() if self._network else nullcontext():
            return cv2.VideoCapture(self._settings.url, cv2.CAP_FFMPEG, parameters)

    def _usb_capture(self) -> cv2.VideoCapture:
        name = self._settings.url
        if name.startswith("usb:"):
            return cv2.VideoCapture(int(name[4:]), cv2.CAP_V4L2)
        return cv2.VideoCapture(name, cv2.CAP_V4L2)

    def _grab_from_file(self, capture: cv2.VideoCapture) -> bool:
        """Skip ahead so that a file with more pictures a second keeps its own speed."""
        own = capture.get(cv2.CAP_PROP_FPS) or self._settings.fps
        self._rest += max(1.0, own / self._settings.fps)
        steps, self._rest = int(self._rest), self._rest % 1.0
        return all(capture.grab() or self._rewind(capture) for _ in range(steps))

    def _rewind(self, capture: cv2.VideoCapture) -> bool:
        if not self._settings.loop:
            return False
        capture.set(cv2.CAP_PROP_POS_FRAMES, 0)
        return bool(capture.grab())


class Folder:
    """The pictures of a folder, in the order of their names."""

    paced = False

    def __init__(self, settings: CameraSettings) -> None:
        self._settings = settings
        self._files: list[Path] = []
        self._at = -1

    def open(self) -> CameraTrouble | None:
        """List the pictures; none is a trouble."""
        folder = Path(self._settings.url)
        files = folder.iterdir() if folder.is_dir() else ()
        self._files = sorted(p for p in files if p.suffix.lower() in _PICTURES)
        self._at = -1
        return None if self._files else CameraTrouble.NO_FILE

    def grab(self) -> bool:
        """Go to the next picture; False after the last one, unless it is to loop."""
        self._at += 1
        if self._at >= len(self._files) and self._settings.loop:
            self._at = 0
        return self._at < len(self._files)

    def retrieve(self) -> Image | None:
        """Decode the picture; None for a file that is not one."""
        try:
            return decode(self._files[self._at].read_bytes())
        except OSError:
            return None

    def close(self) -> None:
        """Forget the list."""
        self._files = []


@contextmanager
def _prompt() -> Iterator[None]:
    """Have the next stream that is opened bring its newest pictures; a file needs all of them."""
    if _OPTIONS in os.environ:  # Somebody knows a camera better.
        yield
        return
    os.environ[_OPTIONS] = _PROMPT
    try:
        yield
    finally:
        del os.environ[_OPTIONS]


def _as_image(picture: object) -> Image | None:
    if not isinstance(picture, np.ndarray) or picture.size == 0:
        return None
    if picture.ndim == 2:
        picture = cv2.cvtColor(picture, cv2.COLOR_GRAY2BGR)
    return np.asarray(picture, dtype=np.uint8)
