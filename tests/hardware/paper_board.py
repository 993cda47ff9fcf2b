"""A relay board that is a few variables: for tests of the station without a wire or a thread."""

from math import inf

from hardware.boards.board import Ack, BoardProtocol, Identity, RelayBoard
from hardware.errors import BoardError, Trouble
from tests.hardware.fake_clock import FakeClock

__all__ = ["PaperBoard"]


class PaperBoard:
    """Eight relays and inputs. `fail` makes that call raise `kind`; `broken` breaks the wire."""

    channels = 8
    inputs = 8
    place = "board paper"

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.identity: Identity | None = None
        self.trouble: BoardError | None = self._error(Trouble.LOST)
        self.levels = [False] * 8
        self.energised: set[int] = set()
        self.calls: list[tuple[str, int]] = []
        self.fail: set[str] = set()
        self.kind = Trouble.SILENT
        self.stuck: frozenset[int] = frozenset()
        self.broken = False
        self.read_takes = 0.0
        self.together = False

    def _error(self, kind: Trouble) -> BoardError:
        return BoardError(kind, self.place, "it is made of paper")

    def connect(self) -> Identity:
        if self.broken:
            self.trouble = self._error(Trouble.NO_PORT)
            raise self.trouble
        self.calls.append(("connect", 0))
        self.energised.clear()
        self.trouble = None
        self.identity = Identity(BoardProtocol.WAVESHARE, 1, 8, 8, confirmed=True)
        return self.identity

    def close(self) -> None:
        self.calls.append(("close", 0))
        self.energised.clear()
        self.trouble, self.identity = self._error(Trouble.LOST), None

    def _do(self, name: str, channel: int = 0) -> Ack:
        self.calls.append((name, channel))
        if self.broken:
            self.trouble, self.identity = self._error(Trouble.LOST), None
            raise self.trouble
        if name in self.fail:
            raise self._error(self.kind)
        return Ack(bytes([1, channel]), bytes([2, channel]), confirmed=True)

    def pulse(self, channel: int, ms: int, before: float = inf) -> Ack:
        if self.clock.monotonic() >= before:
            raise self._error(Trouble.LATE)
        ack = self._do("pulse", channel)
        self.energised.add(channel)
        self.together |= len(self.energised) > 1
        return ack

    def release(self, channel: int) -> Ack:
        ack = self._do("release", channel)
        self.energised.discard(channel)
        return ack

    def release_all(self) -> Ack:
        ack = self._do("release_all")
        self.energised.clear()
        return ack

    def read_inputs(self) -> tuple[bool, ...]:
        self.clock.advance(self.read_takes)
        self._do("read")
        return tuple(self.levels)

    def read_relays(self) -> tuple[bool, ...] | None:
        return tuple(channel in self.energised for channel in range(1, 9))

    def service(self) -> float | None:
        if self.trouble is not None and not self.broken:
            self.connect()
        return 0.5

    def count(self, name: str) -> int:
        return sum(call == name for call, _ in self.calls)


def _is_a_board(board: PaperBoard) -> RelayBoard:
    return board
