"""A wake-up event between threads, one of which listens to a pipe: neither sleeps a fixed time."""

from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait


class WakeUpEvent:
    """Rings once, however often it is rung before somebody listens. Neither call blocks longer."""

    def __init__(self) -> None:
        self._hears, self._rings = Pipe(duplex=False)
        self._rung = False

    def ring(self) -> None:
        """Wake who waits now, or let the next wait end at once. For one thread only."""
        if not self._rung:
            self._rung = True
            self._rings.send_bytes(b"!")

    def wait(self, pipe: Connection, within: float) -> None:
        """Wait until it rings, or the pipe has something or is closed; at most `within` seconds.

        What the ringing was about is to be looked at afterwards: until then it may ring again.
        """
        if self._hears in wait((self._hears, pipe), within):
            self._hears.recv_bytes()
            self._rung = False
