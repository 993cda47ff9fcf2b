"""Questions and answers over Modbus RTU, with the one danger of a slow board removed.

A reply that comes after its deadline must not be taken for the answer to the next question. Writes
echo what was asked, so a stale one is recognised. Reads do not: after a read without an answer,
the line is listened to for one more deadline before the same read is asked again.
"""

from math import inf

from hardware.boards.board import Ack
from hardware.boards.codecs import modbus
from hardware.boards.protocol import no_answer
from hardware.clock import Clock
from hardware.errors import BoardError, Trouble
from hardware.wire.wire import Decoder, Wire

REPLY_S = 0.2
GAP_S = 0.005
HINT = "check power, A and B, baud rate and address"
ECHO_HINT = "the adapter returns what is sent; set local_echo: true"


def gap_s(baud: int) -> float:
    """Return 3.5 characters and a millisecond: what lets boards tell two frames apart."""
    return 3.5 * 10 / baud + 0.001


class ModbusLine:
    """One board on a Modbus wire."""

    def __init__(self, wire: Wire, clock: Clock, reply_s: float | None) -> None:
        self._wire = wire
        self._clock = clock
        self._reply_s = REPLY_S if reply_s is None else reply_s
        self._suspect_until: dict[bytes, float] = {}

    def ask(self, request: modbus.Request, *, tries: int = 1) -> modbus.Reply:
        """Return the reply to a request. `tries` above 1 is for reads only. Raises BoardError."""
        for _ in range(tries - 1):
            try:
                return self._ask_once(request)
            except BoardError as error:
                if error.kind not in (Trouble.SILENT, Trouble.BAD_REPLY):
                    raise
        return self._ask_once(request)

    def tell(self, request: modbus.Request, before: float = inf) -> Ack:
        """Send a write, once, and return its acknowledgement. Raises BoardError; LATE: `before`."""
        reply = self._ask_once(request, before)
        return Ack(request.frame, reply.frame, confirmed=True)

    def _ask_once(self, request: modbus.Request, before: float = inf) -> modbus.Reply:
        self._outwait(request)
        decoder: Decoder[modbus.Reply | modbus.Refusal] = modbus.ReplyDecoder(request)
        exchange = self._wire.exchange(request.frame, decoder, self._reply_s, before)
        match exchange.message:
            case modbus.Reply() as reply:
                self._refuse_echo(request, exchange.received)
                return reply
            case modbus.Refusal() as refusal:
                raise BoardError(
                    Trouble.REFUSED, self._wire.url, f"the board says {refusal.meaning}"
                )
            case None:
                self._suspect_until[request.reply_start] = self._clock.monotonic() + self._reply_s
                hint = ECHO_HINT if exchange.received == request.frame else HINT
                raise no_answer(self._wire.url, exchange.received, hint)

    def _refuse_echo(self, request: modbus.Request, received: bytes) -> None:
        """An echoing adapter would acknowledge every write for a board that is not there."""
        is_read = request.reply_start != request.frame[: len(request.reply_start)]
        if is_read and received.startswith(request.frame):
            raise BoardError(Trouble.SETTINGS, self._wire.url, ECHO_HINT)

    def _outwait(self, request: modbus.Request) -> None:
        until = self._suspect_until.pop(request.reply_start, None)
        if until is not None:
            self._wire.listen(until - self._clock.monotonic())
