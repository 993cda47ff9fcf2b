"""Stamping entries on both clocks, and noticing when the wall clock jumps against the other.

Within one run of the machine the two clocks advance together; when they part by more than the
tolerance between two entries, the wall clock was set. Across runs only one thing can be known: a
time before the last entry's is wrong, e.g. after a power cut without a clock battery.
"""

import threading
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection

from gate.domain.entries import Entry, ServiceNoted
from gate.domain.ports import Clock
from gate.journal.store import Stamp, Stamped, tip

TOLERANCE_S = 2.0
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def boot_id() -> str:
    """The run of this machine, as Linux names it; "" where it does not."""
    try:
        return _BOOT_ID.read_text(encoding="ascii").strip()
    except OSError:
        return ""


class ClockWatch:
    """Thread-safe. A jump is noted as an entry before the entries that show it."""

    def __init__(self, clock: Clock, boot: str) -> None:
        self._clock = clock
        self._boot = boot
        self._lock = threading.Lock()
        self._last: Stamp | None = None

    def resume(self, connection: Connection) -> bool:
        """Go on after the newest entry of the journal; True if the machine was off since."""
        self._last = tip(connection).stamp
        return self._last is not None and self._last.boot != self._boot

    def stamp(self, entries: Sequence[Entry]) -> list[Stamped]:
        """Give the entries their time."""
        with self._lock:
            now = self._clock.now()
            stamp = Stamp(now.utc, now.monotonic, self._boot)
            noted = _jump_noted(self._last, stamp)
            self._last = stamp
        return [Stamped(stamp, entry) for entry in (*noted, *entries)]


def jumped(last: Stamp | None, now: Stamp) -> float | None:
    """Seconds by which the wall clock jumped since the last entry (forward positive), or None."""
    if last is None:
        return None
    passed = (now.at - last.at).total_seconds()
    if last.boot == now.boot:
        jump = passed - (now.monotonic - last.monotonic)
        return jump if abs(jump) > TOLERANCE_S else None
    return passed if passed < 0 else None


def _jump_noted(last: Stamp | None, now: Stamp) -> list[Entry]:
    jump = jumped(last, now)
    if last is None or jump is None:
        return []
    detail: dict[str, object] = {
        "seconds": round(jump, 3),
        "now": now.at.isoformat(),
        "same_run": last.boot == now.boot,
    }
    return [ServiceNoted("clock_jump", detail)]
