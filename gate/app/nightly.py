"""What is done every night: data whose time is over is taken away, and days that are over counted.

At `HOUR` of the site, once a day; a night that was missed is caught up ten minutes after the start.
Trouble is logged and tried again the next night; nothing here holds a lane.
"""

import logging
import threading
from datetime import datetime, timedelta, tzinfo

from gate.domain.errors import GateError
from gate.domain.ports import Clock
from gate.journal.projections.daily_counts import keep_missing
from gate.privacy.retention import Purged, Retention
from gate.storage.database import Database, drop_old_copies

HOUR = 3
FIRST = timedelta(minutes=10)
BREATH_S = 0.05  # Between two days that are counted: lanes write meanwhile.
LOOK_EVERY = 60.0
_log = logging.getLogger(__name__)


class Housekeeping:
    """A thread that sleeps most of its life."""

    def __init__(
        self, retention: Retention, database: Database, clock: Clock, zone: tzinfo
    ) -> None:
        self._retention, self._database = retention, database
        self._clock, self._zone = clock, zone
        self._stopping = threading.Event()
        self._due = clock.now().utc + FIRST
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self, timeout: float) -> bool:
        """End, between two portions of a purge; return whether the thread has ended."""
        self._stopping.set()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def tick(self) -> Purged | None:
        """Purge if it is time; None where it is not, or did not work."""
        now = self._clock.now().utc
        if now < self._due:
            return None
        self._due = next_night(now, self._zone)
        try:
            purged = self._retention.run(lambda: not self._stopping.is_set())
            if self._database.path is not None:
                drop_old_copies(self._database.path, now)
            keep_missing(self._database, lambda: not self._stopping.wait(BREATH_S))
        except (GateError, OSError) as error:
            _log.warning("the nightly work did not end well, next try tomorrow: %s", error)
            return None
        return purged

    def _run(self) -> None:
        while not self._stopping.wait(LOOK_EVERY):
            self.tick()


def next_night(now: datetime, zone: tzinfo) -> datetime:
    """Return the next moment at which it is `HOUR` o'clock in this zone."""
    local = now.astimezone(zone)
    today = local.replace(hour=HOUR, minute=0, second=0, microsecond=0)
    return today if today > local else today + timedelta(days=1)
