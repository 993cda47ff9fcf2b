"""How long a guard types to register a visitor: `python -m tests.bench.bench_typing [--pace 250]`.

A real Chromium is driven by keys alone at the pace of a person (--pace: milliseconds from key to
key; 250 is a slow typist, 48 words a minute). Chinese counts as many keys as its sound has letters.
Printed: presses, seconds from the first key to the registered visitor, and how many of them were
typing at that pace; what is left is the machine.
"""

import argparse
import tempfile
import time
from pathlib import Path

from tests.gate.console.browsing import chromium, log_in, open_context
from tests.gate.console.sample_papers import settle_owner
from tests.gate.console.serving import served
from tests.gate.console.typist import Typist, register_visitor

HOME, OWNER = "79-1-101", "欧阳建国"


def main() -> None:
    """Register a few visitors and tell how long each took."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pace", type=float, default=250.0)
    parser.add_argument("--visitors", type=int, default=3)
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        served(Path(folder), days=1, per_day=6) as pages,
        chromium() as browser,
    ):
        settle_owner(pages.site.services, HOME, OWNER)
        page = open_context(browser, pages.url).new_page()
        log_in(page, pages.url, "guard")
        for number in range(options.visitors):
            typist = Typist(page, options.pace)
            began = time.perf_counter()
            register_visitor(typist, page, f"粤B246{number}A", HOME, OWNER)
            took = time.perf_counter() - began
            typed = typist.presses * options.pace / 1000
            print(
                f"{typist.presses} presses, {took:.1f} s, of which typing {typed:.1f} s", flush=True
            )


if __name__ == "__main__":
    main()
