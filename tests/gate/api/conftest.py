"""The API over a real journal, register and log-ins; only the lanes are not there."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from prometheus_client import CollectorRegistry
from sqlmodel import Session

from gate.access.registry_cache import RegistryCache
from gate.access.service import DecisionService
from gate.api.auth import Access
from gate.api.dependencies import ApiServices
from gate.app import http
from gate.auth.permissions import Role
from gate.auth.tokens import Scope, Tokens
from gate.auth.users import Users
from gate.console.session.authentication import Authentication
from gate.console.session.sessions import Sessions
from gate.domain.policy import Policy
from gate.journal.projections.registry_effects import RegistryEffects
from gate.lanes.event_bus import EventBus
from gate.monitoring.readiness import Readiness
from gate.reports.reports import Reports
from registry.rules.plates import Plate, parse
from registry.store import store
from registry.store.store import Actor
from tests.gate.journal.journal_cast import Desk, desk

PASSWORD = "quite a long one"


class NoLanes:
    """A site without lanes."""

    def views(self) -> tuple[()]:
        return ()


@dataclass
class Api:
    """The application, what stands behind it, and ways to call it."""

    app: FastAPI
    desk: Desk
    tokens: Tokens
    authentication: Authentication

    def client(self) -> TestClient:
        return TestClient(self.app, raise_server_exceptions=False)

    def nobody(self) -> TestClient:
        return self.client()

    def user(self, role: Role) -> TestClient:
        """Return a client that is logged in as this role."""
        entered = self.authentication.log_in(role.value, PASSWORD)
        assert isinstance(entered, tuple)
        client = self.client()
        client.cookies.set("gate_session", entered[1])
        client.headers["X-Requested-With"] = "test"
        return client

    def token(self, *scopes: Scope, household: str = "") -> TestClient:
        """Return a client that holds a token with these scopes."""
        at = self.desk.clock.now().utc
        secret, _ = self.tokens.make(
            "a program",
            frozenset(scopes),
            timedelta(days=1),
            by="admin",
            at=at,
            household=household,
        )
        client = self.client()
        client.headers["Authorization"] = f"Bearer {secret}"
        return client


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with desk(tmp_path_factory.mktemp("api"), effects=RegistryEffects()) as made:
        yield build(made)


def build(made: Desk) -> Api:
    """Fill the register a little and put the API on it."""
    by = Actor("test", made.clock.now().utc)
    with made.journal.unit() as unit:
        fill(unit.session, by)
    people = Users(made.journal)
    for role in Role:
        people.add(role.value, role, PASSWORD, by="test")
    register = RegistryCache(made.journal, made.clock)
    tokens = Tokens(made.journal)
    services = ApiServices(
        clock=made.clock,
        journal=made.journal,
        register=register,
        reports=Reports(made.database, made.keyring, ZoneInfo("Asia/Shanghai")),
        lanes=NoLanes(),  # type: ignore[arg-type]  # the routes of lanes only look at them
        decider=DecisionService(register, Policy(), lambda: True),
        tokens=tokens,
    )
    app = http.build(services, EventBus(), Readiness, CollectorRegistry())
    authentication = Authentication(people, Sessions(bytes(48), timedelta(hours=12)), made.clock)
    app.state.access = Access(authentication, tokens, made.clock)
    return Api(app, made, tokens, authentication)


def fill(session: Session, by: Actor) -> None:
    """Register two households and a vehicle."""
    for room in ("501", "502"):
        household = store.household_at(session, "3", "2", room, by)
        plate = parse(f"吉A00{room}")
        assert isinstance(plate, Plate)
        store.register_vehicle(session, plate, by, household_id=store.id_of(household))
