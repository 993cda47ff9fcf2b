"""From the picture to the relay byte: python -m tests.bench.bench_road [VEHICLES].

The real parts in one process: both networks on 1920 x 1080 pictures with a rendered plate
(synthetic data), votes, a register of 1,559 households in memory, the decision, the journal's
commit on SQLite with synchronous=FULL, the station's thread, and an emulated Modbus board on a
pseudo-terminal at 9600 baud. Milliseconds; p50, p95 and p99 of each stage and of the whole way from
the moment the last picture was taken to the last byte of the pulse.
"""

import queue
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from numpy.typing import NDArray

from gate.access.registry_cache import RegistryCache
from gate.access.service import DecisionService
from gate.app.from_config import lane_settings, policy_of, rules_of
from gate.app.stations import arms_of, board_settings
from gate.app.store import open_store
from gate.cameras.messages import PlateDetection, SetReadingEnabled
from gate.demo.community import cast, settle
from gate.domain.entries import OpeningEnded, PassageDecided, Record
from gate.domain.ids import Ids
from gate.domain.passage import LaneId
from gate.lanes.barrier import LaneBarrier
from gate.lanes.event_bus import EventBus
from gate.lanes.thread import LaneThread
from gate.lanes.worker import LaneWorker
from gate.settings.config import parse
from hardware.barrier.inputs import InputName
from hardware.barrier.passing import PassageKind, PassageSeen
from hardware.boards.factory import Frame, open_board
from hardware.emulators.device import EmulatedDevice
from hardware.emulators.line import PtyLine
from hardware.emulators.waveshare import WaveshareBoard
from hardware.station.events import Event, InputChanged
from hardware.station.station import Station
from recognition import plate_tracks
from recognition.pipeline import PlateReader
from recognition.reading import Reading
from recognition.rectify import shrunk_to
from recognition.training.synthetic import plate
from recognition.training.synthetic.plate_classes import PlateClass
from registry.rules.plates import is_usual
from registry.store.sample import generate
from tests.bench.bench_wire import percentile

Image = NDArray[np.uint8]
LANE = LaneId("south")
VEHICLES = 200
STAGES = ("decide", "commit", "order_to_outcome")
CONFIG = """
boards:
  south: {{protocol: waveshare, url: {link}}}
lanes:
  south:
    name: south
    direction: in
    camera: {{source: none}}
    barrier: {{board: south, raise: 1, pulse_ms: 100}}
    inputs:
      presence: {{channel: 1}}
      safety: {{channel: 2, permanent_presence: true}}
policy: {{open_confidence: 0.5, min_frames: 2, repeat_entry: warn}}
"""


class Bench:
    """One lane with everything but the camera."""

    def __init__(self, folder: Path, link: Path) -> None:
        self.config = parse(CONFIG.format(link=link)).model_copy(update={"data": folder})
        self.store = open_store(self.config)
        self.clock = self.store.clock
        self.store.journal.start()
        at = self.clock.now().utc
        sample = generate(1559, at)
        with self.store.journal.unit() as unit:
            settle(unit.session, sample, cast(sample, 1559, at), at)
        self.register = RegistryCache(self.store.journal, self.clock)
        known = self.register.snapshot.plate_records
        self.plates = [key for key in sorted(known) if len(key) == 7 and known[key].registration]
        self.sent: queue.Queue[float] = queue.Queue()
        self.records: queue.Queue[Record] = queue.Queue()
        self.store.journal.subscribe(self.records.put)
        arms = arms_of(self.config, "south")
        settings = board_settings("south", self.config.boards["south"], arms)
        self.station = Station(
            open_board(settings, self.clock, self._trace), arms, self.clock, self._told
        )
        work = LaneWorker(
            lane_settings(LANE, self.config.lanes["south"], self.config),
            rules_of(self.config, Ids(self.clock)),
            clock=self.clock,
            journal=self.store.journal,
            pictures=self.store.pictures,
            decider=DecisionService(self.register, policy_of(self.config), lambda: True),
            barrier=LaneBarrier(self.station, LANE),
            look=_ignore,
            arm=self.station.state(LANE),
        )
        self.controller = LaneThread(work, self.clock, EventBus())
        self.controller.start()
        self.station.start()
        self.reader = PlateReader.default(1, is_usual)
        self.tracks = plate_tracks.started(1)

    def drive(self, image: Image, before: Image) -> dict[str, float] | None:
        """Let one vehicle come, be read twice, and pass; None where it was not let in.

        image: the vehicle at the line; before: a moment ago, on its way there.
        """
        self._empty()
        now = self.clock.monotonic
        self.tracks = plate_tracks.interrupted(self.tracks, now()).state
        self._read(before, now())
        self.controller.tell(InputChanged(InputName.PRESENCE, True, now()))
        times: dict[str, float] = {}
        for _ in range(2):
            taken = now()
            readings, seen = self._read(image, taken)
            times["read"] = (now() - taken) * 1000
            if not readings:
                return None
            track, best, stay = seen.joined[0], readings[0], seen.stays[0]
            millis = {"read": times["read"]}
            self.controller.tell(
                PlateDetection(track, best, 1, taken, 200.0, b"", b"", millis, stay)
            )
        ended = self._wait_for(taken, times)
        self.controller.tell(PassageSeen(PassageKind.ENTERED, now()))
        self.clock.sleep(0.15)
        return ended

    def _read(self, image: Image, taken: float) -> tuple[Sequence[Reading], plate_tracks.Followed]:
        readings = self.reader.read(image)
        seen = plate_tracks.follow(self.tracks, image, readings, taken)
        small = shrunk_to(image, plate_tracks.WIDTH)
        self.tracks = plate_tracks.remember(seen.state, small, taken)
        return readings, seen

    def close(self) -> None:
        """Stop every thread and close the files."""
        self.controller.stop(2.0)
        self.station.stop()
        self.store.close()

    def _wait_for(self, taken: float, times: dict[str, float]) -> dict[str, float] | None:
        while True:
            try:
                entry = self.records.get(timeout=5.0).entry
            except queue.Empty:
                return None
            if isinstance(entry, PassageDecided) and entry.decision.verdict != "admit":
                return None
            if isinstance(entry, OpeningEnded):
                millis = entry.millis
                times |= {
                    stage: millis[stage] for stage in ("decide", "commit", "order_to_outcome")
                }
                last_byte = self.sent.get(timeout=1.0)
                times["picture to last byte"] = (last_byte - taken) * 1000
                times["decision to last byte"] = (
                    times["picture to last byte"] - millis["frame_to_vote"]
                )
                return times

    def _trace(self, frame: Frame) -> None:
        if frame.direction.value == "sent" and frame.data[1:3] == b"\x05\x02":
            self.sent.put(frame.at)

    def _told(self, lane: str, event: Event) -> None:
        del lane
        if not isinstance(event, InputChanged | PassageSeen):
            self.controller.tell(event)

    def _empty(self) -> None:
        for box in (self.sent, self.records):
            while not box.empty():
                box.get_nowait()


def pictures(plates: Sequence[str], count: int) -> Iterator[tuple[Image, Image]]:
    """Draw street-like pictures, each with one of these plates, 150 to 260 pixels wide.

    The second of each pair shows it on its way there.
    """
    rng = np.random.default_rng(7)
    ground = rng.integers(60, 120, (27, 48, 3)).astype(np.uint8)
    street = np.asarray(cv2.resize(ground, (1920, 1080), interpolation=cv2.INTER_CUBIC), np.uint8)
    for index in range(count):
        drawn = plate.draw_plate(rng, plates[index % len(plates)], PlateClass.BLUE)
        width = int(rng.integers(150, 260))
        height = round(width * drawn.image.shape[0] / drawn.image.shape[1])
        small = cv2.resize(drawn.image, (width, height), interpolation=cv2.INTER_AREA)
        x, y = int(rng.integers(300, 1300)), int(rng.integers(500, 900))
        image, before = street.copy(), street.copy()
        image[y : y + height, x : x + width] = small
        before[y - 2 * height : y - height, x : x + width] = small
        yield image, before


def main(arguments: Sequence[str]) -> None:
    """Drive the vehicles through and print the table."""
    count = int(arguments[0]) if arguments else VEHICLES
    with TemporaryDirectory() as folder:
        link = Path(folder) / "board"
        with EmulatedDevice(WaveshareBoard(), line=PtyLine(link), baud=9600):
            bench = Bench(Path(folder) / "data", link)
            try:
                all_times = [
                    bench.drive(image, before) for image, before in pictures(bench.plates, count)
                ]
            finally:
                bench.close()
    passed = [times for times in all_times if times is not None]
    print(f"{count} vehicles (rendered plates), {len(passed)} let in; milliseconds")
    if passed:
        print(f"{'stage':<24}{'p50':>8}{'p95':>8}{'p99':>8}")
        for stage in passed[0]:
            values = [times[stage] for times in passed]
            cells = "".join(f"{percentile(values, share):8.2f}" for share in (0.5, 0.95, 0.99))
            print(f"{stage:<24}{cells}")


def _ignore(command: SetReadingEnabled) -> None:
    del command


if __name__ == "__main__":
    main(sys.argv[1:])
