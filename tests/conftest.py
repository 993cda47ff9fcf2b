"""What holds for every test: no test fails for being slow, only for being wrong.

The served site and the browser are here, for NiceGUI knows one site per process: tests share it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

from gate.__main__ import MAX_PIXELS
from tests.postgres import Server, running_server

if TYPE_CHECKING:  # Browser and pages load only for the tests that want them.
    from playwright.sync_api import Browser, Page

    from tests.gate.console.serving import Served

    Enter = Callable[..., Page]

os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(MAX_PIXELS))  # As `gate` does.
# The same examples at every run, fewer for `make unit`: a change is judged by what it changed, not
# by a lucky draw. New examples are for `make explore` (gate/docs/decisions/0085).
settings.register_profile("explore", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("gate", settings.get_profile("explore"), derandomize=True)
settings.register_profile("unit", settings.get_profile("gate"), max_examples=20)
settings.load_profile("gate")


FAILED = pytest.StashKey[bool]()
NEEDS = {"browser": "browser", "postgres": "database"}
"""Fixtures that start something which `make unit` goes without, and the marker for it."""
PROGRAMS = ("system", "security", "fuzz")
"""Folders whose tests run whole programs."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what a test needs by the fixtures that it takes; whole programs first."""
    here = Path(__file__).parent
    for item in items:
        if item.path.relative_to(here).parts[0] in PROGRAMS:
            item.add_marker("system")
        taken: list[str] = getattr(item, "fixturenames", [])
        call = getattr(item, "callspec", None)
        given = set(taken) | {str(one) for one in (call.params.values() if call else ())}
        for fixture, marker in NEEDS.items():
            if fixture in given:
                item.add_marker(marker)
    # What takes long begins first, so that no worker is left with it at the end.
    items.sort(key=lambda item: item.get_closest_marker("system") is None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Let fixtures know that the test failed."""
    report = yield
    if call.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """One PostgreSQL server for the whole run, started by the first test that wants it."""
    with running_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def where(request: pytest.FixtureRequest) -> str | None:
    """The two engines: None for the SQLite file in the test's folder, else a database's URL."""
    if request.param == "sqlite":
        return None
    server: Server = request.getfixturevalue("postgres")
    return server.new_database()


@pytest.fixture(scope="session")
def one_served_site() -> Iterator[Served]:
    """The whole web application over a sample site, on loopback. Tests take `pages`."""
    from tests.gate.console.serving import served

    with tempfile.TemporaryDirectory() as folder, served(Path(folder), days=1, per_day=12) as site:
        yield site


@pytest.fixture
def pages(one_served_site: Served) -> Served:
    """The served site with its lanes and rules as they were at first, whatever ran before."""
    one_served_site.reset()
    return one_served_site


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium for the tests of a file: while it is there, no test can run an event loop."""
    from playwright.sync_api import expect

    from tests.gate.console.browsing import PATIENCE_MS, chromium

    expect.set_options(timeout=PATIENCE_MS)  # a slow machine is slow, not wrong
    with chromium() as found:
        yield found


@pytest.fixture
def enter(browser: Browser, pages: Served, request: pytest.FixtureRequest) -> Iterator[Enter]:
    """A fresh browser session of a person, on the live page; errors of its script fail the test.

    Each person's browser is one that has been used before: a person who is new at an address is
    held back after some log-ins a minute. Where the test fails, its report tells what each page
    showed and said.
    """
    from tests.gate.console.browsing import listen, log_in, open_context, state_of

    opened: list[tuple[Page, list[str]]] = []
    errors: list[str] = []

    def entered(name: str, **preferences: object) -> Page:
        page = open_context(browser, pages.url, **preferences).new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        opened.append((page, listen(page)))
        page.context.add_cookies(pages.devices.get(name, []))
        log_in(page, pages.url, name)
        cookies = page.context.cookies(f"{pages.url}/login")
        pages.devices[name] = [one for one in cookies if one.get("path") == "/login"]
        return page

    yield entered
    for page, heard in opened:
        if request.node.stash.get(FAILED, False):
            print(state_of(page, heard))
        page.context.close()
    assert errors == []
