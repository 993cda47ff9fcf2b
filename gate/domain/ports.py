"""Protocols in the gate's own words: what the lanes and pages need, whoever provides it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from sqlmodel import Session

from gate.domain.decision import Decision, Objection
from gate.domain.entries import BarrierAction, Entry
from gate.domain.passage import Direction, Instant, LaneId, PassageId, Picture
from hardware.barrier.events import Command
from registry.rules.plates import Plate, PlateColour
from registry.rules.standing import Standing


class Clock(Protocol):
    """The only source of time."""

    def now(self) -> Instant: ...
    def monotonic(self) -> float: ...
    def sleep(self, seconds: float) -> None: ...


class Registry(Protocol):
    """Who may enter, answered from memory."""

    def standing(
        self, plate: Plate, at: datetime, colour: PlateColour = PlateColour.UNKNOWN
    ) -> Standing: ...


class Written(StrEnum):
    """Where an entry is now. Both survive a power cut."""

    COMMITTED = "committed"
    SPOOLED = "spooled"


class UnitOfWork(Protocol):
    """One transaction: registry changes through `session`, entries through `append`."""

    @property
    def session(self) -> Session: ...
    def append(self, *entries: Entry) -> None: ...


class Journal(Protocol):
    """The record. `append` returns only when the entries are on disk; it never loses one.

    `append` falls back to the fsynced spool when the database is away. `unit` is for people's
    changes: it raises JournalUnavailableError instead, and commits at the end of the block.
    """

    def append(self, *entries: Entry) -> Written: ...
    def unit(self) -> AbstractContextManager[UnitOfWork]: ...
    def waiting(self) -> int:
        """How many entries wait in the spool for the database to take them."""
        ...

    def reading(self) -> AbstractContextManager[Session]:
        """Open a session for reading only; it takes no lock that a passage would wait for."""
        ...


class Pictures(Protocol):
    """JPEG files by content hash. `put` returns at once with the hash; writing happens aside."""

    def put(self, jpeg: bytes) -> str: ...
    def get(self, sha256: str) -> bytes | None: ...


class Barrier(Protocol):
    """The barrier of one lane. No call blocks; what becomes of an order comes back as a fact."""

    def command(self, command: Command) -> None: ...


@dataclass(frozen=True, slots=True)
class LaneView:
    """What a page shows of a lane, made anew on each change.

    state: idle | identifying | asking | opening | open | refused. arm/mode/link/presence: as the
    hardware reports them, "not_wired" where nothing is wired. since: when the state began.
    mode is the one that has the say; locked and maintenance tell of those below it, too. arrived:
    when the vehicle before the arm came, None while there is none. may_take_back: a person refused
    it, and may ask again. board_faults: what the board does not do though it answers, by hardware's
    word, and its message.
    link_why: what a board that does not answer is, and where.
    """

    lane: LaneId
    name: str
    direction: Direction
    state: str
    since: datetime
    passage: PassageId | None
    decision: Decision | None
    plate: str
    colour: str
    picture: Picture
    arm: str
    mode: str
    link: str
    presence: str
    hold_until: datetime | None
    camera: str
    camera_why: str
    locked: bool = False
    maintenance: bool = False
    board_faults: Mapping[str, str] = field(default_factory=dict)
    link_why: str = ""
    arrived: datetime | None = None
    may_take_back: bool = False


class SiteEvents(Protocol):
    """Changes for pages and programs: called on any thread, must return at once."""

    def subscribe(self, on_change: Callable[[str, object], None]) -> Callable[[], None]: ...


class Lanes(Protocol):
    """What pages and programs may ask of the lanes. Actor is the logged-in user's name."""

    def views(self) -> Sequence[LaneView]: ...
    def preview(self, lane: LaneId) -> bytes | None: ...
    def asking(self) -> Sequence[LaneView]: ...
    def admit(
        self,
        passage: PassageId,
        plate: str,
        actor: str,
        remark: str,
        told: Collection[Objection] = (),
    ) -> bool: ...
    def refuse(self, passage: PassageId, actor: str, remark: str) -> bool: ...
    def take_back(self, passage: PassageId, actor: str) -> bool: ...
    def raise_by_hand(self, lane: LaneId, actor: str, remark: str, emergency: bool) -> bool: ...
    def command(
        self, lane: LaneId, action: BarrierAction, actor: str, remark: str, seconds: float = 0.0
    ) -> bool:
        """Ask something of the lane's barrier. seconds: how long a hold is to last."""
        ...

    def acknowledge(self, alarms: Sequence[str], actor: str, remark: str) -> bool: ...
