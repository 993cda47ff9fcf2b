"""Entries as canonical JSON and back: sorted keys, no spaces, UTF-8. Pure.

Rules: the name of an entry's class is its kind and never changes meaning; fields may be added with
a default, so that bodies of earlier releases still read; what JSON has no word for is kept as text.
"""

import json
from dataclasses import fields
from typing import get_args

from pydantic import TypeAdapter, ValidationError

from gate.domain.entries import Entry
from gate.domain.errors import GateError

_KINDS = {kind.__name__: TypeAdapter(kind) for kind in get_args(Entry)}


class EntryUnreadableError(GateError):
    """A body is not what its kind says it is."""


def kind_of(entry: Entry) -> str:
    """The kind under which an entry is kept."""
    return type(entry).__name__


def encode(entry: Entry) -> bytes:
    """The entry's body."""
    plain = _KINDS[kind_of(entry)].dump_python(entry, mode="json", fallback=str)
    text = json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", errors="backslashreplace")


def decode(kind: str, body: bytes) -> Entry:
    """The entry of a body. Raises EntryUnreadableError for an unknown kind or a body that does not
    fit.

    Fields that this release does not know are left out: a newer release may have written them.
    """
    adapter = _KINDS.get(kind)
    if adapter is None:
        raise EntryUnreadableError(f"entries of kind {kind!r} are not known to this release")
    try:
        entry: Entry = adapter.validate_python(json.loads(body))
    except (ValueError, ValidationError) as error:
        raise EntryUnreadableError(f"a body is no {kind}: {error}") from error
    return entry


def actor_of(entry: Entry) -> str:
    """Who did it, where the entry says so; else "service"."""
    names = {field.name for field in fields(entry)}
    return str(getattr(entry, "by")) if "by" in names else "service"  # noqa: B009


def text_of(entry: Entry, name: str) -> str:
    """The text of a field such as "lane" or "passage", or "" where the kind has none."""
    value: object = getattr(entry, name, "")
    return "" if value is None else str(value)
