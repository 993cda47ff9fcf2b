"""The row of a passage, from its entries. Part of gate.journal.projections.dispatch.

A passage's row is made by its first entry, whichever that is; later entries only add. When its
facets change it moves in the rollups.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from gate.domain.decision import Verdict
from gate.domain.entries import (
    OpeningEnded,
    OpeningOrdered,
    PassageDecided,
    PassageEnded,
    PassageRead,
    PassageStarted,
)
from gate.domain.passage import LaneId, PassageId
from gate.journal.projections import rollups
from gate.storage.tables import passage

Values = dict[str, Any]

_FIND = select(passage).where(passage.c.passage == bindparam("of"))
_ADD = insert(passage)
_CHANGE = update(passage).where(passage.c.number == bindparam("of_number"))
_BLANK: Values = {
    column.name: False if column.name == "asked" else 0
    for column in passage.c
    if column.name in {"asked", "confidence", "frames", "agreeing"}
} | {
    column.name: ""
    for column in passage.c
    if not column.nullable
    and column.name
    not in {"asked", "confidence", "frames", "agreeing", "number", "started", "cell"}
}


def find(connection: Connection, of: PassageId) -> Values | None:
    """The row of a passage."""
    row = connection.execute(_FIND, {"of": of}).mappings().first()
    return dict(row) if row is not None else None


def start(connection: Connection, seq: int, at: datetime, entry: PassageStarted) -> None:
    """The first entry of a passage."""
    known = {"direction": entry.direction.value, "trigger": entry.trigger.value}
    change(connection, _row(connection, seq, at, entry.passage, entry.lane, known), known)


def read(connection: Connection, seq: int, at: datetime, entry: PassageRead) -> None:
    """What the votes came to. The decision's plate, once there is one, is not overruled."""
    row = _row(connection, seq, at, entry.passage, entry.lane)
    change(
        connection,
        row,
        {
            "plate_read": entry.text,
            "plate": row["plate"] if row["decided"] else entry.text,
            "colour": entry.colour,
            "confidence": entry.confidence,
            "frames": entry.frames,
            "agreeing": entry.agreeing,
            "picture_frame": entry.picture.frame or row["picture_frame"],
            "picture_plate": entry.picture.plate or row["picture_plate"],
        },
    )


def decide(connection: Connection, seq: int, at: datetime, entry: PassageDecided) -> None:
    """An answer; the last one counts, and having asked a guard is not forgotten."""
    row = _row(connection, seq, at, entry.passage, entry.lane)
    decision = entry.decision
    change(
        connection,
        row,
        {
            "decided": at,
            "verdict": decision.verdict.value,
            "reason": decision.reason.value,
            "plate": decision.plate or row["plate"],
            "plate_class": decision.plate_class or row["plate_class"],
            "standing": decision.standing or row["standing"],
            "household": decision.household or row["household"],
            "vehicle_kind": decision.vehicle_kind or row["vehicle_kind"],
            "visitor_pass": decision.visitor_pass,
            "actor": entry.by,
            "remark": entry.remark,
            "asked": row["asked"] or decision.verdict is Verdict.ASK_GUARD,
            "corrected_from": entry.corrected_from or row["corrected_from"],
            # Of a vehicle without a plate nothing is read: its picture comes with the decision.
            "picture_frame": entry.picture.frame or row["picture_frame"],
            "picture_plate": entry.picture.plate or row["picture_plate"],
        },
    )


def order(connection: Connection, seq: int, at: datetime, entry: OpeningOrdered) -> None:
    """An order to raise: whoever gave it is who decided."""
    row = _row(connection, seq, at, entry.passage, entry.lane, {"direction": entry.direction.value})
    plate = entry.plate or row["plate"]
    change(
        connection,
        row,
        {
            "ordered": at,
            "decided": row["decided"] or at,
            "verdict": Verdict.ADMIT.value,
            "reason": entry.reason,
            "plate": plate,
            "actor": entry.by,
            "remark": entry.remark or row["remark"],
            "visitor_pass": entry.visitor_pass,
        },
    )


def opened(connection: Connection, seq: int, at: datetime, entry: OpeningEnded) -> None:
    """What became of the order."""
    row = _row(connection, seq, at, entry.passage, entry.lane)
    raised = entry.outcome == "raised"
    change(connection, row, {"opening": entry.outcome, "opened": at if raised else row["opened"]})


def end(connection: Connection, seq: int, at: datetime, entry: PassageEnded) -> Values:
    """The end of the passage; the row as it is then."""
    row = _row(connection, seq, at, entry.passage, entry.lane)
    ending = {"ended": at, "outcome": entry.end.value, "outcome_why": entry.why}
    change(connection, row, ending)
    return row | ending


def change(connection: Connection, row: Mapping[str, Any], values: Values) -> None:
    """Write changed columns, and follow them in the rollups and in the plates that are known."""
    changed = {name: value for name, value in values.items() if row[name] != value}
    if not changed:
        return
    after = dict(row) | changed
    into = rollups.cell_after(connection, row, after)
    rollups.move(connection, row["number"], row["started"], out_of=row["cell"], into=into)
    rollups.know_plate(connection, row["plate"], after["plate"])
    connection.execute(_CHANGE, values | {"cell": into, "of_number": row["number"]})


def _row(
    connection: Connection,
    seq: int,
    at: datetime,
    of: PassageId,
    lane: LaneId,
    known: Values | None = None,
) -> Values:
    """The passage's row, made now if this is the first that is heard of it."""
    row = find(connection, of)
    if row is not None:
        return row
    nothing: Values = dict.fromkeys(column.name for column in passage.c)
    fresh = nothing | _BLANK | {"number": seq, "passage": of, "lane": lane, "started": at}
    fresh |= known or {}
    fresh["cell"] = rollups.cell_of(connection, rollups.facets(fresh))
    connection.execute(_ADD, fresh)
    rollups.enter(connection, seq, at, fresh["cell"])
    return fresh
