"""Counts for charts, from the hourly rollups: a year in well under a second. Part of gate.reports.

Hours are whole hours of UTC; a site whose zone is off by half an hour sees its bars half an hour
early. Days and weekdays are those of the site's zone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, or_, select

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
from gate.tables import alarm, cell, dwell, flow, hour_of, moment, visitor_flow

_HOUR = 3_600_000_000
_HAND = (Reason.BY_HAND.value, Reason.EMERGENCY.value)


def hours(connection: Connection, period: Period, zone: tzinfo) -> Iterator[FlowHour]:
    """Passages by hour, lane and direction, in order of time; hours without any are left out."""
    query = (
        select(flow.c.hour, cell.c.lane, cell.c.direction, func.sum(flow.c.n))
        .join(cell, cell.c.id == flow.c.cell)
        .where(*_within(period))
        .group_by(flow.c.hour, cell.c.lane, cell.c.direction)
        .order_by(flow.c.hour, cell.c.lane)
    )
    for hour, lane, direction, n in connection.execute(query):
        yield FlowHour(moment(hour * _HOUR).astimezone(zone), LaneId(lane), direction, n)


def days(connection: Connection, period: Period, zone: tzinfo) -> tuple[FlowDay, ...]:
    """Passages by day of the site."""
    sums: dict[date, Counter[str]] = defaultdict(Counter)
    for one in hours(connection, period, zone):
        sums[one.start.date()][one.direction] += one.n
    return tuple(
        FlowDay(day, counts[Direction.IN.value], counts[Direction.OUT.value])
        for day, counts in sorted(sums.items())
    )


def week(connection: Connection, period: Period, zone: tzinfo) -> WeekGrid:
    """Passages by weekday and hour of the day."""
    totals = [[0] * 24 for _ in range(7)]
    for one in hours(connection, period, zone):
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


def peak(connection: Connection, period: Period, zone: tzinfo) -> FlowHour | None:
    """The busiest hour of one lane."""
    busiest = None
    for one in hours(connection, period, zone):
        if busiest is None or one.n > busiest.n:
            busiest = one
    return busiest


def shares(connection: Connection, period: Period) -> Shares:
    """The recall meter and what the gate did by itself."""
    vehicles = cell.c.trigger != "guard"
    auto = cell.c.actor == "auto"
    raised = cell.c.opening == "raised"
    admitted = cell.c.verdict == Verdict.ADMIT.value
    refused = cell.c.verdict == Verdict.REFUSE.value
    counted: dict[str, ColumnElement[bool]] = {
        "seen": vehicles,
        "read": and_(vehicles, cell.c.was_read),
        "decided": and_(vehicles, auto, ~cell.c.asked, or_(admitted, refused)),
        "opened": and_(auto, raised),
        "asked": cell.c.asked.is_(True),
        "corrected": cell.c.corrected.is_(True),
        "by_hand": cell.c.reason.in_(_HAND),
        "refused": refused,
        "failed": and_(cell.c.opening != "", ~raised),
    }
    sums = [
        func.coalesce(func.sum(case((condition, flow.c.n), else_=0)), 0).label(name)
        for name, condition in counted.items()
    ]
    query = select(*sums).select_from(flow.join(cell, cell.c.id == flow.c.cell))
    row = connection.execute(query.where(*_within(period))).mappings().one()
    return Shares(**{name: int(row[name]) for name in counted})


def by_facet(connection: Connection, period: Period, facet: str) -> tuple[Bar, ...]:
    """Passages by a facet (gate.tables.FACETS) such as reason, actor, plate_class; most first."""
    n = func.sum(flow.c.n)
    query = (
        select(cell.c[facet], n)
        .select_from(flow.join(cell, cell.c.id == flow.c.cell))
        .where(*_within(period))
        .group_by(cell.c[facet])
        .order_by(n.desc(), cell.c[facet])
    )
    return tuple(Bar(str(label), int(count)) for label, count in connection.execute(query))


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


def faults(connection: Connection, period: Period) -> tuple[Bar, ...]:
    """Alarms of the period by kind, and orders that did not raise the arm; most first."""
    raised = alarm.c.raised
    query = (
        select(alarm.c.kind, func.count())
        .where(raised >= period.since, raised < period.until, *_lane(alarm.c.lane, period))
        .group_by(alarm.c.kind)
    )
    counts = {f"alarm:{kind}": int(n) for kind, n in connection.execute(query)}
    for bar in by_facet(connection, period, "opening"):
        if bar.label not in {"", "raised"}:
            counts[f"opening:{bar.label}"] = bar.n
    bars = (Bar(label, n) for label, n in counts.items())
    return tuple(sorted(bars, key=lambda bar: (-bar.n, bar.label)))


def _within(period: Period) -> list[ColumnElement[bool]]:
    return [_hours(flow.c.hour, period), *_lane(cell.c.lane, period)]


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
