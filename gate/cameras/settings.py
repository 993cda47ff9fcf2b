"""What a lane's eye is told at its start, and the way into its process.

Kept apart from `gate.cameras.worker`, which loads OpenCV and the networks: the gate itself never
needs those, and would start a second later with them.
"""

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from hardware.cameras.address import address_of
from hardware.cameras.frames import CameraSettings

if TYPE_CHECKING:  # The eye's process reads no configuration.
    from gate.settings.config import Config, LaneConfig


@dataclass(frozen=True, slots=True)
class EyeSettings:
    """One lane's eye. threads: of the networks. ask_below: the second reader is asked about plates
    that are read less surely than this; None where it is off.
    """

    lane: str
    camera: CameraSettings
    threads: int = 1
    ask_below: float | None = None
    jpeg_quality: int = 85


def eye_settings(lane: str, settings: "LaneConfig", config: "Config") -> EyeSettings:
    """Return one lane's eye; the camera's password comes from the environment."""
    camera = settings.camera
    return EyeSettings(
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
