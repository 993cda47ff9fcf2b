"""How fast the record is: appending, pages of the log, charts of a year.

    python -m tests.bench.bench_journal [--passages N] [--folder .bench]

The data is built once per size and kept (in .bench/, ignored by git): synthetic traffic of 6,000
passages a day, multiplied by the database itself, with the rollups computed from it. The size that
the design promises is --passages 10000000 (4 GB, some minutes to build). Percentiles
are of single calls with a warm cache of the operating system; run it on a quiet machine.
"""

import argparse
import random
import shutil
import sqlite3
import statistics
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from tqdm import tqdm

from gate.app.clock import SystemClock
from gate.domain.passage import Direction, LaneId, PassageId
from gate.journal.journal import Journal
from gate.journal.projections import daily_counts
from gate.journal.projections.daily_counts import ReportPeriod
from gate.reports.model import PassageFilter
from gate.reports.reports import Reports
from gate.storage.database import FILE, Database, open_database
from gate.storage.encryption import FileKeyring
from gate.storage.tables import FACETS, STRETCH, micros
from tests.gate.journal.journal_cast import whole

T = TypeVar("T")
DAILY = 6000
PER_PASSAGE = 6
CHUNK = 250_000
SOUTH, NORTH = LaneId("south"), LaneId("north")
COLUMNS = (
    "number, passage, lane, direction, trigger, started, decided, ordered, opened, ended, plate, "
    "plate_read, plate_class, colour, confidence, frames, agreeing, verdict, reason, standing, "
    "household, vehicle_kind, actor, asked, corrected_from, opening, outcome, dwell, cell"
)
ROLLUPS = (
    f"INSERT INTO stretch SELECT number / {STRETCH}, cell, count(*) FROM passage GROUP BY 1, 2",
    "INSERT INTO flow SELECT started / 3600000000, cell, count(*) FROM passage GROUP BY 1, 2",
    """INSERT INTO hour SELECT started / 3600000000, min(number), max(number) FROM passage
    GROUP BY 1""",
    "INSERT INTO known_plate SELECT plate, count(*) FROM passage WHERE plate <> '' GROUP BY 1",
    """INSERT INTO visitor_flow SELECT started / 3600000000,
    substr(household, 1, instr(household, '-') - 1), count(*) FROM passage
    WHERE standing = 'visitor' AND direction = 'in' GROUP BY 1, 2""",
    """INSERT INTO dwell SELECT started / 3600000000, standing, dwell % 10, count(*), sum(dwell)
    FROM passage WHERE dwell IS NOT NULL AND direction = 'out' GROUP BY 1, 2, 3""",
    """UPDATE cell SET n = coalesce((SELECT sum(stretch.n) FROM stretch
    WHERE stretch.cell = cell.id), 0)""",
)
INDEXES = ("ix_passage_plate", "ix_passage_household", "ix_passage_remembered")


SQL_TOWN = """
CREATE TEMP TABLE car (id INTEGER PRIMARY KEY, plate TEXT, standing TEXT, household TEXT);
CREATE TEMP TABLE mix (
    id INTEGER PRIMARY KEY, lane TEXT, direction TEXT, trigger TEXT, plate_class TEXT,
    standing TEXT, verdict TEXT, reason TEXT, opening TEXT, outcome TEXT, actor TEXT,
    asked INTEGER, was_read INTEGER, corrected INTEGER, dwell INTEGER, first_car INTEGER,
    cars INTEGER, cell INTEGER
);
"""
# A multiplier of Knuth's spreads neighbouring numbers over mixes and cars; every pair comes by.
SQL_PASSAGES = f"""
WITH RECURSIVE n(i) AS (SELECT :low UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :high)
INSERT INTO passage ({COLUMNS})
SELECT i * {PER_PASSAGE} + 1, printf('P%012d', i * {PER_PASSAGE} + 1), lane, direction, trigger,
    at, at + 900000, at + 950000, at + 1200000, at + 9000000, plate, plate, plate_class, 'blue',
    0.995, 6, 6, verdict, reason, mix.standing, household, 'owner', actor, asked,
    CASE corrected WHEN 1 THEN 'X' ELSE '' END, opening, outcome,
    CASE direction WHEN 'out' THEN dwell + i % 600 END, cell
FROM (SELECT i, :start + i * :step AS at, (i * 2654435761) >> 7 AS spread FROM n)
CROSS JOIN mix ON mix.id = spread % :mixes
CROSS JOIN car ON car.id = first_car + (spread >> 3) % cars
"""


class Town:
    """Vehicles of 1,559 households, their visitors and strangers, coming and going.

    Passages are not made one by one: `MIXES` ways to pass and a pool of cars are, and the database
    multiplies them, so that ten million take a minute or two.
    """

    MIXES = 40_009
    END = datetime(2026, 11, 22, tzinfo=UTC)

    def __init__(self, passages: int) -> None:
        self._chance = random.Random(20260302)
        self._passages = passages
        visitors, strangers = max(1000, passages // 40), max(1000, passages // 50)
        self._pools = {"registered": 2200, "visitor": visitors, "unknown": strangers, "blocked": 40}
        self._cells: dict[tuple[object, ...], int] = {}

    def settle(self, file: sqlite3.Connection) -> None:
        """Write the pool of cars, the ways to pass and their cells."""
        file.executescript(SQL_TOWN)
        file.executemany("INSERT INTO car VALUES (?, ?, ?, ?)", enumerate_cars(self._cars()))
        rows = [(number, *self._mix()) for number in range(self.MIXES)]
        marks = ",".join("?" * len(rows[0]))
        file.executemany(f"INSERT INTO mix VALUES ({marks})", rows)
        facets = [(number, *values) for values, number in self._cells.items()]
        marks = ",".join("?" * (len(FACETS) + 1))
        file.executemany(f"INSERT INTO cell (id, {', '.join(FACETS)}) VALUES ({marks})", facets)

    def drive(self, file: sqlite3.Connection) -> None:
        """Write every passage, oldest first, with numbers as the journal would give them."""
        step = timedelta(days=1) // DAILY
        values = {
            "start": micros(self.END - step * self._passages),
            "step": step // timedelta(microseconds=1),
            "mixes": self.MIXES,
        }
        bar = tqdm(total=self._passages, unit=" passages", mininterval=10)
        for low in range(0, self._passages, CHUNK):
            high = min(low + CHUNK, self._passages)
            file.execute(SQL_PASSAGES, {**values, "low": low, "high": high})
            bar.update(high - low)
        bar.close()

    def _plate(self) -> str:
        chance = self._chance
        letters = "".join(chance.choice("0123456789ABCDEFGHJKLMNPQRSTUVWXYZ") for _ in range(5))
        return chance.choice("吉吉吉吉吉辽黑京蒙") + chance.choice("AAAABCD") + letters

    def _cars(self) -> Iterator[tuple[str, str, str]]:
        for standing, count in self._pools.items():
            for _ in range(count):
                plate, household = self._plate(), ""
                if standing in {"registered", "visitor"}:
                    home = zlib.crc32(plate.encode()) % 1559
                    household = f"{home % 33 + 1}-{home % 4 + 1}-{home // 33 % 20 + 1}01"
                yield plate, standing, household

    def _mix(self) -> tuple[object, ...]:
        chance = self._chance
        lane, direction = chance.choice(((SOUTH, "in"), (NORTH, "out")))
        (standing,) = chance.choices(tuple(self._pools), (700, 250, 40, 10))
        asked = chance.random() < 0.04
        actor = chance.choice(("wang", "li", "zhao", "chen")) if asked else "auto"
        verdict = "refuse" if standing == "blocked" else "admit"
        reason = {"registered": "resident", "visitor": "visitor", "blocked": "blocked"}.get(
            standing, "guard_admitted" if asked else "exit_free"
        )
        opening = "" if verdict == "refuse" else ("failed" if chance.random() < 0.001 else "raised")
        outcome = "refused" if verdict == "refuse" else "passed"
        classes = ("civil", "nev_small", "nev_large", "police")
        (plate_class,) = chance.choices(classes, (70, 27, 2, 1))
        trigger = "loop" if chance.random() < 0.9 else "camera"
        corrected = asked and chance.random() < 0.1
        facets = (
            lane, direction, trigger, plate_class, standing, verdict, reason, opening, outcome,
            actor, asked, True, corrected,
        )  # fmt: skip
        cell = self._cells.setdefault(facets, len(self._cells) + 1)
        kinds = list(self._pools)
        first = sum(self._pools[kind] for kind in kinds[: kinds.index(standing)])
        dwell = chance.randrange(600, 90_000)
        return (*facets, dwell, first, self._pools[standing], cell)


def enumerate_cars(
    cars: Iterator[tuple[str, str, str]],
) -> Iterator[tuple[int, str, str, str]]:
    """Number the cars from 0."""
    for number, car in enumerate(cars):
        yield (number, *car)


def build(folder: Path, passages: int) -> None:
    """Make the database of this size, unless it is there."""
    if (folder / "built").exists():
        return
    shutil.rmtree(folder, ignore_errors=True)
    open_database(folder).dispose()
    began = time.perf_counter()
    town = Town(passages)
    with closing(sqlite3.connect(folder / FILE, isolation_level=None)) as file:
        for pragma in ("synchronous=OFF", "journal_mode=MEMORY", "cache_size=-400000"):
            file.execute(f"PRAGMA {pragma}")
        definitions = [
            file.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0]
            for name in INDEXES
        ]
        town.settle(file)
        file.execute("BEGIN")
        for name in INDEXES:
            file.execute(f"DROP INDEX {name}")
        town.drive(file)
        for statement in (*definitions, *ROLLUPS):
            file.execute(statement)
        file.execute("COMMIT")
        file.execute("ANALYZE")
    (folder / "built").write_text(f"{passages}\n")
    print(f"built {passages} passages in {time.perf_counter() - began:.0f} s")


def filters(end: datetime, chance: random.Random, known: Sequence[str]) -> list[PassageFilter]:
    """What people ask: the usual, the rare, and the hopeless."""
    week, year = end - timedelta(days=7), end - timedelta(days=365)
    plate = chance.choice(known)
    return [
        PassageFilter(),
        PassageFilter(since=week),
        PassageFilter(lanes=(SOUTH,), direction=Direction.IN),
        PassageFilter(direction=Direction.OUT, lanes=(SOUTH,)),
        PassageFilter(plate=plate),
        PassageFilter(plate=plate[:4] + "*"),
        PassageFilter(plate="*" + plate[-4:]),
        PassageFilter(plate="*" + plate[3:5] + "*"),
        PassageFilter(plate=plate[:3] + "?" + plate[4:]),
        PassageFilter(plate="吉A*"),
        PassageFilter(plate="*QQQQQ*"),
        PassageFilter(household=f"{chance.randrange(1, 34)}-1-101"),
        PassageFilter(actor="wang", since=year),
        PassageFilter(reasons=("blocked",), plate_classes=("police",)),
        PassageFilter(corrected=True, lanes=(NORTH,)),
        PassageFilter(openings=("failed",), standings=("visitor",), actor="li"),
        PassageFilter(openings=("failed",), plate="吉A*", plate_classes=("police",)),
        PassageFilter(standings=("unknown",), until=year),
        PassageFilter(since=year, until=year + timedelta(days=1), plate="*8*"),
        PassageFilter(asked=True, outcomes=("refused",), plate_classes=("nev_large",)),
    ]


class Timed:
    """Milliseconds of calls, by the clock and of this thread's processor.

    On a quiet machine both are the same; on a busy one the processor's tell what a call costs.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self.clock: list[float] = []
        self.processor: list[float] = []

    def call(self, work: Callable[[], T]) -> T:
        """Time one call."""
        began, spent = time.perf_counter(), time.thread_time()
        answer = work()
        self.processor.append((time.thread_time() - spent) * 1000)
        self.clock.append((time.perf_counter() - began) * 1000)
        return answer

    def tell(self) -> None:
        """Print percentiles."""
        told(self._what, self.clock)
        told("", self.processor, "ms of the processor")


def told(what: str, millis: Sequence[float], unit: str = "ms") -> None:
    """Print percentiles."""
    cuts = statistics.quantiles(millis, n=100, method="inclusive")
    print(
        f"{what:<34} n {len(millis):>5}  p50 {cuts[49]:7.2f}  p95 {cuts[94]:7.2f}  "
        f"p99 {cuts[98]:7.2f}  max {max(millis):7.2f} {unit}"
    )


def bench_pages(reports: Reports, end: datetime, known: Sequence[str], rounds: int) -> None:
    """First pages and deep pages of every kind of filter."""
    chance = random.Random(1)
    first, later = Timed("page of the log, first"), Timed("page of the log, somewhere")
    slowest: dict[int, float] = {}
    for _ in range(rounds):
        for number, wanted in enumerate(filters(end, chance, known)):
            page = first.call(partial(reports.passages, wanted))
            slowest[number] = max(slowest.get(number, 0.0), first.processor[-1])
            if page.cursor is not None:
                cursor = chance.randrange(1, page.cursor + 1)
                later.call(partial(reports.passages, wanted, cursor))
                slowest[number] = max(slowest[number], later.processor[-1])
    first.tell()
    later.tell()
    for worst in sorted(slowest, key=lambda number: -slowest[number])[:5]:
        said = {k: v for k, v in asdict(filters(end, chance, known)[worst]).items() if v}
        print(f"  slow: {slowest[worst]:.0f} ms of the processor for {said}")


def bench_charts(reports: Reports, end: datetime, rounds: int) -> None:
    """Every chart over a year."""
    year = ReportPeriod(end - timedelta(days=365), end)
    charts: dict[str, Callable[[], object]] = {
        "charts, all of the page": lambda: reports.charts(year),
        "recall meter and shares": lambda: reports.shares(year),
        "by reason": lambda: reports.by_facet(year, "reason"),
        "count of a year": lambda: reports.count(PassageFilter(since=year.since)),
        "shift": lambda: reports.shift(end - timedelta(hours=8), end),
    }
    for name, call in charts.items():
        times = Timed(f"a year's {name}")
        for _ in range(rounds):
            times.call(call)
        times.tell()


def bench_append(database: Database, folder: Path, passages: int) -> None:
    """Appends of whole passages, as lanes make them, durable each."""
    keyring = FileKeyring({1: bytes(32)})
    journal = Journal(database, folder, keyring, SystemClock())
    journal.start()
    names = [f"bench-{time.time_ns()}-{n}" for n in range(passages)]
    times = Timed("append, committed and durable")
    for n, name in enumerate(names):
        for entries in whole(name, f"吉A{n % 100_000:05d}"):
            times.call(partial(journal.append, *entries))
    journal.close()
    times.tell()


def main() -> None:
    """Build, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--folder", type=Path, default=Path(".bench"))
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    folder = options.folder / f"journal-{options.passages}"
    build(folder, options.passages)
    database = open_database(folder)
    reports = Reports(database, FileKeyring({1: bytes(32)}), ZoneInfo("Asia/Shanghai"))
    end = datetime(2026, 11, 22, tzinfo=UTC)
    known = [row.plate for row in reports.passages(PassageFilter(), limit=500).rows]
    size = sum(path.stat().st_size for path in folder.glob(f"{FILE}*")) / 1e6
    print(f"{options.passages} passages, {size:.0f} MB")
    assert reports.passage(PassageId(f"P{1:012d}")) is not None
    bench_pages(reports, end, known, options.rounds)
    bench_charts(reports, end, max(5, options.rounds // 2))
    began = time.perf_counter()
    days = daily_counts.keep_missing(database, lambda: True)
    if days:
        print(
            f"{days} days counted and kept in {time.perf_counter() - began:.1f} s; the same again"
        )
        bench_charts(reports, end, max(5, options.rounds // 2))
    bench_append(database, folder, 5 * options.rounds)
    database.dispose()


if __name__ == "__main__":
    main()
