"""Stamping entries on both clocks, and noticing when the wall clock jumps against the other.

Within one run of the machine the two clocks advance together; when they part by more than the
tolerance between two entries, the wall clock was set. Across runs only one thing can be known: a
time before the last entry's is wrong, e.g. after a power cut without a clock battery.
"""

import threading
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from gate.entries import Entry, ServiceNoted
from gate.ledger import Stamp, Stamped, tip
from gate.ports import Clock

TOLERANCE_S = 2.0
# A jump of less does not change what a pass is judged by.
_DOUBT_FROM_S = 60.0
# Doubt ends by itself: after a jump the clock was most likely put right, but a clock that came up
# behind the record has nobody to ask until somebody, or the network, sets it.
_DOUBT_AFTER_JUMP_S = 3600.0
_DOUBT_BEHIND_S = 86_400.0
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
        self._highest: datetime | None = None
        self._doubt_until = float("-inf")

    @property
    def sound(self) -> bool:
        """Whether the wall clock may be believed: False for a while after it jumped."""
        return self._clock.monotonic() >= self._doubt_until

    def resume(self, connection: Connection) -> None:
        """Go on after the newest entry of the journal."""
        self._last = tip(connection).stamp
        self._highest = self._last.at if self._last is not None else None

    def stamp(self, entries: Sequence[Entry]) -> list[Stamped]:
        """Give the entries their time."""
        with self._lock:
            now = self._clock.now()
            stamp = Stamp(now.utc, now.monotonic, self._boot)
            noted = self._judge(stamp)
            self._last = stamp
            self._highest = max(self._highest or stamp.at, stamp.at)
        return [Stamped(stamp, entry) for entry in (*noted, *entries)]

    def _judge(self, now: Stamp) -> list[Entry]:
        last, jump = self._last, jumped(self._last, now)
        if last is None or jump is None:
            return []
        same_run = last.boot == now.boot
        if abs(jump) >= _DOUBT_FROM_S:
            self._doubt(now, jump, same_run=same_run)
        detail: dict[str, object] = {
            "seconds": round(jump, 3),
            "now": now.at.isoformat(),
            "same_run": same_run,
        }
        return [ServiceNoted("clock_jump", detail)]

    def _doubt(self, now: Stamp, jump: float, *, same_run: bool) -> None:
        in_doubt = now.monotonic < self._doubt_until
        ahead_again = self._highest is None or now.at >= self._highest
        if jump > 0 and in_doubt and ahead_again:
            self._doubt_until = float("-inf")
        else:
            lasts = _DOUBT_AFTER_JUMP_S if same_run else _DOUBT_BEHIND_S
            self._doubt_until = now.monotonic + lasts


def jumped(last: Stamp | None, now: Stamp) -> float | None:
    """Seconds by which the wall clock jumped since the last entry (forward positive), or None."""
    if last is None:
        return None
    passed = (now.at - last.at).total_seconds()
    if last.boot == now.boot:
        jump = passed - (now.monotonic - last.monotonic)
        return jump if abs(jump) > TOLERANCE_S else None
    return passed if passed < 0 else None
