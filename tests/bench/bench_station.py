"""From decision to wire: python -m tests.bench.bench_station [RAISES].

A station on an emulated Waveshare board at 9600 baud raises an arm again and again, at random
moments. Measured from entering raise_arm() to the last byte of the pulse on the wire, in
milliseconds: on a free wire (no inputs wired to this board), and on one whose inputs are read every
50 ms (one read occupies the wire for about half of that time, and a pulse waits for its end).
"""

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory

from hardware.barrier.events import RaiseRequested
from hardware.barrier.inputs import InputName, InputWiring
from hardware.barrier.model import BarrierSettings, BoardLink, Controller
from hardware.boards.factory import BoardProtocol, BoardSettings, WireFrame, open_board
from hardware.clock import SystemClock
from hardware.emulators.device import EmulatedDevice
from hardware.emulators.line import PtyLine
from hardware.emulators.waveshare import WaveshareBoard
from hardware.station.station import ArmSettings, Station

RAISES = 100
BYTE_S = 10 / 9600
PULSE = bytes.fromhex("0105020000010d4f")[:4]
LIMIT_MS = 30.0


def measure(raises: int, inputs: Mapping[InputName, InputWiring]) -> list[float]:
    """Return the milliseconds of each raise."""
    clock, random, frames = SystemClock(), Random(1), list[WireFrame]()
    barrier = BarrierSettings(
        controller=Controller.RAISE_ONLY, closes_itself=True, raise_within=0.2, pulse_ms=100
    )
    with (
        TemporaryDirectory() as folder,
        EmulatedDevice(WaveshareBoard(), line=PtyLine(Path(folder) / "b")),
    ):
        settings = BoardSettings(BoardProtocol.WAVESHARE, str(Path(folder) / "b"))
        board = open_board(settings, clock, frames.append)
        arms = {"south": ArmSettings(1, inputs=inputs, barrier=barrier)}
        station = Station(board, arms, clock, lambda lane, event: None)
        station.start()
        while station.state("south").link is BoardLink.DOWN:
            clock.sleep(0.05)
        clock.sleep(0.5)
        times = []
        for number in range(raises):
            frames.clear()
            began = clock.monotonic()
            station.command("south", RaiseRequested(str(number), began + 2.0))
            clock.sleep(0.3 + random.random() * 0.1)
            sent = next(frame for frame in frames if frame.data.startswith(PULSE))
            times.append(1000 * (sent.at + len(sent.data) * BYTE_S - began))
        station.stop()
    return sorted(times)


def main(arguments: Sequence[str]) -> int:
    """Measure both wires; return 1 when the free wire misses the limit."""
    raises = int(arguments[0]) if arguments else RAISES
    wires = {"free": {}, "read": {InputName.PRESENCE: InputWiring(1)}}
    print(f"{raises} raises each; milliseconds from decision to the last byte on the wire")
    p99s = {}
    for name, inputs in wires.items():
        times = measure(raises, inputs)
        p99s[name] = times[min(len(times) - 1, int(0.99 * len(times)))]
        print(f"{name:5} p50 {median(times):5.1f}  p99 {p99s[name]:5.1f}  worst {times[-1]:5.1f}")
    return 0 if p99s["free"] < LIMIT_MS else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
