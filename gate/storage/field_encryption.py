"""Personal columns under the newest key: sealed at the first start, and after a rotation.

The key's number stands in the table `state` once every row is under it, so that a start costs one
question. Work is done in portions; a start that was interrupted begins again.
"""

from collections.abc import Iterator

from sqlalchemy import Column, Connection, Table, bindparam, delete, insert, select, update
from sqlmodel import SQLModel

import gate.storage.account_tables
import registry.tables.records
from gate.storage.database import Database
from gate.storage.encryption import FileKeyring, seal_text, unseal_text
from gate.storage.tables import state
from registry.tables.sealing import SealedJson, SealedText, Sealer, seal_with

# Importing the modules is what fills SQLModel's metadata; naming them here keeps that visible.
OWNERS = (gate.storage.account_tables.UserRow, registry.tables.records.Person)
_MARK = "personal_fields"
_PORTION = 500


class TextSealer(Sealer):
    """The keyring, in the registry's words."""

    def __init__(self, keyring: FileKeyring) -> None:
        self._vault = keyring

    def seal(self, text: str, purpose: str) -> str:
        """Seal under the newest key."""
        return seal_text(self._vault, text, purpose)

    def unseal(self, text: str, purpose: str) -> str:
        """Unseal; a clear text comes back as it is. Raises VaultError."""
        return unseal_text(self._vault, text, purpose)


class Unsealer(TextSealer):
    """Reads sealed text and writes it clear: the way back to a release that seals nothing."""

    def seal(self, text: str, purpose: str) -> str:
        """Leave it clear."""
        del purpose
        return text


def seal(database: Database, keyring: FileKeyring) -> int:
    """Seal from now on, and what is not yet under the newest key; return how many rows were."""
    for engine in (database.writer, database.reader):
        seal_with(engine, TextSealer(keyring))
    mark = str(keyring.newest)
    with database.reading() as connection:
        if _mark(connection) == mark:
            return 0
    done = sum(_rewrite(database, table, columns) for table, columns in sealed_columns())
    with database.writing() as connection:
        connection.execute(delete(state).where(state.c.name == _MARK))
        connection.execute(insert(state).values(name=_MARK, value=mark))
    return done


def unseal(database: Database, keyring: FileKeyring) -> int:
    """Write every personal column clear; return how many rows were rewritten."""
    for engine in (database.writer, database.reader):
        seal_with(engine, Unsealer(keyring))
    with database.writing() as connection:
        connection.execute(delete(state).where(state.c.name == _MARK))
    return sum(_rewrite(database, table, columns) for table, columns in sealed_columns())


def sealed_columns() -> Iterator[tuple[Table, list[Column[object]]]]:
    """Every table with personal columns, and these columns."""
    for table in SQLModel.metadata.sorted_tables:
        found = [one for one in table.columns if isinstance(one.type, SealedText | SealedJson)]
        if found:
            yield table, found


def _mark(connection: Connection) -> str | None:
    return connection.execute(select(state.c.value).where(state.c.name == _MARK)).scalar()


def _rewrite(database: Database, table: Table, columns: list[Column[object]]) -> int:
    """Read rows and write them back: the columns' types unseal and seal."""
    key, last, done = table.c.id, 0, 0
    names = [column.name for column in columns]
    write = update(table).where(key == bindparam("row"))
    write = write.values({name: bindparam(f"new_{name}") for name in names})
    while True:
        with database.writing() as connection:
            rows = connection.execute(
                select(key, *columns).where(key > last).order_by(key).limit(_PORTION)
            ).all()
            if not rows:
                return done
            news = [
                {"row": row[0]} | {f"new_{n}": v for n, v in zip(names, row[1:], strict=True)}
                for row in rows
            ]
            connection.execute(write, news)
        last, done = rows[-1][0], done + len(rows)
