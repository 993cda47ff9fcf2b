"""A lane's hardware worked as fast as the wires allow: a board, a camera, and drivers in a hurry.

The demo's road takes a vehicle ten seconds; this one takes it as long as the gate does. Vehicles
are let in by their plate, or by the button in the hut. Every pulse of the relay is kept with the
wall time at which it began.
"""

import itertools
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from gate.app.clock import SystemClock
from gate.demo.platecard import plate_picture
from hardware.emulators.bank import RelayChange
from hardware.emulators.camera import EmulatedCamera
from hardware.emulators.device import EmulatedDevice
from hardware.emulators.line import PtyLine
from hardware.emulators.waveshare import WaveshareBoard

CLOCK = SystemClock()
PRESENCE, SAFETY, BUTTON = 1, 2, 3
TICK_S = 0.05
PATIENCE_S, EMPTY_S = 20.0, 1.8
"""EMPTY_S: longer than a track lives without a reading, so that two vehicles are never one."""

LANE = """
  {lane}:
    name: {lane}
    direction: {direction}
    camera: {{source: "{camera}", max_frame_age_s: 5}}
    barrier: {{board: {lane}, raise: 1, pulse_ms: 200}}
    inputs:
      presence: {{channel: 1, debounce_ms: 20}}
      safety: {{channel: 2, permanent_presence: true, debounce_ms: 20}}
      button: {{channel: 3, debounce_ms: 20}}
"""


@dataclass(frozen=True, slots=True)
class Pulse:
    """The raise relay was energised. plate: who stood there, "" for nobody or the button.

    lag: seconds by which this process was behind at that time, so that `at` may be late by as much.
    """

    at: datetime
    plate: str
    lag: float


class Lag:
    """How far behind this process is: on a busy machine what it notes may be that late."""

    def __init__(self) -> None:
        self._late: deque[float] = deque(maxlen=60)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="lag", daemon=True)

    def start(self) -> None:
        """Begin to measure."""
        self._thread.start()

    def stop(self) -> None:
        """End it."""
        self._ended.set()
        self._thread.join()

    @property
    def worst(self) -> float:
        """Of the last three seconds."""
        return max(self._late, default=0.0)

    def _run(self) -> None:
        while not self._ended.is_set():
            before = CLOCK.monotonic()
            self._ended.wait(TICK_S)
            self._late.append(CLOCK.monotonic() - before - TICK_S)


class FastLane:
    """One lane. plates: of the vehicles that come, over and over; none: the button lets them in."""

    def __init__(self, name: str, link: Path, plates: Sequence[str]) -> None:
        self.name, self.link = name, link
        self.pulses: list[Pulse] = []
        self.passed = self.backed_out = 0
        self._plates = plates
        self._standing = ""
        self._device = EmulatedDevice(WaveshareBoard(), line=PtyLine(link), baud=9600)
        self.camera = EmulatedCamera(fps=8.0)
        self._pulsed, self._ended = threading.Event(), threading.Event()
        self._lag = Lag()
        self._thread = threading.Thread(target=self._drive, name=f"drivers-{name}", daemon=True)
        self._dice = np.random.default_rng(len(name))
        ground = self._dice.integers(60, 120, (18, 32, 3)).astype(np.uint8)
        self._street = np.asarray(cv2.resize(ground, (1280, 720)), np.uint8)
        self._stack = ExitStack()

    def config(self, direction: str) -> str:
        """Its part of config.yaml."""
        return LANE.format(lane=self.name, direction=direction, camera=self.camera.url)

    def relays_released(self) -> bool:
        """Whether no relay is energised."""
        return not any(self._device.relays)

    def __enter__(self) -> Self:
        self._device.listen(self._changed)
        self._stack.enter_context(self._device)
        self._stack.enter_context(self.camera)
        self.camera.show(self._street)
        self._lag.start()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ended.set()
        self._thread.join()
        self._lag.stop()
        self._stack.close()

    def stop_drivers(self) -> None:
        """Let the vehicle that stands there go, and no other come."""
        self._ended.set()
        self._thread.join()

    def _changed(self, change: RelayChange) -> None:
        if change.channel == 1 and change.energised:
            self.pulses.append(Pulse(CLOCK.now().utc, self._standing, self._lag.worst))
            self._pulsed.set()

    def _drive(self) -> None:
        for number in itertools.count():
            if self._ended.wait(EMPTY_S if self._plates else 0.3):
                return
            self._one_vehicle(number)

    def _one_vehicle(self, number: int) -> None:
        device, plates = self._device, self._plates
        self._standing = plates[number % len(plates)] if plates else ""
        self._pulsed.clear()
        if plates:
            self._drive_up(self._standing)
        device.set_input(PRESENCE, True)
        if not plates:
            CLOCK.sleep(0.15)
            device.set_input(BUTTON, True)
        rose = self._wait_for_arm()
        device.set_input(BUTTON, False)
        if rose:
            device.set_input(SAFETY, True)
            CLOCK.sleep(0.15)
        device.set_input(PRESENCE, False)
        self.camera.show(self._street)
        self._standing = ""
        CLOCK.sleep(0.15)
        device.set_input(SAFETY, False)
        self.passed += rose
        self.backed_out += not rose

    def _wait_for_arm(self) -> bool:
        until = CLOCK.monotonic() + PATIENCE_S
        while CLOCK.monotonic() < until and not self._ended.is_set():
            if self._pulsed.wait(0.1):
                CLOCK.sleep(0.3)
                return True
        return False

    def _drive_up(self, plate: str) -> None:
        """Show the vehicle on its way, and then at the line: a plate has to be seen to come."""
        width = int(self._dice.integers(180, 240))
        x, y = int(self._dice.integers(100, 900)), int(self._dice.integers(400, 600))
        for share in (0.6, 0.75, 0.9, 1.0):
            self.camera.show(self._picture(plate, round(width * share), x, round(y * share)))
            CLOCK.sleep(0.3)

    def _picture(self, plate: str, width: int, x: int, y: int) -> NDArray[np.uint8]:
        drawn = plate_picture(plate)
        assert drawn is not None
        image = self._street.copy()
        height = round(width * drawn.shape[0] / drawn.shape[1])
        image[y - 200 : y + 80, x - 80 : x + width + 80] = 70
        small = cv2.resize(drawn, (width, height), interpolation=cv2.INTER_AREA)
        image[y : y + height, x : x + width] = small
        return image
