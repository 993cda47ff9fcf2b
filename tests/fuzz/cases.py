"""Runs a target on so many cases: the same each time, without a clock, shrunk where one fails."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis import HealthCheck, given, settings

from tests.fuzz.targets import Target

HANG_S = 60
"""Of computing time: a case that waits for a busy machine does not hang."""
WAIT_S = 900


def fuzzing(cases: int) -> settings:
    """So many cases, the same each time, however slow one is."""
    return settings(
        max_examples=cases,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )


def run(target: Target, cases: int) -> int:
    """Run the cases; return how many ran. Raises where a promise is broken."""
    ran = [0]

    @fuzzing(cases)
    @given(case=target.cases())
    def one(case: object) -> None:
        ran[0] += 1
        with ending():
            target.run(case)

    one()
    return ran[0]


@contextmanager
def ending() -> Iterator[None]:
    """Fail a case that does not end, whether it computes or waits."""

    def hang(*_: object) -> None:
        raise TimeoutError(f"a case did not end within {HANG_S} s of computing or {WAIT_S} s")

    timers = ((signal.ITIMER_PROF, signal.SIGPROF, HANG_S),
              (signal.ITIMER_REAL, signal.SIGALRM, WAIT_S))  # fmt: skip
    before = [signal.signal(number, hang) for _, number, _ in timers]
    for timer, _, seconds in timers:
        signal.setitimer(timer, seconds)
    try:
        yield
    finally:
        for (timer, number, _), handler in zip(timers, before, strict=True):
            signal.setitimer(timer, 0)
            signal.signal(number, handler)
