"""`python -m tests.readme_pictures`: the four pictures of the README, from a running demo.

The demo's people and plates are made up and its vehicles computed. Written to gate/docs/pictures,
as JPEG: a PNG of the same page is four times as large.
"""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page

import gate
from tests.gate.console.browsing import chromium, open_context, settle
from tests.system.site import free_port, running_gate

OUT = Path(gate.__file__).parent / "docs" / "pictures"
PATIENCE_MS = 240_000
DRAWN_MS = 1500
QUALITY = 85


def main() -> int:
    """Run a demo, look at it, write the pictures."""
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        data, said = Path(folder, "data"), Path(folder, "said.txt")
        arguments = ["demo", "--port", str(port), "--data", str(data)]
        with running_gate(arguments, port, said) as site, chromium() as browser:
            site.wait_until_up(300.0)
            url = f"http://127.0.0.1:{port}"
            page = open_context(browser, url).new_page()
            page.set_default_timeout(PATIENCE_MS)
            log_in(page, url)
            shoot(page, url)
            site.stop()
    return 0


def log_in(page: Page, url: str) -> None:
    """Log in as the demo's guard."""
    page.goto(f"{url}/login")
    page.fill("#name", "guard")
    page.fill("#password", "guard-demo")
    page.click("button[type=submit]")
    page.wait_for_selector("main#main")
    settle(page)


def shoot(page: Page, url: str) -> None:
    """Take each picture when there is something to see."""
    page.wait_for_function("() => document.querySelectorAll('.feed-admit').length >= 6")
    acknowledge(page)
    page.wait_for_selector(".lane .answer-ask_guard .cutout")
    take(page, "live")
    page.keyboard.press("a")
    page.wait_for_selector(".ask .ask-picture")
    settle(page)
    take(page, "ask")
    page.keyboard.press("v")
    page.wait_for_url("**/visitors/new**")
    settle(page)
    take(page, "visitor")
    page.goto(f"{url}/live")
    settle(page)
    page.wait_for_selector(".feed-admit")
    page.locator(".feed-admit").nth(2).click()
    page.wait_for_selector(".steps")
    take(page, "passage")


def acknowledge(page: Page) -> None:
    """Take on what a busy machine made the demo complain about."""
    banners = page.locator(".alarms .banner")
    while banners.count():
        before = banners.all_inner_texts()
        banners.first.locator("button").first.click()
        page.get_by_role("dialog").locator(".btn-main").click()
        changed = (
            "before => [...document.querySelectorAll('.alarms .banner')]"
            ".map(one => one.innerText).join() !== before.join()"
        )
        page.wait_for_function(changed, arg=before)


def take(page: Page, name: str) -> None:
    """Write one picture, once everything is drawn."""
    page.wait_for_timeout(DRAWN_MS)
    page.screenshot(path=OUT / f"{name}.jpg", type="jpeg", quality=QUALITY)
    print(f"{name}.jpg", flush=True)


if __name__ == "__main__":
    sys.exit(main())
