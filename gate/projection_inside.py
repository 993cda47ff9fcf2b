"""Which vehicles are inside, and the two passages of one visit. Part of gate.projection.

A visit is an entry and the next exit of the same vehicle: of the same plate, and of its colour too
where two vehicles have one number (`key`, as Effects.inside_by says). A vehicle whose plate nobody
read is in no list: counts of such are the registry's business.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, assert_never

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from gate import rollups
from gate.tables import inside, passage
from registry.corrections import Correction, PutInside, Recounted, TakenOut

_FIND = select(inside).where(inside.c.plate == bindparam("of"))
_REMOVE = delete(inside).where(inside.c.plate == bindparam("of"))
_REMOVE_STAY = _REMOVE.where(inside.c.since == bindparam("began"))
_ADD = insert(inside)
_ENTRY = select(passage).where(passage.c.passage == bindparam("of"))
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


def corrected(connection: Connection, seq: int, correction: Correction) -> None:
    """A person saw that a vehicle is, or is not, inside; another stay than the one meant stays."""
    match correction:
        case TakenOut(key, since):
            connection.execute(_REMOVE_STAY, {"of": key, "began": since})
        case PutInside(key):
            if connection.execute(_FIND, {"of": key}).first() is None:
                connection.execute(_ADD, _stay(connection, seq, correction))
        case Recounted():
            pass  # Counts are the registry's business.
        case _:
            assert_never(correction)


def _stay(connection: Connection, seq: int, put: PutInside) -> dict[str, Any]:
    """The row of a vehicle that is put inside: that of its entry, if the log still knows that."""
    came = connection.execute(_ENTRY, {"of": put.passage}).first() if put.passage else None
    values = {"plate": put.key, "since": put.since, "passage": put.passage}
    if came is not None:
        row = came._mapping  # noqa: SLF001 - SQLAlchemy's documented name for it
        return values | {name: row[name] for name in ("number", "lane", *_CARRIED)}
    return values | {"number": seq, "lane": ""} | {name: getattr(put, name) for name in _CARRIED}


def _join(connection: Connection, number: int, other: int, seconds: int) -> None:
    connection.execute(_JOIN, {"of": number, "paired": other, "dwell": seconds})
