"""Whatever is sent, the API answers as its description says: no 500, no echo, one shape."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from gate.api.errors import MAX_SHOWN
from gate.auth.permissions import Role
from gate.auth.tokens import Scope
from gate.domain.errors import JournalUnavailableError
from gate.journal.projections.registry_effects import RegistryEffects
from gate.web.body_limit import MAX_OF_API
from tests.fuzz.api import operations
from tests.gate.api.conftest import Api, build
from tests.gate.journal.journal_cast import desk

pytestmark = pytest.mark.slow

CHECKS = (
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
)
EXAMPLES = 6
DECIDE = "/api/v1/decide"
JSON = {"Content-Type": "application/json"}
NASTY = {
    "nan": b'{"plate": NaN}',
    "infinity": b'{"plate": Infinity, "direction": -Infinity}',
    "nan inside": b'{"plate": [{"a": [NaN]}]}',
    "a lone surrogate": b'{"plate": "\\ud800"}',
    "a lone surrogate as key": b'{"\\udfff": 1}',
    "a surrogate in utf-8": b'{"plate": "\xed\xa0\x80"}',
    "no utf-8": b'{"plate": "\xff\xfe"}',
    "a huge float": b'{"plate": 1e999}',
    "a huge integer": b'{"plate": ' + b"9" * 5000 + b"}",
    "a deep list": b"[" * 30_000,
    "a deep object": b'{"a":' * 10_000,
    "a list of lists": b"[" + b"[]," * 15_000 + b"[]]",
    "many keys": b"{" + b",".join(b'"k%d":1' % n for n in range(6000)) + b"}",
    "a long key": b'{"' + b"k" * 60_000 + b'": 1}',
    "a long text": b'{"plate": "' + b"A" * 60_000 + b'"}',
    "nothing": b"",
    "null": b"null",
    "a number": b"7",
    "half": b'{"plate": "',
    "a byte order mark": b'\xef\xbb\xbf{"plate": "x"}',
}


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A site of this file's own: what is sent here changes it."""
    folder: Path = tmp_path_factory.mktemp("errors")
    with desk(folder, effects=RegistryEffects()) as made:
        yield build(made)


@pytest.fixture(scope="module")
def every(strict: Api) -> list[Any]:
    """Every operation that ends."""
    return list(operations(strict))


@pytest.mark.parametrize("body", NASTY.values(), ids=NASTY.keys())
def test_no_body_is_more_than_a_malformed_request(
    strict: Api, every: list[Any], body: bytes
) -> None:
    admin = strict.user(Role.ADMIN)
    ways = [(operation.method, operation.path) for operation in every if operation.body]
    assert len(ways) >= 10
    for method, path in ways:
        url = path.replace("{", "").replace("}", "")
        answer = admin.request(method, url, content=body, headers=JSON)
        assert answer.status_code in {400, 404, 413, 422}, (path, answer.status_code, answer.text)
        assert len(answer.content) < 8000, path
        assert isinstance(answer.json()["detail"], str), path


def test_a_body_that_is_too_large_is_refused_before_it_is_read(strict: Api) -> None:
    admin = strict.user(Role.ADMIN)
    body = b"[" + b"1," * MAX_OF_API + b"1]"
    for sent in (body, iter([body])):
        answer = admin.post(DECIDE, content=sent, headers=JSON)
        assert (answer.status_code, list(answer.json())) == (413, ["detail"])


def test_what_was_sent_is_not_given_back_and_the_places_are_named(strict: Api) -> None:
    many = {f"secret{n}": "hidden" for n in range(50)}
    answer = strict.user(Role.ADMIN).post(DECIDE, json=many)
    said = answer.json()
    assert answer.status_code == 422
    assert "hidden" not in answer.text
    assert len(said["errors"]) == MAX_SHOWN
    assert said["errors"][0].keys() == {"loc", "msg", "type"}
    assert said["errors"][0]["loc"][0] == "body"


def test_our_own_422_has_the_same_shape(strict: Api) -> None:
    wish = {"plate": "nonsense?", "direction": "in"}
    answer = strict.user(Role.ADMIN).post(DECIDE, json=wish)
    assert (answer.status_code, list(answer.json())) == (422, ["detail"])


def test_a_database_that_cannot_be_read_is_503_and_no_fault(
    strict: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = strict.token(Scope.LANES_READ)

    def away(*_: object) -> None:
        raise JournalUnavailableError("the database cannot be read")

    monkeypatch.setattr(strict.tokens, "check", away)
    answer = client.get("/api/v1/lanes")
    assert (answer.status_code, list(answer.json())) == (503, ["detail"])


def test_every_operation_states_who_may_not_and_what_is_malformed(strict: Api) -> None:
    described = strict.app.openapi()
    for path, ways in described["paths"].items():
        for method, operation in ways.items():
            stated = operation["responses"].keys()
            assert {"401", "403", "422", "503"} <= stated, (method, path)
            if any(one["name"] == "Idempotency-Key" for one in operation.get("parameters", ())):
                assert "409" in stated, (method, path)
    shape = described["components"]["schemas"]
    assert "HTTPValidationError" not in shape
    assert set(shape["MalformedRequest"]["properties"]) == {"detail", "errors"}


@pytest.mark.parametrize("who", ["nobody", "a token with no right", *Role])
def test_answers_are_as_described(strict: Api, every: list[Any], who: str | Role) -> None:
    headers = {"X-Requested-With": "test"}
    if isinstance(who, Role):
        headers["Cookie"] = f"gate_session={strict.user(who).cookies['gate_session']}"
    elif who != "nobody":
        headers |= dict(strict.token(Scope.LANES_READ).headers)
    for operation in every:
        _conform(operation, headers)


def _conform(operation: Any, headers: dict[str, str]) -> None:
    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        answer = case.call(headers={**(case.headers or {}), **headers}, timeout=60)
        case.validate_response(answer, checks=CHECKS)

    ask()
