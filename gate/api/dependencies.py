"""What the API's routes share: the services behind them, pages by cursor, doing a thing once."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, HTTPException, Request, status
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, JsonValue

from gate.access.registry_cache import RegistryCache
from gate.access.service import DecisionService
from gate.api.auth import Caller
from gate.auth.tokens import Tokens
from gate.domain.errors import JournalUnavailableError
from gate.domain.ports import Clock, Journal, Lanes, UnitOfWork
from gate.reports.reports import Reports
from gate.services import idempotency
from gate.services.idempotency import Answered
from registry.errors import RegistryError
from registry.rules.plates import Malformed, Plate, parse
from registry.store.store import Actor


@dataclass(frozen=True, slots=True)
class ApiServices:
    """What the routes work with."""

    clock: Clock
    journal: Journal
    register: RegistryCache
    reports: Reports
    lanes: Lanes
    decider: DecisionService
    tokens: Tokens


def services(request: Request) -> ApiServices:
    """Return the site's services."""
    found: ApiServices = request.app.state.services
    return found


Services = Annotated[ApiServices, Depends(services)]


class ApiModel(BaseModel):
    """A body of the API: unknown keys are refused, so that a typing error does not pass."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def example(**fields: JsonValue) -> ConfigDict:
    """Return the configuration of a body whose documentation shows these fields."""
    return ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [fields]})


class Problem(BaseModel):
    """A refusal, with its reason."""

    detail: str


Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=8,
        max_length=128,
        description="Send the same key again after a broken connection: it acts once.",
    ),
]


def whole_plate(text: str) -> Plate:
    """Return the plate, or answer 422 with what is wrong with it."""
    plate = parse(text)
    if isinstance(plate, Malformed):
        raise HTTPException(
            status.HTTP_422_UNPROCESSABLE_CONTENT,
            f"{plate.text!r} is no plate: {plate.fault.value}",
        )
    return plate


def act(
    to: ApiServices,
    caller: Caller,
    key: str | None,
    request: BaseModel | str,
    work: Callable[[UnitOfWork, Actor], BaseModel],
    *,
    code: int = status.HTTP_201_CREATED,
) -> JSONResponse:
    """Do `work` in one transaction, once per key; give the same answer to the same key again."""
    said = request if isinstance(request, str) else request.model_dump_json()
    digest = hashlib.sha256(f"{work.__qualname__}\0{said}".encode()).hexdigest()
    author = Actor(caller.name, to.clock.now().utc)
    try:
        with to.journal.unit() as unit:
            if key and (before := idempotency.answered(unit.session, key, caller.identity)):
                return _again(before, digest)
            answer = work(unit, author).model_dump_json()
            if key:
                done = Answered(digest, code, answer)
                idempotency.remember(unit.session, key, caller.identity, done, author.at)
    except RegistryError as error:
        raise HTTPException(status.HTTP_404_NOT_FOUND, str(error)) from error
    except JournalUnavailableError as error:
        raise HTTPException(status.HTTP_503_SERVICE_UNAVAILABLE, str(error)) from error
    to.register.refresh()
    return _json(answer, code)


def _again(before: Answered, digest: str) -> JSONResponse:
    if before.digest != digest:
        raise HTTPException(
            status.HTTP_409_CONFLICT, "this Idempotency-Key was used for another request"
        )
    return _json(before.body, before.status)


class _Ready(JSONResponse):
    """JSON that is made already."""

    def render(self, content: str) -> bytes:
        return content.encode()


def _json(text: str, code: int) -> JSONResponse:
    return _Ready(text, status_code=code)
