"""The guard's console over a long night: how soon news are on the screen, and whether memory grows.

    python -m tests.bench.bench_console [--passages 8640] [--consoles 2] [--pace 0]

8,640 passages are twelve hours with one every five seconds, driven as fast as the consoles follow
(--pace: seconds from one to the next): the next one comes once both have drawn this one. Each
passage is written into a real journal and changes a lane three times, in the process that serves
the pages; the consoles are live pages in a real Chromium. Delay: from the lane's change being
published to the plate being drawn in the page, both by this machine's clock. Memory: the server's
resident size and each page's JavaScript heap after a collection, from a tenth of the way
(everything warm) to the end.
"""

import argparse
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from playwright.sync_api import Browser, CDPSession, Page

from gate.events import Decision, Reason, Verdict
from gate.system_clock import SystemClock
from tests.bench.bench_journal import told
from tests.gate.console.browsing import chromium, log_in, open_context
from tests.gate.console.serving import Served, served
from tests.gate.journal_cast import whole

SAMPLES = 20
GREW_MB, HEAP_GREW_MB = 40.0, 12.0
"""What counts as growth over twelve hours, megabytes: server, page."""

# Notes in the page when each plate is first drawn, as this machine's wall clock says.
WATCH = """() => {
    window.drawn = {};
    const card = document.querySelector('.lane');
    new MutationObserver(() => {
        const plate = card.querySelector('.answer [role=img]');
        const name = plate ? plate.getAttribute('aria-label').replaceAll(' ', '') : '';
        if (name && !(name in window.drawn)) window.drawn[name] = Date.now();
    }).observe(card, { childList: true, subtree: true, characterData: true, attributes: true });
}"""
TAKE = "plate => { const at = window.drawn[plate]; if (at) window.drawn = {}; return at || null; }"


@dataclass(slots=True)
class Console:
    """A guard's live page and the wire that asks it for its memory."""

    page: Page
    wire: CDPSession

    @staticmethod
    def open(browser: Browser, pages: Served) -> "Console":
        """Log a guard in and look at the live page."""
        page = open_context(browser, pages.url).new_page()
        log_in(page, pages.url, "guard")
        page.evaluate(WATCH)
        wire = page.context.new_cdp_session(page)
        wire.send("HeapProfiler.enable")
        return Console(page, wire)

    def heap_mb(self) -> float:
        """The JavaScript heap after a collection."""
        self.wire.send("HeapProfiler.collectGarbage")
        return float(self.wire.send("Runtime.getHeapUsage")["usedSize"]) / 1e6

    def nodes(self) -> int:
        """Elements in the page."""
        return int(self.page.evaluate("document.querySelectorAll('*').length"))

    def drawn(self, plate: str, within_s: float = 10.0) -> float | None:
        """When the plate was drawn, wall-clock milliseconds; None if it was not."""
        until = time.perf_counter() + within_s
        while time.perf_counter() < until:
            if (at := self.page.evaluate(TAKE, plate)) is not None:
                return float(at)
            self.page.wait_for_timeout(5)
        return None


def drive(pages: Served, number: int) -> tuple[str, float]:
    """Let one vehicle through; return its plate and when its decision was published."""
    plate = f"吉A{number % 100_000:05d}"
    lanes = pages.site.lanes
    lanes.change("south", state="identifying", decision=None, plate="", arm="closed")
    decision = Decision(Verdict.ADMIT, Reason.RESIDENT, plate=plate, household="3-2-501")
    at = SystemClock().now().utc.timestamp() * 1000
    lanes.change("south", state="opening", decision=decision, plate=plate, arm="opening")
    for entries in whole(f"bench-{number}", plate):
        pages.site.publish(*entries)
    lanes.change("south", state="open", arm="open")
    return plate, at


def measure(pages: Served, browser: Browser, options: argparse.Namespace) -> int:
    """Drive the night; print what came of it; return the exit status."""
    consoles = [Console.open(browser, pages) for _ in range(options.consoles)]
    server = psutil.Process(os.getpid())
    delays: list[float] = []
    missed = 0
    samples: list[tuple[int, float, float, int]] = []
    warm = options.passages // 10
    every = max(1, options.passages // SAMPLES)
    print("passages  server MB  page MB  elements")
    for number in range(1, options.passages + 1):
        plate, at = drive(pages, number)
        seen = [console.drawn(plate) for console in consoles]
        delays += [one - at for one in seen if one is not None]
        missed += seen.count(None)
        if number % every == 0:
            heap = max(console.heap_mb() for console in consoles)
            nodes = max(console.nodes() for console in consoles)
            resident = server.memory_info().rss / 1e6
            print(f"{number:>8}  {resident:9.1f}  {heap:7.1f}  {nodes:>8}", flush=True)
            if number >= warm:
                samples.append((number, resident, heap, nodes))
        time.sleep(options.pace)
    told("decision to screen", delays)
    first, last = samples[0], samples[-1]
    grew, heap_grew = last[1] - first[1], last[2] - first[2]
    hours = options.passages * 5 / 3600
    print(f"over {hours:.1f} h: server {grew:+.1f} MB, page {heap_grew:+.1f} MB, missed {missed}")
    flat = grew < GREW_MB and heap_grew < HEAP_GREW_MB and not missed
    return 0 if flat else 1


def main() -> int:
    """Serve, look, drive."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=8640)
    parser.add_argument("--consoles", type=int, default=2)
    parser.add_argument("--pace", type=float, default=0.0)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder), days=1, per_day=40) as pages,
        chromium() as browser,
    ):
        return measure(pages, browser, options)


if __name__ == "__main__":
    sys.exit(main())
