"""Counts for charts, from the hourly rollups: a year in well under a second. Part of gate.reports.

Hours are whole hours of UTC; a site whose zone is off by half an hour sees its bars half an hour
early. Days and weekdays are those of the site's zone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, select

from gate.events import Direction, LaneId, Reason, Verdict
from gate.report_values import (
    Bar,
    DwellBar,
    FlowDay,
    FlowHour,
    Period,
    Shares,
    WeekGrid,
)
from gate.rollups import DWELL_BARS
from gate.tables import FACETS, alarm, cell, dwell, flow, hour_of, moment, visitor_flow

_HOUR = 3_600_000_000
_HAND = (Reason.BY_HAND.value, Reason.EMERGENCY.value)


def hours(connection: Connection, period: Period, zone: tzinfo) -> tuple[FlowHour, ...]:
    """Passages by hour, lane and direction, in order of time; hours without any are left out.

    One column for each lane and direction, so that the rows come in the order of the key and
    nothing is sorted: ten times as fast over a year as a GROUP BY of all three.
    """
    ways: dict[tuple[str, str], list[int]] = defaultdict(list)
    wanted = select(cell.c.id, cell.c.lane, cell.c.direction).where(*_lane(cell.c.lane, period))
    for number, lane, direction in connection.execute(wanted):
        ways[lane, direction].append(number)
    if not ways:
        return ()
    keys = sorted(ways)
    sums = [func.sum(case((flow.c.cell.in_(ways[key]), flow.c.n), else_=0)) for key in keys]
    query = select(flow.c.hour, *sums).where(_hours(flow.c.hour, period))
    rows = connection.execute(query.group_by(flow.c.hour).order_by(flow.c.hour))
    return tuple(
        FlowHour(moment(hour * _HOUR).astimezone(zone), LaneId(lane), direction, int(n))
        for hour, *counts in rows
        for (lane, direction), n in zip(keys, counts, strict=True)
        if n
    )


def days(hourly: Iterable[FlowHour]) -> tuple[FlowDay, ...]:
    """Passages by day of the site."""
    sums: dict[date, Counter[str]] = defaultdict(Counter)
    for one in hourly:
        sums[one.start.date()][one.direction] += one.n
    return tuple(
        FlowDay(day, counts[Direction.IN.value], counts[Direction.OUT.value])
        for day, counts in sorted(sums.items())
    )


def week(hourly: Iterable[FlowHour], period: Period, zone: tzinfo) -> WeekGrid:
    """Passages by weekday and hour of the day."""
    totals = [[0] * 24 for _ in range(7)]
    for one in hourly:
        totals[one.start.weekday()][one.start.hour] += one.n
    return WeekGrid(tuple(map(tuple, totals)), _weekdays(period, zone))


def _weekdays(period: Period, zone: tzinfo) -> tuple[int, ...]:
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
    """How many passages of a period are in a cell. facets: by the names of gate.tables.FACETS."""

    facets: Mapping[str, Any]
    n: int


def cell_sums(connection: Connection, period: Period) -> tuple[CellSum, ...]:
    """The passages of a period by cell: what shares and facets are counted from, read once."""
    n = func.sum(flow.c.n)
    query = select(flow.c.cell, n).where(_hours(flow.c.hour, period)).group_by(flow.c.cell)
    sums = {number: int(total) for number, total in connection.execute(query)}
    cells = select(cell).where(*_lane(cell.c.lane, period))
    return tuple(
        CellSum({name: row[name] for name in FACETS}, sums[row["id"]])
        for row in connection.execute(cells).mappings()
        if row["id"] in sums
    )


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
        "by_hand": facets["reason"] in _HAND,
        "refused": refused,
        "failed": facets["opening"] != "" and not raised,
    }
    return (name for name, true in holds.items() if true)


def by_facet(sums: Iterable[CellSum], facet: str) -> tuple[Bar, ...]:
    """Passages by a facet (gate.tables.FACETS) such as reason, actor, plate_class; most first."""
    counts: Counter[str] = Counter()
    for one in sums:
        counts[str(one.facets[facet])] += one.n
    bars = (Bar(label, n) for label, n in counts.items())
    return tuple(sorted(bars, key=lambda bar: (-bar.n, bar.label)))


def visitors(connection: Connection, period: Period) -> tuple[Bar, ...]:
    """Visitors let in, by the building they visit; most first."""
    n = func.sum(visitor_flow.c.n)
    query = (
        select(visitor_flow.c.building, n)
        .where(_hours(visitor_flow.c.hour, period))
        .group_by(visitor_flow.c.building)
        .order_by(n.desc(), visitor_flow.c.building)
    )
    return tuple(Bar(label, int(count)) for label, count in connection.execute(query))


def dwells(connection: Connection, period: Period) -> tuple[DwellBar, ...]:
    """Visits that ended in the period, by standing and length."""
    n, seconds = func.sum(dwell.c.n), func.sum(dwell.c.seconds)
    query = (
        select(dwell.c.standing, dwell.c.bucket, n, seconds)
        .where(_hours(dwell.c.hour, period))
        .group_by(dwell.c.standing, dwell.c.bucket)
        .order_by(dwell.c.standing, dwell.c.bucket)
    )
    return tuple(
        DwellBar(
            standing, DWELL_BARS[bar] if bar < len(DWELL_BARS) else None, int(count), total / count
        )
        for standing, bar, count, total in connection.execute(query)
        if count
    )


def faults(connection: Connection, period: Period, sums: Iterable[CellSum]) -> tuple[Bar, ...]:
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
    bars = (Bar(label, n) for label, n in counts.items())
    return tuple(sorted(bars, key=lambda bar: (-bar.n, bar.label)))


def _hours(column: ColumnElement[Any], period: Period) -> ColumnElement[bool]:
    last = hour_of(period.until - timedelta(microseconds=1))
    return column.between(hour_of(period.since), last)


def _lane(column: ColumnElement[Any], period: Period) -> list[ColumnElement[bool]]:
    return [column.in_(period.lanes)] if period.lanes else []


def whole_hours(since: datetime, until: datetime) -> Period:
    """The period, widened to whole hours, as the rollups can answer it."""
    floor = since.replace(minute=0, second=0, microsecond=0)
    ceiling = until.replace(minute=0, second=0, microsecond=0)
    return Period(floor, ceiling if ceiling == until else ceiling + timedelta(hours=1))
