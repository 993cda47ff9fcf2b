"""Writing a batch of entries into one transaction: chain, body, projection, checkpoint.

A projection that fails on odd data must not keep an entry out of the record: it is rolled back to
where it began, the entry stays, and a note names it. Only an order to raise is different: where
`strict`, what refuses it refuses the whole batch, because the arm must not move.
"""

from collections.abc import Sequence

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, IntegrityError, StatementError

from gate.domain.entries import OpeningOrdered, Record, ServiceNoted
from gate.domain.errors import OpeningRefusedError
from gate.domain.passage import Instant
from gate.journal.checkpoint import Witness
from gate.journal.codec import kind_of, text_of
from gate.journal.projections.dispatch import Projection
from gate.journal.store import Stamped, Tip, tip, write
from gate.storage.encryption import Keyring

_ODD = (IntegrityError, DataError, OverflowError, OpeningRefusedError)


class EntryBatch:
    """One transaction's entries. `sealed` is called after the commit."""

    def __init__(
        self, connection: Connection, keyring: Keyring, projection: Projection, checkpoint: Witness
    ) -> None:
        self._connection = connection
        self._vault = keyring
        self._projection = projection
        self._witness = checkpoint
        self._tip: Tip = tip(connection)
        self._records: list[Record] = []

    def write(self, entries: Sequence[Stamped], *, strict: bool) -> list[int]:
        """Add entries; return their seqs. Raises OpeningRefusedError where strict."""
        return [self._write_one(stamped, strict=strict) for stamped in entries]

    def _write_one(self, stamped: Stamped, *, strict: bool) -> int:
        self._tip = write(self._connection, self._tip, stamped, self._vault)
        seq, stamp, entry = self._tip.seq, stamped.stamp, stamped.entry
        at = Instant(stamp.monotonic, stamp.at)
        lane, of = text_of(entry, "lane"), text_of(entry, "passage")
        self._records.append(Record(seq, at, kind_of(entry), lane, of, entry))
        why = self._project(seq, stamped, strict=strict)
        if why:
            note = ServiceNoted("not_projected", {"entry": seq, "why": why})
            self._write_one(Stamped(stamp, note), strict=False)
        return seq

    def _project(self, seq: int, stamped: Stamped, *, strict: bool) -> str:
        """Bring the tables up to date; the reason where that could not be done."""
        try:
            with self._connection.begin_nested():
                self._projection.apply(self._connection, seq, stamped.stamp.at, stamped.entry)
        except StatementError as error:
            if not isinstance(error, _ODD) and not isinstance(error.orig, _ODD):
                raise
            return str(error.orig)
        except (OpeningRefusedError, OverflowError) as error:
            if strict and isinstance(stamped.entry, OpeningOrdered):
                raise
            return str(error)
        return ""

    def sealed(self) -> list[Record]:
        """Tell the checkpoint of the new end, now that it is committed; give back the records."""
        if self._records and self._tip.stamp is not None:
            self._witness.note(self._tip.seq, self._tip.hash, self._tip.stamp.at)
        return self._records


class BatchWriter:
    """Begins batches."""

    def __init__(self, keyring: Keyring, projection: Projection, checkpoint: Witness) -> None:
        self._vault = keyring
        self._projection = projection
        self._witness = checkpoint

    def begin(self, connection: Connection) -> EntryBatch:
        """A batch in the given write transaction."""
        return EntryBatch(connection, self._vault, self._projection, self._witness)

    def close(self) -> None:
        """Let go of the checkpoint's file."""
        self._witness.close()
