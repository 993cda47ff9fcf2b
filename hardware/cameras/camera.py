"""A camera: one thread that keeps only the newest picture, and comes back by itself.

Rules:
- `latest()` and `health()` never wait and never raise; call them from any thread.
- A picture's time is when it was taken (`hardware.cameras.picture_age`). A frozen picture grows old
  and is refused by its age, and so is one that waited while the network or this program stalled; a
  stream that stays behind is opened anew. While a picture's age is not known it is not shown.
- Whatever goes wrong becomes a health value; no exception leaves the thread.
- After a loss the next try comes after a growing delay of at most three seconds, so that pictures
  are back within ten seconds of the camera's return. Only a password that is refused is tried again
  less and less often, since cameras lock an account after a few wrong ones.
- Nothing here writes an address with its password.
"""

import logging
import threading
from collections.abc import Callable
from math import inf
from typing import TypeVar

from hardware.cameras.factory import source_for
from hardware.cameras.frames import (
    CameraHealth,
    CameraSettings,
    CameraState,
    CameraTrouble,
    Frame,
    Image,
)
from hardware.cameras.picture_age import BEHIND_S, PictureArrival, Timeline, follow
from hardware.cameras.picture_checks import Judgement, judge
from hardware.cameras.sources import Grabbed, MakeSource, Source
from hardware.clock import Clock

__all__ = ["Camera", "CameraHealth", "CameraSettings", "CameraState", "CameraTrouble", "Frame"]

_T = TypeVar("_T")
_log = logging.getLogger(__name__)

_FIRST_DELAY = 0.5
_MAX_DELAY = 3.0
# A camera that showed pictures with this password may refuse it once while it starts.
_TOO_OFTEN_DELAY = 20.0
_DENIED_ONCE, _DENIED_DELAY, _MAX_DENIED = 3.0, 60.0, 1800.0
_KEY_FRAME_AFTER = 1.0  # A stream that shows nothing for so long is said to wait for a key frame.
_KEY_FRAME_WITHIN = 45.0  # Cameras send one every 30 s at the least.
_BEHIND_EVERY = 0.5  # Seconds between the pictures that are shown while a stream catches up.
_STEADY_AFTER = 5.0  # Pictures for this long, and the next loss starts with the short delay again.


class Camera:
    """One camera and its thread; `start` once, `stop` once."""

    def __init__(
        self,
        settings: CameraSettings,
        clock: Clock,
        make_source: MakeSource = source_for,
        came: Callable[[], None] = lambda: None,
    ) -> None:
        """came: called on the camera's thread after each new picture; it must return at once."""
        self._settings = settings
        self._clock = clock
        self._make_source = make_source
        self._came = came
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._frame: Frame | None = None
        self._state: tuple[CameraState, CameraTrouble | None] = (CameraState.STARTING, None)
        self._judgement = Judgement()
        self._timeline = Timeline()
        self._inside: float | None = None
        self._denials = 0
        self._every = 1.0 / settings.fps
        self._number = 0
        self._interval: float | None = None
        self._last_at = 0.0
        self._delay = _FIRST_DELAY

    def start(self) -> None:
        """Begin to take pictures."""
        name = f"camera-{self._settings.name}"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def stop(self, timeout: float = 5.0) -> bool:
        """End the thread; False when a decoder still hangs after `timeout` seconds."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout)
        return self._thread is None or not self._thread.is_alive()

    def latest(self) -> Frame | None:
        """Return the newest picture, or None while there was none since the last loss."""
        return self._frame

    def pace(self, fps: float = inf) -> None:
        """Take at most `fps` pictures a second of a live source from now on, or as many as set.

        The others are taken off the wire as before, so that none waits; they are not converted.
        """
        self._every = 1.0 / min(fps, self._settings.fps)

    def health(self) -> CameraHealth:
        """Return how the camera is doing at this moment."""
        state, why = self._state
        frame, interval = self._frame, self._interval
        age = None if frame is None else self._clock.monotonic() - frame.taken
        alive = state in (CameraState.LIVE, CameraState.IMPAIRED)
        fps = 1.0 / interval if interval and alive else 0.0
        since = self._inside
        inside = 0.0 if since is None else self._clock.monotonic() - since
        return CameraHealth(state, why, round(fps, 2), age, inside)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                finished = self._session()
            except Exception:  # A decoder may raise anything; the lane must live on.
                _log.exception("%s: crashed, starting again", self._settings.place)
                self._lose(CameraTrouble.CRASHED)
                finished = False
            if finished:
                return
            self._clock.wait(self._stop, self._pause())
        self._set(CameraState.STOPPED, None)

    def _pause(self) -> float:
        """Return the seconds to wait before the next try."""
        if self._state[1] is CameraTrouble.TOO_OFTEN:
            return _TOO_OFTEN_DELAY
        if self._state[1] not in (CameraTrouble.WRONG_PASSWORD, CameraTrouble.FORBIDDEN):
            self._denials = 0
            pause, self._delay = self._delay, min(self._delay * 2, _MAX_DELAY)
            return pause
        self._denials += 1
        if self._number and self._denials == 1:
            return _DENIED_ONCE
        return float(min(_DENIED_DELAY * 2.0 ** (self._denials - 1), _MAX_DENIED))

    def _call(self, ask: Callable[[], _T]) -> _T:
        """Ask the decoder something; `health` tells how long it has been at it."""
        self._inside = self._clock.monotonic()
        try:
            return ask()
        finally:
            self._inside = None

    def _session(self) -> bool:
        """Take pictures until the source fails or ends; True when there is nothing more to do."""
        source = self._make_source(self._settings)
        try:
            trouble = self._call(source.open)
            if trouble is not None:
                self._lose(trouble)
                return False
            return self._play(source)
        finally:
            self._call(source.close)

    def _play(self, source: Source) -> bool:
        self._judgement, self._timeline = Judgement(), Timeline(held=source.held)
        return self._play_live(source) if source.paced else self._play_recording(source)

    def _play_live(self, source: Source) -> bool:
        opened = shown = self._clock.monotonic()
        last, any_shown = opened - self._every, False
        while not self._stop.is_set():
            asked = self._clock.monotonic()
            came = self._call(source.grab)
            if not isinstance(came, Grabbed):
                self._lose(came or CameraTrouble.STALLED)
                return False
            now = self._clock.monotonic()
            arrival = PictureArrival(asked, now, came.stamp, came.waited)
            self._timeline = follow(self._timeline, arrival)
            shown, any_shown = (now, True) if came.shows else (shown, any_shown)
            if self._gives_up(now, now - shown, any_shown=any_shown):
                return False
            every = self._gap()
            # A little early is in time: a camera of the wanted rate must not lose every other one.
            if came.shows and now >= last + every * 3 / 4:
                self._take(source, now, self._timeline.taken(now, came.taken))
                last = max(last + every, now - every)
            if now - opened > _STEADY_AFTER:
                self._delay = _FIRST_DELAY
        return False

    def _gap(self) -> float:
        """Seconds between pictures of a live source; what is behind is passed over to catch up."""
        return self._every if self._timeline.lag <= BEHIND_S else max(self._every, _BEHIND_EVERY)

    def _gives_up(self, now: float, dark: float, *, any_shown: bool) -> bool:
        """Whether the stream is to be opened anew; dark: seconds since it showed a picture."""
        if self._timeline.hopeless(now):
            self._lose(CameraTrouble.BEHIND)
        elif dark > (self._settings.read_within if any_shown else _KEY_FRAME_WITHIN):
            self._lose(CameraTrouble.NOT_DECODED)
        else:
            if dark > _KEY_FRAME_AFTER and not any_shown:
                self._set(CameraState.STARTING, CameraTrouble.NO_KEY_FRAME)
            return False
        return True

    def _play_recording(self, source: Source) -> bool:
        """Play at the recording's own speed, at most as many pictures as are wanted."""
        every = 1.0 / self._settings.fps
        began = due = self._clock.monotonic()
        last = began - every
        while not self._stop.is_set():
            came = self._call(source.grab)
            if not isinstance(came, Grabbed):
                return self._ended()
            due = due + every if came.stamp is None else began + came.stamp
            self._clock.wait(self._stop, due - self._clock.monotonic())
            now = self._clock.monotonic()
            if now >= last + every * 3 / 4:
                self._take(source, now, now)
                last = max(last + every, now - every)
        return False

    def _ended(self) -> bool:
        if self._number == 0:
            self._lose(CameraTrouble.NOT_DECODED)
            return False
        self._set(CameraState.ENDED, None)
        return True

    def _take(self, source: Source, now: float, taken: float | None) -> None:
        """Show the picture, unless nobody can tell how old it is."""
        if taken is None:
            return
        image = self._call(source.retrieve)
        if image is None:
            self._set(CameraState.IMPAIRED, CameraTrouble.NOT_DECODED)
            return
        self._judgement = judge(self._judgement, image, now, self._settings)
        self._keep(image, now, taken, live=source.paced and not self._settings.still_ok)

    def _keep(self, image: Image, now: float, taken: float, *, live: bool) -> None:
        frozen = self._judgement.trouble is CameraTrouble.FROZEN
        trouble = None if frozen and not live else self._judgement.trouble
        self._set(CameraState.IMPAIRED if trouble else CameraState.LIVE, trouble)
        if self._number:
            gap = max(now - self._last_at, 1e-3)
            old = self._interval
            self._interval = gap if old is None else 0.8 * old + 0.2 * gap
        self._last_at = now
        self._number += 1
        if frozen and live:
            taken = min(taken, self._judgement.same_since)
        self._frame = Frame(self._settings.name, self._number, taken, image)
        self._came()

    def _lose(self, why: CameraTrouble) -> None:
        self._frame = None
        self._interval = None
        self._set(CameraState.LOST, why)

    def _set(self, state: CameraState, why: CameraTrouble | None) -> None:
        if (state, why) != self._state:
            _log.info("%s: %s %s", self._settings.place, state, why or "")
        self._state = (state, why)
