"""What a lane tells its driver: LED board, traffic light and voice, each on a wire of its own.

Rules:
- Telling never blocks and never fails the caller: the newest text of each kind is kept and sent by
  one thread, with the pause that the devices need.
- After a broken wire the LED board and the lights get again what they should show; speech does not
  come late: what was not spoken within two seconds is dropped.
- The caller chooses the words. Never a name, never a debt.
"""

import threading
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from hardware.clock import Clock
from hardware.errors import BoardError
from hardware.signs import frames
from hardware.signs.frames import SignColour
from hardware.wire.wire import Trace, Wire, trace_nothing

__all__ = ["LaneSigns", "SignColour", "SignProtocol", "SignSettings", "Signs"]

GAP_S = 0.3
FIRST_RETRY_S = 0.5
LAST_RETRY_S = 10.0
SPEECH_LIFE_S = 2.0
SPEECH = "speech"


class SignProtocol(StrEnum):
    """The languages of a lane's outputs."""

    LED = "led"  # F5 C2 text frames and FA 2C traffic lights.
    VOICE = "voice"  # SYN6288 and compatible speech modules.


@dataclass(frozen=True, slots=True)
class SignSettings:
    """One device: url as for boards, baud as its sheet says."""

    protocol: SignProtocol
    url: str
    baud: int = 9600


class Signs(Protocol):
    """What a lane may tell. A lane without such devices is given none that listens."""

    def show(self, text: str) -> None:
        """Show a text until the next one."""
        ...

    def light(self, number: int, colour: SignColour) -> None:
        """Set traffic light 1 or 2."""
        ...

    def say(self, text: str) -> None:
        """Speak a text, if that is possible now."""
        ...


@dataclass(frozen=True, slots=True)
class _Message:
    frame: bytes
    until: float | None


class _Outlet:
    """One device: the newest message of each kind, and what is still to be sent of it."""

    def __init__(self, settings: SignSettings, clock: Clock, trace: Trace) -> None:
        self.protocol = settings.protocol
        self.trouble: BoardError | None = None
        self._clock = clock
        self._wire = Wire(settings.url, settings.baud, clock, gap_s=GAP_S, trace=trace)
        self._lock = threading.Lock()
        self._shown: dict[str, _Message] = {}
        self._unsent: dict[str, _Message] = {}
        self._retry_at = 0.0
        self._delay = FIRST_RETRY_S

    def put(self, kind: str, frame: bytes, life_s: float | None = None) -> None:
        until = None if life_s is None else self._clock.monotonic() + life_s
        with self._lock:
            self._unsent[kind] = _Message(frame, until)

    def serve(self) -> float | None:
        """Send what is unsent; return the seconds until a next try, None when all is sent."""
        now = self._clock.monotonic()
        if now < self._retry_at:
            return self._retry_at - now
        try:
            self._open()
            while (item := self._next()) is not None:
                self._wire.send(item[1].frame)
                self._sent(*item)
            self._wire.touch()
        except BoardError as error:
            self.trouble = error
            self._retry_at = self._clock.monotonic() + self._delay
            self._delay = min(2 * self._delay, LAST_RETRY_S)
            return self._delay
        self.trouble = None
        self._delay = FIRST_RETRY_S
        return None

    def close(self) -> None:
        with suppress(BoardError):
            self._wire.leave("sign")

    def _open(self) -> None:
        if self._wire.is_open:
            return
        self._wire.open("sign")
        with self._lock:
            self._unsent = {**self._shown, **self._unsent}

    def _next(self) -> tuple[str, _Message] | None:
        now = self._clock.monotonic()
        with self._lock:
            fresh = {k: m for k, m in self._unsent.items() if m.until is None or now < m.until}
            self._unsent = fresh
            return next(iter(fresh.items()), None)

    def _sent(self, kind: str, message: _Message) -> None:
        with self._lock:
            if message.until is None:
                self._shown[kind] = message
            if self._unsent.get(kind) is message:
                del self._unsent[kind]


class LaneSigns:
    """The outputs of one lane and the thread that serves them. A call from any thread is fine."""

    def __init__(
        self, settings: tuple[SignSettings, ...], clock: Clock, trace: Trace = trace_nothing
    ) -> None:
        self._outlets = [_Outlet(one, clock, trace) for one in settings]
        self._clock = clock
        self._news = threading.Event()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="signs", daemon=True)

    @property
    def troubles(self) -> tuple[BoardError, ...]:
        """Return what is wrong with which device now."""
        return tuple(outlet.trouble for outlet in self._outlets if outlet.trouble is not None)

    def start(self) -> None:
        """Start serving."""
        self._thread.start()

    def stop(self) -> None:
        """Send what is unsent if that is possible now, then end."""
        self._stopping = True
        self._news.set()
        self._thread.join()
        for outlet in self._outlets:
            outlet.close()

    def show(self, text: str) -> None:
        """Show a text until the next one; 64 bytes of GBK at most, the rest is cut."""
        self._put(SignProtocol.LED, "text", frames.show_text(text))

    def light(self, number: int, colour: SignColour) -> None:
        """Set traffic light 1 or 2."""
        frame = frames.show_colour(number, colour)
        self._put(SignProtocol.LED, f"light {number}", frame)

    def say(self, text: str) -> None:
        """Speak a text; 200 bytes of GBK at most. Dropped if that is not possible soon."""
        self._put(SignProtocol.VOICE, SPEECH, frames.say(text), SPEECH_LIFE_S)

    def _put(
        self, protocol: SignProtocol, kind: str, frame: bytes, life_s: float | None = None
    ) -> None:
        for outlet in self._outlets:
            if outlet.protocol is protocol:
                outlet.put(kind, frame, life_s)
        self._news.set()

    def _run(self) -> None:
        while not self._stopping:
            waits = [wait for outlet in self._outlets if (wait := outlet.serve()) is not None]
            self._clock.wait(self._news, min(waits, default=LAST_RETRY_S))
            self._news.clear()
        for outlet in self._outlets:
            outlet.serve()
