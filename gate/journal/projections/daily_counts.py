"""Counts of whole days that are over, kept beside the hourly ones: a year is 365 rows.

A day is 24 whole hours of UTC, so that it fits every site's zone at whole hours; what a period has
beyond its whole days is counted from the hourly tables. Kept in `state`, one row a day.

Rules of this file:
- A kept day equals what the hourly tables give, always: whoever changes an hourly count takes the
  kept day away in the same transaction (gate.journal.projections.rollups calls `changed`).
  Corrections, purges and late entries therefore show at once, and the day is counted again the next
  night.
- A kept day may be missing at any time; then it is counted from the hourly tables.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    cast,
    delete,
    func,
    insert,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError

from gate.domain.errors import JournalUnavailableError
from gate.domain.passage import LaneId
from gate.storage.database import Database
from gate.storage.tables import cell, dwell, flow, hour, hour_of, state, visitor_flow


@dataclass(frozen=True, slots=True)
class ReportPeriod:
    """From since (included) to until (not included), aware. No lanes: all of them."""

    since: datetime
    until: datetime
    lanes: tuple[LaneId, ...] = ()


HOURS = 24
_NAME = "day-counts/"
_GONE = text("DELETE FROM state WHERE name = :name")


@dataclass(frozen=True, slots=True)
class DayCounts:
    """One day. number: days since 1970 UTC.

    ways: lane, direction and the passages of each of the 24 hours. cells: cell and passages.
    visitors: building and visitors let in. stays: standing, bar of
    gate.journal.projections.rollups, visits, seconds.
    """

    number: int
    ways: Sequence[tuple[str, str, Sequence[int]]]
    cells: Sequence[tuple[int, int]]
    visitors: Sequence[tuple[str, int]]
    stays: Sequence[tuple[str, int, int, int]]


@dataclass(frozen=True, slots=True)
class Covered:
    """A period in two parts. days: kept. rest: first and last hour of what must be counted."""

    period: ReportPeriod
    days: tuple[DayCounts, ...]
    rest: tuple[tuple[int, int], ...]


def covered(connection: Connection, period: ReportPeriod) -> Covered:
    """Return what is kept of a period, and the hours that are not."""
    first, last = hour_of(period.since), hour_of(period.until - timedelta(microseconds=1))
    days = tuple(_kept(connection, -(-first // HOURS), (last + 1) // HOURS - 1))
    return Covered(period, days, tuple(_between(first, last, days)))


def _between(first: int, last: int, days: tuple[DayCounts, ...]) -> Iterator[tuple[int, int]]:
    """The stretches of hours that lie outside the days."""
    for day in days:
        begins = day.number * HOURS
        if first < begins:
            yield first, begins - 1
        first = begins + HOURS
    if first <= last:
        yield first, last


def _kept(connection: Connection, first: int, last: int) -> Iterator[DayCounts]:
    """The kept days from first to last, oldest first."""
    names = state.c.name.between(_name(first), _name(last))
    rows = connection.execute(select(state.c.name, state.c.value).where(names).order_by("name"))
    for name, value in rows if first <= last else ():
        yield DayCounts(int(name.removeprefix(_NAME)), **json.loads(value))


def changed(connection: Connection, at_hour: int) -> None:
    """A count of this hour changes: what is kept of its day no longer holds."""
    connection.execute(_GONE, {"name": _name(at_hour // HOURS)})


def missing(connection: Connection) -> tuple[int, ...]:
    """The days with passages that are over and not kept, newest first.

    Over: a whole day lies between them and the newest passage, so that few entries come late.
    """
    newest = connection.execute(select(func.max(hour.c.hour))).scalar()
    if newest is None:
        return ()
    number = hour.c.hour // HOURS
    over = newest // HOURS - 1
    days = select(cast(number, Integer)).where(hour.c.hour < over * HOURS).distinct()
    kept = select(state.c.name).where(state.c.name.startswith(_NAME))
    known = {int(name.removeprefix(_NAME)) for name in connection.execute(kept).scalars()}
    found = {int(day) for day in connection.execute(days).scalars()}
    return tuple(sorted(found - known, reverse=True))


def keep(connection: Connection, number: int) -> None:
    """Count a day and keep it. In a writing transaction: nobody changes a count meanwhile."""
    counts = {
        "ways": _ways(connection, number),
        "cells": _sums(connection, number),
        "visitors": _visitors(connection, number),
        "stays": _stays(connection, number),
    }
    value = json.dumps(counts, separators=(",", ":"), ensure_ascii=False)
    connection.execute(delete(state).where(state.c.name == _name(number)))
    connection.execute(insert(state).values(name=_name(number), value=value))


def keep_missing(database: Database, go_on: Callable[[], bool]) -> int:
    """Keep every day that is over and missing, one short transaction each; return how many.

    go_on: asked before each, and where the caller takes its breath. Raises JournalUnavailableError.
    """
    done = 0
    try:
        with database.reading() as connection:
            days = missing(connection)
        for number in days:
            if not go_on():
                break
            with database.writing() as connection:
                keep(connection, number)
            done += 1
    except DBAPIError as error:
        raise JournalUnavailableError(f"the days could not be counted: {error.orig}") from error
    return done


def _ways(connection: Connection, number: int) -> list[tuple[str, str, list[int]]]:
    begins = number * HOURS
    n = func.sum(flow.c.n)
    columns = (flow.c.hour, cell.c.lane, cell.c.direction)
    query = select(*columns, n).join(cell, cell.c.id == flow.c.cell).group_by(*columns)
    ways: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * HOURS)
    for at, lane, direction, total in connection.execute(query.where(_of_day(flow.c.hour, number))):
        ways[lane, direction][at - begins] = int(total)
    return [(*way, counts) for way, counts in sorted(ways.items())]


def _sums(connection: Connection, number: int) -> list[tuple[int, int]]:
    query = select(flow.c.cell, func.sum(flow.c.n)).group_by(flow.c.cell).order_by(flow.c.cell)
    rows = connection.execute(query.where(_of_day(flow.c.hour, number)))
    return [(of, int(total)) for of, total in rows]


def _visitors(connection: Connection, number: int) -> list[tuple[str, int]]:
    of = visitor_flow.c.building
    query = select(of, func.sum(visitor_flow.c.n)).group_by(of).order_by(of)
    rows = connection.execute(query.where(_of_day(visitor_flow.c.hour, number)))
    return [(building, int(total)) for building, total in rows]


def _stays(connection: Connection, number: int) -> list[tuple[str, int, int, int]]:
    columns = (dwell.c.standing, dwell.c.bucket)
    query = select(*columns, func.sum(dwell.c.n), func.sum(dwell.c.seconds)).group_by(*columns)
    rows = connection.execute(query.where(_of_day(dwell.c.hour, number)).order_by(*columns))
    return [(standing, bar, int(n), int(seconds)) for standing, bar, n, seconds in rows]


def _of_day(column: ColumnElement[int], number: int) -> ColumnElement[bool]:
    return column.between(number * HOURS, number * HOURS + HOURS - 1)


def _name(number: int) -> str:
    """The row of a day; of equal length, so that their order is that of the days."""
    return f"{_NAME}{number:07d}"
