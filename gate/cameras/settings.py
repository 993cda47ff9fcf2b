"""What a lane's worker is told at its start, and the way into its process.

Kept apart from `gate.cameras.worker`, which loads OpenCV and the networks: the gate itself never
needs those, and would start a second later with them.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from hardware.cameras.frames import CameraSettings

if TYPE_CHECKING:  # The worker's process reads no configuration.
    pass


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """One lane's worker. threads: of the networks. ask_below: the second reader is asked about
    plates that are read less surely than this; None where it is off.
    """

    lane: str
    camera: CameraSettings
    threads: int = 1
    ask_below: float | None = None
    jpeg_quality: int = 85
