"""Tokens for other programs: made by a person, shown once, kept as sha256, with scopes and end."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import col, select

from gate.auth.permissions import Permission
from gate.domain.entries import Audited
from gate.domain.ports import Journal
from gate.storage.account_tables import TokenRow
from registry.rules import addresses
from registry.store import store

PREFIX = "gate_"
LONGEST = timedelta(days=730)


class Scope(StrEnum):
    """What a token is for. Each is also what a logged-in user needs the `ACTIONS` right for."""

    LANES_READ = "lanes:read"
    PASSAGES_READ = "passages:read"
    DECIDE = "decide"
    REGISTRY_READ = "registry:read"
    REGISTRY_WRITE = "registry:write"
    PEOPLE_READ = "people:read"
    HISTORY_READ = "history:read"
    PASSES_READ = "passes:read"
    PASSES_WRITE = "passes:write"
    INSIDE_READ = "inside:read"
    INSIDE_WRITE = "inside:write"
    TOKENS = "tokens"


ACTIONS: dict[Scope, Permission] = {
    Scope.LANES_READ: Permission.WATCH,
    Scope.PASSAGES_READ: Permission.READ_LOG,
    Scope.DECIDE: Permission.SEARCH_REGISTRY,
    Scope.REGISTRY_READ: Permission.SEARCH_REGISTRY,
    Scope.REGISTRY_WRITE: Permission.CHANGE_REGISTRY,
    Scope.PEOPLE_READ: Permission.REVEAL_PERSON,
    Scope.HISTORY_READ: Permission.READ_AUDIT,
    Scope.PASSES_READ: Permission.REGISTER_VISITOR,
    Scope.PASSES_WRITE: Permission.REGISTER_VISITOR,
    Scope.INSIDE_READ: Permission.SEE_INSIDE,
    Scope.INSIDE_WRITE: Permission.CORRECT_INSIDE,
    Scope.TOKENS: Permission.MANAGE_TOKENS,
}

GRANTABLE = frozenset(Scope) - {Scope.TOKENS}
"""A token never makes tokens."""

OF_A_HOUSEHOLD = frozenset({Scope.PASSES_READ, Scope.PASSES_WRITE})
"""What a household's own token may hold: it announces visitors, and knows of nobody else."""


class TokenFault(StrEnum):
    """Why a token cannot be made."""

    INCOMPLETE = "incomplete"
    SCOPES = "scopes"
    NOT_OF_A_HOUSEHOLD = "not_of_a_household"
    LASTING = "lasting"
    NO_HOUSEHOLD = "no_household"


class TokenError(Exception):
    """A token cannot be made; the message says why."""

    def __init__(self, fault: TokenFault, message: str) -> None:
        super().__init__(message)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Holder:
    """Whom a token stands for. household: label that its passes are limited to, or "".

    number: the token's own; two tokens may have one name.
    """

    number: int
    name: str
    scopes: frozenset[Scope]
    household: str


class Tokens:
    """Tokens of the site. Thread-safe."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    def make(
        self,
        name: str,
        scopes: frozenset[Scope],
        lasting: timedelta,
        *,
        by: str,
        at: datetime,
        household: str = "",
    ) -> tuple[str, int]:
        """Return the secret, which nobody can show again, and the token's number."""
        if not name.strip() or not scopes:
            message = "a token needs a name and at least one scope"
            raise TokenError(TokenFault.INCOMPLETE, message)
        if extra := scopes - GRANTABLE:
            raise TokenError(TokenFault.SCOPES, f"no token may hold {', '.join(sorted(extra))}")
        if household and (extra := scopes - OF_A_HOUSEHOLD):
            message = f"a household's token may not hold {', '.join(sorted(extra))}"
            raise TokenError(TokenFault.NOT_OF_A_HOUSEHOLD, message)
        household = self._label(household) if household else ""
        if not timedelta() < lasting <= LONGEST:
            message = f"a token lasts from now up to {LONGEST.days} days"
            raise TokenError(TokenFault.LASTING, message)
        secret = PREFIX + secrets.token_urlsafe(32)
        row = TokenRow(
            name=name.strip()[:64],
            sha256=_hash(secret),
            scopes=" ".join(sorted(scopes)),
            made_by=by,
            made_at=at,
            expires_at=at + lasting,
            household=household,
        )
        with self._journal.unit() as unit:
            unit.session.add(row)
            unit.session.flush()
            number = row.id or 0
            detail: dict[str, object] = {"scopes": row.scopes, "until": row.expires_at.isoformat()}
            unit.append(Audited(by=by, action="token_made", target=row.name, detail=detail))
        return secret, number

    def _label(self, household: str) -> str:
        """Return the household's short address. Raises TokenError where there is no such."""
        address = addresses.parse(household)
        with self._journal.reading() as session:
            if address is not None and store.find_household(
                session, address.building, address.unit, address.room
            ):
                return str(address)
        message = f"there is no household {household!r}; write e.g. 3-2-501"
        raise TokenError(TokenFault.NO_HOUSEHOLD, message)

    def check(self, secret: str, at: datetime) -> Holder | None:
        """Return who holds the token; None for an unknown, revoked or expired one."""
        if not secret.startswith(PREFIX):
            return None
        with self._journal.reading() as session:
            found = select(TokenRow).where(TokenRow.sha256 == _hash(secret))
            row = session.exec(found).one_or_none()
            if row is None or row.revoked or at >= row.expires_at:
                return None
            scopes = frozenset(Scope(word) for word in row.scopes.split())
            return Holder(store.id_of(row), f"token:{row.name}", scopes, row.household)

    def all(self) -> tuple[TokenRow, ...]:
        """Return every token, newest first; none holds its secret."""
        with self._journal.reading() as session:
            rows = tuple(session.exec(select(TokenRow).order_by(col(TokenRow.id).desc())))
            session.expunge_all()
            return rows

    def revoke(self, number: int, *, by: str) -> bool:
        """End a token now; return whether there is one with this number."""
        with self._journal.unit() as unit:
            row = unit.session.get(TokenRow, number)
            if row is None:
                return False
            row.revoked = True
            unit.append(Audited(by=by, action="token_revoked", target=row.name))
            return True


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
