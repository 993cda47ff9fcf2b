"""Whether the machine's clock can be right after it was off.

Without a clock chip that has its own battery the time goes on from where it was when the power went
(systemd saves it), hours or days late, until the network tells the time. Linux says both: whether
there is such a chip, and whether the clock was set by the network (adjtimex(2) answers TIME_ERROR
while it was not).
"""

import ctypes
from pathlib import Path

_CHIPS = Path("/sys/class/rtc")
_TIME_ERROR = 5
_TIMEX_BYTES = 512
"""More than any architecture's struct timex takes; all zero asks and changes nothing."""


def went_on() -> bool:
    """Return whether the clock went on while the machine was off, or was set since."""
    return has_chip() or is_set_by_network()


def has_chip() -> bool:
    """Return whether the machine has a clock chip."""
    return any(_CHIPS.glob("rtc*"))


def is_set_by_network() -> bool:
    """Return whether the kernel takes its clock for synchronised; False where it does not say."""
    try:
        said = int(ctypes.CDLL(None).adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES)))
    except (OSError, AttributeError):
        return False
    return 0 <= said < _TIME_ERROR
