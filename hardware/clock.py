"""Time for wires and arms: one Protocol, and the one real clock behind it.

Rules: every file here that needs time is handed a `Clock`; only `gate.app.wiring` (and a command
line) builds a `SystemClock`. Instants are monotonic seconds: they order things and measure how long
they took, they survive a wrong wall clock, and they mean nothing in another process after a
restart.
"""

import threading
import time
from typing import Protocol

__all__ = ["Clock", "SystemClock"]


class Clock(Protocol):
    """What a driver may ask of time. Safe to call from any thread."""

    def monotonic(self) -> float:
        """Return seconds since an arbitrary start; never goes back."""
        ...

    def sleep(self, seconds: float) -> None:
        """Return after `seconds` (>= 0)."""
        ...

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Return True as soon as `event` is set, False when `seconds` (>= 0) have passed first."""
        ...


class SystemClock:
    """The machine's own monotonic clock."""

    def monotonic(self) -> float:
        """Return seconds of the machine's monotonic clock."""
        return time.monotonic()  # noqa: TID251 - this is the clock that everybody else is handed

    def sleep(self, seconds: float) -> None:
        """Return after `seconds`; zero or less returns at once."""
        if seconds > 0:
            time.sleep(seconds)

    def wait(self, event: threading.Event, seconds: float) -> bool:
        """Return True as soon as `event` is set, False when `seconds` have passed first."""
        return event.wait(max(0.0, seconds))
