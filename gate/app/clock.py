"""The one real clock of the gate; only `gate.app.store` and the command line build it."""

from datetime import UTC, datetime

from gate.domain.passage import Instant
from hardware.clock import SystemClock as HardwareClock


class SystemClock(HardwareClock):
    """The machine's monotonic and wall clock: gate.domain.ports.Clock and hardware.clock.Clock."""

    def now(self) -> Instant:
        """Return this moment on both clocks."""
        utc = datetime.now(UTC)  # noqa: TID251 - this is the clock that everybody else is handed
        return Instant(self.monotonic(), utc)
