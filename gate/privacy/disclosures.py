"""The register of disclosures: what was handed to which authority on which document.

A line is never changed. A person makes it in a unit of work, and it is on record in the journal
too.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select

from gate.domain.entries import Audited
from gate.domain.ports import UnitOfWork
from gate.storage.tables import disclosure


@dataclass(frozen=True, slots=True)
class Disclosure:
    """authority, document, officer: as on the request. basis: the law. sha256: of the file."""

    id: int
    at: datetime
    actor: str
    authority: str
    document: str
    officer: str
    scope: str
    basis: str
    handed_over: str
    sha256: str


def disclose(
    unit: UnitOfWork,
    *,
    by: str,
    now: datetime,
    authority: str,
    document: str,
    officer: str,
    scope: str,
    basis: str,
    handed_over: str = "",
    sha256: str = "",
) -> int:
    """Put a disclosure on the register; return its number."""
    values = {
        "at": now,
        "actor": by,
        "authority": authority,
        "document": document,
        "officer": officer,
        "scope": scope,
        "basis": basis,
        "handed_over": handed_over,
        "sha256": sha256,
    }
    made = unit.session.connection().execute(
        insert(disclosure).values(values).returning(disclosure.c.id)
    )
    number = int(made.scalar_one())
    unit.append(Audited(by, "disclosed", authority, document, {"disclosure": number}))
    return number


def disclosures(connection: Connection) -> tuple[Disclosure, ...]:
    """The register, newest first."""
    query = select(disclosure).order_by(disclosure.c.id.desc())
    return tuple(Disclosure(**row) for row in connection.execute(query).mappings())
