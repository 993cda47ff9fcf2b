"""The cast of the journal's tests: a clock that is told the time, a journal, passages."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from gate.domain.decision import Decision, Reason, Verdict
from gate.domain.entries import (
    Entry,
    OpeningEnded,
    OpeningOrdered,
    PassageDecided,
    PassageEnded,
    PassageRead,
    PassageStarted,
)
from gate.domain.passage import (
    Direction,
    Instant,
    LaneId,
    OrderId,
    PassageEnd,
    PassageId,
    Picture,
    Trigger,
)
from gate.journal.journal import Journal
from gate.journal.projections.effects import Effects
from gate.journal.spool_file import Spool
from gate.storage.database import FILE, Database, open_database
from gate.storage.encryption import FileKeyring, Keyring

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
SOUTH, NORTH = LaneId("south"), LaneId("north")
ROOM = 64 * 1024


@dataclass
class ToldClock:
    """Time is what the test says."""

    utc: datetime = NOON
    seconds: float = 1000.0

    def now(self) -> Instant:
        return Instant(self.seconds, self.utc)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.pass_by(seconds)

    def pass_by(self, seconds: float) -> None:
        self.seconds += seconds
        self.utc += timedelta(seconds=seconds)


@dataclass
class Desk:
    """A journal with what it stands on."""

    folder: Path
    clock: ToldClock
    database: Database
    keyring: Keyring
    journal: Journal
    heard: list[str] = field(default_factory=list)


@cache
def migrated() -> bytes:
    """An empty database as the migrations make it, made once."""
    with TemporaryDirectory() as folder:
        open_database(Path(folder)).dispose()
        return (Path(folder) / FILE).read_bytes()


def file_keyring() -> FileKeyring:
    return FileKeyring({1: bytes(range(32))})


@contextmanager
def desk(
    folder: Path,
    *,
    clock: ToldClock | None = None,
    effects: Effects | None = None,
    start: bool = True,
    boot: str = "boot-1",
    clock_went_on: bool = True,
    where: str | None = None,
) -> Iterator[Desk]:
    """where: a database's URL instead of the SQLite file in the folder."""
    clock = clock or ToldClock()
    folder.mkdir(parents=True, exist_ok=True)
    if where is None and not (folder / FILE).exists():
        (folder / FILE).write_bytes(migrated())
    database = open_database(where or folder)
    keyring = file_keyring()
    spool = Spool(folder / "journal.spool", reserve=ROOM)
    journal = Journal(
        database,
        folder,
        keyring,
        clock,
        effects=effects,
        boot=boot,
        clock_went_on=lambda: clock_went_on,
        spool=spool,
    )
    made = Desk(folder, clock, database, keyring, journal)
    journal.subscribe(lambda record: made.heard.append(record.kind))
    try:
        if start:
            journal.start()
        yield made
    finally:
        journal.close()
        database.dispose()


def decision(plate: str, **changes: object) -> Decision:
    values: dict[str, object] = {
        "verdict": Verdict.ADMIT,
        "reason": Reason.RESIDENT,
        "plate": plate,
        "plate_class": "civil",
        "standing": "registered",
        "household": "3-2-501",
        "vehicle_kind": "owner",
    }
    return Decision(**(values | changes))  # type: ignore[arg-type]  # a test's shorthand


def started(name: str, lane: LaneId = SOUTH, direction: Direction = Direction.IN) -> PassageStarted:
    return PassageStarted(PassageId(name), lane, direction, Trigger.LOOP)


def ordered(
    name: str,
    plate: str,
    *,
    lane: LaneId = SOUTH,
    direction: Direction = Direction.IN,
    by: str = "auto",
    order: str = "",
    visitor_pass: int | None = None,
) -> OpeningOrdered:
    return OpeningOrdered(
        order=OrderId(order or f"order-{name}"),
        passage=PassageId(name),
        lane=lane,
        direction=direction,
        by=by,
        reason="resident",
        plate=plate,
        visitor_pass=visitor_pass,
    )


def raised(name: str, outcome: str = "raised", lane: LaneId = SOUTH) -> OpeningEnded:
    return OpeningEnded(
        OrderId(f"order-{name}"),
        PassageId(name),
        lane,
        outcome,
        sent="a00101a2",
        received="4f4b",
        millis={"pulse": 12.5},
    )


def ended(name: str, end: PassageEnd = PassageEnd.PASSED, lane: LaneId = SOUTH) -> PassageEnded:
    return PassageEnded(PassageId(name), lane, end)


def whole(
    name: str,
    plate: str,
    *,
    lane: LaneId = SOUTH,
    direction: Direction = Direction.IN,
    **changes: object,
) -> list[tuple[Entry, ...]]:
    """The appends of one passage that goes well, as the controller makes them."""
    read = PassageRead(
        PassageId(name), lane, plate, 0.99, 5, 4, "blue", (), (), Picture("ab" * 32, "cd" * 32)
    )
    decided = PassageDecided(PassageId(name), lane, decision(plate, **changes), "auto")
    return [
        (started(name, lane, direction),),
        (read, decided, ordered(name, plate, lane=lane, direction=direction)),
        (raised(name, lane=lane),),
        (ended(name, lane=lane),),
    ]


def plates(seed: int, n: int) -> list[str]:
    chance = random.Random(seed)
    return [f"吉A{chance.randrange(100_000):05d}" for _ in range(n)]
