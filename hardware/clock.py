"""Time as `hardware` sees it: durations only, from a clock that never jumps.

Everything in this package that waits or measures is given a Clock. Tests give one that they turn
by hand; the running program gives SystemClock.
"""

import time
from typing import Protocol


class Clock(Protocol):
    """Monotonic seconds and a pause; the zero is arbitrary."""

    def monotonic(self) -> float:
        """Return seconds that only ever grow."""
        ...

    def sleep(self, seconds: float) -> None:
        """Pause the calling thread; zero or less returns at once."""
        ...


class SystemClock:
    """The machine's own monotonic clock."""

    def monotonic(self) -> float:
        """Return the kernel's monotonic seconds."""
        return time.monotonic()  # noqa: TID251 - this class is the clock that is injected

    def sleep(self, seconds: float) -> None:
        """Pause the calling thread; zero or less returns at once."""
        if seconds > 0:
            time.sleep(seconds)
