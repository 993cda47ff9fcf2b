"""Taking plate and person away from passages, leaving counts and the chain as they were.

Bodies of a passage's entries are emptied and marked with the entry that records the purge; its row
and its orders lose plate, household, names and remarks; rollups follow. Everything runs in the
caller's transaction, and the record of it is in the same one.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlmodel import col

from gate.domain.entries import ServiceNoted
from gate.domain.ports import UnitOfWork
from gate.journal.projections import rollups
from gate.journal.verify import PURGE
from gate.storage.tables import alarm, audit, body, entry, opening, passage
from registry.tables.records import Presence

# Whose guard it was is a person too; that it was a person at all stays known.
_SOMEBODY = "guard"

_EMPTY = update(body).where(body.c.seq == bindparam("of"), body.c.purged_by.is_(None))
_EMPTY = _EMPTY.values(salt=None, sealed=None, purged_by=bindparam("by"))
_BODIES = (
    select(entry.c.seq)
    .join(body, body.c.seq == entry.c.seq)
    .where(entry.c.passage == bindparam("of"), entry.c.passage != "", body.c.purged_by.is_(None))
)
_FORGOTTEN_ROW = {
    "plate": "",
    "plate_read": "",
    "household": "",
    "visitor_pass": None,
    "remark": "",
    "corrected_from": "",
    "outcome_why": "",
    "picture_frame": "",
    "picture_plate": "",
}
_FORGOTTEN_ORDER = {"plate": "", "remark": "", "visitor_pass": None}


def forget_passages(
    unit: UnitOfWork, numbers: Sequence[int], now: datetime, *, what: str, why: str
) -> int:
    """Take plate and person from these passages; return how many bodies went. One purge record."""
    connection = unit.session.connection()
    rows = _rows(connection, numbers)
    bodies = [
        seq for row in rows for seq in connection.execute(_BODIES, {"of": row["passage"]}).scalars()
    ]
    record_purge(unit, bodies, what=what, why=why, passages=len(rows))
    for row in rows:
        _forget_row(connection, row, now)
    return len(bodies)


def forget_audit(unit: UnitOfWork, seqs: Sequence[int], *, why: str) -> int:
    """Take away who did what (entries without a passage), and its lines; one purge record."""
    connection = unit.session.connection()
    record_purge(unit, seqs, what="audit", why=why, passages=0)
    connection.execute(delete(audit).where(audit.c.seq.in_(seqs)))
    connection.execute(
        update(alarm).where(alarm.c.seq.in_(seqs)).values(evidence="{}", actor="", remark="")
    )
    return len(seqs)


def record_purge(
    unit: UnitOfWork, bodies: Iterable[int], *, what: str, why: str, passages: int
) -> None:
    """Write the record of a purge, then empty the bodies it speaks of."""
    gone = sorted(bodies)
    detail: dict[str, object] = {
        "of": what,
        "why": why,
        "passages": passages,
        "bodies": len(gone),
        "first": gone[0] if gone else 0,
        "last": gone[-1] if gone else 0,
    }
    unit.append(ServiceNoted(PURGE, detail))
    if not gone:
        return
    connection = unit.session.connection()
    newest = select(entry.c.seq).where(entry.c.kind == ServiceNoted.__name__)
    seq = connection.execute(newest.order_by(entry.c.seq.desc()).limit(1)).scalar_one()
    connection.execute(_EMPTY, [{"of": one, "by": seq} for one in gone])


def _rows(connection: Connection, numbers: Sequence[int]) -> list[dict[str, Any]]:
    query = select(passage).where(passage.c.number.in_(numbers), passage.c.forgotten.is_(None))
    return [dict(row) for row in connection.execute(query).mappings()]


def _forget_row(connection: Connection, row: dict[str, Any], now: datetime) -> None:
    after = row | _FORGOTTEN_ROW | {"forgotten": now, "actor": _anybody(row["actor"])}
    into = rollups.forgotten_cell(connection, row["cell"], str(after["actor"]))
    rollups.move(connection, row["number"], row["started"], out_of=row["cell"], into=into)
    rollups.know_plate(connection, row["plate"], "")
    changed = {name: after[name] for name in (*_FORGOTTEN_ROW, "forgotten", "actor")}
    connection.execute(
        update(passage).where(passage.c.number == row["number"]).values(changed | {"cell": into})
    )
    orders = opening.c.passage == row["passage"]
    connection.execute(update(opening).where(orders).values(_FORGOTTEN_ORDER))
    by_person = opening.c.actor.not_in(("auto", ""))
    connection.execute(update(opening).where(orders, by_person).values(actor=_SOMEBODY))
    # A vehicle that is still inside stays on the list of those inside, but without its passage.
    connection.execute(
        update(Presence).where(col(Presence.passage) == row["passage"]).values(passage="")
    )
    connection.execute(
        update(audit)
        .where(audit.c.target == row["plate"], audit.c.target != "", audit.c.action == "raise")
        .values(target="")
    )


def _anybody(actor: str) -> str:
    return actor if actor in {"auto", ""} else _SOMEBODY
