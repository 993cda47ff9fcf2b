"""One lane of the demo site at work: a board on a pseudo-terminal, a camera, an arm and traffic.

`Stage.step` is called many times a second by the site's one loop; it moves the cars, works the
board's inputs, and shows the camera a new picture when something has changed.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from gate.demo.plan import Arrival, Town
from gate.demo.platecard import plate_picture
from gate.demo.road import BEHIND, PRESENCE, SAFETY, STOP, DemoRoad, DemoVehicle, Fate
from gate.demo.scene import RoadScene, SeenPlate, VehicleLooks, view_of
from gate.demo.weather import Daylight
from hardware.emulators.bank import RelayChange
from hardware.emulators.camera import EmulatedCamera
from hardware.emulators.device import EmulatedDevice
from hardware.emulators.line import PtyLine
from hardware.emulators.waveshare import WaveshareBoard

RAISE_RELAY = 1
PRESENCE_INPUT, SAFETY_INPUT, BEHIND_INPUT, UP_INPUT, DOWN_INPUT = 1, 2, 3, 4, 5
FRAMES_A_SECOND = 8.0
_STEP_S = 0.08

Say = Callable[[str, str, Arrival | None], None]


class ListeningBoard(WaveshareBoard):
    """A board that remembers whether anybody has spoken to it."""

    heard = False

    def silence(self, now: float) -> bytes:
        """Note the frame, then act on it."""
        self.heard = True
        return super().silence(now)


@dataclass(slots=True)
class Guest:
    """A vehicle on the road with what it looks like."""

    arrival: Arrival
    vehicle: DemoVehicle
    looks: VehicleLooks
    at_line: bool = False


class Stage:
    """A lane. say: told of every event as (lane, event, the vehicle concerned)."""

    def __init__(self, name: str, scene: RoadScene, link: Path, town: Town, say: Say) -> None:
        self.name, self._town, self._say = name, town, say
        self._board = ListeningBoard()
        self.device = EmulatedDevice(self._board, line=PtyLine(link))
        self.camera = EmulatedCamera(fps=FRAMES_A_SECOND)
        self._scene, self._road = scene, DemoRoad()
        self._guests: list[Guest] = []
        self._plan: Iterator[Arrival] | None = None
        self._next: tuple[Arrival, VehicleLooks] | None = None
        self._empty_s = 0.0
        self._since_frame = 1.0
        self._frames = 0
        self._still = False
        self._lock = threading.Lock()
        self._pulses: list[RelayChange] = []

    def start(self) -> None:
        """Plug the board in and let the camera serve; no traffic yet."""
        self.device.listen(self._relay_changed)
        self.device.start()
        self.device.set_input(DOWN_INPUT, True)
        self.camera.show(np.full((view_of(1).height, view_of(1).width, 3), 24, np.uint8))
        self.camera.start()

    def stop(self) -> None:
        """Take the board and the camera away."""
        self.camera.stop()
        self.device.stop()

    @property
    def spoken_to(self) -> bool:
        """Whether a gate is there: something has been said to the board."""
        return self._board.heard

    def open(self, plan: Iterator[Arrival]) -> None:
        """Let vehicles come."""
        self._plan = plan

    def relight(self, light: Daylight) -> None:
        """RelayChange the light; to be called from the thread that paints."""
        scene = self._scene.relit(light)
        scene.frame((), 0.0)
        self._scene, self._still = scene, False

    def paint(self) -> None:
        """Do the slow work of what comes next; to be called from the thread that paints."""
        scene = self._scene
        scene.frame((), 0.0)
        upcoming = self._next
        if upcoming is not None and not scene.ready(upcoming[1]):
            scene.prepare(upcoming[1])

    def step(self, seconds: float, pace: float) -> None:
        """Let real `seconds` pass; traffic runs `pace` times as fast."""
        for change in self._taken_pulses():
            if change.channel == RAISE_RELAY and change.energised:
                self._say(self.name, "pulse", self._waiting())
        energised = self.device.relays[RAISE_RELAY - 1]
        left = seconds * pace
        while left > 1e-9:
            part = min(_STEP_S, left)
            left -= part
            self._move(part, energised)
        self._work_inputs()
        self._since_frame += seconds
        if self._since_frame >= 1.0 / FRAMES_A_SECOND:
            self._since_frame = 0.0
            self._show()

    # --- traffic ---------------------------------------------------------------------------------

    def _move(self, seconds: float, energised: bool) -> None:
        for vehicle, fate in self._road.step(seconds, energised=energised):
            guest = next(g for g in self._guests if g.vehicle is vehicle)
            self._guests.remove(guest)
            self._end(guest.arrival, fate)
        for guest in self._guests:
            if not guest.at_line and guest.vehicle.over(PRESENCE):
                guest.at_line = True
                self._say(self.name, "at_line", guest.arrival)
        self._empty_s = self._empty_s + seconds if self._road.free else 0.0
        self._invite()

    def _end(self, arrival: Arrival, fate: Fate) -> None:
        self._town.ended(arrival, fate)
        self._say(self.name, fate.value, arrival)

    def _invite(self) -> None:
        if self._next is None and self._plan is not None:
            arrival = next(self._plan)
            picture = plate_picture(arrival.plate)
            self._next = (
                arrival,
                VehicleLooks(arrival.kind, arrival.marking, arrival.paint, picture),
            )
        if self._next is None or not self._scene.ready(self._next[1]):
            return
        arrival, looks = self._next
        if not (self._may_slip_in(arrival) or (self._road.free and self._empty_s >= arrival.gap)):
            return
        vehicle = DemoVehicle(arrival.plate, arrival.patience, arrival.tailgates)
        self._road.vehicles.append(vehicle)
        self._guests.append(Guest(arrival, vehicle, looks))
        self._next, self._empty_s = None, 0.0
        self._say(self.name, "came", arrival)

    def _may_slip_in(self, arrival: Arrival) -> bool:
        """A tailgater comes while the vehicle before it still waits at the line."""
        return (
            arrival.tailgates
            and len(self._road.vehicles) == 1
            and self._road.vehicles[0].nose <= STOP + 1.0
        )

    def _waiting(self) -> Arrival | None:
        first = self._road.first
        if first is None or not first.over(PRESENCE):
            return None
        return next(g.arrival for g in self._guests if g.vehicle is first)

    # --- devices ---------------------------------------------------------------------------------

    def _relay_changed(self, change: RelayChange) -> None:
        with self._lock:
            self._pulses.append(change)

    def _taken_pulses(self) -> list[RelayChange]:
        with self._lock:
            taken, self._pulses = self._pulses, []
        return taken

    def _work_inputs(self) -> None:
        road, levels = self._road, self.device.model.levels
        for channel, level in (
            (PRESENCE_INPUT, road.occupied(PRESENCE)),
            (SAFETY_INPUT, road.occupied(SAFETY)),
            (BEHIND_INPUT, road.occupied(BEHIND)),
            (UP_INPUT, road.arm.up),
            (DOWN_INPUT, road.arm.down),
        ):
            if levels[channel - 1] != level:
                self.device.set_input(channel, level)

    def _show(self) -> None:
        moving = self._road.moving
        if self._still and not moving:
            return
        if not self._scene.painted:
            return  # The painting thread has not been here yet.
        self._frames += 1
        seen = [SeenPlate(g.looks, g.vehicle.nose) for g in self._guests]
        self.camera.show(self._scene.frame(seen, self._road.arm.raised, self._frames))
        self._still = not moving
