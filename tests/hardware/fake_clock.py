"""A clock that moves only when somebody sleeps on it or a test advances it."""

import threading

from hardware.clock import Clock

__all__ = ["FakeClock"]


class FakeClock:
    """Time for tests of one thread: a sleep passes at once and is remembered in `slept`."""

    def __init__(self, start: float = 1000.0) -> None:
        self.now = start
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.advance(max(0.0, seconds))

    def wait(self, event: threading.Event, seconds: float) -> bool:
        if event.is_set():
            return True
        self.sleep(seconds)
        return event.is_set()

    def advance(self, seconds: float) -> None:
        self.now += seconds


def _is_a_clock(fake: FakeClock) -> Clock:
    return fake
