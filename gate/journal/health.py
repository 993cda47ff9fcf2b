"""How the journal is: what pages, /readyz and /metrics say of it."""

import threading
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Health:
    """away_since: since when the database takes nothing, None while it does. why: its words.

    spooled: entries that wait to be taken over. failures: how often writing failed since start.
    nothing_kept: the spool took nothing either, so that nothing may be opened by the rules.
    """

    away_since: datetime | None
    why: str
    spooled: int
    failures: int
    nothing_kept: bool = False


class HealthBoard:
    """Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since: datetime | None = None
        self._why = ""
        self._failures = 0
        self._nothing_kept = False

    def failed(self, why: str, at: datetime, *, nothing_kept: bool = False) -> None:
        """Writing failed; nothing_kept: into the spool as well."""
        with self._lock:
            self._since = self._since or at
            self._why = why
            self._failures += 1
            self._nothing_kept = self._nothing_kept or nothing_kept

    def answered(self) -> None:
        """The database took entries."""
        with self._lock:
            self._since, self._why, self._nothing_kept = None, "", False

    def spooled(self) -> None:
        """The spool took entries."""
        with self._lock:
            self._nothing_kept = False

    def view(self, spooled: int) -> Health:
        """The state now."""
        with self._lock:
            return Health(self._since, self._why, spooled, self._failures, self._nothing_kept)
