"""A million random steps of the barrier: python -m tests.hardware.barrier.million [STEPS] [SEED].

Each life has 4,000 steps; the kinds of arm take turns. Prints what happened and how often; ends
with an error, the seed and the life when a property breaks.
"""

import sys
from collections import Counter
from random import Random

from hardware.clock import SystemClock
from tests.hardware.barrier.arm_life import LIVES, Life

STEPS_OF_A_LIFE = 4000


def main(steps: int = 1_000_000, seed: int = 1) -> int:
    """Run; return the exit status."""
    clock = SystemClock()
    began = clock.monotonic()
    counts: Counter[str] = Counter()
    kinds = list(LIVES.items())
    told = number = 0
    while told < steps:
        name, settings = kinds[number % len(kinds)]
        life = Life(settings, Random(f"{seed}-{number}"))
        try:
            while life.told < STEPS_OF_A_LIFE and told + life.told < steps:
                life.step()
        except AssertionError as broken:
            print(f"BROKEN: {broken}; seed {seed}, life {number} ({name}), step {life.told}")
            return 1
        told += life.told
        number += 1
        counts.update(life.oracle.counts)
    for what, count in sorted(counts.items()):
        print(f"{count:9,d}  {what}")
    print(f"{told:,d} steps, {number} lives, {clock.monotonic() - began:.1f} s: every rule held")
    return 0


if __name__ == "__main__":
    sys.exit(main(*(int(argument) for argument in sys.argv[1:])))
