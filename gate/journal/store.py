"""Writing and reading the chained entries in the database. The only file that inserts them.

The tip is read inside the write transaction, so that two processes (the gate and a command) extend
one chain. Times are kept on both clocks; order is that of seq alone.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select

from gate.domain.entries import Entry
from gate.domain.errors import VaultError
from gate.domain.passage import Instant
from gate.journal.codec import decode, encode, kind_of, text_of
from gate.journal.hash_chain import GENESIS, ChainLink, Header, forge, hash_body
from gate.storage.encryption import Keyring
from gate.storage.tables import body, entry, micros, moment

PURPOSE = "body"


@dataclass(frozen=True, slots=True)
class Stamp:
    """When, on both clocks, and in which run of the machine the monotonic one counts."""

    at: datetime
    monotonic: float
    boot: str


@dataclass(frozen=True, slots=True)
class Stamped:
    """An entry with its time, ready to be written."""

    stamp: Stamp
    entry: Entry


@dataclass(frozen=True, slots=True)
class StoredEntry:
    """An entry as the database keeps it. sealed: None once retention took the body away."""

    link: ChainLink
    salt: bytes | None
    sealed: bytes | None
    purged_by: int | None

    def at(self) -> Instant:
        """Its time on both clocks."""
        header = self.link.header
        return Instant(header.monotonic / 1_000_000, moment(header.at))

    def body(self, keyring: Keyring) -> bytes | None:
        """The body in the clear. Raises VaultError."""
        return None if self.sealed is None else keyring.unseal(self.sealed, PURPOSE)

    def entry(self, keyring: Keyring) -> Entry | None:
        """The entry, if its body is still there. Raises VaultError and EntryUnreadableError."""
        plain = self.body(keyring)
        return None if plain is None else decode(self.link.header.kind, plain)


_TIP = select(entry.c.seq, entry.c.hash, entry.c.at, entry.c.monotonic, entry.c.boot).order_by(
    entry.c.seq.desc()
)
_TIP = _TIP.limit(1)
_INSERT_ENTRY = insert(entry)
_INSERT_BODY = insert(body)


@dataclass(frozen=True, slots=True)
class Tip:
    """The end of the chain. stamp: None for an empty journal."""

    seq: int
    hash: bytes
    stamp: Stamp | None


def tip(connection: Connection) -> Tip:
    """The newest entry; call it inside the write transaction that extends the chain."""
    row = connection.execute(_TIP).first()
    if row is None:
        return Tip(0, GENESIS, None)
    return Tip(row.seq, row.hash, Stamp(row.at, row.monotonic / 1_000_000, row.boot))


def write(connection: Connection, end: Tip, stamped: Stamped, keyring: Keyring) -> Tip:
    """Add one entry after `end`; return the new end. Projection is the caller's business."""
    plain = encode(stamped.entry)
    salt = os.urandom(16)
    stamp = stamped.stamp
    header = Header(
        seq=end.seq + 1,
        at=micros(stamp.at),
        monotonic=round(stamp.monotonic * 1_000_000),
        boot=stamp.boot,
        lane=storable(text_of(stamped.entry, "lane")),
        passage=storable(text_of(stamped.entry, "passage")),
        kind=kind_of(stamped.entry),
        body_hash=hash_body(salt, plain),
    )
    link = forge(end.hash, header)
    connection.execute(_INSERT_ENTRY, _columns(link, stamp.at))
    sealed = keyring.seal(plain, PURPOSE)
    connection.execute(_INSERT_BODY, {"seq": header.seq, "salt": salt, "sealed": sealed})
    return Tip(header.seq, link.hash, stamp)


def storable(text: str) -> str:
    """A text as every engine stores it, so that the hash is of what will be read back."""
    return text.encode("utf-8", "replace").decode().replace("\0", "?")


def _columns(link: ChainLink, at: datetime) -> dict[str, object]:
    header = link.header
    return {
        "seq": header.seq,
        "at": at,
        "monotonic": header.monotonic,
        "boot": header.boot,
        "lane": header.lane,
        "passage": header.passage,
        "kind": header.kind,
        "body_hash": header.body_hash,
        "prev": link.prev,
        "hash": link.hash,
    }


_KEPT = select(entry, body.c.salt, body.c.sealed, body.c.purged_by, body.c.seq.label("body_seq"))
_KEPT = _KEPT.select_from(entry.outerjoin(body, body.c.seq == entry.c.seq))
_AFTER = _KEPT.where(entry.c.seq > bindparam("after")).order_by(entry.c.seq).limit(1000)
_OF_PASSAGE = _KEPT.where(entry.c.passage == bindparam("of"), entry.c.passage != "")
_OF_PASSAGE = _OF_PASSAGE.order_by(entry.c.seq)
_NEWEST = _KEPT.where(entry.c.kind == bindparam("kind"), entry.c.lane == bindparam("lane"))
_NEWEST = _NEWEST.order_by(entry.c.seq.desc()).limit(1)


def walk(connection: Connection, after: int = 0) -> Iterator[StoredEntry]:
    """Every entry with a greater seq, in order of seq, a thousand at a time."""
    while rows := connection.execute(_AFTER, {"after": after}).mappings().all():
        for row in rows:
            yield _kept(row)
        after = rows[-1]["seq"]


def of_passage(connection: Connection, passage: str) -> list[StoredEntry]:
    """The entries of one passage, oldest first."""
    rows = connection.execute(_OF_PASSAGE, {"of": passage}).mappings()
    return [_kept(row) for row in rows]


def newest(connection: Connection, kind: str, lane: str) -> StoredEntry | None:
    """The newest entry of a kind in a lane, or None."""
    row = connection.execute(_NEWEST, {"kind": kind, "lane": lane}).mappings().first()
    return _kept(row) if row is not None else None


def readable(kept: StoredEntry, keyring: Keyring) -> Entry | None:
    """The entry, or None where its body is gone or its key is not here."""
    try:
        return kept.entry(keyring)
    except VaultError:
        return None


def _kept(row: Mapping[Any, Any]) -> StoredEntry:
    header = Header(
        seq=row["seq"],
        at=micros(row["at"]),
        monotonic=row["monotonic"],
        boot=row["boot"],
        lane=row["lane"],
        passage=row["passage"],
        kind=row["kind"],
        body_hash=bytes(row["body_hash"]),
    )
    link = ChainLink(header, bytes(row["prev"]), bytes(row["hash"]))
    return StoredEntry(link, row["salt"], row["sealed"], row["purged_by"])
