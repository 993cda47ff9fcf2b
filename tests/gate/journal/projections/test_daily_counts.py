"""Charts of kept days answer as charts without any: whatever came late or was taken away."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from gate.domain.passage import LaneId
from gate.journal.projections import daily_counts, rollups
from gate.journal.projections.daily_counts import ReportPeriod
from gate.reports.model import Charts
from gate.reports.reports import Reports
from gate.storage.database import FILE, Database, open_database
from gate.storage.tables import hour_of, passage, state
from tests.gate.journal.journal_cast import NOON, NORTH, file_keyring, migrated
from tests.gate.reports.traffic import Traffic

pytestmark = pytest.mark.slow

PAST = 8
DAYS = st.integers(-2, 12)
STEPS = st.lists(
    st.tuples(st.sampled_from(["drive", "keep", "forget", "late"]), st.integers(0, 10**6)),
    min_size=2,
    max_size=6,
)


@cache
def with_a_past() -> bytes:
    """A database with some days of traffic, made once."""
    with TemporaryDirectory() as folder:
        Path(folder, FILE).write_bytes(migrated())
        made = open_database(Path(folder), upgrade=False)
        with made.writing() as connection:
            traffic = Traffic(7)
            for day in range(PAST):
                traffic.at = NOON + timedelta(days=day)
                traffic.drive(connection, 10)
        made.dispose()
        return Path(folder, FILE).read_bytes()


@contextmanager
def opened(content: bytes) -> Iterator[Database]:
    with TemporaryDirectory() as folder:
        Path(folder, FILE).write_bytes(content)
        made = open_database(Path(folder), upgrade=False)
        try:
            yield made
        finally:
            made.dispose()


def step(database: Database, traffic: Traffic, what: str, chosen: int) -> None:
    """Drive on, keep what is over, forget who acted long ago, or write something about the past."""
    if what == "keep":
        daily_counts.keep_missing(database, lambda: True)
        return
    with database.writing() as connection:
        if what == "drive":
            traffic.drive(connection, 1 + chosen % 8)
        elif what == "late":
            before = traffic.at
            traffic.at -= timedelta(hours=chosen % 150)
            traffic.drive(connection, 2)
            traffic.at = before
        elif rows := connection.execute(select(passage)).mappings().all():
            row = rows[chosen % len(rows)]
            into = rollups.forgotten_cell(connection, row["cell"], "somebody")
            out_of = row["cell"]
            rollups.move(connection, row["number"], row["started"], out_of=out_of, into=into)
            at = passage.c.number == row["number"]
            connection.execute(passage.update().where(at).values(cell=into, actor="somebody"))


def counted_anew(database: Database, period: ReportPeriod, zone: ZoneInfo) -> Charts:
    """The charts as they are without any kept day, which is then put back."""
    with database.writing() as connection:
        kept = [dict(row) for row in connection.execute(select(state)).mappings()]
        connection.execute(delete(state))
    try:
        return Reports(database, file_keyring(), zone).charts(period)
    finally:
        if kept:
            with database.writing() as connection:
                connection.execute(state.insert(), kept)


@settings(max_examples=25, deadline=None)
@given(
    steps=STEPS,
    since=DAYS,
    length=st.integers(1, 14),
    hours=st.integers(0, 23),
    lanes=st.sampled_from([(), (NORTH,), (LaneId("none"),)]),
    zone=st.sampled_from(["Asia/Shanghai", "UTC", "America/New_York"]),
)
def test_a_kept_day_is_what_counting_gives(
    steps: list[tuple[str, int]],
    since: int,
    length: int,
    hours: int,
    lanes: tuple[LaneId, ...],
    zone: str,
) -> None:
    start = NOON + timedelta(days=since, hours=hours)
    period = ReportPeriod(start, start + timedelta(days=length), lanes)
    whole = ReportPeriod(NOON - timedelta(days=9), NOON + timedelta(days=60), lanes)
    with opened(with_a_past()) as database:
        traffic, local = Traffic(11), ZoneInfo(zone)
        traffic.at, traffic.entries = NOON + timedelta(days=PAST), 10_000
        for what, chosen in (("keep", 0), *steps):
            step(database, traffic, what, chosen)
        for asked in (period, whole):
            charts = Reports(database, file_keyring(), local).charts(asked)
            assert charts == counted_anew(database, asked, local)


def test_days_that_are_over_are_kept_once_and_gone_with_the_first_change() -> None:
    with opened(with_a_past()) as database:
        kept = daily_counts.keep_missing(database, lambda: True)
        assert kept > 2
        assert daily_counts.keep_missing(database, lambda: True) == 0
        with database.writing() as connection:
            first = connection.execute(select(func.min(passage.c.started))).scalar_one()
            daily_counts.changed(connection, hour_of(first))
        with database.reading() as connection:
            assert daily_counts.missing(connection) == (hour_of(first) // 24,)


def test_the_newest_days_are_not_kept_and_who_stops_is_heard() -> None:
    with opened(with_a_past()) as database:
        assert daily_counts.keep_missing(database, lambda: False) == 0
        daily_counts.keep_missing(database, lambda: True)
        with database.reading() as connection:
            newest = connection.execute(select(func.max(passage.c.started))).scalar_one()
            names = connection.execute(select(state.c.name)).scalars().all()
        assert max(int(name.rpartition("/")[2]) for name in names) < hour_of(newest) // 24 - 1


def test_an_empty_record_has_no_days() -> None:
    with opened(migrated()) as database:
        assert daily_counts.keep_missing(database, lambda: True) == 0


PLACES = {
    "enter": lambda c, at, of: rollups.enter(c, 9_000, at, of),
    "move": lambda c, at, of: rollups.move(
        c, 1, at, out_of=of, into=rollups.forgotten_cell(c, of, "somebody")
    ),
    "visitor": lambda c, at, _: rollups.count_visitor(c, at, "3-2-501"),
    "dwell": lambda c, at, _: rollups.count_dwell(c, at, "visitor", 4_000),
}


@pytest.mark.parametrize("place", PLACES)
def test_each_change_of_a_count_shows_at_once(place: str) -> None:
    """Alone: a passage that began before midnight may end, and leave, after it."""
    period, zone = (
        ReportPeriod(NOON - timedelta(days=2), NOON + timedelta(days=30)),
        ZoneInfo("UTC"),
    )
    with opened(with_a_past()) as database:
        daily_counts.keep_missing(database, lambda: True)
        before = Reports(database, file_keyring(), zone).charts(period)
        with database.writing() as connection:
            of = select(passage.c.started, passage.c.cell).order_by(passage.c.number).limit(1)
            at, cell = connection.execute(of).one()
            PLACES[place](connection, at, cell)
        after = Reports(database, file_keyring(), zone).charts(period)
        assert after != before
        assert after == counted_anew(database, period, zone)
