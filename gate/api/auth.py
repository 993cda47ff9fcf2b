"""Who calls the API, and what the caller may do. Every route names its scope; none is open.

A caller is a logged-in user of the pages (session cookie) or a program (Authorization: Bearer).
A cookie alone changes nothing: unsafe methods need the header X-Requested-With, which a foreign
page cannot send, against cross-site requests.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Protocol

from fastapi import Depends, HTTPException, Request, Security, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from gate.auth.permissions import Role, may
from gate.auth.tokens import ACTIONS, Holder, Scope
from gate.auth.users import User
from gate.domain.ports import Clock

COOKIE = "gate_session"
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_bearer = HTTPBearer(auto_error=False, description="A token made on the page 'Tokens'.")


class SessionAuthentication(Protocol):
    """Answers who is logged in behind a session cookie."""

    def who(self, token: str | None, *, click: bool = False) -> User | None: ...


class KnowsTokens(Protocol):
    """Answers whom a token stands for."""

    def check(self, secret: str, at: datetime) -> Holder | None: ...


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. household: label that the caller's passes are limited to, or "".

    identity: what no other caller has, as two tokens may have one name. role: of a person who is
    logged in, None for a program.
    """

    name: str
    scopes: frozenset[Scope]
    identity: str
    household: str = ""
    role: Role | None = None


class Access:
    """Finds the caller of a request."""

    def __init__(self, sessions: SessionAuthentication, tokens: KnowsTokens, clock: Clock) -> None:
        self._sessions, self._tokens, self._clock = sessions, tokens, clock

    def caller(
        self, request: Request, credentials: HTTPAuthorizationCredentials | None
    ) -> Caller | None:
        """Return who asks, or None."""
        if credentials is not None:
            holder = self._tokens.check(credentials.credentials, self._clock.now().utc)
            return _program(holder) if holder else None
        user = self._sessions.who(request.cookies.get(COOKIE))
        if user is None:
            return None
        if request.method not in _SAFE and "x-requested-with" not in request.headers:
            return None
        rights = frozenset(scope for scope, action in ACTIONS.items() if may(user.role, action))
        return Caller(user.name, rights, f"user {user.name}", role=user.role)


def _program(holder: Holder) -> Caller:
    return Caller(holder.name, holder.scopes, f"token {holder.number}", holder.household)


Credentials = Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]


def needs(scope: Scope) -> Callable[..., Caller]:
    """Return the dependency of a route that needs this scope: 401 for nobody, 403 without it."""

    def checked(request: Request, credentials: Credentials) -> Caller:
        access: Access = request.app.state.access
        caller = access.caller(request, credentials)
        if caller is None:
            raise HTTPException(
                status.HTTP_401_UNAUTHORIZED,
                "log in, or send a token: Authorization: Bearer gate_…",
                headers={"WWW-Authenticate": "Bearer"},
            )
        if scope not in caller.scopes:
            raise HTTPException(status.HTTP_403_FORBIDDEN, f"this needs the scope {scope}")
        return caller

    checked.__name__ = f"needs_{scope.name.lower()}"
    return checked


ReadsLanes = Annotated[Caller, Depends(needs(Scope.LANES_READ))]
ReadsPassages = Annotated[Caller, Depends(needs(Scope.PASSAGES_READ))]
Decides = Annotated[Caller, Depends(needs(Scope.DECIDE))]
ReadsRegistry = Annotated[Caller, Depends(needs(Scope.REGISTRY_READ))]
WritesRegistry = Annotated[Caller, Depends(needs(Scope.REGISTRY_WRITE))]
ReadsPeople = Annotated[Caller, Depends(needs(Scope.PEOPLE_READ))]
ReadsHistory = Annotated[Caller, Depends(needs(Scope.HISTORY_READ))]
ReadsPasses = Annotated[Caller, Depends(needs(Scope.PASSES_READ))]
WritesPasses = Annotated[Caller, Depends(needs(Scope.PASSES_WRITE))]
ReadsInside = Annotated[Caller, Depends(needs(Scope.INSIDE_READ))]
CorrectsInside = Annotated[Caller, Depends(needs(Scope.INSIDE_WRITE))]
MakesTokens = Annotated[Caller, Depends(needs(Scope.TOKENS))]
