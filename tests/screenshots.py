"""`python -m tests.screenshots OUTDIR`: each page of a sample site, both languages and themes.

--pages live ask … takes some of them only; --size 1366x768 1024x768 the sizes; --language and
--theme one of each. Every picture is of made-up people and drawn vehicles.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path

from playwright.sync_api import Page

from gate.console.navigation import GUARD_PLACES, MANAGER_PLACES
from gate.report_values import PassageFilter
from gate.texts import Language
from tests.gate.console.browsing import chromium, log_in, open_context, settle
from tests.gate.console.serving import Served, served

DRAWN_MS = 1200
NAMES = {place.text: place.path for place in (*GUARD_PLACES, *MANAGER_PLACES)}


def main() -> int:
    """Write the pictures; return the exit status."""
    asked = options()
    asked.out.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder), days=9, per_day=40) as pages,
        chromium() as browser,
    ):
        for language, theme, size in product(asked.language, asked.theme, asked.size):
            width, height = map(int, size.split("x"))
            context = open_context(
                browser, pages.url, language=Language(language), theme=theme, size=(width, height)
            )
            page = context.new_page()
            suffix = f"{language}-{theme}" + (f"-{size}" if len(asked.size) > 1 else "")
            page.goto(f"{pages.url}/login")
            page.screenshot(path=asked.out / f"login-{suffix}.png")
            log_in(page, pages.url, "admin")
            for path, name in wanted(pages, asked.pages):
                shoot(page, f"{pages.url}{path}", asked.out / f"{name}-{suffix}.png")
            context.close()
    return 0


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", default=Path("screenshots"))
    parser.add_argument("--pages", nargs="+", default=[])
    parser.add_argument("--language", nargs="+", default=[one.value for one in Language])
    parser.add_argument("--theme", nargs="+", default=["dark", "light"])
    parser.add_argument("--size", nargs="+", default=["1366x768"])
    return parser.parse_args()


def wanted(pages: Served, names: list[str]) -> Iterator[tuple[str, str]]:
    """Every page of the rail, one passage and one household: path and name."""
    newest = pages.site.services.reports.passages(PassageFilter(), None, 20).rows
    pictured = next((row for row in newest if row.picture_frame), newest[0])
    beyond = {"passage": f"/passages/{pictured.passage}", "household": "/registry/1"}
    for name, path in {**NAMES, **beyond}.items():
        if not names or name in names:
            yield path, name


def shoot(page: Page, url: str, to: Path) -> None:
    """Take one page, once it is drawn."""
    page.goto(url)
    settle(page)
    page.wait_for_timeout(DRAWN_MS)
    page.screenshot(path=to)
    print(to.name, flush=True)


if __name__ == "__main__":
    sys.exit(main())
