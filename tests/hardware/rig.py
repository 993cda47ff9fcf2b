"""A driver and an emulated board joined by a pseudo-terminal, for tests of one thread.

Most tests use an infinitely fast wire: they are about what happens, not how long it takes.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hardware.boards.factory import BoardProtocol, BoardSettings, RelayBoard, WireFrame, open_board
from hardware.clock import SystemClock
from hardware.emulators.device import EmulatedDevice
from hardware.emulators.kmtronic import KmtronicBoard
from hardware.emulators.lctech import LcTechBoard
from hardware.emulators.lcus import LcusBoard, Status
from hardware.emulators.line import PtyLine
from hardware.emulators.model import BoardModel
from hardware.emulators.numato import NumatoModule
from hardware.emulators.waveshare import WaveshareBoard

PATIENCE_S = 4.0


@dataclass
class Rig:
    """One board of each side."""

    device: EmulatedDevice
    board: RelayBoard
    clock: SystemClock
    frames: list[WireFrame] = field(default_factory=list)

    @property
    def model(self) -> Any:
        """The emulated board, whatever its kind."""
        return self.device.model

    def serve(self, seconds: float) -> None:
        """Do what is due for a while."""
        end = self.clock.monotonic() + seconds
        self.until(lambda: self.clock.monotonic() >= end)

    def until(self, holds: Callable[[], bool]) -> None:
        """Do what is due until something holds; fail when it never does."""
        end = self.clock.monotonic() + PATIENCE_S
        while not holds():
            assert self.clock.monotonic() < end, "it never came true"
            due = self.board.service()
            self.clock.sleep(min(0.01, 0.01 if due is None else due))

    def until_link_is(self, up: bool) -> None:
        """Wait for the link to be up or down."""
        self.until(lambda: (self.board.trouble is None) == up)


@contextmanager
def rig(
    tmp_path: Path,
    protocol: BoardProtocol,
    model: BoardModel,
    *,
    baud: int | None = None,
    connect: bool = True,
    **settings: Any,
) -> Iterator[Rig]:
    """Join a board to its driver."""
    link = tmp_path / "board"
    frames: list[WireFrame] = []
    clock = SystemClock()
    # A busy test machine may keep the emulator waiting longer than any real board would.
    settings.setdefault("reply_s", 0.5)
    asked = BoardSettings(protocol, str(link), name="south", **settings)
    with EmulatedDevice(model, line=PtyLine(link), baud=baud) as device:
        board = open_board(asked, clock, frames.append)
        try:
            if connect:
                board.connect()
            yield Rig(device, board, clock, frames)
        finally:
            board.close()


@dataclass(frozen=True)
class Kind:
    """A kind of board as tests parametrise over it."""

    protocol: BoardProtocol
    model: Callable[[], BoardModel]
    settings: dict[str, Any]


QUICK = {"relays": 2, "gap_s": 0.005}
"""Two relays and a tenth of the pause that a real board needs, so that tests are quick."""


def quick_lcus(status: Status, stale: bool = False) -> LcusBoard:
    """Return a board of two relays that needs no long pause."""
    return LcusBoard(2, status, stale, deaf_after_s=0.0)


KINDS = {
    "waveshare": Kind(BoardProtocol.WAVESHARE, WaveshareBoard, {}),
    "waveshare-8ch": Kind(BoardProtocol.WAVESHARE, lambda: WaveshareBoard(inputs=0), {"inputs": 0}),
    "lctech-ff": Kind(BoardProtocol.LCTECH, LcTechBoard, {}),
    "lctech-fe-4": Kind(
        BoardProtocol.LCTECH, lambda: LcTechBoard(0xFE, 4), {"address": 0xFE, "relays": 4}
    ),
    "lcus-spaced": Kind(BoardProtocol.LCUS, lambda: quick_lcus(Status.SPACED), QUICK),
    "lcus-tight-stale": Kind(BoardProtocol.LCUS, lambda: quick_lcus(Status.TIGHT, True), QUICK),
    "lcus-raw": Kind(BoardProtocol.LCUS, lambda: quick_lcus(Status.RAW), QUICK),
    "lcus-silent": Kind(
        BoardProtocol.LCUS, lambda: quick_lcus(Status.NONE), {**QUICK, "silent": True}
    ),
    "kmtronic": Kind(BoardProtocol.KMTRONIC, lambda: KmtronicBoard(2), QUICK),
    "numato": Kind(BoardProtocol.NUMATO, NumatoModule, {"inputs": 2}),
}
