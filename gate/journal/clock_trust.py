"""Whether the wall clock may be believed: periods of passes and registrations hang on it.

After a jump against the monotonic clock, a start before the journal's newest entry, or a start
without a clock that went on while the power was off, it is in doubt until a person says that it is
right; a restart does not forget that. Doubt opens nothing: what depends on the hour is for a guard.
"""

import json

from sqlalchemy import Connection, select

from gate.domain.entries import Audited, Record, ServiceNoted
from gate.storage.tables import audit

TOLERATED = 60.0
"""Seconds of a jump that matter to no pass and no schedule."""
JUMP, UNSET, CONFIRMED = "clock_jump", "clock_unset", "clock_confirmed"


class ClockTrust:
    """Listens to the journal, which notes jumps."""

    def __init__(self) -> None:
        self.sound = True

    def resume(self, connection: Connection) -> None:
        """Take over what the journal knows from before the start."""
        self.sound = not in_doubt(connection, TOLERATED)

    def heard(self, record: Record) -> None:
        """Take notice of a journal entry."""
        match record.entry:
            case ServiceNoted(what="clock_jump", detail=detail):
                self.sound = self.sound and not _matters(detail.get("seconds"), TOLERATED)
            case ServiceNoted(what="clock_unset"):
                self.sound = False
            case Audited(action="clock_confirmed"):
                self.sound = True
            case _:
                pass


def in_doubt(connection: Connection, tolerated: float) -> bool:
    """Return whether the clock jumped by more, or was not set, and nobody confirmed it since."""
    told = select(audit.c.action, audit.c.detail).order_by(audit.c.seq.desc())
    for row in connection.execute(told.where(audit.c.action.in_((JUMP, UNSET, CONFIRMED)))):
        if row.action == CONFIRMED:
            return False
        if row.action == UNSET or _matters(json.loads(row.detail).get("seconds"), tolerated):
            return True
    return False


def _matters(seconds: object, tolerated: float) -> bool:
    return not isinstance(seconds, int | float) or abs(seconds) >= tolerated
