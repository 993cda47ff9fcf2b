"""Weeks of traffic in simulated time: python -m tests.bench.soak [--days 7] [--passages 6000].

--minutes ends the traffic earlier, on a machine that has no more time; what came is checked alike.

Both lanes' work, the real journal on SQLite with synchronous=FULL, pictures, register, metrics and
their real threads in this process; the clock is told the time, the eye's readings and the arm's
answers are handed in. Faults come by dice: unread plates, strangers, boards that do not answer,
cameras that go away, another program that holds the database, a clock that jumps. After each
simulated day one line: memory, threads, file handles, disk, and the write-ahead log, which is used
over and over. Memory, threads and handles must be flat from the second day on; the record must
verify; nothing may be lost.
"""

import argparse
import gc
import os
import random
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil

from gate.access.registry_cache import RegistryCache
from gate.access.service import DecisionService
from gate.app.clock import SystemClock
from gate.app.from_config import lane_settings, policy_of, rules_of
from gate.cameras.messages import (
    CameraReport,
    FullPicture,
    PlateDetection,
    Preview,
    SetReadingEnabled,
    TrackLost,
)
from gate.demo.community import cast, settle
from gate.domain.decision import Answer, Objection
from gate.domain.entries import AlarmRaised, Audited
from gate.domain.ids import Ids
from gate.domain.passage import Instant, LaneId, OrderId
from gate.journal.checkpoint import FILE as WITNESS_FILE
from gate.journal.clock_trust import ClockTrust
from gate.journal.journal import Journal
from gate.journal.projections.registry_effects import RegistryEffects
from gate.journal.verify import verify
from gate.lanes.event_bus import EventBus
from gate.lanes.worker import LaneWorker
from gate.monitoring.metrics import Metrics
from gate.settings.config import parse
from gate.storage.database import FILE, open_database
from gate.storage.encryption import open_vault
from gate.storage.pictures import Pictures
from hardware.barrier.events import Command, RaiseRequested
from hardware.barrier.inputs import InputName
from hardware.barrier.model import OrderId as ArmOrder
from hardware.barrier.model import OutcomeKind, OutcomeReason
from hardware.barrier.passing import PassageKind, PassageSeen
from hardware.station.events import InputChanged, LinkChanged, OrderOutcome
from recognition.arrivals import PlateStay
from registry.store.sample import generate
from tests.gate.lanes.lane_cast import ARM, reading

ONE_MORE = 3
"""Handles of one more connection of the pool: it comes when two threads first read at once."""

CONFIG = """
boards: {one: {protocol: lcus, url: "socket://127.0.0.1:9"}}
lanes:
  south:
    {name: in, direction: in, camera: {source: none}, barrier: {board: one, raise: 1},
     inputs: {presence: {channel: 1}}, inputs_board: one}
  north:
    {name: out, direction: out, camera: {source: none}, barrier: {board: one, raise: 2},
     inputs: {presence: {channel: 2}}, inputs_board: one}
"""


class ToldClock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self._utc, self._seconds = SystemClock().now().utc, 1000.0

    def now(self) -> Instant:
        return Instant(self._seconds, self._utc)

    def monotonic(self) -> float:
        return self._seconds

    def sleep(self, seconds: float) -> None:
        self._seconds += seconds
        self._utc += timedelta(seconds=seconds)

    def jump(self, seconds: float) -> None:
        """Set the wall clock only."""
        self._utc += timedelta(seconds=seconds)


class Arm:
    """Remembers the last order, so that its outcome can be handed in."""

    def __init__(self) -> None:
        self.order: OrderId | None = None
        self.raised = 0

    def command(self, command: Command) -> None:
        if isinstance(command, RaiseRequested):
            self.order = OrderId(command.order_id)
            self.raised += 1


@dataclass(slots=True)
class Lane:
    """A lane's work with its arm; tracks count up, as the eye's do."""

    work: LaneWorker
    arm: Arm
    track: int = 0


@dataclass(frozen=True, slots=True)
class Level:
    """What one line of the table says."""

    memory_mb: float
    threads: int
    handles: int
    disk_mb: float
    log_mb: float


class Site:
    """Everything between the wires and the pages, in one process."""

    def __init__(self, folder: Path, seed: int, picture: int) -> None:
        self.clock, self.dice, self.folder = ToldClock(), random.Random(seed), folder
        self._jpeg = bytes(self.dice.randrange(256) for _ in range(picture))
        self.config = parse(CONFIG)
        self.keyring = open_vault(folder / "vault.key")
        self.database = open_database(folder)
        self.journal = Journal(
            self.database, folder, self.keyring, self.clock, effects=RegistryEffects(), boot="soak"
        )
        self.trust, self.metrics, self.hub = ClockTrust(), Metrics(), EventBus()
        self.alarms: list[str] = []
        for listen in (self.trust.heard, self.metrics.heard, self._heard):
            self.journal.subscribe(listen)
        self.journal.start()
        at = self.clock.now().utc
        sample = generate(1559, at)
        with self.journal.unit() as unit:
            settle(unit.session, sample, cast(sample, 1559, at), at)
        self.register = RegistryCache(self.journal, self.clock)
        self.journal.subscribe(lambda _: self.register.refresh_soon())
        self.register.start()
        self.pictures = Pictures(folder / "pictures", self.keyring)
        known = self.register.snapshot.plate_records
        self.plates = [key for key in sorted(known) if len(key) == 7 and known[key].registration]
        self.lanes = {name: self._lane(LaneId(name)) for name in ("south", "north")}
        self.passages = 0

    def _lane(self, lane: LaneId) -> Lane:
        arm = Arm()
        work = LaneWorker(
            lane_settings(lane, self.config.lanes[lane], self.config),
            rules_of(self.config, Ids(self.clock)),
            clock=self.clock,
            journal=self.journal,
            pictures=self.pictures,
            decider=DecisionService(
                self.register, policy_of(self.config), lambda: self.trust.sound
            ),
            barrier=arm,
            look=_ignore,
            arm=ARM,
        )
        return Lane(work, arm)

    def _heard(self, record: object) -> None:
        self.hub.publish("entry", record)
        entry = getattr(record, "entry", None)
        if isinstance(entry, AlarmRaised):
            self.alarms.append(entry.alarm)

    def drive(self, name: str, plate: str) -> None:
        """Let one vehicle come and go, with whatever the dice say."""
        lane, luck = self.lanes[name], self.dice.random()
        self.passages += 1
        with self._database_held() if luck < 0.001 else _nothing():
            self._come(lane)
            if luck < 0.02:
                self._unread(lane)
            else:
                self._read(lane, "京N88888" if luck < 0.03 else plate)
            self._leave(lane, answers=luck < 0.995)
        if luck > 0.997:
            lane.work.handle(CameraReport("lost", "stalled", 0.0, None))
            lane.work.handle(CameraReport("live", "", 10.0, 0.1))
        self._acknowledge()

    def _come(self, lane: Lane) -> None:
        lane.track += 1
        lane.work.handle(CameraReport("live", "", 10.0, 0.1, self.clock.monotonic()))
        lane.work.handle(Preview(b"small", self.clock.monotonic()))
        lane.work.handle(InputChanged(InputName.PRESENCE, True, self.clock.monotonic()))

    def _read(self, lane: Lane, plate: str) -> None:
        picture = self.passages.to_bytes(8, "big") + self._jpeg
        for n in range(3):
            self.clock.sleep(0.15)
            now = self.clock.monotonic()
            lane.work.handle(
                PlateDetection(
                    lane.track,
                    reading(plate),
                    n,
                    now - 0.05,
                    140.0,
                    picture if n == 0 else b"",
                    picture[:800],
                    {"read": 12.0},
                    PlateStay(now - 0.05, now - 0.15, elsewhere=now - 0.15),
                )
            )
        self._ask_guard(lane)

    def _unread(self, lane: Lane) -> None:
        lane.work.handle(FullPicture(self._jpeg, self.clock.monotonic()))
        self.clock.sleep(3.1)
        lane.work.handle(None)
        self._ask_guard(lane)

    def _ask_guard(self, lane: Lane) -> None:
        """The guard lets in two of three whom the gate asks about."""
        view = lane.work.view()
        if view.state == "asking" and view.passage is not None:
            admit = self.dice.random() < 0.67
            lane.work.handle(Answer(view.passage, "wang", admit, "", "soak", frozenset(Objection)))

    def _leave(self, lane: Lane, *, answers: bool) -> None:
        order, lane.arm.order = lane.arm.order, None
        now = self.clock.monotonic()
        raised = order is not None and answers
        if order is not None:
            kind = OutcomeKind.RAISED if answers else OutcomeKind.FAILED
            why = OutcomeReason.CONFIRMED if answers else OutcomeReason.NO_ANSWER
            lane.work.handle(OrderOutcome(ArmOrder(order), kind, why, "0105", "0105", now))
            if not answers:
                lane.work.handle(LinkChanged(False, "board one: silent: look", now))
        self.clock.sleep(1.0)
        kind_of_passage = PassageKind.ENTERED if raised else PassageKind.BACKED_OUT
        lane.work.handle(PassageSeen(kind_of_passage, self.clock.monotonic()))
        lane.work.handle(TrackLost(lane.track, self.clock.monotonic()))

    def _acknowledge(self) -> None:
        waiting, self.alarms = self.alarms, []
        for _ in waiting:
            self.journal.append(Audited("wang", "acknowledge_alarm"))

    @contextmanager
    def _database_held(self) -> Iterator[None]:
        """Another program holds the write lock while this vehicle passes."""
        place = self.folder / FILE
        with closing(sqlite3.connect(place, isolation_level=None, timeout=30)) as other:
            other.execute("BEGIN IMMEDIATE")
            try:
                yield
            finally:
                other.execute("ROLLBACK")

    def level(self) -> Level:
        """What the process holds now."""
        gc.collect()
        this = psutil.Process()
        memory, threads, handles = this.memory_info().rss, this.num_threads(), this.num_fds()
        log = (self.folder / f"{FILE}-wal").stat().st_size
        disk = _size(self.folder) - log
        return Level(memory / 1e6, threads, handles, disk / 1e6, log / 1e6)

    def close(self) -> None:
        """Stop every thread and close every file."""
        self.register.stop(5.0)
        self.pictures.close()
        self.journal.close()
        self.database.dispose()


def _size(folder: Path) -> int:
    """Bytes of all files below. Never all names at once: what a walk of a hundred thousand pictures
    leaves behind in the heap would be taken for the gate's."""
    return sum(
        Path(place, name).stat().st_size for place, _, names in os.walk(folder) for name in names
    )


@contextmanager
def _nothing() -> Iterator[None]:
    yield


def _ignore(command: SetReadingEnabled) -> None:
    del command


def day(site: Site, passages: int, until: float = float("inf")) -> bool:
    """One day: who drives in drives out later; every second day the clock is set.

    until: seconds of the monotonic clock at which to end. Return whether the day is whole.
    """
    gap = 86_400.0 / passages
    for n in range(passages):
        if SystemClock().monotonic() > until:
            return False
        plate = site.plates[(n // 2) % len(site.plates)]
        site.drive("south" if n % 2 == 0 else "north", plate)
        site.clock.sleep(max(0.0, gap - 2.0))
    site.clock.jump(site.dice.choice([-7200.0, 90.0, 0.0]))
    site.journal.append(Audited("li", "clock_confirmed"))
    return True


def main(arguments: Sequence[str]) -> int:
    """Run, print a line a day; 1 where something grew, was lost, or does not verify."""
    asks = argparse.ArgumentParser(description="weeks of traffic in simulated time")
    asks.add_argument("--days", type=int, default=7)
    asks.add_argument("--passages", type=int, default=6000, help="a day")
    asks.add_argument("--picture-bytes", type=int, default=2000, help="size of a whole picture")
    asks.add_argument("--minutes", type=float, default=float("inf"), help="then end early")
    options = asks.parse_args(arguments)
    until = SystemClock().monotonic() + options.minutes * 60
    with TemporaryDirectory() as name:
        folder = Path(name)
        site = Site(folder, 7, options.picture_bytes)
        levels = []
        try:
            spent = time.process_time()
            print("day  passages  memory MB  threads  handles  disk MB   log MB")
            for number in range(1, options.days + 1):
                whole = day(site, options.passages, until)
                site.journal.catch_up()
                site.pictures.settle(60.0)
                levels.append(level := site.level())
                print(
                    f"{number:>3}{site.passages:>10}{level.memory_mb:>11.1f}{level.threads:>9}"
                    f"{level.handles:>9}{level.disk_mb:>9.1f}{level.log_mb:>9.1f}",
                    flush=True,
                )
                if not whole:
                    print(f"ended on day {number} of {options.days}: out of time")
                    break
            cpu = (time.process_time() - spent) / max(1, site.passages)
            print(f"{cpu * 1000:.1f} ms of CPU a passage")
            faults = _faults(site, levels)
        finally:
            site.close()
    for fault in faults:
        print(fault)
    return int(bool(faults))


def _faults(site: Site, levels: Sequence[Level]) -> list[str]:
    found = verify(site.database, site.keyring, site.folder / WITNESS_FILE)
    with site.database.reading() as connection:
        kept, open_ = connection.exec_driver_sql(
            "SELECT count(*), sum(ended IS NULL) FROM passage"
        ).one()
        raised = connection.exec_driver_sql("SELECT count(*) FROM opening").scalar_one()
    per = (levels[-1].disk_mb - levels[0].disk_mb) * 1e6 / max(1, site.passages)
    counts = site.pictures.counts()
    print(
        f"{found.entries} entries verified, {kept} passages kept, {raised} openings; "
        f"{per * len(levels) / max(1, len(levels) - 1):.0f} bytes of disk a passage; pictures: "
        f"{counts.written} written, {counts.dropped + counts.failed} lost"
    )
    orders = sum(lane.arm.raised for lane in site.lanes.values())
    faults = []
    if kept != site.passages or open_:
        faults.append(f"{site.passages - kept} passages lost, {open_} never ended")
    if raised != orders:
        faults.append(f"{orders} orders reached an arm, {raised} are on record")
    if not found.sound:
        faults.append(f"the record does not verify: {found.findings[0].what}")
    if len(levels) > 2:
        first, last = levels[1], levels[-1]
        if last.memory_mb > first.memory_mb * 1.05 + 5.0:
            faults.append(f"memory grew from {first.memory_mb:.1f} to {last.memory_mb:.1f} MB")
        if last.threads > first.threads or last.handles > first.handles + ONE_MORE:
            faults.append("there are more threads or handles than on the second day")
    return faults


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
