"""Alarms for pages: those that stand, by kind, and the history of all. Part of
gate.reports.reports."""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select

from gate.domain.alarms import AlarmGroup, by_gravity
from gate.reports.model import AlarmRow
from gate.storage.tables import alarm


@dataclass(frozen=True, slots=True)
class AlarmFilter:
    """Which alarms of the history; everything empty: all, newest first.

    since/until: from (included) to (not included) when it was raised. standing: nobody has
    acknowledged it. actor: who acknowledged it.
    """

    since: datetime | None = None
    until: datetime | None = None
    kind: str = ""
    lane: str = ""
    standing: bool | None = None
    actor: str = ""


@dataclass(frozen=True, slots=True)
class AlarmPage:
    """Alarms, newest first, and the cursor of the next older page."""

    rows: tuple[AlarmRow, ...]
    cursor: int | None


def standing(connection: Connection) -> tuple[AlarmGroup, ...]:
    """Those that nobody has acknowledged, by kind: the gravest first, then the newest."""
    seq, raised = func.max(alarm.c.seq), alarm.c.raised
    counted = select(
        alarm.c.kind, alarm.c.lane, func.count(), seq, func.min(raised), func.max(raised)
    )
    rows = counted.where(alarm.c.acknowledged.is_(None)).group_by(alarm.c.kind, alarm.c.lane)
    found: dict[str, list[Any]] = defaultdict(list)
    for row in connection.execute(rows):
        found[row[0]].append(row)
    return by_gravity([_group(connection, kind, rows) for kind, rows in found.items()])


def _group(connection: Connection, kind: str, rows: list[Any]) -> AlarmGroup:
    newest = max(row[3] for row in rows)
    evidence = connection.execute(select(alarm.c.evidence).where(alarm.c.seq == newest)).scalar()
    return AlarmGroup(
        kind=kind,
        n=sum(row[2] for row in rows),
        lanes=tuple(sorted(row[1] for row in rows)),
        newest=newest,
        evidence=json.loads(evidence or "{}"),
        first=min(row[4] for row in rows),
        last=max(row[5] for row in rows),
    )


def ids(connection: Connection, kind: str, newest: int) -> tuple[str, ...]:
    """The standing alarms of a kind up to a number of the journal."""
    query = select(alarm.c.alarm).where(
        alarm.c.acknowledged.is_(None), alarm.c.kind == kind, alarm.c.seq <= newest
    )
    return tuple(connection.execute(query.order_by(alarm.c.seq)).scalars())


def page(connection: Connection, wanted: AlarmFilter, cursor: int | None, limit: int) -> AlarmPage:
    """A page of the history."""
    query = select(alarm).where(*_conditions(wanted)).order_by(alarm.c.seq.desc())
    if cursor is not None:
        query = query.where(alarm.c.seq < cursor)
    found = [to_row(row) for row in connection.execute(query.limit(limit + 1))]
    more = len(found) > limit
    return AlarmPage(tuple(found[:limit]), found[limit - 1].seq if more else None)


def kinds(connection: Connection) -> tuple[str, ...]:
    """Every kind that was ever raised, by name."""
    return tuple(
        connection.execute(select(alarm.c.kind).distinct().order_by(alarm.c.kind)).scalars()
    )


def _conditions(wanted: AlarmFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        conditions.append(alarm.c.raised >= wanted.since)
    if wanted.until is not None:
        conditions.append(alarm.c.raised < wanted.until)
    for column, value in (
        (alarm.c.kind, wanted.kind),
        (alarm.c.lane, wanted.lane),
        (alarm.c.actor, wanted.actor),
    ):
        if value:
            conditions.append(column == value)
    if wanted.standing is not None:
        open_ = alarm.c.acknowledged.is_(None)
        conditions.append(open_ if wanted.standing else ~open_)
    return conditions


def to_row(row: Any) -> AlarmRow:
    """A database row as a line of the history."""
    values = {name: getattr(row, name) for name in AlarmRow.__slots__}
    return AlarmRow(**values | {"evidence": json.loads(row.evidence)})
