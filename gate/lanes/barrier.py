"""One lane's barrier, as the lane sees it: commands handed to the station that serves it."""

from dataclasses import dataclass

from gate.domain.passage import LaneId, OrderId
from hardware.station.station import Station


@dataclass(frozen=True, slots=True)
class LaneBarrier:
    """The arm of one lane: gate.domain.ports.Barrier. It knows no other lane's arm."""

    station: Station
    lane: LaneId

    def raise_arm(self, order: OrderId, expires: float) -> None:
        """Order the arm up, unless `expires` (monotonic seconds) passes first."""
        self.station.raise_arm(self.lane, order, expires)

    def lower(self, order: OrderId) -> None:
        """Ask for the arm to come down, if and when that is safe."""
        self.station.lower(self.lane, order)

    def hold(self, until: float) -> None:
        """Hold the arm up until then (monotonic seconds)."""
        self.station.hold(self.lane, until)

    def release_hold(self) -> None:
        """End the hold; the arm is not moved by that."""
        self.station.release_hold(self.lane)

    def lock(self) -> None:
        """Refuse raises from now on, except for fire."""
        self.station.lock(self.lane)

    def unlock(self) -> None:
        """Take raises again; the arm is not moved by that."""
        self.station.unlock(self.lane)

    def maintenance(self, *, on: bool) -> None:
        """Begin or end work on the arm: meanwhile only fire raises it, and nothing lowers it."""
        self.station.maintenance(self.lane, on)

    def reset_fire(self, by: str) -> None:
        """State that the fire is over; counts only when the signal is gone."""
        self.station.reset_fire(self.lane, by)

    def reset_fault(self, by: str) -> None:
        """State that somebody has looked at the arm."""
        self.station.reset_fault(self.lane, by)
