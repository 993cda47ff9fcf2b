"""Doing a thing once, however often its request is sent: the answer to a key, kept with the deed.

A key belongs to its caller, and to one request: the digest says whether it is the same again.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from gate.storage.account_tables import IdempotencyRow


@dataclass(frozen=True, slots=True)
class Answered:
    """What was answered to a request. digest: of the request; status: of HTTP; body: JSON."""

    digest: str
    status: int
    body: str


def answered(session: Session, key: str, caller: str) -> Answered | None:
    """Return what was answered to this key of this caller, None where it is new."""
    row = session.get(IdempotencyRow, (key, caller))
    return Answered(row.request, row.status, row.answer) if row is not None else None


def remember(session: Session, key: str, caller: str, answer: Answered, at: datetime) -> None:
    """Keep the answer in the transaction of the deed itself. at: an aware instant."""
    row = IdempotencyRow(
        key=key,
        caller=caller,
        request=answer.digest,
        status=answer.status,
        answer=answer.body,
        at=at,
    )
    session.add(row)
