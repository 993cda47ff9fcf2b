"""Search over the registry: an index made anew when the registry has changed."""

import threading

from sqlalchemy import func
from sqlmodel import select

from gate.services.units import ServiceParts
from registry.tables.records import Change
from registry.views.search import Hit, Index, load_index


class RegistrySearch:
    """The search index, made anew when the register has changed. Safe to call from any thread."""

    def __init__(self, services: ServiceParts) -> None:
        self._services = services
        self._lock = threading.Lock()
        self._index: Index | None = None
        self._seen: int | None = -1

    def search(self, typed: str, limit: int = 30) -> tuple[Hit, ...]:
        """Return the best hits, best first."""
        with self._lock, self._services.journal.reading() as session:
            newest = session.exec(select(func.max(Change.id))).one()
            if self._index is None or newest != self._seen:
                self._index, self._seen = load_index(session), newest
            index = self._index
        return index.search(typed, limit)
