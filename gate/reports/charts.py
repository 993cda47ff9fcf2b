"""Counts for charts, from kept days and the hourly rollups. Part of gate.reports.reports.

Hours are whole hours of UTC; a site whose zone is off by half an hour sees its bars half an hour
early. Days and weekdays are those of the site's zone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import cache
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, select

from gate.domain.decision import Reason, Verdict
from gate.domain.passage import Direction, LaneId, PassageEnd
from gate.journal.projections.daily_counts import HOURS, Covered, ReportPeriod
from gate.journal.projections.rollups import DWELL_BARS
from gate.reports.model import Bar, DwellBar, FlowDay, FlowHour, Shares, WeekGrid
from gate.storage.tables import FACETS, alarm, cell, dwell, flow, moment, passage, visitor_flow

_HOUR = 3_600_000_000
_NO_PERSON = ("", "auto")
_HAND = (Reason.BY_HAND.value, Reason.EMERGENCY.value, Reason.VISITOR_UNCHECKED.value)


def hours(connection: Connection, covered: Covered, zone: tzinfo) -> tuple[FlowHour, ...]:
    """Passages by hour, lane and direction, in order of time; hours without any are left out."""
    counts: list[tuple[int, str, str, int]] = [
        *_kept_hours(covered),
        *_counted_hours(connection, covered),
    ]
    local = cache(lambda at: moment(at * _HOUR).astimezone(zone))
    return tuple(
        FlowHour(local(at), LaneId(lane), direction, n) for at, lane, direction, n in sorted(counts)
    )


def _kept_hours(covered: Covered) -> Iterator[tuple[int, str, str, int]]:
    lanes = covered.period.lanes
    for day in covered.days:
        for lane, direction, totals in day.ways:
            if not lanes or lane in lanes:
                for at, n in enumerate(totals, day.number * HOURS):
                    if n:
                        yield at, lane, direction, n


def _counted_hours(connection: Connection, covered: Covered) -> Iterator[tuple[int, str, str, int]]:
    """One column for each lane and direction, so that the rows come in the order of the key and
    nothing is sorted: ten times as fast over a year as a GROUP BY of all three.
    """
    ways: dict[tuple[str, str], list[int]] = defaultdict(list)
    wanted = select(cell.c.id, cell.c.lane, cell.c.direction)
    for number, lane, direction in connection.execute(
        wanted.where(*_lane(cell.c.lane, covered.period))
    ):
        ways[lane, direction].append(number)
    keys = sorted(ways)
    sums = [func.sum(case((flow.c.cell.in_(ways[key]), flow.c.n), else_=0)) for key in keys]
    query = select(flow.c.hour, *sums).group_by(flow.c.hour)
    for at, *counts in _counted(connection, covered, query, flow.c.hour) if keys else ():
        yield from ((at, *way, int(n)) for way, n in zip(keys, counts, strict=True) if n)


def days(hourly: Iterable[FlowHour]) -> tuple[FlowDay, ...]:
    """Passages by day of the site."""
    sums: dict[date, Counter[str]] = defaultdict(Counter)
    for one in hourly:
        sums[one.start.date()][one.direction] += one.n
    return tuple(
        FlowDay(day, counts[Direction.IN.value], counts[Direction.OUT.value])
        for day, counts in sorted(sums.items())
    )


def week(hourly: Iterable[FlowHour], period: ReportPeriod, zone: tzinfo) -> WeekGrid:
    """Passages by weekday and hour of the day."""
    totals = [[0] * 24 for _ in range(7)]
    for one in hourly:
        totals[one.start.weekday()][one.start.hour] += one.n
    return WeekGrid(tuple(map(tuple, totals)), _weekdays(period, zone))


def _weekdays(period: ReportPeriod, zone: tzinfo) -> tuple[int, ...]:
    """How many of each weekday the period touches."""
    day = period.since.astimezone(zone).date()
    last = (period.until - timedelta(microseconds=1)).astimezone(zone).date()
    counts = [0] * 7
    whole, rest = divmod(max(0, (last - day).days + 1), 7)
    for offset in range(7):
        counts[(day.weekday() + offset) % 7] = whole + (1 if offset < rest else 0)
    return tuple(counts)


def peak(hourly: Iterable[FlowHour]) -> FlowHour | None:
    """The busiest hour of one lane; of several, the first."""
    return max(hourly, key=lambda one: one.n, default=None)


@dataclass(frozen=True, slots=True)
class CellSum:
    """How many passages of a period are in a cell. facets: by the names of
    gate.storage.tables.FACETS."""

    facets: Mapping[str, Any]
    n: int


def cell_sums(connection: Connection, covered: Covered) -> tuple[CellSum, ...]:
    """The passages of a period by cell: what shares and facets are counted from, read once."""
    sums: Counter[int] = Counter()
    for day in covered.days:
        for number, n in day.cells:
            sums[number] += n
    query = select(flow.c.cell, func.sum(flow.c.n)).group_by(flow.c.cell)
    for number, n in _counted(connection, covered, query, flow.c.hour):
        sums[number] += int(n)
    cells = select(cell).where(*_lane(cell.c.lane, covered.period))
    return tuple(
        CellSum({name: row[name] for name in FACETS}, sums[row["id"]])
        for row in connection.execute(cells).mappings()
        if row["id"] in sums
    )


def ended_sums(connection: Connection, since: datetime, until: datetime) -> tuple[CellSum, ...]:
    """Count the passages that ended from `since` (included) to `until` (not included).

    Each passage ends once, so that two shifts that follow each other share none and miss none.
    """
    query = (
        select(passage.c.cell, func.count())
        .where(passage.c.ended >= since, passage.c.ended < until)
        .group_by(passage.c.cell)
    )
    sums = {int(number): int(n) for number, n in connection.execute(query)}
    cells = select(cell).where(cell.c.id.in_(sums))
    return tuple(
        CellSum({name: row[name] for name in FACETS}, sums[row["id"]])
        for row in connection.execute(cells).mappings()
    )


def went_through(one: CellSum) -> bool:
    """Whether passages with these facets drove through, as who is inside is counted."""
    end, opening = one.facets["outcome"], one.facets["opening"]
    return bool(end == PassageEnd.PASSED or (end == PassageEnd.NOT_SEEN and opening == "raised"))


def shares(sums: Iterable[CellSum]) -> Shares:
    """The recall meter and what the gate did by itself."""
    counted = dict.fromkeys(Shares.__slots__, 0)
    for one in sums:
        for name in _shares_of(one.facets):
            counted[name] += one.n
    return Shares(**counted)


def _shares_of(facets: Mapping[str, Any]) -> Iterator[str]:
    """The shares that a passage with these facets counts for."""
    vehicle, auto = facets["trigger"] != "guard", facets["actor"] == "auto"
    person = facets["actor"] not in _NO_PERSON
    admitted = facets["verdict"] == Verdict.ADMIT.value
    refused = facets["verdict"] == Verdict.REFUSE.value
    raised = facets["opening"] == "raised"
    holds = {
        "seen": vehicle,
        "read": vehicle and facets["was_read"],
        "decided": vehicle and auto and not facets["asked"] and (admitted or refused),
        "opened": auto and raised,
        "asked": facets["asked"],
        "corrected": facets["corrected"],
        # The rules let an ambulance in as an emergency, too: nobody's hand did that.
        "by_hand": person and facets["reason"] in _HAND,
        "unchecked": facets["reason"] == Reason.VISITOR_UNCHECKED.value,
        "refused": refused,
        "failed": facets["opening"] != "" and not raised,
    }
    return (name for name, true in holds.items() if true)


def by_facet(sums: Iterable[CellSum], facet: str) -> tuple[Bar, ...]:
    """Passages by a facet (gate.storage.tables.FACETS) such as reason, actor, plate_class; most
    first."""
    counts: Counter[str] = Counter()
    for one in sums:
        counts[str(one.facets[facet])] += one.n
    return _most_first(counts)


def visitors(connection: Connection, covered: Covered) -> tuple[Bar, ...]:
    """Visitors let in, by the building they visit; most first."""
    counts: Counter[str] = Counter()
    for day in covered.days:
        for building, n in day.visitors:
            counts[building] += n
    of = visitor_flow.c.building
    query = select(of, func.sum(visitor_flow.c.n)).group_by(of)
    for building, n in _counted(connection, covered, query, visitor_flow.c.hour):
        counts[building] += int(n)
    return _most_first(counts)


def dwells(connection: Connection, covered: Covered) -> tuple[DwellBar, ...]:
    """Visits that ended in the period, by standing and length."""
    columns = (dwell.c.standing, dwell.c.bucket)
    query = select(*columns, func.sum(dwell.c.n), func.sum(dwell.c.seconds)).group_by(*columns)
    kept = (stay for day in covered.days for stay in day.stays)
    visits: Counter[tuple[str, int]] = Counter()
    lasted: Counter[tuple[str, int]] = Counter()
    for standing, bar, n, seconds in chain(
        kept, _counted(connection, covered, query, dwell.c.hour)
    ):
        visits[standing, bar] += int(n)
        lasted[standing, bar] += int(seconds)
    return tuple(
        DwellBar(
            standing,
            DWELL_BARS[bar] if bar < len(DWELL_BARS) else None,
            n,
            lasted[standing, bar] / n,
        )
        for (standing, bar), n in sorted(visits.items())
        if n
    )


def faults(
    connection: Connection, period: ReportPeriod, sums: Iterable[CellSum]
) -> tuple[Bar, ...]:
    """Alarms of the period by kind, and orders that did not raise the arm; most first."""
    raised = alarm.c.raised
    query = (
        select(alarm.c.kind, func.count())
        .where(raised >= period.since, raised < period.until, *_lane(alarm.c.lane, period))
        .group_by(alarm.c.kind)
    )
    counts = {f"alarm:{kind}": int(n) for kind, n in connection.execute(query)}
    for bar in by_facet(sums, "opening"):
        if bar.label not in {"", "raised"}:
            counts[f"opening:{bar.label}"] = bar.n
    return _most_first(counts)


def _most_first(counts: Mapping[str, int]) -> tuple[Bar, ...]:
    bars = (Bar(label, n) for label, n in counts.items())
    return tuple(sorted(bars, key=lambda bar: (-bar.n, bar.label)))


def _counted(
    connection: Connection, covered: Covered, query: Select[Any], at: ColumnElement[int]
) -> Iterator[tuple[Any, ...]]:
    """The rows of a query over the hours that no kept day covers, stretch by stretch."""
    for first, last in covered.rest:
        yield from map(tuple, connection.execute(query.where(at.between(first, last))))


def _lane(column: ColumnElement[Any], period: ReportPeriod) -> list[ColumnElement[bool]]:
    return [column.in_(period.lanes)] if period.lanes else []
