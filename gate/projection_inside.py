"""Which vehicles are inside, and the two passages of one visit. Part of gate.projection.

A visit is an entry and the next exit of the same vehicle: of the same plate, and of its colour too
where two vehicles have one number (`key`, as Effects.inside_by says). A vehicle whose plate nobody
read is in no list: counts of such are the registry's business.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from gate import rollups
from gate.entries import Audited
from gate.tables import inside, passage

PUT_INSIDE = "presence_added"
TAKEN_OUT = "presence_removed"

_FIND = select(inside).where(inside.c.plate == bindparam("of"))
_REMOVE = delete(inside).where(inside.c.plate == bindparam("of"))
_ADD = insert(inside)
_JOIN = update(passage).where(passage.c.number == bindparam("of"))
_CARRIED = ("plate_class", "standing", "household", "vehicle_kind", "visitor_pass")


def enter(connection: Connection, at: datetime, key: str, row: Mapping[str, Any]) -> None:
    """A vehicle came in: it is inside since now, whatever was thought before."""
    if row["standing"] == "visitor":
        rollups.count_visitor(connection, at, row["household"])
    if not key:
        return
    connection.execute(_REMOVE, {"of": key})
    names = ("number", "passage", "lane", *_CARRIED)
    values = {name: row[name] for name in names}
    connection.execute(_ADD, values | {"plate": key, "since": at})


def leave(connection: Connection, at: datetime, key: str, row: Mapping[str, Any]) -> None:
    """A vehicle went out: its stay ends and its two passages are joined."""
    stay = connection.execute(_FIND, {"of": key}).first() if key else None
    if stay is None:
        return
    connection.execute(_REMOVE, {"of": key})
    seconds = max(0, int((at - stay.since).total_seconds()))
    _join(connection, row["number"], stay.number, seconds)
    _join(connection, stay.number, row["number"], seconds)
    rollups.count_dwell(connection, at, stay.standing, seconds)


def corrected(connection: Connection, seq: int, at: datetime, entry: Audited) -> None:
    """A person saw that a vehicle is, or is not, inside."""
    if entry.action not in {PUT_INSIDE, TAKEN_OUT} or not entry.target:
        return
    connection.execute(_REMOVE, {"of": entry.target})
    if entry.action == PUT_INSIDE:
        values = {"plate": entry.target, "number": seq, "passage": "", "lane": "", "since": at}
        connection.execute(_ADD, values)


def _join(connection: Connection, number: int, other: int, seconds: int) -> None:
    connection.execute(_JOIN, {"of": number, "paired": other, "dwell": seconds})
