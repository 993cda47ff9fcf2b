"""A real Chromium for the pages: found on this machine, headless, silent towards the network."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from gate.i18n.texts import Language
from tests.gate.console.sample_site import PASSWORD

FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 60_000


def chromium_path() -> str:
    """Return the installed Chromium; playwright's own would have to be downloaded."""
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if path := shutil.which(name):
            return path
    raise RuntimeError("the tests of the pages need Chromium: run tests/browser.sh")


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def open_context(
    browser: Browser,
    url: str,
    *,
    language: Language = Language.CHINESE,
    theme: str = "dark",
    size: tuple[int, int] = (1366, 768),
    touch: bool = False,
) -> BrowserContext:
    """Return a fresh browser session with these preferences. touch: fingers, as on a tablet."""
    viewport = {"width": size[0], "height": size[1]}
    context = browser.new_context(viewport=viewport, has_touch=touch)
    context.set_default_timeout(PATIENCE_MS)
    context.add_cookies(
        [
            {"name": "gate_language", "value": language.value, "url": url},
            {"name": "gate_theme", "value": theme, "url": url},
        ]
    )
    return context


def log_in(page: Page, url: str, name: str) -> None:
    """Log in by the form and wait for the live page."""
    page.goto(f"{url}/login")
    fill_log_in(page, name)


def fill_log_in(page: Page, name: str) -> None:
    """Log in by the form that is open and wait for the page that it leads to."""
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_selector("main#main")
    settle(page)


def settle(page: Page) -> None:
    """Wait until the page has its socket: from then on it hears and acts."""
    page.wait_for_function("() => window.socket?.connected === true")


STILL = """() => {
    const charts = [...document.querySelectorAll(".chart")];
    const empty = (chart) => !chart.querySelector("svg path, svg rect");
    if (document.querySelector("main .q-spinner") || charts.some(empty)) return false;
    const now = charts.map((chart) => chart.innerHTML).join("");
    const still = window.gateLooked === now;
    window.gateLooked = now;
    return still;
}"""


def draw_charts(page: Page) -> None:
    """Wait until a page has its answers and its charts have grown to what they show."""
    page.wait_for_function(STILL, polling=500)


SPOKEN = "said: "
LISTEN = f"""new MutationObserver((changes) => changes.forEach((one) =>
    one.addedNodes.forEach((node) => {{
        const said = node.nodeType === 1 && node.closest(".q-notification, .q-notifications")
            && (node.querySelector(".q-notification__message") || node);
        if (said?.innerText) console.log("{SPOKEN}" + said.innerText);
    }}))).observe(document, {{ childList: true, subtree: true }});"""


def listen(page: Page) -> list[str]:
    """Return a list that fills with what the page says in passing: a test that fails prints it."""
    heard: list[str] = []
    page.add_init_script(LISTEN)
    page.on("console", lambda line: heard.append(line.text) if SPOKEN in line.text else None)
    return heard


def state_of(page: Page, heard: list[str]) -> str:
    """Return in words what a page shows and what it said, for the report of a test that failed."""
    focus = page.evaluate("document.activeElement?.outerHTML?.slice(0, 200)")
    strip = page.locator("#popup[aria-hidden=false]").count()
    text = " | ".join(page.inner_text("body").split("\n"))
    return f"{page.url}\naway: {bool(strip)}\nfocus: {focus}\n{heard}\n{text}"


def rest(page: Page) -> None:
    """Wait until nothing that appears is still fading or sliding in: colours are final then."""
    page.wait_for_timeout(400)
    page.wait_for_function(
        """() => document.getAnimations().every(one =>
            one.playState !== "running" || one.effect.getComputedTiming().endTime === Infinity)"""
    )
