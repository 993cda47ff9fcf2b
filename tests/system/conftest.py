"""What tests of pages share: one served site per run, for NiceGUI knows one per process."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.gate.console.browsing import PATIENCE_MS, chromium, log_in, open_context
from tests.gate.console.serving import Served, served

Enter = Callable[..., Page]
expect.set_options(timeout=PATIENCE_MS)  # a slow machine is slow, not wrong


@pytest.fixture(scope="session")
def pages() -> Iterator[Served]:
    with tempfile.TemporaryDirectory() as folder, served(Path(folder), days=1, per_day=12) as site:
        yield site


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as found:
        yield found


@pytest.fixture
def enter(browser: Browser, pages: Served) -> Iterator[Enter]:
    """A fresh browser session of a person, on the live page; errors of its script fail the test."""
    opened: list[Page] = []
    errors: list[str] = []

    def entered(name: str, **preferences: object) -> Page:
        page = open_context(browser, pages.url, **preferences).new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        opened.append(page)
        log_in(page, pages.url, name)
        return page

    yield entered
    for page in opened:
        page.context.close()
    assert errors == []
