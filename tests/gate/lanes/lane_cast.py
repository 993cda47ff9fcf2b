"""A lane at work with everything around it made of small, honest parts that remember."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import numpy as np
from sqlmodel import Session

from gate.access.manual_admission import has_reason
from gate.cameras.messages import PlateDetection, SetReadingEnabled
from gate.domain.decision import Answer, Decision, Reason, Verdict
from gate.domain.entries import Entry
from gate.domain.errors import JournalUnavailableError
from gate.domain.passage import Direction, Instant, LaneId, OrderId
from gate.domain.ports import UnitOfWork, Written
from gate.lanes.machine import Rules
from gate.lanes.messages import Decider, LaneSettings
from gate.lanes.stop_line import StopLine
from gate.lanes.worker import LaneWorker
from hardware.barrier.events import Command, RaiseRequested
from hardware.barrier.model import BoardLink, Mode, Position, PresenceState
from hardware.station.events import ArmState
from recognition.alphabet import ALPHABET
from recognition.arrivals import PlateStay
from recognition.reading import Box, Colour, Consensus, Reading

NOON = datetime(2026, 11, 22, 4, tzinfo=UTC)
ARM = ArmState(
    position=Position.CLOSED,
    mode=Mode.AUTOMATIC,
    link=BoardLink.UP,
    presence=PresenceState.CLEAR,
    inputs={},
    inputs_age=0.0,
    hold_until=None,
    locked=False,
    maintenance=False,
    changed_at=0.0,
)


class Clock:
    """Time that tests move."""

    def __init__(self) -> None:
        self.second = 100.0

    def now(self) -> Instant:
        return Instant(self.second, NOON + timedelta(seconds=self.second))

    def monotonic(self) -> float:
        return self.second

    def sleep(self, seconds: float) -> None:
        self.second += seconds


class Notebook:
    """A journal in memory; `away` makes it refuse, as when disk and spool are full."""

    def __init__(self, log: list[object]) -> None:
        self.entries: list[Entry] = []
        self.away = False
        self._log = log

    def append(self, *entries: Entry) -> Written:
        if self.away:
            raise JournalUnavailableError("no room")
        self.entries += entries
        self._log += entries
        return Written.COMMITTED

    @contextmanager
    def unit(self) -> Iterator[UnitOfWork]:
        raise JournalUnavailableError("not for lanes")
        yield

    @contextmanager
    def reading(self) -> Iterator[Session]:
        raise JournalUnavailableError("not for lanes")
        yield


class Album:
    """Pictures in memory."""

    def __init__(self) -> None:
        self.kept: list[bytes] = []

    def put(self, jpeg: bytes) -> str:
        self.kept.append(jpeg)
        return f"sha-{len(self.kept)}"

    def get(self, sha256: str) -> bytes | None:
        return self.kept[int(sha256.removeprefix("sha-")) - 1]


class Arm:
    """A barrier that remembers orders, in one log with the journal so that order shows."""

    def __init__(self, log: list[object]) -> None:
        self.raised: list[tuple[OrderId, float]] = []
        self._log = log

    def command(self, command: Command) -> None:
        if isinstance(command, RaiseRequested):
            self.raised.append((OrderId(command.order_id), command.expires_at))
            self._log.append(("raise", command.order_id))
        else:
            self._log.append(command)


class Book:
    """Decides by a list: registered plates are admitted when read surely, all else is asked."""

    def __init__(self, *registered: str) -> None:
        self.registered = registered

    def decide(
        self, consensus: Consensus | None, direction: Direction, travel: Direction, at: Instant
    ) -> Decision:
        if consensus is None:
            return Decision(Verdict.ASK_GUARD, Reason.NO_PLATE)
        sure = consensus.confidence >= 0.97 and consensus.agreeing >= 2
        if sure and consensus.text in self.registered:
            return Decision(Verdict.ADMIT, Reason.RESIDENT, plate=consensus.text)
        return Decision(Verdict.ASK_GUARD, Reason.UNKNOWN_PLATE, plate=consensus.text)

    def for_guard(
        self, word: Answer, seen: Decision, direction: Direction, at: Instant
    ) -> Decision | None:
        if word.plate not in self.registered and not has_reason(word.remark):
            return None
        return replace(seen, verdict=Verdict.ADMIT, reason=Reason.GUARD_ADMITTED, plate=word.plate)


def reading(text: str, confidence: float = 0.999, x: float = 0.0, width: float = 140.0) -> Reading:
    """Return a reading of this text whose every position is as sure as told."""
    high = width * 44 / 140
    rest = np.log((1 - confidence) / (len(ALPHABET) - 1))
    logs = np.full((8, len(ALPHABET)), rest, np.float32)
    for slot, character in enumerate(text.ljust(8, ALPHABET[0])):
        logs[slot, ALPHABET.index(character)] = np.log(confidence)
    return Reading(
        text=text,
        confidence=confidence,
        box=Box(((x, 400.0), (x + width, 400.0), (x + width, 400 + high), (x, 400 + high)), 0.9),
        colour=Colour.BLUE,
        colour_confidence=0.99,
        two_lines=False,
        log_probs=logs,
    )


@dataclass
class Stage:
    """A lane and everything around it."""

    loop: bool = True
    least_plate: float = 0.0
    registered: tuple[str, ...] = ("吉A12345",)
    decider: Decider | None = None
    direction: Direction = Direction.IN
    log: list[object] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.clock, self.album = Clock(), Album()
        self.journal, self.arm = Notebook(self.log), Arm(self.log)
        self.looks: list[SetReadingEnabled] = []
        self.ids = 0
        self.work = self.made()

    def made(self, line: StopLine | None = None) -> LaneWorker:
        """Return the lane's work, with what it remembers of its stop line."""
        return LaneWorker(
            LaneSettings(
                lane=LaneId("south"),
                name="南门",
                direction=self.direction,
                has_presence_loop=self.loop,
                open_confidence=0.97,
                min_frames=2,
                max_frame_age=0.8,
                least_plate=self.least_plate,
            ),
            Rules(3.0, 2.0, 60.0, self.new_id),
            clock=self.clock,
            journal=self.journal,
            pictures=self.album,
            decider=self.decider or Book(*self.registered),
            barrier=self.arm,
            look=self.looks.append,
            arm=ARM,
            line=line,
        )

    def new_id(self) -> str:
        self.ids += 1
        return f"id-{self.ids}"

    def see(
        self,
        text: str,
        track: int = 1,
        age: float = 0.05,
        confidence: float = 0.999,
        width: float = 140.0,
        stay: PlateStay | None = None,
        frame: bytes = b"frame",
    ) -> None:
        """Let the camera report one reading; stay: None for a plate that has just come."""
        taken = self.clock.second - age
        seen = reading(text, confidence, x=900 + self.clock.second * 50 % 100, width=width)
        number = round(taken * 10)
        self.work.handle(
            PlateDetection(
                track,
                seen,
                number,
                taken,
                width,
                frame,
                b"plate",
                {"read": 9.0},
                stay or PlateStay(taken, taken - 0.1, elsewhere=taken - 0.1),
            )
        )
        self.clock.second += 0.1

    def of(self, kind: type) -> list[Entry]:
        """Return the journal's entries of one kind."""
        return [entry for entry in self.journal.entries if isinstance(entry, kind)]
