"""How the journal is: what pages, /readyz and /metrics say of it."""

import threading
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Health:
    """away_since: since when the database takes nothing, None while it does. why: its words.

    spooled: entries that wait to be taken over. failures: how often writing failed since start.
    """

    away_since: datetime | None
    why: str
    spooled: int
    failures: int


class HealthBoard:
    """Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._since: datetime | None = None
        self._why = ""
        self._failures = 0

    def failed(self, why: str, at: datetime) -> None:
        """Writing failed."""
        with self._lock:
            self._since = self._since or at
            self._why = why
            self._failures += 1

    def answered(self) -> None:
        """The database took entries."""
        with self._lock:
            self._since, self._why = None, ""

    def view(self, spooled: int) -> Health:
        """The state now."""
        with self._lock:
            return Health(self._since, self._why, spooled, self._failures)
