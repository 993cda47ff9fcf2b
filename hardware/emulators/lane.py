"""One emulated lane: an arm and its cars, wired to an emulated board.

`tick` moves everything; `start` and `stop` run it on a thread of its own, 50 times a second.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType

from hardware.clock import Clock
from hardware.emulators.arm import Contact, EmulatedArm
from hardware.emulators.bank import RelayChange
from hardware.emulators.cars import Car, Loop, Road
from hardware.emulators.device import EmulatedDevice

__all__ = ["EmulatedLane", "LaneWiring"]

_TICK = 0.02


@dataclass(frozen=True, slots=True)
class LaneWiring:
    """Which board channels (from 1) the lane hangs on; what is not wired is left out."""

    contacts: Mapping[int, Contact]
    loops: Mapping[Loop, int] = field(default_factory=dict)
    arm_up: int | None = None
    arm_down: int | None = None


class EmulatedLane:
    """An arm, a road and a board; a context manager."""

    def __init__(
        self,
        device: EmulatedDevice,
        arm: EmulatedArm,
        wiring: LaneWiring,
        clock: Clock,
        model: int = 0,
    ) -> None:
        self.device = device
        self.arm = arm
        self.road = Road()
        self._wiring = wiring
        self._clock = clock
        self._model = model
        self._ending = threading.Event()
        self._lock = threading.Lock()
        self._levels: dict[int, bool] = {}
        self._thread = threading.Thread(target=self._run, name="emulated lane", daemon=True)
        # The model's own bank, not the device's first one: a bus carries several boards.
        device.models[model].relays.listeners.append(self._on_relay)

    def start(self) -> None:
        """Let time pass on a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Stop time."""
        self._ending.set()
        self._thread.join(5.0)

    def __enter__(self) -> "EmulatedLane":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def send(self, car: Car) -> None:
        """Let a car come."""
        with self._lock:
            self.road.send(car)

    def tick(self, now: float) -> None:
        """Move arm and cars up to `now` and set the board's inputs."""
        with self._lock:
            self.road.advance(now, self.arm.angle)
            self.arm.occupied = self.road.occupied(Loop.SAFETY)
            self.arm.advance(now)
            levels = self._wanted_levels()
        for channel, level in levels.items():
            if self._levels.get(channel) is not level:
                self.device.set_input(channel, level, self._model)
        self._levels = levels

    def _wanted_levels(self) -> dict[int, bool]:
        levels = {ch: self.road.occupied(loop) for loop, ch in self._wiring.loops.items()}
        if self._wiring.arm_up is not None:
            levels[self._wiring.arm_up] = self.arm.is_up
        if self._wiring.arm_down is not None:
            levels[self._wiring.arm_down] = self.arm.is_down
        return levels

    def _on_relay(self, change: RelayChange) -> None:
        contact = self._wiring.contacts.get(change.channel)
        if contact is not None:
            with self._lock:
                self.arm.contact(contact, change.energised, change.at)

    def _run(self) -> None:
        while not self._ending.is_set():
            self.tick(self._clock.monotonic())
            self._clock.wait(self._ending, _TICK)
