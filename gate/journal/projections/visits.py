"""The two passages of one visit, and what is counted of visits. Part of
gate.journal.projections.dispatch.

A visit is an entry and the next exit of the same vehicle. Who is inside, and which stay an exit
ends, is the registry's to say (registry.store.presence); nothing is kept of it here.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select, update

from gate.journal.projections import rollups
from gate.storage.tables import passage
from registry.rules.kinds import Occupant
from registry.store.presence import EndedStay

_ENTRY = select(passage.c.number, passage.c.standing).where(passage.c.passage == bindparam("of"))
_JOIN = update(passage).where(passage.c.number == bindparam("of"))
_STANDINGS: Final = {
    Occupant.RESIDENT: "registered",
    Occupant.VISITOR: "visitor",
    Occupant.SPECIAL: "emergency",
    Occupant.UNKNOWN: "unknown",
}
"""As what a stay is counted whose entry the log does not know."""


def begin(connection: Connection, at: datetime, row: Mapping[str, Any]) -> None:
    """A vehicle came in."""
    if row["standing"] == "visitor":
        rollups.count_visitor(connection, at, row["household"])


def end(connection: Connection, at: datetime, stay: EndedStay, row: Mapping[str, Any]) -> None:
    """A vehicle went out: how long it stayed is counted, and its two passages are joined."""
    seconds = max(0, int((at - stay.since).total_seconds()))
    came = connection.execute(_ENTRY, {"of": stay.passage}).first() if stay.passage else None
    _join(connection, row["number"], came.number if came else None, seconds)
    if came is not None:
        _join(connection, came.number, row["number"], seconds)
    standing = came.standing if came is not None else _STANDINGS[stay.occupant]
    rollups.count_dwell(connection, at, standing, seconds)


def _join(connection: Connection, number: int, other: int | None, seconds: int) -> None:
    connection.execute(_JOIN, {"of": number, "paired": other, "dwell": seconds})
