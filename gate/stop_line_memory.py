"""What the journal still knows of a lane's stop line: it is not learnt anew at each start."""

from sqlalchemy import Connection, select

from gate.entries import PassageRead
from gate.ledger import of_passage, readable
from gate.stop_line import REMEMBERED, StopLine, stop_line
from gate.tables import opening
from gate.vault import Vault


def remembered(connection: Connection, lane: str, vault: Vault) -> StopLine:
    """Return the line as the last vehicles that were let in by their plate taught it."""
    raised = (
        select(opening.c.passage)
        .where(opening.c.lane == lane, opening.c.actor == "auto", opening.c.outcome == "raised")
        .order_by(opening.c.seq.desc())
        .limit(REMEMBERED)
    )
    passages = connection.execute(raised).scalars().all()
    read = (_width(connection, one, vault) for one in reversed(passages))
    return stop_line(read)


def _width(connection: Connection, passage: str, vault: Vault) -> float:
    for kept in of_passage(connection, passage):
        if kept.link.header.kind == PassageRead.__name__:
            entry = readable(kept, vault)
            return entry.width if isinstance(entry, PassageRead) else 0.0
    return 0.0
