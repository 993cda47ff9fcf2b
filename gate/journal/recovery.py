"""What a crash left loose, as the entries that tie it up.

An order without an outcome may or may not have moved the arm: it is indeterminate, and nobody
repeats it. A passage without an end was interrupted.
"""

from sqlalchemy import Connection, select

from gate.domain.entries import Entry, OpeningEnded, PassageEnded
from gate.domain.passage import PassageEnd
from gate.storage.tables import opening, passage

INDETERMINATE = "indeterminate"
_WHY = "the program stopped before this was known"


def loose_ends(connection: Connection) -> list[Entry]:
    """Entries for each order and each passage that never ended, orders first."""
    orders = select(opening).where(opening.c.ended.is_(None)).order_by(opening.c.seq)
    passages = select(passage).where(passage.c.ended.is_(None)).order_by(passage.c.number)
    return [
        *(
            OpeningEnded(row.order_id, row.passage, row.lane, INDETERMINATE, _WHY)
            for row in connection.execute(orders)
        ),
        *(
            PassageEnded(row.passage, row.lane, PassageEnd.INTERRUPTED, _WHY)
            for row in connection.execute(passages)
        ),
    ]
