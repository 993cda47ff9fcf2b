"""The web of the running gate: health, metrics, API and pages, on top of `gate.app.wiring`.

In a module of its own because loading it takes longer than all the rest: the lanes decide already
while it is read.
"""

import os
import secrets
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from fastapi import FastAPI

from gate.api.auth import Access
from gate.api.dependencies import ApiServices
from gate.app import http
from gate.app.wiring import Application
from gate.auth.tokens import Tokens
from gate.console import app as console
from gate.console.dependencies import Services as ConsoleServices
from gate.i18n.texts import Language


def web_of(gate: Application) -> FastAPI:
    """Return everything that answers over HTTP for this gate."""
    store, config = gate.store, gate.config
    tokens = Tokens(store.journal)
    services = ApiServices(
        clock=store.clock,
        journal=store.journal,
        register=gate.register,
        reports=gate.reports,
        lanes=gate.site,
        decider=gate.decider,
        tokens=tokens,
    )
    app = http.build(services, gate.hub, gate.readiness, gate.metrics.registry)
    authentication = console.mount(
        app,
        ConsoleServices(
            site=config.site.name,
            zone=ZoneInfo(config.site.timezone),
            secret=secret_of(config.data / "keys" / "session.key"),
            clock=store.clock,
            lanes=gate.site,
            events=gate.hub,
            people=store.people,
            pictures=store.pictures,
            journal=store.journal,
            reports=gate.reports,
            registry=gate.register,
            language=Language(config.site.language),
            idle=timedelta(minutes=config.web.session_minutes),
            hold_cap=timedelta(
                minutes=max(lane.barrier.hold_cap_minutes for lane in config.lanes.values())
            ),
            settings=gate.settings,
            config_file=gate.config_file,
            conditions=gate.conditions,
            confirm_clock=gate.confirm_clock,
        ),
    )
    app.state.access = Access(authentication, tokens, store.clock)
    return app


def secret_of(path: Path) -> bytes:
    """Return the secret in this file (mode 0600), making one where there is none."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(48))
    return path.read_bytes()
