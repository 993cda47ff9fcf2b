"""The record: append-only, chained, durable when `append` returns. The gate's only commit.

Rules:
1. `append` writes entries and their projections in one transaction. Where the database does not
   take them in time (locked, full, damaged, read-only) they go to the spool, in order, and are
   taken over later by the same code. Where neither takes them JournalUnavailableError is raised:
   then nothing may be moved on the strength of that entry.
2. While the spool holds anything, new entries go behind it.
3. An order to raise is written once per passage, even while the database is away.
4. After a crash an order without an outcome becomes indeterminate and is never replayed.
5. Listeners hear of an entry after it is durable, on the thread that wrote it, without a lock held.
"""

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlmodel import Session

from gate.domain.entries import Entry, Record, ServiceNoted
from gate.domain.errors import JournalUnavailableError, OpeningRefusedError
from gate.domain.passage import Instant
from gate.domain.ports import Clock, Written
from gate.journal.batch import BatchWriter
from gate.journal.checkpoint import FILE as WITNESS_FILE
from gate.journal.checkpoint import Witness
from gate.journal.clock_source import went_on
from gate.journal.codec import kind_of, text_of
from gate.journal.health import Health, HealthBoard
from gate.journal.maintenance import MaintenanceThread
from gate.journal.openings import OpeningGuard
from gate.journal.projections.dispatch import Projection
from gate.journal.projections.effects import Effects, NoEffects
from gate.journal.recovery import loose_ends
from gate.journal.spool import SpoolReplayer
from gate.journal.spool_file import Spool
from gate.journal.store import Stamped
from gate.journal.timestamps import ClockWatch, boot_id
from gate.journal.verify import PURGE
from gate.storage.database import Database
from gate.storage.encryption import Keyring
from gate.storage.instance_lock import Tenancy

SPOOL_FILE = "journal.spool"

# A lane waits so long for a page's transaction, then writes to the spool instead.
_LANE_WAIT_S = 0.25
_UNIT_WAIT_S = 10.0
# After trouble with the database it is left alone for so long.
_AWAY_S = 1.0
_LOOK_EVERY_S = 5.0
# So many spooled entries are taken over on the way; more are left to the maintenance's thread.
_ON_THE_WAY = 64

Listener = Callable[[Record], None]

_log = logging.getLogger(__name__)


class JournalUnitOfWork:
    """One transaction of a person's change: gate.domain.ports.UnitOfWork."""

    def __init__(self, session: Session, write: Callable[[Sequence[Entry]], None]) -> None:
        self._session = session
        self._write = write

    @property
    def session(self) -> Session:
        """The session of the transaction; the journal commits it."""
        return self._session

    def append(self, *entries: Entry) -> None:
        """Write entries into this transaction."""
        self._write(entries)


class Journal:
    """gate.domain.ports.Journal over a database and a spool."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        keyring: Keyring,
        clock: Clock,
        *,
        effects: Effects | None = None,
        boot: str = "",
        clock_went_on: Callable[[], bool] = went_on,
        spool: Spool | None = None,
    ) -> None:
        """Take over what is in `folder` (spool, checkpoint). boot: this run of the machine, in
        tests. clock_went_on: whether the wall clock can be right in a new run of the machine.

        Use `start` for the service itself; a command that only changes something needs none.
        """
        self._database = database
        self._clock = clock
        self._lock = threading.Lock()
        checkpoint = Witness(folder / WITNESS_FILE, keyring)
        self._scribe = BatchWriter(keyring, Projection(effects or NoEffects()), checkpoint)
        self._spooler = SpoolReplayer(
            spool or Spool(folder / SPOOL_FILE), database, self._scribe, keyring
        )
        self._stamps = ClockWatch(clock, boot or boot_id())
        self._clock_went_on = clock_went_on
        self._ordered = OpeningGuard()
        self._health = HealthBoard()
        self._listeners: tuple[Listener, ...] = ()
        self._keeper: MaintenanceThread | None = None
        self._tenancy = Tenancy(folder)
        self._retry_at = self._look_at = float("-inf")
        self._looked_wrong = self._forgot = False

    # --- life ---------------------------------------------------------------------------------

    def start(self) -> int:
        """Take over the spool, tie up what a crash left loose, begin to look after the file.

        Returns how many orders and passages were left open. Raises JournalUnavailableError if the
        database does not answer: a gate that cannot read its register must not start;
        FolderInUseError if another gate runs on the folder.
        """
        self._tenancy.take()
        try:
            with self._database.reading() as connection:
                new_run = self._stamps.resume(connection)
                self._spooler.resume(connection)
            self._drain(limit=None)
            with self._database.reading() as connection:
                loose = loose_ends(connection)
        except DBAPIError as error:
            raise JournalUnavailableError(
                f"the journal cannot be read at the start: {error.orig}"
            ) from error
        unset = new_run and not self._clock_went_on()
        notes = [ServiceNoted("clock_unset")] if unset else []
        self.append(*notes, *loose, ServiceNoted("started", {"interrupted": len(loose)}))
        self._keeper = MaintenanceThread(self._look_after)
        self._keeper.start()
        return len(loose)

    def close(self) -> None:
        """Note the stop, end the maintenance's thread, let go of the files."""
        if self._keeper is not None:
            self._keeper.stop()
            self._keeper = None
            self.append(ServiceNoted("stopped"))
        self._empty_log()
        self._spooler.close()
        self._scribe.close()
        self._tenancy.leave()

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Tell of every entry once it is durable; the listener must return at once.

        Returns what ends the subscription. A record's seq is 0 while its entry is in the spool.
        """
        self._listeners = (*self._listeners, listener)

        def end() -> None:
            self._listeners = tuple(one for one in self._listeners if one is not listener)

        return end

    def health(self) -> Health:
        """Whether the database takes entries, since when not, and what waits in the spool."""
        return self._health.view(self._spooler.pending)

    def waiting(self) -> int:
        """How many entries wait in the spool for the database to take them."""
        return self._spooler.pending

    def catch_up(self) -> bool:
        """Take over now what waits in the spool; True if nothing is left."""
        with self._lock:
            return self._drain(limit=None)

    # --- writing ------------------------------------------------------------------------------

    def append(self, *entries: Entry) -> Written:
        """Make entries durable, in order, all or none.

        Raises OpeningRefusedError for an order that must not be obeyed, JournalUnavailableError if
        nothing took them.
        """
        for entry in entries:
            self._ordered.check(entry)
        stamped = self._stamps.stamp(entries)
        if self._away():
            written, records = Written.SPOOLED, self._put_aside(stamped)
        elif self._lock.acquire(timeout=_LANE_WAIT_S):
            try:
                written, records = self._commit_or_spool(stamped)
            finally:
                self._lock.release()
        else:
            written, records = Written.SPOOLED, self._put_aside(stamped)
        for entry in entries:
            self._ordered.add(entry, spooled=written is Written.SPOOLED)
        self._tell(records)
        return written

    @contextmanager
    def unit(self) -> Iterator[JournalUnitOfWork]:
        """Open a person's transaction; it is committed at the end of the block.

        Raises JournalUnavailableError when the database does not take it; nothing of it is kept
        then.
        """
        if not self._lock.acquire(timeout=_UNIT_WAIT_S):
            raise JournalUnavailableError("another change takes too long: try again")
        records: list[Record] = []
        purges: list[Entry] = []
        try:
            if not self._drain(limit=None):
                raise JournalUnavailableError("the database does not take what waits in the spool")
            with self._database.writing() as connection:
                batch = self._scribe.begin(connection)
                with Session(
                    bind=connection, expire_on_commit=False, join_transaction_mode="rollback_only"
                ) as session:

                    def write(entries: Sequence[Entry]) -> None:
                        session.flush()
                        batch.write(self._stamps.stamp(entries), strict=True)
                        purges.extend(entry for entry in entries if _is_purge(entry))

                    yield JournalUnitOfWork(session, write)
                    session.flush()
            records = batch.sealed()
            self._forgot |= bool(purges)
            self._health.answered()
        except IntegrityError:
            raise
        except DBAPIError as error:
            self._failed(error)
            raise JournalUnavailableError(
                f"the database did not take the change: {error.orig}"
            ) from error
        finally:
            self._lock.release()
        self._tell(records)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that only reads, and waits for nobody. Raises JournalUnavailableError."""
        try:
            with (
                self._database.reading() as connection,
                Session(bind=connection, expire_on_commit=False) as session,
            ):
                yield session
        except DBAPIError as error:
            raise JournalUnavailableError(f"the database cannot be read: {error.orig}") from error

    # --- below: under the lock ----------------------------------------------------------------

    def _commit_or_spool(self, stamped: Sequence[Stamped]) -> tuple[Written, list[Record]]:
        if self._away() or not self._drain(limit=_ON_THE_WAY):
            return Written.SPOOLED, self._put_aside(stamped)
        try:
            with self._database.writing() as connection:
                batch = self._scribe.begin(connection)
                batch.write(stamped, strict=True)
        except DBAPIError as error:
            self._failed(error)
            return Written.SPOOLED, self._put_aside(stamped)
        self._health.answered()
        if self._keeper is not None:
            self._keeper.worked()
        return Written.COMMITTED, batch.sealed()

    def _away(self) -> bool:
        """Whether the database failed just now, so that nobody need wait for it again."""
        return self._clock.monotonic() < self._retry_at

    def _put_aside(self, stamped: Sequence[Stamped]) -> list[Record]:
        """Write to the spool. Raises JournalUnavailableError if it does not take the
        entries either.
        """
        for one in stamped:
            self._ordered.check_spooled(one.entry)
        try:
            self._spooler.put(stamped)
        except OSError as error:
            why, now = f"spool: {error.strerror}", self._clock.now().utc
            self._health.failed(why, now, nothing_kept=True)
            raise JournalUnavailableError(
                f"neither database nor spool takes entries ({error.strerror}): check the disk"
            ) from error
        self._health.spooled()
        return [_record(one) for one in stamped]

    def _drain(self, limit: int | None) -> bool:
        """Take over spooled entries; True if none are left."""
        if not self._spooler.pending:
            return True
        if limit is not None and self._spooler.pending > limit:
            return False
        try:
            while not self._spooler.drain():
                continue
        except DBAPIError as error:
            self._failed(error)
            return False
        except OSError as error:
            _log.warning("the spool cannot be read: %s", error.strerror)
            return False
        self._ordered.drained()
        self._health.answered()
        return True

    def _failed(self, error: DBAPIError) -> None:
        now = self._clock.now()
        self._retry_at = now.monotonic + _AWAY_S
        self._health.failed(str(error.orig), now.utc)
        # A pooled connection to a file that was damaged or put back would go on failing.
        self._database.dispose()

    def _look_after(self, commits: int) -> None:
        """MaintenanceThread's turn: take over the spool in portions, checkpoint after
        enough commits.
        """
        if self._spooler.pending and self._lock.acquire(timeout=_LANE_WAIT_S):
            try:
                self._drain(limit=None)
            finally:
                self._lock.release()
        if commits:
            try:
                self._database.checkpoint()
            except DBAPIError as error:
                _log.warning("no checkpoint: %s", error.orig)
        self._empty_log()
        self._look()

    def _empty_log(self) -> None:
        """After a purge: what was taken away must not be readable in the log either."""
        if not self._forgot:
            return
        try:
            self._forgot = not self._database.truncate_log()
        except (sqlite3.Error, OSError) as error:
            _log.warning("the write-ahead log was not emptied: %s", error)

    def _look(self) -> None:
        """Notice a database that is none any more while nothing is written."""
        now = self._clock.now()
        if now.monotonic < self._look_at:
            return
        self._look_at = now.monotonic + _LOOK_EVERY_S
        try:
            self._database.look()
        except (sqlite3.OperationalError, OperationalError):
            return  # Locked or full: who writes will tell.
        except (sqlite3.DatabaseError, DBAPIError, OSError) as error:
            self._looked_wrong = True
            self._health.failed(str(error), now.utc)
        else:
            if self._looked_wrong and not self._spooler.pending:
                self._health.answered()
            self._looked_wrong = False

    def _tell(self, records: Sequence[Record]) -> None:
        for record in records:
            for listener in self._listeners:
                try:
                    listener(record)
                except Exception:
                    # The entry is durable; a page's mistake must not look like a failed write.
                    _log.exception("a listener failed on entry %s", record.seq)


def _is_purge(entry: Entry) -> bool:
    return isinstance(entry, ServiceNoted) and entry.what == PURGE


def _record(stamped: Stamped) -> Record:
    entry, stamp = stamped.entry, stamped.stamp
    at = Instant(stamp.monotonic, stamp.at)
    lane, of = text_of(entry, "lane"), text_of(entry, "passage")
    return Record(0, at, kind_of(entry), lane, of, entry)


__all__ = [
    "Health",
    "Journal",
    "JournalUnavailableError",
    "JournalUnitOfWork",
    "OpeningRefusedError",
]
