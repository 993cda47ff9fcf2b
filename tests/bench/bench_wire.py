"""How long a pulse takes: python -m tests.bench.bench_wire [PULSES].

An emulated board on a pseudo-terminal with bytes at 9600 baud, a free wire, one pulse at a time.
"call" is from entering pulse() to its return, acknowledgement included where the board gives one;
"relay" is from entering pulse() to the second at which the emulated relay is energised. Both in
milliseconds. The least that the wire allows (bytes, silences, turnaround) is printed beside them.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from hardware.boards.factory import BUS_PROTOCOLS
from tests.hardware.rig import KINDS, Kind, Rig, rig

PULSES = 100
PULSE_MS = 100
BYTE_MS = 10 / 9.6
RTU_SILENCE_MS = 3.5 * BYTE_MS
TURNAROUND_MS = 1.0
NAMES = ("waveshare", "lctech-ff", "lcus-spaced", "kmtronic", "numato")


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of every pulse, and the least possible for call and relay."""

    call: list[float]
    relay: list[float]
    least_call: float
    least_relay: float


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def measure(kind: Kind, pulses: int) -> Times:
    """Pulse relay 1 that often."""
    settings = {**kind.settings, "gap_s": None}
    with (
        TemporaryDirectory() as folder,
        rig(Path(folder), kind.protocol, kind.model(), baud=9600, **settings) as joint,
    ):
        joint.serve(0.2)
        pairs = [_pulse(joint) for _ in range(pulses)]
        ack = joint.board.pulse(1, PULSE_MS)
    rtu = kind.protocol in BUS_PROTOCOLS
    silence = RTU_SILENCE_MS if rtu else 0.0
    sent, received = len(ack.sent) * BYTE_MS, len(ack.received) * BYTE_MS
    # A text module echoes each byte while the next one is under way.
    answered = silence + sent + received if rtu else max(sent, received)
    least_call = answered + TURNAROUND_MS if received else 0.0
    calls, relays = zip(*pairs, strict=True)
    return Times(list(calls), list(relays), least_call, sent + silence)


def _pulse(joint: Rig) -> tuple[float, float]:
    history = joint.model.relays.history
    before = len(history)
    start = joint.clock.monotonic()
    joint.board.pulse(1, PULSE_MS)
    returned = joint.clock.monotonic()
    joint.serve(PULSE_MS / 1000 + 0.3)
    energised = history[before].at
    return 1000 * (returned - start), 1000 * (energised - start)


def main(arguments: Sequence[str]) -> None:
    """Measure every kind of board and print a table."""
    pulses = int(arguments[0]) if arguments else PULSES
    print(f"{pulses} pulses each at a modelled 9600 baud; milliseconds")
    print("board           call p50     p99   least  relay p50     p99   least")
    for name in NAMES:
        times = measure(KINDS[name], pulses)
        print(
            f"{name:14} {median(times.call):9.1f} {percentile(times.call, 0.99):7.1f} "
            f"{times.least_call:7.1f} {median(times.relay):10.1f} "
            f"{percentile(times.relay, 0.99):7.1f} {times.least_relay:7.1f}"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
