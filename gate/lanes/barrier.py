"""One lane's barrier, as the lane sees it: commands handed to the station that serves it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import assert_never

from gate.domain.entries import BarrierAction
from gate.domain.passage import LaneId
from gate.lanes.messages import Operate
from hardware.barrier import events
from hardware.barrier.events import Command
from hardware.barrier.model import OrderId
from hardware.station.station import Station


@dataclass(frozen=True, slots=True)
class LaneBarrier:
    """The barrier of one lane: gate.domain.ports.Barrier. It knows no other lane's."""

    station: Station
    lane: LaneId

    def command(self, command: Command) -> None:
        """Ask something of the barrier; never blocks."""
        self.station.command(self.lane, command)


def command_of(asked: Operate, now: float, new_id: Callable[[], str]) -> Command:
    """Return the barrier's command for what a person asked. now: monotonic second."""
    match asked.action:
        case BarrierAction.LOWER:
            return events.LowerRequested(OrderId(new_id()))
        case BarrierAction.HOLD:
            return events.HoldRequested(OrderId(new_id()), now + max(0.0, asked.seconds))
        case BarrierAction.RELEASE_HOLD:
            return events.HoldReleased()
        case BarrierAction.LOCK:
            return events.LockRequested()
        case BarrierAction.UNLOCK:
            return events.Unlocked()
        case BarrierAction.MAINTENANCE_ON:
            return events.MaintenanceOn()
        case BarrierAction.MAINTENANCE_OFF:
            return events.MaintenanceOff()
        case BarrierAction.RESET_FIRE:
            return events.FireReset(asked.actor)
        case BarrierAction.RESET_FAULT:
            return events.FaultReset(asked.actor)
        case _ as unreachable:
            assert_never(unreachable)
