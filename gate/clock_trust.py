"""Whether the wall clock may be believed: periods of passes and registrations hang on it.

After a jump against the monotonic clock, or a start before the journal's newest entry, it is in
doubt until a person says that it is right. Doubt opens nothing: what depends on the hour is for
a guard.
"""

from gate.entries import ServiceNoted
from gate.report_values import Record

TOLERATED = 60.0
"""Seconds of a jump that matter to no pass and no schedule."""


class ClockTrust:
    """Listens to the journal, which notes jumps."""

    def __init__(self) -> None:
        self.sound = True

    def heard(self, record: Record) -> None:
        """Take notice of a journal entry."""
        match record.entry:
            case ServiceNoted(what="clock_jump", detail=detail):
                self.sound = self.sound and not _matters(detail.get("seconds"))
            case ServiceNoted(what="clock_confirmed"):
                self.sound = True
            case _:
                pass


def _matters(seconds: object) -> bool:
    return not isinstance(seconds, int | float) or abs(seconds) >= TOLERATED
