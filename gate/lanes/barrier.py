"""One lane's barrier, as the lane sees it: commands handed to the station that serves it."""

from dataclasses import dataclass

from gate.domain.passage import LaneId
from hardware.barrier.events import Command
from hardware.station.station import Station


@dataclass(frozen=True, slots=True)
class LaneBarrier:
    """The barrier of one lane: gate.domain.ports.Barrier. It knows no other lane's."""

    station: Station
    lane: LaneId

    def command(self, command: Command) -> None:
        """Ask something of the barrier; never blocks."""
        self.station.command(self.lane, command)
