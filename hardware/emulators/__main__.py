"""One emulated device as a program of its own: python -m hardware.emulators KIND --link NAME.

It prints where it can be reached and how it is worked, then lives until it is interrupted or its
standard input, which takes the orders of hardware.emulators.control, says "quit".
"""

import argparse
import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

from hardware.emulators.control import ControlSocket, obey
from hardware.emulators.device import EmulatedDevice
from hardware.emulators.kmtronic import KmtronicBoard
from hardware.emulators.lctech import LcTechBoard
from hardware.emulators.lcus import LcusBoard, Status
from hardware.emulators.line import PtyLine, SerialLine, TcpLine
from hardware.emulators.model import BoardModel
from hardware.emulators.numato import NumatoModule
from hardware.emulators.sign import SignBoard
from hardware.emulators.speech import SpeechModule
from hardware.emulators.waveshare import LINKAGE, NORMAL, WaveshareBoard

KINDS: dict[str, Callable[[argparse.Namespace], BoardModel]] = {
    "waveshare": lambda asked: WaveshareBoard(
        asked.address or 1, asked.inputs, LINKAGE if asked.linkage else NORMAL
    ),
    "lctech": lambda asked: LcTechBoard(asked.address or 0xFF, asked.relays, asked.linkage),
    "lcus": lambda asked: LcusBoard(asked.relays, Status(asked.status), asked.stale),
    "kmtronic": lambda asked: KmtronicBoard(asked.relays),
    "numato": lambda asked: NumatoModule(asked.relays, asked.inputs),
    "sign": lambda _asked: SignBoard(),
    "speech": lambda _asked: SpeechModule(),
}


def parser() -> argparse.ArgumentParser:
    """Return the command line."""
    asks = argparse.ArgumentParser(prog="python -m hardware.emulators", description=__doc__)
    asks.add_argument("kind", choices=KINDS)
    where = asks.add_mutually_exclusive_group(required=True)
    where.add_argument("--link", type=Path, help="name that leads to its pseudo-terminal")
    where.add_argument("--tcp", help="socket://host:port, as a serial server")
    asks.add_argument("--control", type=Path, help="name of a Unix socket that takes orders")
    asks.add_argument("--address", type=int)
    asks.add_argument("--relays", type=int, default=8)
    asks.add_argument("--inputs", type=int, default=8)
    asks.add_argument("--baud", type=int, default=9600, help="0 for an infinitely fast wire")
    asks.add_argument("--status", choices=list(Status), default=Status.SPACED, help="lcus only")
    asks.add_argument("--stale", action="store_true", help="lcus: first status is the old one")
    asks.add_argument("--linkage", action="store_true", help="inputs drive the relays")
    return asks


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one device; return the exit status."""
    asked = parser().parse_args(arguments)
    line: SerialLine = PtyLine(asked.link) if asked.link else TcpLine(asked.tcp)
    device = EmulatedDevice(KINDS[asked.kind](asked), line=line, baud=asked.baud or None)
    with contextlib.ExitStack() as stack:
        stack.enter_context(device)
        if asked.control:
            stack.enter_context(ControlSocket(device, asked.control))
        print(
            f"{asked.kind} at {line.url if isinstance(line, TcpLine) else asked.link}", flush=True
        )
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with contextlib.suppress(KeyboardInterrupt):
            _obey_standard_input(device)
    return 0


def _obey_standard_input(device: EmulatedDevice) -> None:
    for line in sys.stdin:
        if line.strip() == "quit":
            return
        print(obey(device, line), flush=True)
    # A service has no standard input: it lives until it is interrupted.
    threading.Event().wait()


if __name__ == "__main__":
    sys.exit(main())
