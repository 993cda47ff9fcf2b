"""The pages of a sample site behind a real HTTP server, in a thread of this process.

NiceGUI knows one site per process, so a test run serves one and every test shares it.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import uvicorn
from fastapi import FastAPI
from prometheus_client import CollectorRegistry

from gate.access.registry_cache import RegistryCache
from gate.access.service import DecisionService
from gate.api.auth import Access
from gate.api.dependencies import ApiServices
from gate.app import http
from gate.auth.tokens import Tokens
from gate.console.app import mount
from gate.console.session.authentication import Authentication
from gate.domain.decision import Decision, Reason, Verdict
from gate.domain.policy import Policy
from gate.monitoring.readiness import Readiness
from tests.gate.console.sample_site import SampleSite, fill, sample_site

if TYPE_CHECKING:
    from playwright.sync_api import SetCookieParam

START_WITHIN_S = 40.0


@dataclass(frozen=True, slots=True)
class Served:
    """Where the pages are, and what is behind them.

    devices: by person, the cookies of a browser in which that person has logged in before.
    """

    url: str
    site: SampleSite
    authentication: Authentication
    app: FastAPI
    devices: "dict[str, list[SetCookieParam]]" = field(default_factory=dict)

    def reset(self) -> None:
        """Bring lanes and rules back to what they were at first."""
        self.site.lanes.reset()
        settings = self.site.services.settings
        for key in list(settings.given):
            settings.restore(key, by="tests")


def application(site: SampleSite) -> tuple[FastAPI, Authentication]:
    """The whole web application, as `gate.app.wiring` puts it together."""
    services = site.services
    tokens, register = Tokens(site.journal), RegistryCache(site.journal, site.clock)
    parts = ApiServices(
        clock=site.clock,
        journal=site.journal,
        register=register,
        reports=services.reports,
        lanes=site.lanes,
        decider=DecisionService(register, Policy(), lambda: True),
        tokens=tokens,
    )
    app = http.build(parts, site.hub, Readiness, CollectorRegistry())
    authentication = mount(app, services)
    app.state.access = Access(authentication, tokens, site.clock)
    return app, authentication


class ThreadedServer(uvicorn.Server):
    """A server that says when it is up and leaves signals to the main thread."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.up = threading.Event()

    def install_signal_handlers(self) -> None:
        """Signals belong to the test run."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.up.set()


@contextmanager
def served(folder: Path, *, days: int = 2, per_day: int = 30) -> Iterator[Served]:
    """Fill a folder with a sample site and serve its pages on a free port of loopback."""
    fill(folder, days=days, per_day=per_day)
    with sample_site(folder) as site, socket.create_server(("127.0.0.1", 0)) as listener:
        app, authentication = application(site)
        server = ThreadedServer(uvicorn.Config(app, log_level="warning", lifespan="on"))
        thread = threading.Thread(target=server.run, args=([listener],), name="pages")
        thread.start()
        try:
            assert server.up.wait(START_WITHIN_S), "the pages did not start"
            port = listener.getsockname()[1]
            yield Served(f"http://127.0.0.1:{port}", site, authentication, app)
        finally:
            server.should_exit = True
            thread.join(START_WITHIN_S)


def ask_again(pages: Served) -> None:
    """Let a vehicle wait at the south gate."""
    south = pages.site.lanes.views()[0]
    decision = south.decision or Decision(Verdict.ASK_GUARD, Reason.NEAR_MATCH)
    pages.site.lanes.change("south", state="asking", decision=decision, arm="closed")
