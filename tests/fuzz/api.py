"""Schemathesis over the whole OpenAPI description: every operation, as an admin, in process."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import schemathesis
from hypothesis import given

from gate.auth.permissions import Role
from gate.journal.projections.registry_effects import RegistryEffects
from tests.fuzz.cases import fuzzing
from tests.gate.api.conftest import Api, build
from tests.gate.journal.journal_cast import desk

ENDLESS = "/api/v1/events"


def operations(api: Api) -> Iterator[Any]:
    """Every operation that ends."""
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", api.app)
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path != ENDLESS:
            yield operation


def fuzz(cases: int) -> int:
    """Send so many requests, shared among the operations; return how many were sent.

    Raises AssertionError for an answer of 500 and above, or one that shows a traceback.
    """
    sent = [0]
    with TemporaryDirectory() as folder, desk(Path(folder), effects=RegistryEffects()) as made:
        api = build(made)
        headers = {
            "Cookie": f"gate_session={_token(api)}",
            "X-Requested-With": "fuzz",
        }
        every = list(operations(api))
        for operation in every:
            _one(operation, max(1, -(-cases // len(every))), headers, sent)
    return sent[0]


def _token(api: Api) -> str:
    return str(api.user(Role.ADMIN).cookies["gate_session"])


def _one(operation: Any, cases: int, headers: dict[str, str], sent: list[int]) -> None:
    @fuzzing(cases)
    @given(case=operation.as_strategy())
    def ask(case: Any) -> None:
        sent[0] += 1
        answer = case.call(headers={**(case.headers or {}), **headers}, timeout=120)
        assert answer.status_code < 500, (operation.label, answer.status_code, answer.text[:300])
        assert "Traceback" not in answer.text, operation.label

    ask()
