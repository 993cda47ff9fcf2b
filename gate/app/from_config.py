"""From config.yaml to the settings of each part, in that part's own words."""

import os
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

from gate.cameras.settings import WorkerSettings
from gate.domain.decision import Verdict
from gate.domain.passage import LaneId
from gate.domain.policy import Hours, Policy, RepeatEntry, SecondCar
from gate.domain.schedule import Schedule, parse_schedule
from gate.lanes.machine import Rules
from gate.lanes.messages import LaneSettings
from gate.privacy.retention import Limits
from gate.settings.config import Config, LaneConfig
from hardware.barrier.inputs import InputName
from hardware.cameras.address import address_of
from hardware.cameras.frames import CameraSettings
from hardware.signs.sign import SignProtocol, SignSettings


def worker_settings(lane: str, settings: "LaneConfig", config: "Config") -> WorkerSettings:
    """Return one lane's worker; the camera's password comes from the environment."""
    camera = settings.camera
    return WorkerSettings(
        lane=lane,
        camera=CameraSettings(
            name=lane,
            url=with_user(camera.source, camera.user_env),
            fps=camera.fps,
            loop=camera.loop,
        ),
        threads=config.recognition.threads,
        ask_below=config.policy.open_confidence if config.recognition.second_reader else None,
    )


def with_user(source: str, variable: str | None) -> str:
    """Return the URL with the user and password of the named environment variable in it."""
    secret = os.environ.get(variable, "") if variable else ""
    address = address_of(source)
    if not secret or address is None:
        return source
    user, _, password = secret.partition(":")
    return address.with_user(user, password).whole


def policy_of(config: Config) -> Policy:
    """Return what the site has chosen, in the words of the rules."""
    chosen = config.policy
    hours: dict[Hours, Schedule] = {}
    if chosen.visitor_hours:
        hours[Hours.VISITOR] = parse_schedule(chosen.visitor_hours)
    if chosen.staff_hours:
        staff = parse_schedule(chosen.staff_hours)
        hours |= {Hours.STAFF: staff, Hours.SERVICE: staff}
    return Policy(
        open_confidence=chosen.open_confidence,
        min_frames=chosen.min_frames,
        exit_confidence=chosen.exit_confidence,
        emergency_confidence=chosen.emergency_confidence,
        second_car=SecondCar(chosen.second_car),
        repeat_entry=RepeatEntry(chosen.repeat_entry),
        wrong_way=Verdict.REFUSE if chosen.wrong_way == "refuse" else Verdict.ASK_GUARD,
        grace=timedelta(days=chosen.expired_grace_days),
        blocked_emergency=chosen.blocked_emergency,
        visitor_capacity=chosen.visitor_capacity,
        hours=hours,
        zone=ZoneInfo(config.site.timezone),
    )


def limits_of(config: Config) -> Limits:
    """Return how long each kind of data is kept."""
    kept = config.retention
    return Limits(
        pictures=kept.pictures_days,
        passages=kept.passages_days,
        visitors=kept.visitors_days,
        audit=kept.audit_days,
    )


def rules_of(config: Config, new_id: Callable[[], str]) -> Rules:
    """Return the times of a lane."""
    return Rules(
        decide_within=config.policy.decide_within_s,
        order_expires=config.policy.order_expires_s,
        wait_for_passing=config.policy.wait_for_passing_s,
        new_id=new_id,
    )


def lane_settings(lane: LaneId, settings: LaneConfig, config: Config) -> LaneSettings:
    """Return what a lane must know of itself."""
    return LaneSettings(
        lane=lane,
        name=settings.name,
        direction=settings.direction,
        has_presence_loop=InputName.PRESENCE in settings.inputs,
        open_confidence=config.policy.open_confidence,
        min_frames=config.policy.min_frames,
        max_frame_age=settings.camera.max_frame_age_s,
        least_plate=settings.camera.least_plate_px,
    )


def sign_settings(lane: LaneConfig) -> tuple[SignSettings, ...]:
    """Return the outputs of a lane that speak to the driver."""
    wired = ((SignProtocol.LED, lane.sign), (SignProtocol.VOICE, lane.voice))
    return tuple(SignSettings(kind, one.url, one.baud) for kind, one in wired if one is not None)
