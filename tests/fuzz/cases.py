"""Runs a target on so many cases: the same each time, without a clock, shrunk where one fails."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from hypothesis import HealthCheck, given, settings

from tests.fuzz.targets import Target

HANG_S = 60


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
    """Fail a case that does not end."""

    def hang(*_: object) -> None:
        raise TimeoutError(f"a case did not end within {HANG_S} s")

    before = signal.signal(signal.SIGALRM, hang)
    signal.alarm(HANG_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
