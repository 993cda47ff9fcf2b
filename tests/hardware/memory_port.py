"""An emulated board without a thread: a port in memory on a clock that only moves when waited on.

It lets a property run thousands of pulses and faults in a second, always the same way.
"""

import errno
from collections import deque

from hardware.emulators.faults import EmulatedFault, Faults
from hardware.emulators.model import BoardModel
from tests.hardware.fake_clock import FakeClock

BYTE_S = 10 / 9600
SILENCE_S = 0.004


class MemoryWire:
    """A board, its plug and its faults; `open` is what drivers are given as opener."""

    def __init__(self, model: BoardModel, clock: FakeClock) -> None:
        self.model = model
        self.faults = Faults()
        self.plugged = True
        self.clock = clock
        self.coming: deque[tuple[float, int]] = deque()

    def open(self, _url: str, _baud: int) -> "MemoryPort":
        self.require_plug(errno.ENOENT)
        self.coming.clear()
        return MemoryPort(self)

    def require_plug(self, number: int = errno.EIO) -> None:
        if not self.plugged:
            raise OSError(number, "unplugged")

    def hear(self, data: bytes) -> None:
        """Let bytes reach the board; its answer is under way afterwards."""
        at = self.clock.now
        answer = b""
        for byte in data:
            at += BYTE_S
            if not self.faults.byte_passes():
                self.plugged = False
                break
            if not self.faults.holds(EmulatedFault.DEAF):
                answer += self.model.take(byte, at)
        answer += self.model.silence(at + SILENCE_S)
        if answer and self.plugged:
            answer, late_s = self.faults.spoil(answer)
            self.send(answer, at + SILENCE_S + late_s)

    def send(self, answer: bytes, at: float) -> None:
        for byte in answer:
            at += BYTE_S
            self.coming.append((at, byte))

    def pass_time(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.model.tick(self.clock.now)


class MemoryPort:
    """The driver's end."""

    def __init__(self, wire: MemoryWire) -> None:
        self._wire = wire

    def read(self, most: int, wait_s: float) -> bytes:
        wire = self._wire
        wire.require_plug()
        if not wire.coming or wire.coming[0][0] > wire.clock.now + wait_s:
            wire.pass_time(max(wait_s, 1e-6))
            return b""
        wire.pass_time(max(0.0, wire.coming[0][0] - wire.clock.now))
        ready = bytearray()
        while wire.coming and wire.coming[0][0] <= wire.clock.now and len(ready) < most:
            if not wire.faults.byte_passes():
                wire.plugged = False
                wire.require_plug()
            ready.append(wire.coming.popleft()[1])
        return bytes(ready)

    def write(self, data: bytes, wait_s: float) -> None:
        self._wire.require_plug()
        self._wire.hear(data)

    def close(self) -> None:
        """Nothing to free."""

    def abandon(self) -> None:
        """Nothing to free, nothing unsent."""
