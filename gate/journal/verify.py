"""ChainFault what was done to the journal behind the program's back. Reading only.

Every entry is hashed again and compared with the one before it; every body with its entry; every
missing body with the entry that records its purge; the whole with the checkpoint file, which tells
what the chain's end was and so shows entries cut off.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gate.domain.entries import ServiceNoted
from gate.domain.errors import VaultError
from gate.journal import hash_chain
from gate.journal.checkpoint import testimonies
from gate.journal.codec import EntryUnreadableError
from gate.journal.hash_chain import ChainFault, ChainLink, Flaw
from gate.journal.store import StoredEntry, walk
from gate.storage.database import Database
from gate.storage.encryption import Keyring

PURGE = "purge"
_EVERY = 10_000

Progress = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Verified:
    """entries: how many there are. purged: bodies that retention took away, as recorded."""

    entries: int
    purged: int
    findings: tuple[ChainFault, ...]

    @property
    def sound(self) -> bool:
        """Nothing was found."""
        return not self.findings


def verify(
    database: Database, keyring: Keyring, checkpoint: Path, *, progress: Progress | None = None
) -> Verified:
    """Walk the whole journal. progress: told the number of entries done, now and then.

    Raises sqlalchemy's DBAPIError where the file itself cannot be read.
    """
    with database.reading() as connection:
        # The checkpoint is read first: entries that are added meanwhile must not look cut off.
        told = {one.seq: one for one in testimonies(checkpoint, keyring)}
        walker = _Walker(keyring)
        for kept in walk(connection):
            walker.see(kept)
            testimony = told.pop(kept.link.header.seq, None)
            if testimony is not None and testimony.sound and testimony.hash != kept.link.hash:
                walker.add(kept, Flaw.REPLACED, "is not the one the witness saw")
            if progress is not None and walker.entries % _EVERY == 0:
                progress(walker.entries)
    findings = [*walker.findings, *walker.unproven()]
    for seq, testimony in sorted(told.items()):
        if testimony.sound:
            findings.append(ChainFault(seq, Flaw.CUT_OFF, f"entry {seq} existed and is gone"))
        else:
            findings.append(ChainFault(seq, Flaw.WITNESS_FORGED, "a line of the witness is forged"))
    return Verified(walker.entries, walker.purged, tuple(findings))


class _Walker:
    """What has to be remembered from one entry to the next."""

    def __init__(self, keyring: Keyring) -> None:
        self._vault = keyring
        self._before: ChainLink | None = None
        self._taken: Counter[int] = Counter()
        self._recorded: dict[int, int] = {}
        self.findings: list[ChainFault] = []
        self.entries = 0

    @property
    def purged(self) -> int:
        """Bodies that are gone and marked so."""
        return self._taken.total()

    def add(self, kept: StoredEntry, flaw: Flaw, what: str) -> None:
        """Note a flaw of an entry."""
        seq = kept.link.header.seq
        self.findings.append(ChainFault(seq, flaw, f"entry {seq} {what}"))

    def see(self, kept: StoredEntry) -> None:
        """Check one entry against the one before and against its body."""
        self.findings += hash_chain.check(self._before, kept.link)
        self._before = kept.link
        self.entries += 1
        if kept.purged_by is not None and kept.sealed is None:
            self._taken[kept.purged_by] += 1
        elif kept.sealed is None or kept.salt is None:
            self.add(kept, Flaw.BODY_REMOVED, "lost its body, and no purge is recorded")
        else:
            self._see_body(kept, kept.salt)

    def _see_body(self, kept: StoredEntry, salt: bytes) -> None:
        try:
            plain = kept.body(self._vault)
        except VaultError as error:
            self.add(kept, Flaw.BODY_UNREADABLE, f"cannot be read: {error}")
            return
        finding = hash_chain.check_body(kept.link.header, salt, plain or b"")
        if finding is not None:
            self.findings.append(finding)
        elif kept.link.header.kind == ServiceNoted.__name__:
            self._remember_purge(kept)

    def _remember_purge(self, kept: StoredEntry) -> None:
        try:
            entry = kept.entry(self._vault)
        except EntryUnreadableError as error:
            self.add(kept, Flaw.BODY_UNREADABLE, f"is of another release: {error}")
            return
        if isinstance(entry, ServiceNoted) and entry.what == PURGE:
            self._recorded[kept.link.header.seq] = int(str(entry.detail.get("bodies", 0)))

    def unproven(self) -> Iterator[ChainFault]:
        """Bodies taken away without a record that says so many were."""
        for seq, taken in sorted(self._taken.items()):
            recorded = self._recorded.get(seq, 0)
            if taken != recorded:
                what = f"entry {seq} records {recorded} purged bodies, {taken} name it"
                yield ChainFault(seq, Flaw.PURGE_UNPROVEN, what)
