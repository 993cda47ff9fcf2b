"""Pages and charts answer what counting the passages one by one would answer."""

import csv
import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from zoneinfo import ZoneInfo

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlmodel import Session

from gate.domain.decision import Reason, Verdict
from gate.domain.entries import Audited
from gate.domain.passage import Direction, LaneId
from gate.journal.projections.daily_counts import ReportPeriod
from gate.journal.projections.rollups import facets
from gate.reports import passage_log
from gate.reports.exports import Columns, ExportWriter, Form, ReasonMissingError, export, passages
from gate.reports.model import AuditFilter, PassageFilter, PassageRow
from gate.reports.reports import Reports
from gate.storage.database import FILE, Database, open_database
from gate.storage.tables import (
    FACETS,
    STRETCH,
    cell,
    flow,
    hour,
    hour_of,
    known_plate,
    passage,
    stretch,
)
from registry.rules.kinds import Occupant
from registry.views import stays
from registry.views.stays import Which
from tests.gate.journal.journal_cast import (
    NOON,
    NORTH,
    SOUTH,
    desk,
    ended,
    file_keyring,
    migrated,
    ordered,
    raised,
    started,
    whole,
)
from tests.gate.reports.traffic import CLASSES, STANDINGS, Traffic

ZONE = ZoneInfo("Asia/Shanghai")
PASSAGES = 400
YEAR = ReportPeriod(NOON - timedelta(days=30), NOON + timedelta(days=330))


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder = tmp_path_factory.mktemp("reports")
    (folder / FILE).write_bytes(migrated())
    made = open_database(folder)
    with made.writing() as connection:
        Traffic(1).drive(connection, PASSAGES)
    yield made
    made.dispose()


@pytest.fixture(scope="module")
def reports(database: Database) -> Reports:
    return Reports(database, file_keyring(), ZONE)


@pytest.fixture(scope="module")
def rows(database: Database) -> list[PassageRow]:
    with database.reading() as connection:
        query = select(passage).order_by(passage.c.number.desc())
        return [passage_log.to_row(row) for row in connection.execute(query)]


def test_every_rollup_equals_what_counting_gives(database: Database) -> None:
    with database.reading() as connection:
        all_of_them = connection.execute(select(passage)).mappings().all()
        names = {row["id"]: row for row in connection.execute(select(cell)).mappings()}
        in_flow = {(r.hour, r.cell): r.n for r in connection.execute(select(flow))}
        in_stretch = {(r.stretch, r.cell): r.n for r in connection.execute(select(stretch))}
        hours = {r.hour: (r.first, r.last) for r in connection.execute(select(hour))}
        known = {r.plate: r.n for r in connection.execute(select(known_plate))}
    assert in_flow == Counter((hour_of(row["started"]), row["cell"]) for row in all_of_them)
    assert in_stretch == Counter((row["number"] // STRETCH, row["cell"]) for row in all_of_them)
    assert known == Counter(row["plate"] for row in all_of_them if row["plate"])
    for row in all_of_them:
        assert {name: names[row["cell"]][name] for name in FACETS} == facets(row)
        first, last = hours[hour_of(row["started"])]
        assert first <= row["number"] <= last
    counted = Counter(row["cell"] for row in all_of_them)
    assert {one: row["n"] for one, row in names.items() if row["n"]} == counted


def some(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.just(()) | st.lists(st.sampled_from(values), min_size=1, max_size=2).map(tuple)


PATTERNS = ("", "吉A*", "*12", "?B*", "吉A00012", "*000?3", "[吉]*", "100%", "*", "辽B0003?")
MOMENTS = st.none() | st.integers(-3, 15).map(lambda days: NOON + timedelta(days=days))
FILTERS = st.builds(
    PassageFilter,
    since=MOMENTS,
    until=MOMENTS,
    lanes=st.sampled_from([(), (SOUTH,), (NORTH, LaneId("none"))]),
    direction=st.none() | st.sampled_from(Direction),
    plate_classes=some(CLASSES),
    plate=st.sampled_from(PATTERNS),
    verdicts=some(tuple(Verdict)),
    reasons=some(tuple(Reason)[:12]),
    standings=some(STANDINGS),
    openings=some(("raised", "failed", "")),
    outcomes=some(("passed", "refused", "")),
    household=st.sampled_from(["", "", "", "2-1-101"]),
    actor=st.sampled_from(["", "", "auto", "wang"]),
    asked=st.none() | st.booleans(),
    was_read=st.none() | st.booleans(),
    corrected=st.none() | st.booleans(),
)


def fits(row: PassageRow, wanted: PassageFilter) -> bool:
    lists = {
        "lane": wanted.lanes,
        "plate_class": wanted.plate_classes,
        "verdict": wanted.verdicts,
        "reason": wanted.reasons,
        "standing": wanted.standings,
        "opening": wanted.openings,
        "outcome": wanted.outcomes,
    }
    pattern = wanted.plate.replace("[", "[[]")
    return (
        all(not values or getattr(row, name) in values for name, values in lists.items())
        and (wanted.since is None or row.started >= wanted.since)
        and (wanted.until is None or row.started < wanted.until)
        and (wanted.direction is None or row.direction == wanted.direction)
        and (not wanted.household or row.household == wanted.household)
        and (not wanted.actor or row.actor == wanted.actor)
        and (wanted.asked is None or row.asked == wanted.asked)
        and (wanted.was_read is None or bool(row.plate_read or row.plate) == wanted.was_read)
        and (wanted.corrected is None or bool(row.corrected_from) == wanted.corrected)
        and (
            not pattern or (fnmatchcase(row.plate, pattern) and (row.plate != "" or pattern == "*"))
        )
    )


def paged(reports: Reports, wanted: PassageFilter, limit: int) -> list[PassageRow]:
    found: list[PassageRow] = []
    cursor = None
    while True:
        page = reports.passages(wanted, cursor, limit)
        assert len(page.rows) <= limit
        found += page.rows
        if page.cursor is None:
            return found
        assert cursor is None or page.cursor < cursor
        cursor = page.cursor


@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(wanted=FILTERS, limit=st.sampled_from([29, 200]))
def test_pages_hold_exactly_the_matching_passages_newest_first(
    reports: Reports, rows: list[PassageRow], wanted: PassageFilter, limit: int
) -> None:
    expected = [row for row in rows if fits(row, wanted)]
    found = paged(reports, wanted, limit)
    assert [row.number for row in found] == [row.number for row in expected]
    counted = reports.count(wanted)
    assert (counted.n, counted.exact) == (len(expected), True)


@pytest.mark.parametrize("few", [0, 10**9])
def test_both_ways_to_a_plate_find_the_same(
    reports: Reports, rows: list[PassageRow], few: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passage_log, "_FEW_PASSAGES", few)
    monkeypatch.setattr(passage_log, "_STRETCHES", 1)
    for pattern in PATTERNS[1:]:
        wanted = PassageFilter(plate=pattern)
        expected = [row.number for row in rows if fits(row, wanted)]
        assert [row.number for row in paged(reports, wanted, 20)] == expected


def test_counting_stops_at_the_limit(reports: Reports) -> None:
    counted = reports.count(PassageFilter(), limit=10)
    assert (counted.n, counted.exact) == (10, False)


def test_charts_count_what_is_there(reports: Reports, rows: list[PassageRow]) -> None:
    by_hour = Counter(
        (row.started.astimezone(ZONE).replace(minute=0, second=0, microsecond=0), row.lane)
        for row in rows
    )
    assert {(one.start, one.lane): one.n for one in reports.charts(YEAR).hours} == by_hour
    days = Counter(row.started.astimezone(ZONE).date() for row in rows)
    assert {d.day: d.came_in + d.went_out for d in reports.charts(YEAR).days} == days
    grid = reports.charts(YEAR).week
    weekdays = Counter(row.started.astimezone(ZONE).weekday() for row in rows)
    assert [sum(hours) for hours in grid.totals] == [weekdays[day] for day in range(7)]
    assert sum(grid.days) == 361
    peak = reports.charts(YEAR).peak
    assert peak is not None
    assert peak.n == max(by_hour.values())


def test_the_recall_meter_counts_what_is_there(reports: Reports, rows: list[PassageRow]) -> None:
    shares = reports.shares(YEAR)
    assert shares.seen == len(rows)
    assert shares.read == sum(bool(row.plate_read or row.plate) for row in rows)
    assert shares.asked == sum(row.asked for row in rows)
    assert shares.corrected == sum(bool(row.corrected_from) for row in rows)
    assert shares.opened == sum(row.actor == "auto" and row.opening == "raised" for row in rows)
    assert shares.failed == sum(row.opening == "failed" for row in rows)
    assert shares.refused == sum(row.verdict == "refuse" for row in rows)
    assert shares.decided == sum(row.actor == "auto" and not row.asked for row in rows)
    one_lane = reports.shares(ReportPeriod(YEAR.since, YEAR.until, (SOUTH,)))
    assert one_lane.seen == sum(row.lane == SOUTH for row in rows)


def test_a_charts_page_of_one_lane_counts_that_lane(
    reports: Reports, rows: list[PassageRow]
) -> None:
    charts = reports.charts(ReportPeriod(YEAR.since, YEAR.until, (NORTH,)))
    north = sum(row.lane == NORTH for row in rows)
    assert sum(one.n for one in charts.hours) == charts.shares.seen == north
    assert sum(bar.n for bar in charts.reasons) == north


def test_a_period_without_passages_has_empty_charts(reports: Reports) -> None:
    charts = reports.charts(
        ReportPeriod(YEAR.until + timedelta(days=1), YEAR.until + timedelta(days=2))
    )
    assert (charts.hours, charts.days, charts.peak, charts.reasons) == ((), (), None, ())
    assert charts.shares.seen == 0


def test_bars_by_facet(reports: Reports, rows: list[PassageRow]) -> None:
    for facet in ("reason", "actor", "plate_class", "standing"):
        bars = {bar.label: bar.n for bar in reports.by_facet(YEAR, facet)}
        assert bars == Counter(getattr(row, facet) for row in rows)


def test_visitors_dwell_and_faults(reports: Reports, rows: list[PassageRow]) -> None:
    through = [
        row
        for row in rows
        if row.outcome == "passed" or (row.outcome == "not_seen" and row.opening == "raised")
    ]
    visitors = [row for row in through if row.standing == "visitor" and row.direction == "in"]
    buildings = Counter(row.household.split("-")[0] for row in visitors)
    assert {bar.label: bar.n for bar in reports.charts(YEAR).buildings} == buildings
    visits = [row for row in rows if row.direction == "out" and row.dwell is not None]
    assert sum(bar.n for bar in reports.charts(YEAR).dwell) == len(visits)
    total = sum(bar.n * bar.mean_seconds for bar in reports.charts(YEAR).dwell)
    assert round(total) == sum(row.dwell or 0 for row in visits)
    faults = {bar.label: bar.n for bar in reports.charts(YEAR).faults}
    assert faults["opening:failed"] == sum(row.opening == "failed" for row in rows)
    assert faults["alarm:tailgating"] == len(reports.alarms(limit=10_000))


def test_who_is_inside(reports: Reports, database: Database) -> None:
    with Session(database.reader) as session:
        lines = stays.page(session, Which(), None, 5_000).lines
    known = Counter(line.occupant for line in lines)
    counts = reports.inside()
    assert {one: n for one, n in counts.known.items() if n} == known
    assert counts == reports.charts(YEAR).inside == reports.shift(YEAR.since, YEAR.until).inside
    late = reports.overstays(NOON + timedelta(days=300))
    assert [one.plate for one in late] == [
        line.plate for line in lines if line.occupant is Occupant.VISITOR
    ]


def test_a_shift_is_handed_over(reports: Reports, rows: list[PassageRow]) -> None:
    shift = reports.shift(YEAR.since, YEAR.until)
    through = [row for row in rows if drove_through(row)]
    assert (shift.came_in, shift.went_out) == (
        sum(row.direction == "in" for row in through),
        sum(row.direction == "out" for row in through),
    )
    assert len(shift.running) == sum(row.ended is None for row in rows)


def drove_through(row: PassageRow) -> bool:
    return row.outcome == "passed" or (row.outcome == "not_seen" and row.opening == "raised")


@settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(cuts=st.lists(st.integers(0, 400), min_size=1, max_size=5), off=st.integers(-1, 1))
def test_shifts_that_follow_each_other_share_no_passage_and_miss_none(
    reports: Reports, rows: list[PassageRow], cuts: list[int], off: int
) -> None:
    """Signatures at the very moment of an end, just before and just after it."""
    ends = sorted(row.ended for row in rows if row.ended is not None)
    tick = timedelta(microseconds=off)
    signed = sorted({ends[cut % len(ends)] + tick for cut in cuts})
    moments = [YEAR.since, *signed, YEAR.until]
    shifts = [reports.shift(since, until) for since, until in itertools.pairwise(moments)]
    for (since, until), shift in zip(itertools.pairwise(moments), shifts, strict=True):
        own = [row for row in rows if row.ended is not None and since <= row.ended < until]
        through = [row for row in own if drove_through(row)]
        assert shift.came_in == sum(row.direction == "in" for row in through)
        assert shift.went_out == sum(row.direction == "out" for row in through)
        assert shift.visitors == sum(
            row.direction == "in" and row.standing == "visitor" for row in through
        )
        assert shift.shares.refused == sum(row.verdict == "refuse" for row in own)
        assert {bar.label: bar.n for bar in shift.by_reason} == Counter(row.reason for row in own)
    whole = reports.shift(YEAR.since, YEAR.until)
    assert sum(shift.came_in for shift in shifts) == whole.came_in
    assert sum(shift.went_out for shift in shifts) == whole.went_out


def test_only_a_person_s_hand_is_counted_as_by_hand(tmp_path: Path) -> None:
    """The rules let an ambulance in as an emergency; a guard raises for one, too."""
    with desk(tmp_path) as made:
        for number, by in enumerate(("auto", "auto", "wang", "button")):
            name = f"e{number}"
            emergency = replace(ordered(name, "", by=by, order=f"order-{name}"), reason="emergency")
            made.journal.append(started(name), emergency)
            made.journal.append(raised(name), ended(name))
        reports = Reports(made.database, made.keyring, UTC)
        now = made.clock.utc + timedelta(hours=1)
        shift = reports.shift(NOON - timedelta(days=1), now)
        charts = reports.charts(ReportPeriod(NOON - timedelta(days=1), now))
        assert shift.shares.by_hand == charts.shares.by_hand == 2
        assert shift.shares.opened == 2


def test_the_audit_is_paged_and_filtered(tmp_path: Path) -> None:
    with desk(tmp_path) as made:
        made.journal.append(*(Audited("wang", "look_up_plate", f"p{n}", "why") for n in range(25)))
        made.journal.append(Audited("li", "log_in"))
        reports = Reports(made.database, made.keyring, UTC)
        first = reports.audit(AuditFilter(action="look_up*"), limit=20)
        assert first.cursor is not None
        second = reports.audit(AuditFilter(action="look_up*"), first.cursor, limit=20)
        assert [row.target for row in (*first.rows, *second.rows)] == [
            f"p{n}" for n in reversed(range(25))
        ]
        assert second.cursor is None
        assert len(reports.audit(AuditFilter(actor="li")).rows) == 1
        assert len(reports.audit(AuditFilter(target="p3", since=NOON)).rows) == 1
        assert reports.audit(AuditFilter(until=NOON)).rows == ()


COLUMNS = Columns(
    ("started", "lane", "plate", "household", "dwell"), ("时间", "车道", "车牌", "户", "停留")
)


def test_lists_are_exported_with_watermark_and_record(tmp_path: Path) -> None:
    with desk(tmp_path / "data") as made:
        for name in ("a", "b"):
            for entries in whole(name, "吉A12345"):
                made.journal.append(*entries)
        reports = Reports(made.database, made.keyring, UTC)
        taker = ExportWriter("wang", "police request 12", "wang 2026-03-02 police request 12")
        told: list[tuple[int, int]] = []

        def take(form: Form, by: ExportWriter = taker) -> Path:
            target = tmp_path / f"list.{form}"
            listed = passages(reports, PassageFilter(), COLUMNS, ZONE)
            n = export(
                made.journal, listed, by, target, form,
                progress=lambda done, of: told.append((done, of)),
            )  # fmt: skip
            assert n == 2
            return target

        with take(Form.CSV).open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.reader(file))
        assert lines[0] == [taker.watermark]
        assert lines[1] == list(COLUMNS.headings)
        assert [line[2] for line in lines[2:]] == ["吉A12345"] * 2
        assert lines[2][0].startswith("2026-03-02 12:00")
        book = openpyxl.load_workbook(take(Form.XLSX))
        cells = [[str(one.value) for one in row] for row in book.worksheets[0].iter_rows()]
        assert cells[0][0] == taker.watermark
        assert cells[2] == lines[2] or cells[2][:4] == lines[2][:4]
        book.close()
        assert told[-1] == (2, 2)
        audit = reports.audit(AuditFilter(action="exported")).rows
        assert [row.why for row in audit] == ["police request 12"] * 2
        with pytest.raises(ReasonMissingError):
            take(Form.CSV, ExportWriter("wang", " ", "x"))


def test_stretches_are_many_enough_to_be_tested(database: Database) -> None:
    with database.reading() as connection:
        n = connection.execute(select(func.count(stretch.c.stretch.distinct()))).scalar_one()
    assert n > 1
    assert list(itertools.islice(range(n), 2)) == [0, 1]
