"""`python -m tests.fuzz --cases 10000`: fuzzes everything that takes bytes from outside.

Prints cases, seconds and the growth of memory for each target; the exit status is 1 where a promise
was broken. `--only NAME` does one.
"""

import argparse
import resource
import sys
import traceback
from collections.abc import Callable

from gate.system_clock import SystemClock
from tests.fuzz import api
from tests.fuzz.cases import run
from tests.fuzz.targets import TARGETS

MOST_MB = 1_200
"""Memory may not grow by more than this in a target, whatever the cases hold."""


def main() -> int:
    """Fuzz and report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--only", choices=["api", *(target.name for target in TARGETS)])
    chosen = parser.parse_args()
    jobs: dict[str, Callable[[int], int]] = {"api": api.fuzz}
    jobs |= {target.name: _job(target) for target in TARGETS}
    failed = [name for name, job in jobs.items()
              if chosen.only in {None, name} and not _report(name, job, chosen.cases)]  # fmt: skip
    return 1 if failed else 0


def _job(target: object) -> Callable[[int], int]:
    return lambda cases: run(target, cases)  # type: ignore[arg-type]  # of TARGETS


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
    print(f"{name}: {done} cases, {clock.monotonic() - begun:.0f} s, +{grown:.0f} MB", flush=True)
    return grown <= MOST_MB


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
