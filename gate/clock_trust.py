"""Whether the wall clock may be believed: periods of passes and registrations hang on it.

After a jump against the monotonic clock, or a start before the journal's newest entry, it is in
doubt until a person says that it is right. Doubt opens nothing: what depends on the hour is for
a guard.
"""

from gate.entries import ServiceNoted
from gate.report_values import Record


class ClockTrust:
    """Listens to the journal, which notes jumps."""

    def __init__(self) -> None:
        self.sound = True

    def heard(self, record: Record) -> None:
        """Take notice of a journal entry."""
        match record.entry:
            case ServiceNoted(what="clock_jump"):
                self.sound = False
            case ServiceNoted(what="clock_confirmed"):
                self.sound = True
            case _:
                pass
