"""The web application: health, metrics, the API and the pages on one FastAPI.

Security headers go on every answer. /healthz and /readyz say nothing but yes or no to strangers;
/metrics answers on loopback only, unless the caller holds a right to watch.
"""

from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response, status
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

from gate.api import (
    blocks,
    changes,
    decisions,
    errors,
    households,
    inside,
    lanes,
    listed,
    passages,
    passes,
    people,
    spaces,
    tokens,
    vehicles,
)
from gate.api.auth import Access
from gate.api.dependencies import ApiServices
from gate.domain.ports import SiteEvents
from gate.monitoring.readiness import Readiness
from gate.web.body_limit import BodyLimit
from gate.web.headers import headers

API = "/api/v1"
PARTS = (
    *(lanes, decisions, vehicles, households, people, spaces, blocks, listed, changes),
    *(passes, passages, inside, tokens),
)
"""The modules whose routers make up the API."""

_LOOPBACK = frozenset({"127.0.0.1", "::1", "testclient"})
Ready = Callable[[], Readiness]


def build(
    services: ApiServices,
    events: SiteEvents,
    ready: Ready,
    metrics: CollectorRegistry,
) -> FastAPI:
    """Return the application without the pages, which `gate.console.app.mount` adds last.

    `app.state.access` is for the caller to set once the pages know their log-ins.
    """
    app = routes()
    app.state.services, app.state.events = services, events
    app.add_middleware(BodyLimit)
    app.middleware("http")(_guard)
    _add_health(app, ready)
    _add_metrics(app, metrics)
    return app


def routes() -> FastAPI:
    """Return the API and its description alone: it answers once `build` has given it services."""
    app = FastAPI(
        title="Gate",
        version="1",
        description="Vehicle access control: registry, visitor passes, passages, decisions.",
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    for part in PARTS:
        app.include_router(part.router, prefix=API, responses=errors.ANSWERS)
    errors.add(app)
    return app


async def _guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    response = await call_next(request)
    for name, value in headers(request.url.path).items():
        response.headers.setdefault(name, value)
    if request.url.scheme == "https":
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response


def _add_health(app: FastAPI, ready: Ready) -> None:
    @app.get("/healthz", include_in_schema=False)
    def healthz() -> PlainTextResponse:
        return PlainTextResponse("ok\n")

    @app.get("/readyz", include_in_schema=False)
    def readyz() -> JSONResponse:
        now = ready()
        code = status.HTTP_200_OK if now.ready else status.HTTP_503_SERVICE_UNAVAILABLE
        parts = {**now.stops, **now.notes}
        return JSONResponse({"ready": now.ready, "parts": parts}, status_code=code)


def _add_metrics(app: FastAPI, metrics: CollectorRegistry) -> None:
    @app.get("/metrics", include_in_schema=False)
    def read_metrics(request: Request) -> Response:
        host = request.client.host if request.client else ""
        access: Access = request.app.state.access
        if host not in _LOOPBACK and access.caller(request, None) is None:
            return PlainTextResponse("metrics are for this machine\n", status_code=403)
        return Response(generate_latest(metrics), media_type=CONTENT_TYPE_LATEST)
