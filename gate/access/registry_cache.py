"""The register in memory, always the newest: deciding asks it and never the database.

A snapshot is replaced whole after each change. While the database is away the last one goes on
serving, and `away_since` says so on the console. What a person corrects meanwhile waits in the
spool; it is assumed here, over what the database says, until nothing waits any more. Changes by
other processes (`gate registry import`) are followed by looking for news every `LOOK_EVERY`
seconds.
"""

import logging
import threading
from collections.abc import Sequence
from datetime import datetime
from functools import reduce

from sqlalchemy.exc import SQLAlchemyError

from gate.domain.errors import GateError
from gate.domain.ports import Clock, Journal
from registry.rules.corrections import Correction, corrected
from registry.rules.plates import Plate, PlateColour
from registry.rules.snapshot import RegistrySnapshot
from registry.rules.standing import Standing
from registry.store import snapshot_loader

LOOK_EVERY = 2.0
_log = logging.getLogger(__name__)


class RegistryCache:
    """Implements gate.domain.ports.Registry. Thread-safe."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal, self._clock = journal, clock
        with journal.reading() as session:
            self._read = snapshot_loader.load(session, clock.now().utc)
        self._assumed: tuple[Correction, ...] = ()
        self._snapshot = self._read
        self._news = threading.Event()
        self._stopping = False
        self._lock = threading.Lock()
        self.away_since: datetime | None = None
        self._thread = threading.Thread(target=self._run, name="register", daemon=True)

    @property
    def snapshot(self) -> RegistrySnapshot:
        """The newest consistent register."""
        return self._snapshot

    def standing(
        self, plate: Plate, at: datetime, colour: PlateColour = PlateColour.UNKNOWN
    ) -> Standing:
        """What the register says of this plate, by its colour too where that was seen."""
        return self._snapshot.standing(plate, at, colour)

    def start(self) -> None:
        """Begin to follow changes."""
        self._thread.start()

    def stop(self, timeout: float) -> bool:
        """Stop following; return whether the thread has ended."""
        self._stopping = True
        self._news.set()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def assume(self, corrections: Sequence[Correction]) -> None:
        """Decide by these too from now on: they are kept, but the database has not taken them."""
        with self._lock:
            self._assumed += tuple(corrections)
            self._snapshot = reduce(corrected, corrections, self._snapshot)

    def refresh_soon(self) -> None:
        """Say that something was changed: look at once."""
        self._news.set()

    def refresh(self) -> None:
        """Take in what was committed since; on trouble go on with what is known."""
        with self._lock:
            at = self._clock.now().utc
            try:
                waiting = self._journal.waiting()  # before reading: else what is read may lack it
                with self._journal.reading() as session:
                    self._read = snapshot_loader.follow(session, self._read, at)
                self._assumed = self._assumed if waiting else ()
                self._snapshot = reduce(corrected, self._assumed, self._read)
            except (SQLAlchemyError, GateError) as error:
                if self.away_since is None:
                    _log.warning("register: the database is away, going on from memory: %s", error)
                    self.away_since = at
            else:
                self.away_since = None

    def _run(self) -> None:
        while not self._stopping:
            self._news.wait(LOOK_EVERY)
            self._news.clear()
            self.refresh()
