"""The eyes of all lanes, which begin to load before the rest of the gate does.

An eye's process takes as long to load its networks as the gate takes to load itself; side by side,
a vehicle that stands there at the start is decided about a second sooner. What an eye says before
the lanes are there is dropped: it says it again.
"""

from collections.abc import Callable
from functools import partial

from gate.config import Config
from gate.events import LaneId
from gate.eye_settings import eye_settings
from gate.ports import Clock
from gate.sightings import Report
from gate.watcher import Watcher


class Eyes:
    """One watcher for each lane."""

    def __init__(self, config: Config, clock: Clock) -> None:
        self._tell: Callable[[LaneId, Report], None] | None = None
        self._started = False
        self.watchers = {
            LaneId(lane): Watcher(
                eye_settings(lane, settings, config), clock, partial(self._said, LaneId(lane))
            )
            for lane, settings in config.lanes.items()
        }

    def listen(self, tell: Callable[[LaneId, Report], None]) -> None:
        """Hand every report on from now on."""
        self._tell = tell

    def start(self) -> None:
        """Open them, unless they are open already."""
        if not self._started:
            self._started = True
            for watcher in self.watchers.values():
                watcher.start()

    def stop(self, timeout: float) -> None:
        """Close them, where nobody else does."""
        for watcher in self.watchers.values() if self._started else ():
            watcher.stop(timeout)

    def _said(self, lane: LaneId, report: Report) -> None:
        if self._tell is not None:
            self._tell(lane, report)
