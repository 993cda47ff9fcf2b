"""What the API answers where it cannot do what was asked: one shape for all, and never an echo.

Rules of this file:
- `detail` says in words what is wrong. Of a malformed request `errors` names the places, the first
  `MAX_SHOWN`; what was sent is not given back: it may be a megabyte, or no text at all.
- Whatever came in, the answer is ASCII JSON that can be written: NaN, Infinity and halves of
  surrogate pairs are malformed, not a fault of the server.
- Every route states these answers in the OpenAPI description (`ANSWERS`).
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from fastapi import FastAPI, Request, status
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from gate.api.dependencies import Problem
from gate.domain.errors import JournalUnavailableError

MAX_SHOWN: Final = 10
_MAX_CHARACTERS: Final = 200


class Misfit(BaseModel):
    """One malformed place of a request. loc: the keys and indices that lead there."""

    loc: list[str | int]
    msg: str
    type: str


class MalformedRequest(Problem):
    """A malformed request."""

    errors: list[Misfit] = []


ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    400: {"model": Problem, "description": "The body is not readable JSON."},
    401: {"model": Problem, "description": "Nobody is logged in, and no token was sent."},
    403: {"model": Problem, "description": "The caller may not do this."},
    413: {"model": Problem, "description": "The body is too large."},
    422: {
        "model": MalformedRequest,
        "description": "The request is malformed, or asks for something impossible.",
    },
    503: {"model": Problem, "description": "The record cannot be reached: try again."},
}
"""Answers that every route may give besides its own."""


class Plain(JSONResponse):
    """JSON in ASCII, whatever the texts hold."""

    def render(self, content: object) -> bytes:
        return json.dumps(content, ensure_ascii=True, allow_nan=False).encode("ascii")


def add(app: FastAPI) -> None:
    """Let the application answer so."""
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(JournalUnavailableError, _away)


async def _malformed(_request: Request, error: Exception) -> Plain:
    if not isinstance(error, RequestValidationError):
        raise error
    found = list(_misfits(error.errors()[:MAX_SHOWN]))
    words = "; ".join(f"{'.'.join(map(str, one.loc))}: {one.msg}" for one in found)
    answer = MalformedRequest(detail=words or "malformed", errors=found)
    return Plain(answer.model_dump(), status.HTTP_422_UNPROCESSABLE_CONTENT)


def _misfits(errors: Iterable[Mapping[str, Any]]) -> Iterable[Misfit]:
    for error in errors:
        loc = [part if isinstance(part, int) else _short(str(part)) for part in error["loc"]]
        yield Misfit(loc=loc, msg=_short(str(error["msg"])), type=str(error["type"]))


def _short(text: str) -> str:
    """Return a text that UTF-8 can write, and not more of it than a person reads."""
    return text[:_MAX_CHARACTERS].encode("utf-8", "backslashreplace").decode()


async def _refused(_request: Request, error: Exception) -> Plain:
    if not isinstance(error, HTTPException):
        raise error
    headers = dict(error.headers) if error.headers else None
    return Plain({"detail": error.detail}, error.status_code, headers)


async def _away(_request: Request, error: Exception) -> Plain:
    return Plain({"detail": str(error)}, status.HTTP_503_SERVICE_UNAVAILABLE, {"Retry-After": "10"})
