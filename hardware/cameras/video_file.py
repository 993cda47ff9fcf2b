"""A video file, on its own time stamps.

Recordings have any rate, a changing one, or gaps where nothing moved: a picture's second is the one
that is written beside it. Where a file has no stamps its pictures lie `1 / fps` apart.
"""

from collections.abc import Iterator
from pathlib import Path

from av import VideoFrame

from hardware.cameras.decoding import DecodedPicture, Film, open_container
from hardware.cameras.frames import CameraSettings, CameraTrouble, Image
from hardware.cameras.sources import Grabbed

__all__ = ["Recording", "played"]

_MIN_STEP = 1e-3


class Recording:
    """A file that is played, once or for ever; stamps go on when it begins again."""

    paced = held = False

    def __init__(self, settings: CameraSettings) -> None:
        self._settings = settings
        self._film: Film | None = None
        self._queue: list[DecodedPicture] = []
        self._frame: VideoFrame | None = None
        self._first: float | None = None
        self._number = 0  # Pictures since its beginning.
        self._at = self._base = 0.0
        self._step = 1.0 / settings.fps

    def open(self) -> CameraTrouble | None:
        """Open the file; return why it did not work."""
        if not Path(self._settings.url).is_file():
            return CameraTrouble.NO_FILE
        container = open_container(self._settings.url)
        if isinstance(container, CameraTrouble):
            return CameraTrouble.NOT_DECODED
        try:
            self._film = Film(container)
        except LookupError:
            container.close()
            return CameraTrouble.NOT_DECODED
        return None

    def grab(self) -> Grabbed | None:
        """Go to the next picture that can be decoded; None after the last one."""
        again = self._settings.loop
        while True:
            shown = self._next()
            if shown is not None:
                self._frame, self._at = shown.frame, self._second(shown)
                self._number += 1
                return Grabbed(self._at)
            if not again or self._film is None or not self._film.rewind():
                return None
            again = False  # A file without a single picture is not begun for ever.
            self._base, self._number = self._at + self._step, 0

    def retrieve(self) -> Image | None:
        """Make an image of the picture that was grabbed last."""
        if self._film is None or self._frame is None:
            return None
        return self._film.image(self._frame)

    def close(self) -> None:
        """Let the file go; harmless when it is not open."""
        film, self._film, self._frame, self._queue = self._film, None, None, []
        if film is not None:
            film.close()

    def _next(self) -> DecodedPicture | None:
        while not self._queue:
            came = self._film.next() if self._film is not None else None
            if not isinstance(came, list):
                return None
            self._queue = [shown for shown in came if shown.frame is not None]
        return self._queue.pop(0)

    def _second(self, shown: DecodedPicture) -> float:
        """Return the picture's second since the file was opened; it never goes back."""
        if self._number == 0:
            self._first = shown.taken
            return self._base
        if shown.taken is None or self._first is None:
            return self._at + self._step
        return max(self._base + shown.taken - self._first, self._at + _MIN_STEP)


def played(path: Path, fps: float) -> Iterator[tuple[int, float, Image]]:
    """Yield at most `fps` pictures a second: number in the file from 0, second since the first.

    Raises ValueError where the file is no video that can be played.
    """
    source = Recording(CameraSettings(path.name, str(path), fps=fps))
    number, due = -1, 0.0
    try:
        if source.open() is not None:
            raise ValueError(f"{path} is no video that can be played")
        while (came := source.grab()) is not None:
            number += 1
            second = came.stamp or 0.0
            if second + _MIN_STEP < due:
                continue
            due = max(due + 1.0 / fps, second)
            image = source.retrieve()
            if image is not None:
                yield number, second, image
    finally:
        source.close()
