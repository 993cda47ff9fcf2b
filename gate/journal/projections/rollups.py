"""Counts that charts and pages look at instead of ten million passages. Kept entry by entry.

A passage is in exactly one cell: the combination of its facets (gate.storage.tables.FACETS). When a
facet changes the passage moves: one less in the old cell, one more in the new one, in each of the
counts. The invariant, tested as a property: every count equals what counting the passages gives.
What is kept of a whole day (gate.journal.projections.daily_counts) goes with the first change of
one of its hours.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, text

from gate.journal.projections import daily_counts
from gate.storage.tables import FACETS, STRETCH, cell, hour_of

# Dwell times are counted up to these lengths, in seconds; the last bar has no end.
DWELL_BARS = (600, 1800, 3600, 7200, 14_400, 28_800, 43_200, 86_400, 172_800, 604_800)

_FIND_CELL = select(cell.c.id).where(*(cell.c[name] == bindparam(name) for name in FACETS))
_NEW_CELL = insert(cell).returning(cell.c.id)
_FLOW_UP = text(
    "INSERT INTO flow (hour, cell, n) VALUES (:key, :cell, 1) "
    "ON CONFLICT (hour, cell) DO UPDATE SET n = flow.n + 1"
)
_FLOW_DOWN = text("UPDATE flow SET n = n - 1 WHERE hour = :key AND cell = :cell")
_FLOW_GONE = text("DELETE FROM flow WHERE hour = :key AND cell = :cell AND n <= 1")
_STRETCH_UP = text(
    "INSERT INTO stretch (stretch, cell, n) VALUES (:key, :cell, 1) "
    "ON CONFLICT (stretch, cell) DO UPDATE SET n = stretch.n + 1"
)
_STRETCH_DOWN = text("UPDATE stretch SET n = n - 1 WHERE stretch = :key AND cell = :cell")
_STRETCH_GONE = text("DELETE FROM stretch WHERE stretch = :key AND cell = :cell AND n <= 1")
_CELL_UP = text("UPDATE cell SET n = n + 1 WHERE id = :cell")
_CELLS = text(
    "UPDATE cell SET n = n + CASE id WHEN :into THEN 1 ELSE -1 END WHERE id IN (:into, :out_of)"
)
_HOUR = text(
    "INSERT INTO hour (hour, first, last) VALUES (:hour, :number, :number) "
    "ON CONFLICT (hour) DO UPDATE SET last = :number"
)
_PLATE_UP = text(
    "INSERT INTO known_plate (plate, n) VALUES (:plate, 1) "
    "ON CONFLICT (plate) DO UPDATE SET n = known_plate.n + 1"
)
_PLATE_DOWN = text("UPDATE known_plate SET n = n - 1 WHERE plate = :plate")
_PLATE_GONE = text("DELETE FROM known_plate WHERE plate = :plate AND n <= 0")
_VISITOR = text(
    "INSERT INTO visitor_flow (hour, building, n) VALUES (:hour, :building, 1) "
    "ON CONFLICT (hour, building) DO UPDATE SET n = visitor_flow.n + 1"
)
_DWELL = text(
    "INSERT INTO dwell (hour, standing, bucket, n, seconds) "
    "VALUES (:hour, :standing, :bucket, 1, :seconds) "
    "ON CONFLICT (hour, standing, bucket) "
    "DO UPDATE SET n = dwell.n + 1, seconds = dwell.seconds + :seconds"
)


def facets(row: Mapping[str, Any]) -> dict[str, object]:
    """The facets of a passage's row."""
    derived = {
        "was_read": bool(row["plate_read"] or row["plate"]),
        "corrected": bool(row["corrected_from"]),
    }
    return {name: derived[name] if name in derived else row[name] for name in FACETS}


def cell_of(connection: Connection, values: Mapping[str, object]) -> int:
    """The id of the cell with these facets; a new one for a combination never seen."""
    known = connection.execute(_FIND_CELL, values).scalar()
    if known is not None:
        return int(known)
    return int(connection.execute(_NEW_CELL, values).scalar_one())


def cell_after(connection: Connection, row: Mapping[str, Any], after: Mapping[str, Any]) -> int:
    """The cell of a passage whose row becomes `after`: the one it is in, unless a facet changes."""
    was, becomes = facets(row), facets(after)
    return int(row["cell"]) if was == becomes else cell_of(connection, becomes)


def forgotten_cell(connection: Connection, old: int, actor: str) -> int:
    """The same facets with another actor: what was read and corrected stays counted."""
    row = connection.execute(select(cell).where(cell.c.id == old)).mappings().one()
    return cell_of(connection, {name: row[name] for name in FACETS} | {"actor": actor})


def enter(connection: Connection, number: int, started: datetime, into: int) -> None:
    """A passage begins in a cell."""
    daily_counts.changed(connection, hour_of(started))
    _count_up(connection, number, started, into)
    connection.execute(_CELL_UP, {"cell": into})
    connection.execute(_HOUR, {"hour": hour_of(started), "number": number})


def move(connection: Connection, number: int, started: datetime, *, out_of: int, into: int) -> None:
    """A passage changes its cell."""
    if out_of == into:
        return
    where, when = number // STRETCH, hour_of(started)
    daily_counts.changed(connection, when)
    for gone, down, key in ((_FLOW_GONE, _FLOW_DOWN, when), (_STRETCH_GONE, _STRETCH_DOWN, where)):
        # The cells that a running passage moves through mostly hold it alone.
        if connection.execute(gone, {"key": key, "cell": out_of}).rowcount == 0:
            connection.execute(down, {"key": key, "cell": out_of})
    _count_up(connection, number, started, into)
    connection.execute(_CELLS, {"into": into, "out_of": out_of})


def _count_up(connection: Connection, number: int, started: datetime, into: int) -> None:
    connection.execute(_FLOW_UP, {"key": hour_of(started), "cell": into})
    connection.execute(_STRETCH_UP, {"key": number // STRETCH, "cell": into})


def know_plate(connection: Connection, old: str, new: str) -> None:
    """A passage's plate became known, another, or forgotten; "" is none."""
    if old == new:
        return
    if old:
        connection.execute(_PLATE_DOWN, {"plate": old})
        connection.execute(_PLATE_GONE, {"plate": old})
    if new:
        connection.execute(_PLATE_UP, {"plate": new})


def count_visitor(connection: Connection, at: datetime, household: str) -> None:
    """A visitor of a household came in; the building is what stands before the first dash."""
    building = household.split("-", 1)[0]
    daily_counts.changed(connection, hour_of(at))
    connection.execute(_VISITOR, {"hour": hour_of(at), "building": building})


def count_dwell(connection: Connection, at: datetime, standing: str, seconds: int) -> None:
    """A visit ended."""
    bucket = dwell_bar(seconds)
    values = {"hour": hour_of(at), "standing": standing, "bucket": bucket, "seconds": seconds}
    daily_counts.changed(connection, hour_of(at))
    connection.execute(_DWELL, values)


def dwell_bar(seconds: int) -> int:
    """The index of the bar that a length belongs to; len(DWELL_BARS) is the one without end."""
    shorter = (bar for bar, below in enumerate(DWELL_BARS) if seconds < below)
    return next(shorter, len(DWELL_BARS))
