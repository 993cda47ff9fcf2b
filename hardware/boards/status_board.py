"""Boards whose commands have no answer and that only tell their relays when asked.

LCUS and KMTronic differ in their bytes alone. A release is believed when a later status shows it;
a board declared silent cannot show it, so its releases are sent twice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Protocol

from hardware.boards.board import Ack, BoardSettings
from hardware.boards.codecs import kmtronic, lcus
from hardware.boards.protocol import Identification, no_answer
from hardware.errors import BoardError, Trouble
from hardware.wire.wire import Decoder, Wire

MAX_MS = 60_000
REPLY_S = 0.1
TAIL_S = 0.03
"""Longer than the line of one more relay takes at 9600 baud."""
HINT = "check that protocol and relays match the board, or declare it silent if it never answers"


class StatusDecoder(Decoder[tuple[bool, ...]], Protocol):
    """A decoder of relay states that says what came besides."""

    @property
    def pending(self) -> bytes:
        """Bytes that are not part of a returned status."""
        ...


@dataclass(frozen=True, slots=True)
class Words:
    """The bytes of one such kind of board. reads: how often to ask until the answer is current."""

    relays: int
    command: Callable[[int, bool], bytes]
    question: bytes
    decoder: Callable[[int], StatusDecoder]
    reads: int


LCUS = Words(lcus.RELAYS, lcus.command, lcus.STATUS, lcus.StatusDecoder, reads=2)
"""The first status after a change was seen to be the one from before it."""

KMTRONIC = Words(
    kmtronic.RELAYS, kmtronic.command, kmtronic.READ_ALL, kmtronic.StatusDecoder, reads=1
)


class UnacknowledgedProtocol:
    """One LCUS or KMTronic board."""

    timed = False
    longest_ms = MAX_MS
    inputs = 0

    def __init__(self, settings: BoardSettings, wire: Wire, words: Words) -> None:
        self.relays = words.relays if settings.relays is None else settings.relays
        self._silent = settings.silent
        self._reply_s = REPLY_S if settings.reply_s is None else settings.reply_s
        self._wire = wire
        self._words = words
        self._tail = b""

    def identify(self, tries: int) -> Identification:
        """Check that the board tells as many relays as configured; a silent one is believed."""
        if self._silent:
            return Identification(confirmed=False)
        for _ in range(tries - 1):
            try:
                self._ask()
            except BoardError:
                if not self._wire.is_open:
                    raise
            else:
                break
        else:
            self._ask()
        self._refuse_more_relays()
        return Identification(confirmed=True)

    def _refuse_more_relays(self) -> None:
        """A board that goes on telling is a larger one, or its adapter echoes the question."""
        if tail := self._tail + self._wire.listen(TAIL_S):
            remedy = f"it tells more than {self.relays} relays ({tail.hex(' ')}); correct relays"
            raise BoardError(Trouble.WRONG_BOARD, self._wire.url, remedy)

    def inspect(self) -> None:
        """Do nothing: these boards have no modes."""

    def ask_alive(self) -> tuple[bool, ...] | None:
        """Ask for the relays, once; a silent board cannot be asked."""
        return None if self._silent else self._ask()

    def energise(self, channel: int, _ms: int, before: float) -> Ack:
        """Energise a relay; the driver ends the pulse."""
        return self._tell(self._words.command(channel, True), before=before)

    def release(self, channel: int) -> Ack:
        """Release a relay."""
        frame = self._words.command(channel, False)
        return self._tell(frame, *((frame,) if self._silent else ()))

    def release_all(self) -> Ack:
        """Release every relay, one after the other: there is no command for all."""
        frames = [self._words.command(channel, False) for channel in range(1, self.relays + 1)]
        return self._tell(*frames, *(frames if self._silent else ()))

    def read_relays(self) -> tuple[bool, ...] | None:
        """Return the relays' states, None for a silent board."""
        if self._silent:
            return None
        for _ in range(self._words.reads - 1):
            self._ask()
        return self._ask()

    def read_inputs(self) -> tuple[bool, ...]:
        """Return nothing: these boards have no inputs."""
        return ()

    def _tell(self, *frames: bytes, before: float = inf) -> Ack:
        for frame in frames:
            self._wire.send(frame, before)
        return Ack(b"".join(frames), b"", confirmed=False)

    def _ask(self) -> tuple[bool, ...]:
        decoder = self._words.decoder(self.relays)
        exchange = self._wire.exchange(self._words.question, decoder, self._reply_s)
        self._tail = decoder.pending
        if exchange.message is None:
            raise no_answer(self._wire.url, exchange.received, HINT)
        return exchange.message
