"""A plate that is not the vehicle's own: python -m tests.system.wrong_plate_run

The whole `gate run` in its own processes, with an emulated camera over HTTP and an emulated board
on a pseudo-terminal. A resident's plate is in the picture each time, and the presence loop closes
for a vehicle that has none: the picture stands still while its clock runs on, the plate hangs on a
parked car, a person hides the parked car for a while. The arm must stay down. In `drives_up` the
plate is the vehicle's own, so that a gate that opens for nobody does not pass for a safe one.
"""

import argparse
import json
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from numpy.typing import NDArray

from gate.app.clock import SystemClock
from gate.demo.bodywork import BodyKind
from gate.demo.livery import Marking
from gate.demo.platecard import plate_picture
from gate.demo.scene import RoadScene, SeenPlate, VehicleLooks
from gate.demo.weather import Daylight
from hardware.emulators.bank import RelayChange
from hardware.emulators.camera import EmulatedCamera
from hardware.emulators.device import EmulatedDevice
from hardware.emulators.line import PtyLine
from hardware.emulators.waveshare import WaveshareBoard
from tests.system.site import free_port, rows, running_gate, settle_in, small_story

Image = NDArray[np.uint8]
CLOCK = SystemClock()
PRESENCE, RAISE = 1, 1
STILL_S, WATCHED_S, EMPTY_S = 12.0, 5.0, 6.0
BLUE = (150, 60, 40)
KINDS = ("drives_up", "clock_48", "clock_64", "parked_100", "parked_70", "parked_hidden")
CONFIG = """
site: {{name: 测试小区, timezone: Asia/Shanghai, language: zh_CN}}
data: {data}
web: {{port: {port}}}
boards:
  south: {{protocol: waveshare, url: {link}, address: 1}}
lanes:
  south:
    name: 南门入口
    direction: in
    camera: {{source: "{camera}", max_frame_age_s: 2.0}}
    barrier: {{board: south, raise: 1, controller: raise_only, travel_s: 4}}
    inputs:
      presence: {{channel: 1, permanent_presence: true}}
      safety: {{channel: 2, permanent_presence: true}}
"""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one trial came to: the arm, the newest passage's answer, and the alarms over cameras."""

    trial: str
    raised: bool
    verdict: str
    reason: str
    alarms: tuple[str, ...]


class Street:
    """The demo's lane with a camera over it, and what may stand there."""

    def __init__(self, camera: EmulatedCamera, plate: str) -> None:
        self._camera = camera
        self._scene = RoadScene(1, Daylight.DAY, seed=1, inside=False)
        self._plate = plate_picture(plate)
        self._bare = VehicleLooks(BodyKind.SUV, Marking.PLAIN, BLUE, None)
        self._number = 0
        self.empty()

    def empty(self) -> None:
        """Nobody there."""
        self._camera.show(self._picture([]))

    def car(self, plate: Image | None, nose: float) -> Image:
        """Return a car with this plate, its nose so many metres from the camera."""
        return self._picture(
            [SeenPlate(VehicleLooks(BodyKind.SUV, Marking.PLAIN, BLUE, plate), nose)]
        )

    def resident(self) -> Image:
        """Return the resident's own car before the arm."""
        return self.car(self._plate, 5.0)

    def parked(self, width: int, *, vehicle: bool = False, hidden: bool = False) -> Image:
        """Return a parked car's plate at the roadside, `width` pixels wide.

        vehicle: a car without a plate stands before the arm. hidden: a person stands before it.
        """
        image = self._picture([SeenPlate(self._bare, 5.0)] if vehicle else [])
        assert self._plate is not None
        height = self._plate.shape[0] * width // self._plate.shape[1]
        left, top = 1000, 420
        image[top - 30 : top + height + 30, left - 20 : left + width + 20] = (70, 60, 60)
        small = cv2.resize(self._plate, (width, height), interpolation=cv2.INTER_AREA)
        image[top : top + height, left : left + width] = small
        if hidden:
            cv2.rectangle(image, (left - 30, 250), (left + width + 30, 640), (40, 50, 110), -1)
        return image

    def show(self, image: Image) -> None:
        """Let the camera see this."""
        self._camera.show(image)

    @contextmanager
    def clock_runs_on(self, image: Image, high: int) -> Iterator[None]:
        """Show one picture for good, but for the clock drawn into it, `high` pixels high."""
        ended = threading.Event()

        def tick() -> None:
            begin, second = datetime(2026, 12, 31, 22, 59, 40), 0
            while not ended.wait(1.0):
                second += 1
                drawn = image.copy()
                text = (begin + timedelta(seconds=second)).strftime("%Y-%m-%d %H:%M:%S")
                font, thick = cv2.FONT_HERSHEY_SIMPLEX, max(2, high // 9)
                cv2.putText(drawn, text, (20, 20 + high), font, high / 22, (255, 255, 255), thick)
                self._camera.show(drawn)

        thread = threading.Thread(target=tick, name="osd", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()

    def _picture(self, vehicles: list[SeenPlate]) -> Image:
        self._number += 1
        return self._scene.frame(vehicles, 0.0, self._number)


class Trials:
    """One gate, one trial after the other."""

    def __init__(
        self, device: EmulatedDevice, street: Street, data: Path, drivers: Iterator[str]
    ) -> None:
        self._device, self._street, self._data = device, street, data
        self._drivers, self._pulses = drivers, 0
        device.listen(self._changed)
        self.kinds: dict[str, Callable[[], None]] = {
            "drives_up": self._drives_up,
            "clock_48": lambda: self._frozen(48),
            "clock_64": lambda: self._frozen(64),
            "parked_100": lambda: self._parked(100),
            "parked_70": lambda: self._parked(70),
            "parked_hidden": lambda: self._parked(100, hidden=True),
        }

    def run(self, kind: str) -> Outcome:
        """Carry one trial out."""
        self._street.empty()
        CLOCK.sleep(EMPTY_S)
        before, alarms = self._newest(), len(self._alarms())
        pulses = self._pulses
        self.kinds[kind]()
        raised = self._pulses > pulses
        self._device.set_input(PRESENCE, False)
        CLOCK.sleep(1.5)
        newest = self._newest()
        assert newest[0] > before[0], f"{kind}: no passage was begun"
        return Outcome(kind, raised, newest[1], newest[2], self._alarms()[alarms:])

    def _vehicle_on_the_loop(self) -> None:
        self._device.set_input(PRESENCE, True)
        CLOCK.sleep(WATCHED_S)

    def _drives_up(self) -> None:
        plate = plate_picture(next(self._drivers))
        for step in range(20):
            self._street.show(self._street.car(plate, 9.0 - 0.2 * step))
            CLOCK.sleep(0.12)
        self._vehicle_on_the_loop()

    def _frozen(self, high: int) -> None:
        with self._street.clock_runs_on(self._street.resident(), high):
            CLOCK.sleep(STILL_S)
            self._vehicle_on_the_loop()

    def _parked(self, width: int, *, hidden: bool = False) -> None:
        self._street.show(self._street.parked(width))
        CLOCK.sleep(STILL_S)
        if hidden:
            self._street.show(self._street.parked(width, hidden=True))
            CLOCK.sleep(3.0)
        self._street.show(self._street.parked(width, vehicle=True))
        CLOCK.sleep(1.0)
        self._vehicle_on_the_loop()

    def _changed(self, change: RelayChange) -> None:
        self._pulses += change.channel == RAISE and change.energised

    def _alarms(self) -> tuple[str, ...]:
        found = rows(self._data, "select evidence from alarm where kind = 'camera' order by seq")
        return tuple(json.loads(one["evidence"]).get("why", "") for one in found)

    def _newest(self) -> tuple[int, str, str]:
        found = rows(
            self._data, "select number, verdict, reason from passage order by number desc limit 1"
        )
        return tuple(found[0]) if found else (0, "", "")


def wrong_plate_run(folder: Path, kinds: Sequence[str], rounds: int) -> Iterator[Outcome]:
    """Run each kind of trial so often before one gate; yield what each came to."""
    story, port, data = small_story(), free_port(), folder / "data"
    plate, *drivers = [one for one in story.roster.residents if len(one) == 7]
    with ExitStack() as stack:
        link = Path(stack.enter_context(TemporaryDirectory(prefix="gate-"))) / "south"
        device = stack.enter_context(
            EmulatedDevice(WaveshareBoard(), line=PtyLine(link), baud=9600)
        )
        camera = stack.enter_context(EmulatedCamera(fps=8.0))
        street = Street(camera, plate)
        config = folder / "config.yaml"
        text = CONFIG.format(data=data, port=port, link=link, camera=camera.url)
        config.write_text(text, encoding="utf-8")
        settle_in(config, story)
        arguments = ["run", "--config", str(config)]
        gate = stack.enter_context(running_gate(arguments, port, folder / "said.txt"))
        gate.wait_until_up()
        CLOCK.sleep(8.0)  # The networks are loaded, and the empty road is known.
        trials = Trials(device, street, data, iter(drivers))
        for number in range(rounds):
            for kind in kinds:
                yield trials.run(kind)
            print(f"round {number + 1} of {rounds}", file=sys.stderr)


def main(arguments: Sequence[str]) -> int:
    """Run the trials and print a line for each; 1 where the arm rose for a wrong plate."""
    asks = argparse.ArgumentParser(description=__doc__)
    asks.add_argument("--rounds", type=int, default=20)
    asks.add_argument("kinds", nargs="*", default=KINDS)
    asked = asks.parse_args(arguments)
    wrong = opened = 0
    with TemporaryDirectory(prefix="gate-run-") as folder:
        for one in wrong_plate_run(Path(folder), asked.kinds, asked.rounds):
            wrong += one.raised and one.trial != "drives_up"
            opened += one.raised and one.trial == "drives_up"
            said = "ARM RAISED" if one.raised else "arm down"
            told = " ".join(one.alarms)
            print(f"{one.trial:<14} {said:<10} {one.verdict} {one.reason} {told}", flush=True)
    print(f"{wrong} openings for a wrong plate; {opened} for the vehicle's own")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
