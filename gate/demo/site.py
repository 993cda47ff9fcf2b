"""The demo site as a process: python -m gate.demo.site --folder DIR --roster FILE …

It prints one line of JSON when boards and cameras can be reached, writes what really happened to
a log of its own, and lives until its standard input ends or says "quit", or a signal ends it. What
it knows of the gate is what a real site knows: bytes on wires, and who looks at its cameras.
"""

import argparse
import json
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TextIO

import cv2

from gate.demo.plan import Arrival, Roster, Town, read_roster
from gate.demo.scene import RoadScene
from gate.demo.stage import Stage
from gate.demo.weather import Daylight
from hardware.clock import Clock, SystemClock
from hardware.emulators.control import ControlSocket

_STEP_S = 0.04
# A day in the demo, seconds of each light; it begins by day, whatever the hour outside.
_DAY = ((Daylight.DAY, 1200.0), (Daylight.SNOW, 600.0), (Daylight.NIGHT, 600.0))


class SiteOpening(StrEnum):
    """When the first vehicles come."""

    AT_ONCE = "at-once"
    WITH_THE_GATE = "with-the-gate"
    NEVER = "never"


class SiteTruth:
    """What really happened at the site, a line of JSON for each event, for tests to compare."""

    def __init__(self, file: TextIO, clock: Clock) -> None:
        self._file, self._clock = file, clock

    def say(self, lane: str, event: str, arrival: Arrival | None) -> None:
        """Write one event."""
        line: dict[str, object] = {"at": self._clock.monotonic(), "lane": lane, "event": event}
        if arrival is not None:
            line |= {"role": arrival.role, "plate": arrival.plate}
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")
        self._file.flush()


class Site:
    """Both lanes and the loop that moves them. One-way: in at the south, out at the north."""

    def __init__(
        self, folder: Path, roster: Roster, truth: SiteTruth, *, seed: int, patience: float
    ) -> None:
        self.town = Town(roster, seed, patience)
        self.stages = {
            "south": _stage("south", 1, folder, self.town, truth, seed),
            "north": _stage("north", -1, folder, self.town, truth, seed + 1),
        }
        self._controls = [
            ControlSocket(stage.device, folder / f"{name}.sock")
            for name, stage in self.stages.items()
        ]
        self._folder = folder
        self._ended = threading.Event()
        self._painter = threading.Thread(target=self._paint, name="painter", daemon=True)
        self._light: tuple[tuple[Daylight, float], ...] = _DAY
        self._now = 0.0

    def start(self, light: Daylight | None) -> dict[str, dict[str, str]]:
        """Plug everything in; return where boards and cameras are. light: None for a whole day."""
        if light is not None:
            self._light = ((light, float("inf")),)
        for stage in self.stages.values():
            stage.start()
        for control in self._controls:
            control.__enter__()
        self._painter.start()
        return {
            name: {
                "board": str(self._folder / name),
                "camera": stage.camera.url,
                "control": str(self._folder / f"{name}.sock"),
            }
            for name, stage in self.stages.items()
        }

    def run(self, clock: Clock, pace: float, opening: SiteOpening) -> None:
        """Move the site until `end` is called."""
        last = clock.monotonic()
        closed = opening is not SiteOpening.NEVER
        while not clock.wait(self._ended, _STEP_S):
            now = clock.monotonic()
            passed, last = min(now - last, 0.5), now
            self._now += passed
            if closed and (opening is SiteOpening.AT_ONCE or self._spoken_to()):
                closed = False
                self.stages["south"].open(self.town.arrivals_in())
                self.stages["north"].open(self.town.arrivals_out())
            for stage in self.stages.values():
                stage.step(passed, pace)

    def _spoken_to(self) -> bool:
        return all(stage.spoken_to for stage in self.stages.values())

    def end(self) -> None:
        """Let `run` return."""
        self._ended.set()

    def stop(self) -> None:
        """Unplug everything."""
        self._ended.set()
        self._painter.join(0.5)  # It may be in the middle of a picture; it dies with the process.
        for control in self._controls:
            control.__exit__(None, None, None)
        for stage in self.stages.values():
            stage.stop()

    def _paint(self) -> None:
        """The slow work: bodies of cars that come, and another light when it is time."""
        shown = Daylight.DAY
        while not self._ended.wait(0.1):
            light = self._light_now()
            for stage in self.stages.values():
                if light is not shown:
                    stage.relight(light)
                stage.paint()
            shown = light

    def _light_now(self) -> Daylight:
        length = sum(seconds for _, seconds in self._light)
        at = self._now % length if length != float("inf") else 0.0
        for light, seconds in self._light:
            if at < seconds:
                return light
            at -= seconds
        return self._light[-1][0]


def _stage(name: str, side: int, folder: Path, town: Town, truth: SiteTruth, seed: int) -> Stage:
    scene = RoadScene(side, Daylight.DAY, seed, inside=side < 0)
    return Stage(name, scene, folder / name, town, truth.say)


def _parser() -> argparse.ArgumentParser:
    asks = argparse.ArgumentParser(prog="python -m gate.demo.site", description=__doc__)
    asks.add_argument(
        "--folder", type=Path, required=True, help="for links and sockets, a short path"
    )
    asks.add_argument("--roster", type=Path, required=True, help="JSON file of the plates")
    asks.add_argument("--truth", type=Path, required=True, help="log of what really happened")
    asks.add_argument("--seed", type=int, default=1)
    asks.add_argument("--pace", type=float, default=1.0, help="speed of the traffic")
    asks.add_argument("--patience", type=float, default=20.0, help="seconds a driver waits")
    asks.add_argument("--light", choices=["auto", *Daylight], default="auto")
    asks.add_argument("--traffic", choices=list(SiteOpening), default=SiteOpening.AT_ONCE)
    return asks


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the site; return the exit status."""
    asked = _parser().parse_args(arguments)
    cv2.setNumThreads(1)
    clock = SystemClock()
    asked.folder.mkdir(parents=True, exist_ok=True)
    with asked.truth.open("a", encoding="utf-8") as file:
        truth = SiteTruth(file, clock)
        roster = read_roster(asked.roster)
        site = Site(asked.folder, roster, truth, seed=asked.seed, patience=asked.patience)
        places = site.start(None if asked.light == "auto" else Daylight(asked.light))
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: site.end())
        threading.Thread(target=_obey, args=(sys.stdin, site), daemon=True).start()
        print(json.dumps(places), flush=True)
        try:
            site.run(clock, asked.pace, SiteOpening(asked.traffic))
        finally:
            site.stop()
    return 0


def _obey(lines: Iterator[str], site: Site) -> None:
    for line in lines:
        if line.strip() == "quit":
            break
    site.end()


if __name__ == "__main__":
    sys.exit(main())
