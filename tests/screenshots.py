"""`python -m tests.screenshots OUTDIR`: each page and state of a sample site, each language, theme.

--pages live ask … takes some of them only (names: tests.gate.console.every_page, and for errors,
sheets and a service that is away: tests.gate.console.states); --size 1366x768 1024x768 the sizes;
--language and --theme one of each; --whole the whole page, not one screen of it; --touch as a
tablet, e.g. with --size 768x1024. Every picture is of made-up people and drawn vehicles.
"""

import argparse
import sys
import tempfile
from contextlib import contextmanager
from itertools import product
from pathlib import Path

from playwright.sync_api import Page

from gate.i18n.texts import Language
from tests.gate.console.browsing import chromium, draw_charts, log_in, open_context, settle
from tests.gate.console.every_page import every_page
from tests.gate.console.serving import served
from tests.gate.console.states import STATES, Shown, Stage

DRAWN_MS = 1200
TALL = """() => {
    const main = document.querySelector("main#main");
    return window.innerHeight + Math.max(0, main.scrollHeight - main.clientHeight);
}"""


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
                browser,
                pages.url,
                language=Language(language),
                theme=theme,
                size=(width, height),
                touch=asked.touch,
            )
            page = context.new_page()
            suffix = f"{language}-{theme}" + (f"-{size}" if len(asked.size) > 1 else "")
            page.goto(f"{pages.url}/login")
            page.screenshot(path=asked.out / f"login-{suffix}.png")
            log_in(page, pages.url, "admin")
            for name, path in every_page(pages).items():
                if not asked.pages or name in asked.pages:
                    shoot(
                        page, f"{pages.url}{path}", asked.out / f"{name}-{suffix}.png", asked.whole
                    )
            stage = Stage(browser, pages, page, Language(language), theme, (width, height))
            for name, state in STATES.items():
                if not asked.pages or name in asked.pages:
                    shoot_state(stage, state, asked.out / f"{name}-{suffix}.png")
            context.close()
    return 0


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path, nargs="?", default=Path("screenshots"))
    parser.add_argument("--pages", nargs="+", default=[])
    parser.add_argument("--language", nargs="+", default=[one.value for one in Language])
    parser.add_argument("--theme", nargs="+", default=["dark", "light"])
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--touch", action="store_true")
    parser.add_argument("--size", nargs="+", default=["1366x768"])
    return parser.parse_args()


def shoot_state(stage: Stage, state: Shown, to: Path) -> None:
    """Take what a state shows, then leave it."""
    with contextmanager(state)(stage) as page:
        page.screenshot(path=to)
    print(to.name, flush=True)


def shoot(page: Page, url: str, to: Path, whole: bool) -> None:
    """Take one page, once it is drawn; whole: in a window as tall as the page."""
    page.goto(url)
    settle(page)
    draw_charts(page)
    page.wait_for_timeout(DRAWN_MS)
    before = page.viewport_size
    if whole and before:
        page.set_viewport_size({"width": before["width"], "height": page.evaluate(TALL)})
        draw_charts(page)
    page.screenshot(path=to)
    if before:
        page.set_viewport_size(before)
    print(to.name, flush=True)


if __name__ == "__main__":
    sys.exit(main())
