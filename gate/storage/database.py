"""The database: SQLite in the data folder by default, PostgreSQL by URL. Opened and upgraded here.

Rules: SQLite runs in WAL with synchronous=FULL, so that a commit survives a power cut; writers
begin IMMEDIATE, so that waiting happens at the start and never turns into a failure halfway;
readers cannot write; checkpoints are made aside (gate/journal/journal.py), so that no passage waits
for one. Before an upgrade a SQLite file is copied beside itself.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import ConnectionPoolEntry

from gate.domain.errors import DatabaseUnusableError
from gate.storage import private_files
from gate.storage.migrations import run

FILE = "gate.db"
# Longer than a checkpoint or a backup step ever holds the file, shorter than a driver's patience.
BUSY_MS = 500
COPIES_KEPT = timedelta(days=30)
# A lane must never hang on a server: not on a lock, not on a statement, not on a dead wire.
_POSTGRES = {
    "connect_timeout": 2,
    "tcp_user_timeout": 5_000,
    "options": f"-c lock_timeout={BUSY_MS} -c statement_timeout=60000",
}
# Only a bound: the journal checkpoints long before.
_CHECKPOINT_PAGES = 16_000
_TRUNCATE_S = 0.1
_CHAIN_LOCK = 0x6761_7465


@dataclass(frozen=True, slots=True)
class Database:
    """Two ways in: `writing` holds the only write transaction, `reading` sees the last commit.

    path: the SQLite file, or None for a server.
    """

    writer: Engine
    reader: Engine
    path: Path | None

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a transaction that commits at the end of the block; only one at a time."""
        with self.writer.connect() as connection, connection.begin():
            if self.path is None:
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_CHAIN_LOCK})"))
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a connection that sees one moment of the database and takes no lock."""
        with self.reader.connect() as connection, connection.begin():
            yield connection

    def checkpoint(self) -> None:
        """Move what the write-ahead log holds into the file, without making anybody wait."""
        if self.path is None:
            return
        with self.reader.connect() as connection:
            raw = connection.connection.driver_connection
            if raw is not None:
                raw.execute("PRAGMA wal_checkpoint(PASSIVE)").close()

    def truncate_log(self) -> bool:
        """Empty the write-ahead log, which holds pages as they were; False while somebody reads.

        What retention takes away is overwritten in the file (secure_delete), but its old pages lie
        in the log until that is written over. Waits for nobody longer than `_TRUNCATE_S`.
        """
        if self.path is None:
            return True
        with closing(sqlite3.connect(self.path, timeout=_TRUNCATE_S)) as own:
            busy, *_ = own.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def look(self) -> None:
        """See whether the database is one. Raises sqlite3.DatabaseError or OSError where not.

        Looks with a connection of its own: those that are open go on believing what they have read.
        The file is opened by SQLite alone. Whoever else in this process opens and closes it drops
        every lock that SQLite holds on it (POSIX: close() releases all of the process's locks), and
        the next program that closes the database then deletes the log under us
        (https://sqlite.org/howtocorrupt.html, 2.2). `immutable` reads the file without its log.
        """
        if self.path is None:
            with self.reading() as connection:
                connection.execute(text("SELECT 1"))
            return
        address = self.path.absolute().as_uri()
        with closing(sqlite3.connect(f"{address}?immutable=1", uri=True)) as bare:
            bare.execute("PRAGMA schema_version").fetchone()
        with closing(sqlite3.connect(f"{address}?mode=ro", uri=True)) as own:
            for table in ("entry", "passage", "user_account"):
                own.execute(f"SELECT * FROM {table} ORDER BY rowid DESC LIMIT 1").fetchall()  # noqa: S608 - our own names

    def dispose(self) -> None:
        """Drop pooled connections: after trouble with the file, and at the end."""
        self.writer.dispose()
        self.reader.dispose()


def open_database(where: Path | str, *, upgrade: bool = True) -> Database:
    """Open the SQLite file in a folder (Path) or what a SQLAlchemy URL (str) names.

    Upgrades to this release's tables unless told not to. Raises DatabaseUnusableError.
    """
    try:
        database = _engines(where)
        if upgrade:
            _upgrade(database)
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        reason = str(getattr(error, "orig", None) or error)
        raise DatabaseUnusableError(
            f"the database {_shown(where)} cannot be opened: {reason}. Check the disk, or restore "
            "the last backup with `gate restore`"
        ) from error
    return database


def _engines(where: Path | str) -> Database:
    if isinstance(where, Path):
        where.mkdir(mode=private_files.FOLDER, parents=True, exist_ok=True)
        return _sqlite(where / FILE)
    url = make_url(where)
    if url.get_backend_name() == "sqlite":
        if not url.database or url.database == ":memory:":
            raise DatabaseUnusableError(
                "a journal in memory would not survive: give a file or a folder"
            )
        return _sqlite(Path(url.database))
    if url.get_backend_name() != "postgresql":
        raise DatabaseUnusableError(
            f"{url.get_backend_name()} is not supported: SQLite or PostgreSQL"
        )
    engine = _engine(url, pool_pre_ping=True, connect_args=_POSTGRES)
    reader = engine.execution_options(postgresql_readonly=True, isolation_level="REPEATABLE READ")
    return Database(engine, reader, None)


def _engine(url: URL, **how: Any) -> Engine:
    """Make an engine whose errors do not say what a statement was about: they reach the log."""
    return create_engine(url, hide_parameters=True, **how)


def _sqlite(path: Path) -> Database:
    # Write-ahead log and index take the mode of the file.
    private_files.make_file(path)
    private_files.close(path)
    url = URL.create("sqlite", database=str(path))
    writer = _engine(url, pool_size=2, connect_args={"timeout": BUSY_MS / 1000})
    reader = _engine(url, pool_size=8, connect_args={"timeout": 5})
    event.listen(writer, "connect", _prepare_writer)
    event.listen(writer, "begin", _begin_immediate)
    event.listen(reader, "connect", _prepare_reader)
    event.listen(reader, "begin", _begin_deferred)
    return Database(writer, reader, path)


def _prepare_writer(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # Transactions are begun by the listeners below.
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        # What retention takes away must not be readable in the file's free pages.
        "secure_delete=ON",
        f"wal_autocheckpoint={_CHECKPOINT_PAGES}",
    ):
        connection.execute(f"PRAGMA {pragma}").close()


def _prepare_reader(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None
    for pragma in ("query_only=ON", "temp_store=MEMORY", "cache_size=-16000"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_deferred(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _upgrade(database: Database) -> None:
    with database.writer.connect() as connection:
        before = run.current(connection)
    if before == run.newest():
        return
    if database.path is not None and before is not None:
        copy_beside(database.path, f"before-upgrade-from-{before}")
    with rebuilding(database) as connection:
        run.upgrade(connection)


@contextmanager
def rebuilding(database: Database) -> Iterator[Connection]:
    """Give a transaction in which tables may be built anew while others point to them.

    SQLite drops a table as if its rows were deleted one by one, which rows that point to them
    forbid, and foreign keys are let go only outside of a transaction. What points nowhere at the
    end is found before anything is kept. Raises DatabaseUnusableError then.
    """
    if database.path is None:
        with database.writing() as connection:
            yield connection
        return
    with database.writer.connect() as connection:
        _enforce(connection, on=False)
        try:
            with connection.begin():
                yield connection
                loose = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
                if loose:
                    raise DatabaseUnusableError(
                        f"rows of {sorted({row[0] for row in loose})} point nowhere: nothing was "
                        "changed; restore the last backup with `gate restore`"
                    )
        finally:
            _enforce(connection, on=True)


def _enforce(connection: Connection, *, on: bool) -> None:
    raw = connection.connection.driver_connection
    if raw is not None:
        raw.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}").close()


def copy_beside(path: Path, suffix: str) -> None:
    """Keep the SQLite file as it is now: the way back, whatever a step does."""
    copy = path.with_name(f"{path.name}.{suffix}")
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    copy.chmod(0o600)


def drop_old_copies(path: Path, at: datetime) -> list[str]:
    """Take away copies of before an upgrade that are older than `COPIES_KEPT`; return their names.

    They hold what was purged since, and names from before names were sealed.
    """
    old = [
        copy
        for copy in path.parent.glob(f"{path.name}.before-upgrade-from-*")
        if at.timestamp() - copy.stat().st_mtime > COPIES_KEPT.total_seconds()
    ]
    for copy in old:
        copy.unlink()
    return [copy.name for copy in old]


def _shown(where: Path | str) -> str:
    if isinstance(where, Path):
        return str(where / FILE)
    return make_url(where).render_as_string(hide_password=True)
