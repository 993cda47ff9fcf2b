"""The register that lanes ask: the newest snapshot, how fresh it is, and how it is replaced.

Rules of this file:
- `snapshot` is one reference that is swapped whole; reading it needs no lock.
- If the database is away the last snapshot stays in force, and `stale_since` says since when.
"""

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from registry import dossiers
from registry.kinds import Occupant
from registry.plates import Plate
from registry.rules import Standing
from registry.snapshot import Inside, Snapshot

OpenSession = Callable[[], AbstractContextManager[Session]]


class Register:
    """Who may enter, answered from memory, on any thread."""

    def __init__(self, open_session: OpenSession) -> None:
        self._open = open_session
        self._lock = threading.Lock()
        self._snapshot: Snapshot | None = None
        self._stale_since: datetime | None = None

    @property
    def snapshot(self) -> Snapshot | None:
        """The register as last seen; None until the database answered once."""
        return self._snapshot

    @property
    def stale_since(self) -> datetime | None:
        """Since when the database has not answered; None while it does."""
        return self._stale_since

    def standing(self, plate: Plate, at: datetime) -> Standing | None:
        """What the register says of a plate; None until the database answered once."""
        known = self._snapshot
        return known.standing(plate, at) if known else None

    def refresh(self, at: datetime, *, whole: bool = False) -> bool:
        """Follow what was committed since; True if the database answered.

        Call after each commit that changed the register, and every few seconds for what other
        programs changed. whole: read everything again, as once a night.
        """
        with self._lock:
            try:
                with self._open() as session:
                    known = None if whole else self._snapshot
                    fresh = dossiers.follow(session, known, at) if known else None
                    self._snapshot = fresh or dossiers.load(session, at)
            except SQLAlchemyError:
                self._stale_since = self._stale_since or at
                return False
            self._stale_since = None
            return True

    def entered(self, key: str, present: Inside) -> None:
        """A vehicle came in, and that was committed or spooled; "" where nobody knows its plate."""
        self._replace(lambda known: known.entered(key, present))

    def left(self, key: str, occupant: Occupant) -> None:
        """A vehicle went out, and that was committed or spooled."""
        self._replace(lambda known: known.left(key, occupant))

    def _replace(self, step: Callable[[Snapshot], Snapshot]) -> None:
        with self._lock:
            if self._snapshot is not None:
                self._snapshot = step(self._snapshot)
