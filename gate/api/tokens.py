"""Tokens for other programs, made by people; a token cannot make tokens."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, HTTPException, status
from pydantic import Field

from gate.api import lookup
from gate.api.auth import MakesTokens
from gate.api.dependencies import ApiModel, Problem, Services, example
from gate.auth.tokens import Scope, TokenError

router = APIRouter(prefix="/tokens", tags=["tokens"])


class TokenIn(ApiModel):
    """A token to make. household: for this household's visitors alone, e.g. 3-2-501; such a
    token may hold passes:read and passes:write and nothing else.
    """

    model_config = example(
        name="doorbell service", scopes=["passes:write"], days=365, household="3-2-501"
    )

    name: Annotated[str, Field(min_length=1, max_length=64)]
    scopes: Annotated[frozenset[Scope], Field(min_length=1)]
    days: Annotated[int, Field(ge=1, le=730)] = 365
    household: Annotated[str, Field(max_length=32)] = ""


class TokenOut(ApiModel):
    """A token without its secret."""

    number: int
    name: str
    scopes: list[str]
    made_by: str
    made_at: datetime
    expires_at: datetime
    revoked: bool
    household: str


class NewToken(ApiModel):
    """The only answer that ever holds the secret."""

    number: int
    secret: str


@router.post("", summary="Make a token; its secret is shown once", status_code=201)
def make(wish: TokenIn, caller: MakesTokens, to: Services) -> NewToken:
    """Make a token in the caller's name."""
    try:
        secret, number = to.tokens.make(
            wish.name,
            wish.scopes,
            timedelta(days=wish.days),
            by=caller.name,
            at=to.clock.now().utc,
            household=wish.household,
        )
    except TokenError as error:
        raise HTTPException(status.HTTP_422_UNPROCESSABLE_CONTENT, str(error)) from error
    return NewToken(number=number, secret=secret)


@router.get("", summary="All tokens, without their secrets")
def every(caller: MakesTokens, to: Services) -> list[TokenOut]:
    """Return every token, newest first."""
    del caller
    return [
        TokenOut(
            number=row.id or 0,
            name=row.name,
            scopes=row.scopes.split(),
            made_by=row.made_by,
            made_at=row.made_at,
            expires_at=row.expires_at,
            revoked=row.revoked,
            household=row.household,
        )
        for row in to.tokens.all()
    ]


@router.delete(
    "/{number}",
    summary="Revoke a token",
    status_code=204,
    responses={404: {"model": Problem}},
)
def revoke(number: lookup.Number, caller: MakesTokens, to: Services) -> None:
    """Revoke a token; 404 if there is none with this number."""
    if not to.tokens.revoke(number, by=caller.name):
        raise HTTPException(status.HTTP_404_NOT_FOUND, f"there is no token {number}")
