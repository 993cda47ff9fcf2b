"""`python -m tests.screenshots OUTDIR`: each page of a sample site, both languages and themes."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page

from gate.console.navigation import GUARD_PLACES, MANAGER_PLACES
from gate.report_values import PassageFilter
from gate.texts import Language
from tests.gate.console.browsing import chromium, log_in, open_context, settle
from tests.gate.console.serving import Served, served

DRAWN_MS = 1200
NAMES = {place.path: place.text for place in (*GUARD_PLACES, *MANAGER_PLACES)}


def main(out: Path) -> int:
    """Write the pictures; return the exit status."""
    out.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder), days=9, per_day=40) as pages,
        chromium() as browser,
    ):
        for language in Language:
            for theme in ("dark", "light"):
                context = open_context(browser, pages.url, language=language, theme=theme)
                page = context.new_page()
                page.goto(f"{pages.url}/login")
                page.screenshot(path=out / f"login-{language.value}-{theme}.png")
                log_in(page, pages.url, "admin")
                shoot_all(page, pages, out, f"{language.value}-{theme}")
                context.close()
    return 0


def shoot_all(page: Page, pages: Served, out: Path, suffix: str) -> None:
    """Take every page of the rail, one passage and one household."""
    newest = pages.site.services.reports.passages(PassageFilter(), None, 20).rows
    pictured = next((row for row in newest if row.picture_frame), newest[0])
    paths = {**NAMES, f"/passages/{pictured.passage}": "passage", "/registry/1": "household"}
    for path, name in paths.items():
        page.goto(f"{pages.url}{path}")
        settle(page)
        page.wait_for_timeout(DRAWN_MS)
        page.screenshot(path=out / f"{name}-{suffix}.png")
        print(f"{name}-{suffix}.png")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots")))
