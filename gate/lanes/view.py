"""What pages and the API are shown of a lane. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from gate.cameras.messages import CameraReport
from gate.domain.passage import Instant
from gate.domain.ports import LaneView
from gate.lanes import machine as lanes
from gate.lanes.current_passage import CurrentPassage
from gate.lanes.messages import LaneSettings
from hardware.station.events import ArmState

_STATE_NAMES: Mapping[type, str] = {
    lanes.Idle: "idle",
    lanes.Identifying: "identifying",
    lanes.Asking: "asking",
    lanes.RefusedState: "refused",
    lanes.OpeningState: "opening",
    lanes.Passing: "open",
}


def lane_view(
    settings: LaneSettings,
    state: lanes.Lane,
    passage: CurrentPassage,
    *,
    arm: ArmState,
    camera: CameraReport,
    since: datetime,
    now: Instant,
) -> LaneView:
    """Return the lane as it is at this moment. since: when `state` began."""
    hold = arm.hold_until
    current = None if isinstance(state, lanes.Idle) else state.passage
    return LaneView(
        lane=settings.lane,
        name=settings.name,
        direction=settings.direction,
        state=_STATE_NAMES[type(state)],
        since=since,
        passage=current,
        decision=passage.decision,
        plate=passage.plate,
        colour=passage.colour,
        picture=passage.picture,
        arm=arm.position.value,
        mode=arm.mode.value,
        link=arm.link.value,
        presence=arm.presence.value,
        hold_until=_wall_time(hold, now) if hold is not None else None,
        camera=camera.state,
        camera_why=camera.why,
        locked=arm.locked,
        maintenance=arm.maintenance,
        board_faults={fault.value: said for fault, said in arm.faults.items()},
        link_why=arm.why,
        may_take_back=isinstance(state, lanes.RefusedState) and state.asked is not None,
        arrived=None if current is None else passage.arrived.utc,
    )


def _wall_time(monotonic: float, now: Instant) -> datetime:
    return (now.utc + timedelta(seconds=monotonic - now.monotonic)).replace(microsecond=0)
