"""What can be wrong with an emulated wire, on demand.

A fault holds for a number of answers, or until it is cleared. Written for every kind of device:
the wire is at fault here, not the device.
"""

import random
from collections.abc import Iterable
from enum import StrEnum
from math import inf


class EmulatedFault(StrEnum):
    """The faults of a wire."""

    DEAF = "deaf"  # The device hears nothing: it neither acts nor answers.
    SILENCE = "silence"  # It acts, but its answer is lost.
    LATE = "late"  # Its answer comes `late_s` later.
    HALF = "half"  # Only the first half of its answer comes.
    NOISE = "noise"  # Random bytes come before its answer.
    CHECKSUM = "checksum"  # One bit of the answer's last byte is wrong.
    ECHO = "echo"  # The adapter returns every byte that is sent to the device.


class Faults:
    """The faults that are switched on."""

    def __init__(self, seed: int = 1) -> None:
        self.late_s = 0.5
        self.unplug_after: int | None = None
        self.reset_in_pulse_s: float | None = None
        self._left: dict[EmulatedFault, float] = {}
        self._random = random.Random(seed)

    def on(self, fault: EmulatedFault, answers: float = inf) -> None:
        """Switch a fault on for that many answers."""
        self._left[fault] = answers

    def clear(self) -> None:
        """Switch everything off."""
        self._left.clear()
        self.unplug_after = None
        self.reset_in_pulse_s = None

    def active(self) -> Iterable[EmulatedFault]:
        """Return the faults that are on."""
        return sorted(self._left)

    def holds(self, fault: EmulatedFault) -> bool:
        """Tell whether a fault is on, without using it up."""
        return fault in self._left

    def use(self, fault: EmulatedFault) -> bool:
        """Tell whether a fault hits this answer; counts it."""
        left = self._left.get(fault, 0)
        if left <= 1:
            self._left.pop(fault, None)
        else:
            self._left[fault] = left - 1
        return left > 0

    def spoil(self, answer: bytes) -> tuple[bytes, float]:
        """Return an answer as it reaches the other end, and how many seconds late."""
        if self.use(EmulatedFault.SILENCE):
            return b"", 0.0
        if self.use(EmulatedFault.CHECKSUM):
            answer = answer[:-1] + bytes((answer[-1] ^ 0x10,))
        if self.use(EmulatedFault.HALF):
            answer = answer[: len(answer) // 2]
        if self.use(EmulatedFault.NOISE):
            answer = self._random.randbytes(self._random.randint(1, 5)) + answer
        return answer, self.late_s if self.use(EmulatedFault.LATE) else 0.0

    def byte_passes(self) -> bool:
        """Count a byte on the wire; False when this one pulls the plug."""
        if self.unplug_after is None:
            return True
        self.unplug_after -= 1
        if self.unplug_after >= 0:
            return True
        self.unplug_after = None
        return False
