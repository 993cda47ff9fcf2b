"""Entries into the spool and, later, out of it into the database: none twice, none left out."""

import base64
import json
import threading
from collections.abc import Sequence

from sqlalchemy import Connection, select, text

from gate.domain.entries import ServiceNoted
from gate.journal.batch import BatchWriter
from gate.journal.codec import decode, encode, kind_of
from gate.journal.spool_file import Spool, Spooled
from gate.journal.store import Stamp, Stamped
from gate.storage.database import Database
from gate.storage.encryption import Keyring
from gate.storage.tables import micros, moment, state

_PURPOSE = "spool"
_MARK = "spool"
_PORTION = 200
_SET_MARK = text(
    "INSERT INTO state (name, value) VALUES (:name, :value) "
    "ON CONFLICT (name) DO UPDATE SET value = :value"
)


class SpoolReplayer:
    """`put` may be called on any thread; `drain` and `resume` under the journal's lock."""

    def __init__(
        self, spool: Spool, database: Database, writer: BatchWriter, keyring: Keyring
    ) -> None:
        self._spool = spool
        self._database = database
        self._scribe = writer
        self._vault = keyring
        self._lock = threading.Lock()
        self._taken: Spooled | None = None
        self._resumed = False

    @property
    def pending(self) -> int:
        """How many entries wait; 0 before `resume`: only the service takes entries over."""
        if not self._resumed:
            return 0
        return self._spool.ordinal - (self._taken.ordinal if self._taken else 0)

    def resume(self, connection: Connection) -> None:
        """Find out which lines of the file the database has. Raises OSError and DBAPIError."""
        mark = connection.execute(select(state.c.value).where(state.c.name == _MARK)).scalar()
        generation, _, ordinal = (mark or "").partition(":")
        with self._lock:
            self._resumed = True
            if generation == self._spool.generation:
                lines = self._spool.read(None, int(ordinal))
                self._taken = lines[-1] if lines else None
            self._forget_if_done()

    def put(self, stamped: Sequence[Stamped]) -> None:
        """Make entries durable in the file. Raises OSError: then none of them counts."""
        with self._lock:
            self._spool.put([self._line(one) for one in stamped])
            self._resumed = True

    def drain(self) -> bool:
        """Take over one portion; True if nothing is left. Raises OSError and DBAPIError."""
        with self._lock:
            lines = self._spool.read(self._taken, _PORTION)
        if lines:
            self._take_over(lines)
        with self._lock:
            return self._forget_if_done()

    def close(self) -> None:
        """Let go of the file."""
        self._spool.close()

    def _take_over(self, lines: Sequence[Spooled]) -> None:
        stamped = [self._parse(line.payload) for line in lines]
        noted = ServiceNoted("spool_drained", {"entries": len(lines)})
        with self._database.writing() as connection:
            batch = self._scribe.begin(connection)
            batch.write(stamped, strict=False)
            batch.write([Stamped(stamped[-1].stamp, noted)], strict=False)
            value = f"{lines[-1].generation}:{lines[-1].ordinal}"
            connection.execute(_SET_MARK, {"name": _MARK, "value": value})
        batch.sealed()
        self._taken = lines[-1]

    def _forget_if_done(self) -> bool:
        """Begin a new generation once everything is taken over."""
        done = self._spool.ordinal == (self._taken.ordinal if self._taken else 0)
        if done and self._taken is not None:
            self._spool.clear()
            self._taken = None
        return done

    def _line(self, stamped: Stamped) -> bytes:
        stamp = stamped.stamp
        sealed = self._vault.seal(encode(stamped.entry), _PURPOSE)
        words = [
            micros(stamp.at),
            stamp.monotonic,
            stamp.boot,
            kind_of(stamped.entry),
            base64.b64encode(sealed).decode(),
        ]
        return json.dumps(words, separators=(",", ":")).encode("ascii")

    def _parse(self, payload: bytes) -> Stamped:
        at, monotonic, boot, kind, sealed = json.loads(payload)
        plain = self._vault.unseal(base64.b64decode(sealed), _PURPOSE)
        return Stamped(Stamp(moment(at), monotonic, boot), decode(kind, plain))
