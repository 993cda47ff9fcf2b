"""Which passages were given an order to raise since the start: once each, database or not.

The database refuses a second one by a unique index; this keeps the promise while it is away. While
entries are spooled nobody can see how often a visitor pass was spent, so each opens once only.
"""

import threading
from collections import OrderedDict

from gate.domain.entries import Entry, OpeningOrdered
from gate.domain.errors import OpeningRefusedError

_REMEMBERED = 4096


class OpeningGuard:
    """Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._passages: OrderedDict[str, None] = OrderedDict()
        self._spooled_passes: set[int] = set()

    def check(self, entry: Entry) -> None:
        """Refuse the rules' second order for a passage. Raises OpeningRefusedError."""
        match entry:
            case OpeningOrdered(by="auto", passage=passage) if passage in self._passages:
                raise OpeningRefusedError(f"passage {passage} was opened for already")
            case _:
                return

    def check_spooled(self, entry: Entry) -> None:
        """Refuse a visitor pass that was spent into the spool. Raises OpeningRefusedError."""
        match entry:
            case OpeningOrdered(visitor_pass=int() as spent) if spent in self._spooled_passes:
                raise OpeningRefusedError(
                    f"visitor pass {spent} was used while the database is away: ask the guard"
                )
            case _:
                return

    def add(self, entry: Entry, *, spooled: bool) -> None:
        """Remember an order that is durable now."""
        if not isinstance(entry, OpeningOrdered):
            return
        with self._lock:
            self._passages[entry.passage] = None
            if len(self._passages) > _REMEMBERED:
                self._passages.popitem(last=False)
            if spooled and entry.visitor_pass is not None:
                self._spooled_passes.add(entry.visitor_pass)

    def drained(self) -> None:
        """The database knows again how often each pass was spent."""
        with self._lock:
            self._spooled_passes.clear()
