"""Numato Lab USB modules: text lines, every command answered by its echo and a prompt."""

from math import inf

from hardware.boards.board import Ack, BoardSettings
from hardware.boards.codecs import numato
from hardware.boards.protocol import Identification, no_answer
from hardware.errors import BoardError
from hardware.wire.wire import Wire

MAX_MS = 60_000
REPLY_S = 0.2
GAP_S = 0.005
HINT = "check that protocol and relays match the module"


class NumatoDialect:
    """One Numato module. It has no inputs unless the configuration names some (GPIO)."""

    timed = False
    longest_ms = MAX_MS

    def __init__(self, settings: BoardSettings, wire: Wire) -> None:
        self.relays = numato.RELAYS if settings.relays is None else settings.relays
        self.inputs = settings.inputs or 0
        self._reply_s = REPLY_S if settings.reply_s is None else settings.reply_s
        self._wire = wire

    def identify(self, tries: int) -> Identification:
        """Finish whatever half line is in the module, then ask its version, relays and inputs."""
        self._flush(tries)
        version, _ = self._line(numato.VERSION)
        self.read_relays()
        self.read_inputs()
        return Identification(confirmed=True, version=version.decode("ascii", "replace"))

    def inspect(self) -> None:
        """Do nothing: these modules have no modes."""

    def ask_alive(self) -> tuple[bool, ...]:
        """Ask for the relays."""
        return self.read_relays()

    def energise(self, channel: int, _ms: int, before: float) -> Ack:
        """Energise a relay; the driver ends the pulse."""
        return self._tell(numato.command(channel, True), before)

    def release(self, channel: int) -> Ack:
        """Release a relay."""
        return self._tell(numato.command(channel, False))

    def release_all(self) -> Ack:
        """Release every relay."""
        return self._tell(numato.release_all(self.relays))

    def read_relays(self) -> tuple[bool, ...]:
        """Return the relays' states."""
        answer, received = self._line(numato.READ_ALL)
        states = numato.relays_from(answer, self.relays)
        if states is None:
            raise no_answer(self._wire.url, received, HINT)
        return states

    def read_inputs(self) -> tuple[bool, ...]:
        """Return the GPIO levels, asked one by one."""
        return tuple(self._level(channel) for channel in range(1, self.inputs + 1))

    def _flush(self, tries: int) -> None:
        for _ in range(tries - 1):
            try:
                self._line(numato.FLUSH)
            except BoardError:
                if not self._wire.is_open:
                    raise
            else:
                return
        self._line(numato.FLUSH)

    def _level(self, channel: int) -> bool:
        answer, received = self._line(numato.read_input(channel))
        level = numato.level_from(answer)
        if level is None:
            raise no_answer(self._wire.url, received, HINT)
        return level

    def _tell(self, line: bytes, before: float = inf) -> Ack:
        answer, received = self._line(line, before)
        if answer:
            raise no_answer(self._wire.url, received, HINT)
        return Ack(line, received, confirmed=True)

    def _line(self, line: bytes, before: float = inf) -> tuple[bytes, bytes]:
        exchange = self._wire.exchange(line, numato.AnswerDecoder(line), self._reply_s, before)
        if exchange.message is None:
            raise no_answer(self._wire.url, exchange.received, HINT)
        return exchange.message, exchange.received
