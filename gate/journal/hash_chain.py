"""The hash chain of the journal. Pure.

Each entry's hash covers the hash before it and its own header; the header holds the hash of the
body, not the body, so that retention may take a body away and the chain still stands. A body is
hashed with 16 random bytes that go away with it: without them a plate could be found again by
hashing all plates. Hash: SHA-256 (FIPS 180-4).
"""

import hashlib
import json
from dataclasses import dataclass, replace
from enum import StrEnum

GENESIS = bytes(32)
# How far away a moved entry is looked for, so that it can be called moved and not changed.
_NEIGHBOURS = 1000


@dataclass(frozen=True, slots=True)
class Header:
    """What the chain says of an entry for ever. at, monotonic: microseconds."""

    seq: int
    at: int
    monotonic: int
    boot: str
    lane: str
    passage: str
    kind: str
    body_hash: bytes


@dataclass(frozen=True, slots=True)
class ChainLink:
    """A header with the hash before it and its own."""

    header: Header
    prev: bytes
    hash: bytes


class Flaw(StrEnum):
    """What is wrong with an entry."""

    REMOVED = "removed"
    CHANGED = "changed"
    BODY_CHANGED = "body_changed"
    BODY_REMOVED = "body_removed"
    BODY_UNREADABLE = "body_unreadable"
    OUT_OF_ORDER = "out_of_order"
    CUT_OFF = "cut_off"
    REPLACED = "replaced"
    PURGE_UNPROVEN = "purge_unproven"
    WITNESS_FORGED = "witness_forged"


@dataclass(frozen=True, slots=True)
class ChainFault:
    """A flaw and the entry it is in: seq is the number the entry has, or had."""

    seq: int
    flaw: Flaw
    what: str


def hash_body(salt: bytes, body: bytes) -> bytes:
    """Hash of a body with its own 16 random bytes."""
    return hashlib.sha256(salt + body).digest()


def hash_link(prev: bytes, header: Header) -> bytes:
    """Hash of an entry: the one before it and the header as canonical JSON (sorted, no spaces)."""
    words = [header.seq, header.at, header.monotonic, header.boot, header.lane, header.passage]
    words += [header.kind, header.body_hash.hex()]
    text = json.dumps(words, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(prev + text.encode()).digest()


def forge(prev: bytes, header: Header) -> ChainLink:
    """The next link of the chain."""
    return ChainLink(header, prev, hash_link(prev, header))


def check(before: ChainLink | None, link: ChainLink) -> tuple[ChainFault, ...]:
    """Compare an entry with the one before it; name what was removed, moved or changed."""
    expected = 1 if before is None else before.header.seq + 1
    tip = GENESIS if before is None else before.hash
    seq = link.header.seq
    if seq < expected:
        return (ChainFault(seq, Flaw.OUT_OF_ORDER, f"entry {seq} stands after {expected - 1}"),)
    found: list[ChainFault] = []
    if seq > expected:
        gone = f"{expected}" if seq == expected + 1 else f"{expected} to {seq - 1}"
        found.append(ChainFault(expected, Flaw.REMOVED, f"entry {gone} is gone"))
    if hash_link(link.prev, link.header) != link.hash:
        found.append(_not_as_written(link))
    elif seq == expected and link.prev != tip:
        found.append(_broken_joint(before, seq))
    return tuple(found)


def _not_as_written(link: ChainLink) -> ChainFault:
    """Another place's entry, or one that was changed."""
    seq = link.header.seq
    for other in (place for step in range(1, _NEIGHBOURS) for place in (seq - step, seq + step)):
        if hash_link(link.prev, replace(link.header, seq=other)) == link.hash:
            return ChainFault(seq, Flaw.OUT_OF_ORDER, f"entry {other} stands in place of {seq}")
    return ChainFault(seq, Flaw.CHANGED, f"entry {seq} is not what was written")


def _broken_joint(before: ChainLink | None, seq: int) -> ChainFault:
    """Two sound entries that do not follow each other: the earlier one was written anew."""
    earlier = seq if before is None else before.header.seq
    return ChainFault(earlier, Flaw.REPLACED, f"entry {earlier} is not the one that {seq} follows")


def check_body(header: Header, salt: bytes, body: bytes) -> ChainFault | None:
    """Compare a body with what the chain says of it."""
    if hash_body(salt, body) == header.body_hash:
        return None
    return ChainFault(header.seq, Flaw.BODY_CHANGED, f"the body of entry {header.seq} was changed")
