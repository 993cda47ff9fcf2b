"""Where pictures come from: a stream, a USB camera, a video file, a folder of pictures.

Each source is opened, grabbed from and closed by one thread. `grab` waits for the next picture at
most the time the settings allow; `retrieve` makes an image of it, and is left out for pictures
that nobody wants. Expected failures are values.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hardware.cameras.frames import CameraSettings, CameraTrouble, Image
from hardware.cameras.stills import SUFFIXES, decode

__all__ = ["Folder", "Grabbed", "Source"]


@dataclass(frozen=True, slots=True)
class Grabbed:
    """What came. stamp: the source's own second of it, None where it has none. waited: whether it
    was not there yet when it was asked for, None where that cannot be told. shows: whether there is
    a picture to retrieve; a stream that was joined between two key frames shows none at first.
    taken: the stamp of the picture that is shown, where a decoder gives back an earlier one.
    """

    stamp: float | None = None
    waited: bool | None = None
    shows: bool = True
    taken: float | None = None


class Source(Protocol):
    """A place to take pictures from.

    paced: it delivers at its own speed. held: it hands a picture out when the next one begins.
    `open` and `grab` tell what went wrong; `grab` returns None at the end of a recording.
    """

    @property
    def paced(self) -> bool: ...
    @property
    def held(self) -> bool: ...
    def open(self) -> CameraTrouble | None: ...
    def grab(self) -> Grabbed | CameraTrouble | None: ...
    def retrieve(self) -> Image | None: ...
    def close(self) -> None: ...


MakeSource = Callable[[CameraSettings], Source]


class Folder:
    """The pictures of a folder, in the order of their names."""

    paced = held = False

    def __init__(self, settings: CameraSettings) -> None:
        self._settings = settings
        self._files: list[Path] = []
        self._at = -1

    def open(self) -> CameraTrouble | None:
        """List the pictures; none is a trouble."""
        folder = Path(self._settings.url)
        files = folder.iterdir() if folder.is_dir() else ()
        self._files = sorted(p for p in files if p.suffix.lower() in SUFFIXES)
        self._at = -1
        return None if self._files else CameraTrouble.NO_FILE

    def grab(self) -> Grabbed | None:
        """Go to the next picture; None after the last one, unless it is to loop."""
        self._at += 1
        if self._at >= len(self._files) and self._settings.loop:
            self._at = 0
        return Grabbed() if self._at < len(self._files) else None

    def retrieve(self) -> Image | None:
        """Decode the picture; None for a file that is not one."""
        try:
            return decode(self._files[self._at].read_bytes())
        except OSError:
            return None

    def close(self) -> None:
        """Forget the list."""
        self._files = []
