"""Who may call what: every route of the API, as everybody."""

from collections.abc import Iterator

import pytest
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from gate.app import http
from gate.auth.permissions import Role
from gate.auth.tokens import GRANTABLE, Scope
from tests.gate.api.conftest import Api

pytestmark = pytest.mark.slow

BODIES: dict[str, object] = {
    "/api/v1/decide": {"plate": "吉A00501"},
    "/api/v1/registry/vehicles": {"plate": "坏"},
    "/api/v1/passes": {"plate": "坏", "household": "3-2-501", "valid_until": "2030-01-01T00:00Z"},
    "/api/v1/tokens": {"name": "", "scopes": []},
    "/api/v1/registry/households": {"household": "坏"},
}
MAY: dict[Role, set[Scope]] = {
    Role.GUARD: {
        Scope.LANES_READ,
        Scope.DECIDE,
        Scope.REGISTRY_READ,
        Scope.PASSES_READ,
        Scope.PASSES_WRITE,
        Scope.INSIDE_READ,
        Scope.INSIDE_WRITE,
    },
    Role.MANAGER: set(Scope) - {Scope.TOKENS},
    Role.AUDITOR: {
        Scope.LANES_READ,
        Scope.PASSAGES_READ,
        Scope.HISTORY_READ,
        Scope.INSIDE_READ,
    },
    Role.ADMIN: set(Scope),
}


def routes() -> Iterator[tuple[str, str, Scope | None]]:
    """Return (method, path, scope) of every route of the API."""
    for part in http.PARTS:
        for route in part.router.routes:
            assert isinstance(route, APIRoute)
            needed = [
                Scope[part.call.__name__.removeprefix("needs_").upper()]
                for part in route.dependant.dependencies
                if part.call is not None and getattr(part.call, "__name__", "").startswith("needs_")
            ]
            for method in sorted(route.methods):
                yield method, http.API + route.path, needed[0] if needed else None


ROUTES = [one for one in routes() if not one[1].endswith("/events")]
"""All but the stream, which does not end."""


def call(client: TestClient, method: str, path: str) -> int:
    filled = path.format(plate="坏", number=999999, passage="no", household="坏", name="no")
    body = BODIES.get(path) if method == "POST" else None
    return client.request(method, filled, json=body).status_code


def test_every_route_names_its_scope(api: Api) -> None:
    assert all(scope is not None for _, _, scope in routes())
    said = api.nobody().get("/api/v1/openapi.json").json()["paths"]
    told = {(method.upper(), path) for path, ways in said.items() for method in ways}
    assert told == {(method, path) for method, path, _ in routes()}
    assert len(told) >= 12


def test_nobody_gets_401_everywhere(api: Api) -> None:
    for method, path, _ in ROUTES:
        assert call(api.nobody(), method, path) == 401, (method, path)


@pytest.mark.parametrize("role", Role)
def test_each_role_may_what_the_table_says(api: Api, role: Role) -> None:
    client = api.user(role)
    for method, path, scope in ROUTES:
        status = call(client, method, path)
        assert status < 500, (method, path, status)
        assert (status == 403) == (scope not in MAY[role]), (method, path, status)
        assert status != 401, (method, path)


@pytest.mark.parametrize("scope", sorted(GRANTABLE))
def test_a_token_may_what_its_scope_says_and_no_more(api: Api, scope: Scope) -> None:
    client = api.token(scope)
    for method, path, needed in ROUTES:
        assert (call(client, method, path) == 403) == (needed != scope), (method, path)


def test_a_cookie_alone_changes_nothing(api: Api) -> None:
    client = api.user(Role.ADMIN)
    del client.headers["X-Requested-With"]
    answer = client.post("/api/v1/tokens", json={"name": "x", "scopes": ["decide"]})
    assert answer.status_code == 401


@pytest.mark.parametrize("header", ["Bearer gate_wrong", "Bearer ", "Basic abc", "Bearer x" * 500])
def test_a_wrong_token_is_nobody(api: Api, header: str) -> None:
    client = api.nobody()
    client.headers["Authorization"] = header
    assert client.get("/api/v1/passages").status_code == 401


def test_an_ended_and_a_revoked_token_are_nobody(api: Api) -> None:
    client = api.token(Scope.PASSAGES_READ)
    assert client.get("/api/v1/passages").status_code == 200
    number = api.tokens.all()[0].id
    assert api.user(Role.ADMIN).delete(f"/api/v1/tokens/{number}").status_code == 204
    assert client.get("/api/v1/passages").status_code == 401


def test_security_headers_are_on_every_answer(api: Api) -> None:
    for path in ("/healthz", "/api/v1/passages", "/nowhere"):
        headers = api.nobody().get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_metrics_are_for_this_machine(api: Api) -> None:
    assert api.nobody().get("/metrics").status_code == 200
    stranger = TestClient(api.app, client=("192.0.2.1", 1234))
    assert stranger.get("/metrics").status_code == 403


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", "/api/v1/registry/people/{}"),
        ("DELETE", "/api/v1/passes/{}"),
        ("DELETE", "/api/v1/tokens/{}"),
        ("GET", "/api/v1/registry/blocks/{}"),
        ("GET", "/api/v1/registry/blocks?after={}"),
        ("GET", "/api/v1/passages?before={}"),
    ],
)
def test_a_number_that_no_database_can_hold_is_refused(api: Api, method: str, path: str) -> None:
    answer = api.user(Role.ADMIN).request(method, path.format(2**63))
    assert answer.status_code == 422
