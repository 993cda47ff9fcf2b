"""Boards that answer and do not do their part, on a wire in memory, under a station."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from hardware.boards.board import BoardSettings
from hardware.boards.factory import open_boards
from hardware.emulators.rtu import checksum
from hardware.station.events import ArmState
from hardware.station.station import ArmSettings, Station
from tests.hardware.fake_clock import FakeClock
from tests.hardware.memory_port import MemoryWire
from tests.hardware.rig import Kind

__all__ = ["AILMENTS", "Ailing", "Bench"]

READS, INPUTS, WRITES = (b"\x01", b"\x02", b"\x03"), (b"\x02",), (b"\x05", b"\x0f", b"\x10")

Spoil = Callable[[bytes], bytes]


def _exception(answer: bytes) -> bytes:
    body = bytes((answer[0], answer[1] | 0x80, 4))
    return body + checksum(body)


def _of_another_function(answer: bytes) -> bytes:
    body = bytes((answer[0], answer[1] ^ 1)) + answer[2:-2]
    return body + checksum(body)


AILMENTS: dict[str, Spoil] = {
    "exception": _exception,
    "silence": lambda answer: b"",
    "wrong checksum": lambda answer: answer[:-1] + bytes((answer[-1] ^ 1,)),
    "half": lambda answer: answer[: len(answer) // 2],
    "another function": _of_another_function,
    "noise": lambda answer: b"\x55\xaa" * 8,
}
"""What a board may give instead of its answer."""


class Ailing:
    """A board of any kind; `spoil` gets the answers to the questions that begin with `ails`.

    Modbus questions are told by their function, the lines of a Numato module by their words.
    """

    def __init__(self, model: Any) -> None:
        self.model = model
        self.relays = model.relays
        self.ails: tuple[bytes, ...] = ()
        self.spoil: Spoil = AILMENTS["silence"]
        self._asked = bytearray()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.model, name)

    def take(self, byte: int, now: float) -> bytes:
        self._asked.append(byte)
        answer = self.model.take(byte, now)
        if byte == 0x0D and self._asked.startswith(self.ails):
            answer = self.spoil(answer)
        if byte == 0x0D:
            self._asked.clear()
        return answer

    def silence(self, now: float) -> bytes:
        answer = self.model.silence(now)
        asked, self._asked = bytes(self._asked[1:]), bytearray()
        return self.spoil(answer) if answer and asked.startswith(self.ails) else answer


@dataclass
class Bench:
    """A station without a thread, boards in memory; `events` are those of all lanes."""

    kind: Kind
    arm: ArmSettings
    loops: Kind | None = None
    clock: FakeClock = field(default_factory=FakeClock)
    events: list[object] = field(default_factory=list)

    def __post_init__(self) -> None:
        kinds = [self.kind, *([self.loops] if self.loops else [])]
        self.models = [Ailing(kind.model()) for kind in kinds]
        self.wires = [MemoryWire(model, self.clock) for model in self.models]
        ports = {str(place): wire for place, wire in enumerate(self.wires)}
        asked = [
            replace(
                BoardSettings(kind.protocol, str(place), name=f"b{place}", **kind.settings),
                gap_s=None,
                interlock=(frozenset(self.arm.relays.values()),),
            )
            for place, kind in enumerate(kinds)
        ]
        first, *others = open_boards(
            asked, self.clock, opener=lambda url, baud: ports[url].open(url, baud)
        )
        self.station = Station(
            first,
            {"south": self.arm},
            self.clock,
            lambda _lane, event: self.events.append(event),
            also=[(board, {}) for board in others],
            inputs={0: 1} if others else {},
        )
        self.boards = [first, *others]
        for board in self.boards:
            board.connect()

    @property
    def state(self) -> ArmState:
        return self.station.state("south")

    def pass_time(self, seconds: float) -> None:
        end = self.clock.now + seconds
        while self.clock.now < end:
            wait = max(0.001, min(self.station.turn(), end - self.clock.now))
            for wire in self.wires:
                wire.model.tick(self.clock.now + wait)
            self.clock.advance(wait)

    def set_input(self, channel: int, level: bool) -> None:
        self.models[-1].set_input(channel, level, self.clock.now)

    def of(self, kind: type) -> list[Any]:
        return [event for event in self.events if isinstance(event, kind)]
