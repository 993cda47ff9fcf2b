"""`python -m tests.fuzz --cases 10000`: fuzzes everything that takes bytes from outside.

Prints cases, seconds and the growth of memory for each target; the exit status is 1 where a promise
was broken. `--only NAME` does one.
"""

import argparse
import os
import resource
import sys
import traceback
from collections.abc import Callable

from gate.__main__ import MAX_PIXELS
from gate.app.clock import SystemClock

NAMES = ("api", "sheets", "pictures", "serial", "frames")
MAX_MB = 1_200
"""Memory may not grow by more than this in a target, whatever the cases hold."""


def main() -> int:
    """Fuzz and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--only", choices=NAMES)
    chosen = parser.parse_args()
    # OpenCV reads both when it is loaded. The first is what `gate` sets; it tells of each bad file.
    os.environ.setdefault("OPENCV_IO_MAX_IMAGE_PIXELS", str(MAX_PIXELS))
    os.environ.setdefault("OPENCV_LOG_LEVEL", "SILENT")
    names = [name for name in NAMES if chosen.only in {None, name}]
    failed = [name for name in names if not _report(name, _job(name), chosen.cases)]
    return 1 if failed else 0


def _job(name: str) -> Callable[[int], int]:
    if name == "api":
        from tests.fuzz import api

        return api.fuzz
    from tests.fuzz.cases import run
    from tests.fuzz.targets import TARGETS

    (target,) = (one for one in TARGETS if one.name == name)
    return lambda cases: run(target, cases)


def _report(name: str, job: Callable[[int], int], cases: int) -> bool:
    clock = SystemClock()
    begun, before = clock.monotonic(), _peak_mb()
    try:
        done = job(cases)
    except Exception:
        traceback.print_exc()
        print(f"{name}: FAILED", flush=True)
        return False
    grown = _peak_mb() - before
    took = clock.monotonic() - begun
    print(f"{name}: {done} cases, {took:.0f} s, +{grown:.0f} to {_peak_mb():.0f} MB", flush=True)
    return grown <= MAX_MB


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
