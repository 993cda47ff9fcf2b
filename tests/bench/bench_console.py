"""The guard's console over a long night: how soon news are on the screen, and whether memory grows.

    python -m tests.bench.bench_console [--passages 8640] [--consoles 2] [--pace 0] [--minutes 0]

8,640 passages are twelve hours with one every five seconds, driven as fast as the consoles follow
(--pace: seconds from one to the next): the next one comes once both have drawn this one. --minutes
ends it then and tells what came until then. Each passage is written into a real journal and changes
a lane three times, in the process that serves the pages; the consoles are live pages in a real
Chromium, the first with the arm that moves, the others with the person's wish for less motion, for
a Chromium without a graphics card draws little else. Delay: from the lane's change being
published to the plate being drawn in the page, both by this machine's clock. Memory: the server's
resident size and each page's JavaScript heap after a collection, from the moment everything is
warm to the end.
"""

import argparse
import math
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from playwright.sync_api import Browser, CDPSession, Page
from playwright.sync_api import Error as PlaywrightError

from gate.app.clock import SystemClock
from gate.domain.decision import Decision, Reason, Verdict
from tests.bench.bench_journal import told
from tests.gate.console.browsing import chromium, log_in, open_context, settle
from tests.gate.console.serving import Served, served
from tests.gate.journal.journal_cast import whole

SAMPLES, EVERY, WARM = 20, 100, 200
"""So many samples, or one in so many passages where that is more often; from which one on."""

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
# Waits in the page: asking it again and again from here would cost more than it draws.
TAKE = """([plate, within]) => new Promise((done) => {
    const until = Date.now() + within;
    const look = () => {
        const at = window.drawn[plate];
        if (at) window.drawn = {};
        if (at || Date.now() > until) done(at || null);
        else setTimeout(look, 10);
    };
    look();
})"""


@dataclass(slots=True)
class Console:
    """A guard's live page and the wire that asks it for its memory."""

    page: Page
    wire: CDPSession

    @staticmethod
    def open(browser: Browser, pages: Served, *, moving: bool) -> "Console":
        """Log a guard in and look at the live page. moving: with the arm seen to turn."""
        page = open_context(browser, pages.url).new_page()
        page.emulate_media(reduced_motion="no-preference" if moving else "reduce")
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
        try:
            at = self.page.evaluate(TAKE, [plate, within_s * 1000])
        except PlaywrightError:  # A starved machine lost the socket; the page was loaded anew.
            settle(self.page)
            self.page.evaluate(WATCH)
            return None
        return None if at is None else float(at)


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
    consoles = [Console.open(browser, pages, moving=not n) for n in range(options.consoles)]
    server = psutil.Process(os.getpid())
    delays: list[float] = []
    missed = 0
    samples: list[tuple[int, float, float, int]] = []
    warm = min(WARM, options.passages // 10)
    every = max(1, min(EVERY, options.passages // SAMPLES))
    until = time.perf_counter() + (options.minutes * 60 or math.inf)
    print("passages  server MB  page MB  elements")
    for number in range(1, options.passages + 1):
        if time.perf_counter() > until:
            break
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
    hours = last[0] * 5 / 3600
    print(f"over {hours:.1f} h: server {grew:+.1f} MB, page {heap_grew:+.1f} MB, missed {missed}")
    flat = grew < GREW_MB and heap_grew < HEAP_GREW_MB and not missed
    return 0 if flat else 1


def main() -> int:
    """Serve, look, drive."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=8640)
    parser.add_argument("--consoles", type=int, default=2)
    parser.add_argument("--pace", type=float, default=0.0)
    parser.add_argument("--minutes", type=float, default=0.0)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder), days=1, per_day=40) as pages,
        chromium() as browser,
    ):
        return measure(pages, browser, options)


if __name__ == "__main__":
    sys.exit(main())
