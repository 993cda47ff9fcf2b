"""`gate replay`: what would have happened before this camera; nothing moves, nothing is written.

The pictures go through the same networks, tracking, votes, register and rules as at the gate, in
the time of the recording, which is that of a video's own time stamps. The arm is imagined: it rises
at once and the vehicle passes when it is no longer seen. With `each`, every picture is a vehicle of
its own, seen several times.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session
from tqdm import tqdm

from gate.access.registry_cache import RegistryCache
from gate.access.service import DecisionService
from gate.app.from_config import lane_settings, policy_of, rules_of
from gate.app.store import open_store
from gate.cameras import second_reader
from gate.cameras.messages import PlateDetection, SetReadingEnabled, TrackLost
from gate.cli.read import load as load_picture
from gate.cli.read import pictures
from gate.domain.entries import Entry, OpeningOrdered, PassageDecided, PassageStarted
from gate.domain.passage import Instant, LaneId, OrderId, PassageId
from gate.domain.ports import UnitOfWork, Written
from gate.lanes.worker import LaneWorker
from gate.settings.config import Config, ConfigError, ConfigFault, load
from hardware.barrier.events import Command, RaiseRequested
from hardware.barrier.model import (
    BoardLink,
    Mode,
    OutcomeKind,
    OutcomeReason,
    Position,
    PresenceState,
)
from hardware.barrier.model import OrderId as ArmOrder
from hardware.cameras.video_file import played
from hardware.station.events import ArmState, OrderOutcome
from recognition import plate_tracks
from recognition.arrivals import PlateStay
from recognition.pipeline import PlateReader
from recognition.reading import Reading
from recognition.rectify import shrunk_to
from recognition.tracking import spot_of
from registry.rules.plates import is_usual

Image = NDArray[np.uint8]
EACH_SEEN = 3
"""How often each picture is seen with `each`: a standing car gives the votes as many frames."""
GAP = 5.0
UNSEEN = 2.0
"""Seconds without a picture in a recording after which what was seen last is gone."""
FORGOTTEN = 120.0
"""Seconds without a picture after which no rule waits any more: the rest is passed over."""


class ReplayClock:
    """Time as in the recording."""

    def __init__(self, begin: datetime) -> None:
        self._begin, self._at = begin, 0.0

    def now(self) -> Instant:
        """Return the recording's moment."""
        return Instant(self._at, self._begin + timedelta(seconds=self._at))

    def monotonic(self) -> float:
        """Return the recording's second."""
        return self._at

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self._at += seconds


class Notes:
    """Keeps entries in memory instead of the journal."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def append(self, *entries: Entry) -> Written:
        """Remember."""
        self.entries += entries
        return Written.COMMITTED

    def unit(self) -> AbstractContextManager[UnitOfWork]:
        """Refuse: a replay changes nothing."""
        raise PermissionError("a replay changes nothing")

    def waiting(self) -> int:
        """Nothing waits for a database."""
        return 0

    def reading(self) -> AbstractContextManager[Session]:
        """Refuse: the register was read before."""
        raise PermissionError("a replay reads the register once, at its start")


class NoPictures:
    """Keeps no pictures."""

    def put(self, jpeg: bytes) -> str:
        """Forget it."""
        del jpeg
        return ""

    def get(self, sha256: str) -> bytes | None:
        """Return nothing."""
        del sha256
        return None


class DryRunBarrier:
    """Rises at once, in the mind only."""

    def __init__(self) -> None:
        self.ordered: list[OrderId] = []

    def command(self, command: Command) -> None:
        """Remember an order to raise; nobody does anything else to an imagined barrier."""
        if isinstance(command, RaiseRequested):
            self.ordered.append(OrderId(command.order_id))


@dataclass(frozen=True, slots=True)
class ReplayOutcome:
    """One passage of the replay."""

    file: str
    second: float
    plate: str
    verdict: str
    reason: str
    confidence: float
    raised: bool


def run(config: Path, source: Path, lane: str, *, fps: float, each: bool, as_json: bool) -> int:
    """Replay and print a line per passage; 2 where there is nothing to replay."""
    site = load(config)
    if lane not in site.lanes:
        known = ", ".join(site.lanes)
        raise ConfigError(
            (ConfigFault(f"lanes.{lane}", f"there is no such lane (there: {known})"),)
        )
    frames = list(pictures(source)) if source.is_dir() else None
    if frames is not None and not frames:
        print(f"{source}: no pictures found", file=sys.stderr)
        return 2
    replay = Replay(site, LaneId(lane), fps)
    total = len(frames) if frames is not None else None
    walked = _each(frames, source) if frames is not None else _video(source, fps)
    quiet = not sys.stderr.isatty()
    for name, second, image in tqdm(walked, total=total, unit="picture", disable=quiet):
        replay.show(name, image, second, alone=each)
    replay.finish()
    for outcome in replay.outcomes():
        print(_line(outcome) if as_json else _text(outcome))
    return 0


class Replay:
    """A lane driven by recorded pictures."""

    def __init__(self, site: Config, lane: LaneId, fps: float) -> None:
        store = open_store(site)
        try:
            register = RegistryCache(store.journal, store.clock)
        finally:
            store.close()
        self._clock = ReplayClock(store.clock.now().utc)
        self._notes, self._arm = Notes(), DryRunBarrier()
        self._step, self._patience = 1.0 / fps, site.policy.decide_within_s
        self._reader = _reader(site)
        self._tracks = plate_tracks.started(1)
        self._number, self._file = 0, ""
        self._files: dict[PassageId, tuple[str, float]] = {}
        self._ids = 0
        settings = replace(
            lane_settings(lane, site.lanes[lane], site),
            has_presence_loop=False,
            max_frame_age=60,
            least_plate=0.0,
        )
        self._work = LaneWorker(
            settings,
            rules_of(site, self._next_id),
            clock=self._clock,
            journal=self._notes,
            pictures=NoPictures(),
            decider=DecisionService(register, policy_of(site), lambda: True),
            barrier=self._arm,
            look=_ignore,
            arm=_CLOSED,
        )

    def show(
        self, name: str, image: Image, second: float | None = None, *, alone: bool = False
    ) -> None:
        """Let the lane see one picture.

        second: of the recording; None: one step after the picture before it. alone: it is a vehicle
        of its own, seen several times.
        """
        if second is not None:
            self._pass_to(second)
        self._file = name
        for _ in range(EACH_SEEN if alone else 1):
            self._see(image, alone=alone)
            if second is None:
                self._clock.sleep(self._step)
        if alone:
            self._clock.sleep(self._patience)  # It stands there until the rules have been asked.
            self._tell(None)
            self.finish()

    def finish(self) -> None:
        """Let time pass until every vehicle is out of sight and everything is decided."""
        until = self._clock.monotonic() + GAP
        while self._clock.monotonic() < until:
            self._follow(None, ())
            self._clock.sleep(self._step)

    def _pass_to(self, second: float) -> None:
        """Let the recording's time pass, for the rules that wait too.

        A recording of motion has gaps: what was seen before a long one is out of sight.
        """
        began = self._clock.monotonic()
        while (now := self._clock.monotonic()) < second - self._step:
            if now > began + FORGOTTEN:
                self._clock.sleep(second - self._step - now)
                continue
            if now > began + UNSEEN:
                self._follow(None, ())
            else:
                self._tell(None)
            self._clock.sleep(self._step)
        self._clock.sleep(max(0.0, second - self._clock.monotonic()))

    def outcomes(self) -> Iterator[ReplayOutcome]:
        """Return the passages in order, each with its first decision."""
        raised = {
            entry.passage for entry in self._notes.entries if isinstance(entry, OpeningOrdered)
        }
        told: set[PassageId] = set()
        for entry in self._notes.entries:
            if not isinstance(entry, PassageDecided) or entry.passage in told:
                continue
            told.add(entry.passage)
            file, second = self._files[entry.passage]
            decision = entry.decision
            confidence = decision.evidence.get("confidence", 0.0)
            yield ReplayOutcome(
                file=file,
                second=round(second, 2),
                plate=decision.plate,
                verdict=decision.verdict,
                reason=decision.reason,
                confidence=float(confidence) if isinstance(confidence, float) else 0.0,
                raised=entry.passage in raised,
            )

    def _see(self, image: Image, *, alone: bool) -> None:
        self._number += 1
        self._follow(image, self._reader.read(image), came=alone)

    def _follow(
        self, image: Image | None, readings: Sequence[Reading], *, came: bool = False
    ) -> None:
        """Let the lane see what was read. came: each vehicle has just come, as its picture says."""
        at = self._clock.monotonic()
        seen = plate_tracks.follow(self._tracks, image, readings, at)
        self._tracks = seen.state
        if image is not None:
            self._tracks = plate_tracks.remember(
                self._tracks, shrunk_to(image, plate_tracks.WIDTH), at
            )
        for track in seen.ended:
            self._tell(TrackLost(track.id, at))
        for track_id, reading, stay in zip(seen.joined, readings, seen.stays, strict=True):
            width = spot_of(reading.box)[2]
            arrived = PlateStay(at, at, elsewhere=at) if came else stay
            self._tell(
                PlateDetection(track_id, reading, self._number, at, width, b"", b"", {}, arrived)
            )
        self._tell(None)

    def _tell(self, message: PlateDetection | TrackLost | None) -> None:
        known = len(self._notes.entries)
        self._work.handle(message)
        while self._arm.ordered:
            order = self._arm.ordered.pop()
            at = self._clock.monotonic()
            self._work.handle(
                OrderOutcome(
                    ArmOrder(order), OutcomeKind.RAISED, OutcomeReason.CONFIRMED, "", "", at
                )
            )
        for entry in self._notes.entries[known:]:
            if isinstance(entry, PassageStarted):
                self._files[entry.passage] = (self._file, self._clock.monotonic())

    def _next_id(self) -> str:
        self._ids += 1
        return f"replay-{self._ids}"


_CLOSED = ArmState(
    position=Position.CLOSED,
    mode=Mode.AUTOMATIC,
    link=BoardLink.UP,
    presence=PresenceState.CLEAR,
    inputs={},
    inputs_age=None,
    hold_until=None,
    locked=False,
    maintenance=False,
    changed_at=0.0,
)


def _reader(site: Config) -> PlateReader:
    """The networks that the lane's worker would have, its second reader too where it is on."""
    threads = site.recognition.threads
    second = second_reader.made(threads) if site.recognition.second_reader else None
    reader = PlateReader.default(threads, is_usual, second)
    reader.settings = replace(reader.settings, ask_below=site.policy.open_confidence)
    return reader


def _ignore(command: SetReadingEnabled) -> None:
    del command


def _each(files: Sequence[Path], folder: Path) -> Iterator[tuple[str, None, Image]]:
    for file in files:
        image = load_picture(file)
        if isinstance(image, str):
            print(f"{file}: {image}", file=sys.stderr)
            continue
        yield str(file.relative_to(folder)), None, image


def _video(path: Path, fps: float) -> Iterator[tuple[str, float, Image]]:
    try:
        for number, second, image in played(path, fps):
            yield f"{path.name}#{number}", second, image
    except ValueError:
        fault = ConfigFault(str(path), "is not a video that can be played, nor a folder")
        raise ConfigError((fault,)) from None


def _line(outcome: ReplayOutcome) -> str:
    fields = {name: getattr(outcome, name) for name in ReplayOutcome.__slots__}
    return json.dumps(fields, ensure_ascii=False)


def _text(outcome: ReplayOutcome) -> str:
    arm = "arm up  " if outcome.raised else "arm down"
    plate = outcome.plate or "no plate"
    said = f"{plate:<10} {outcome.verdict:<9} {outcome.reason}"
    return f"{outcome.second:8.1f} s  {arm}  {said}  {outcome.file}"
