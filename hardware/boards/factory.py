"""Relay boards by configuration: the door through which the rest of the program gets a board.

The vocabulary lives in hardware.boards.board and is named here again, so that callers import one
file.
"""

from collections.abc import Sequence

from hardware.boards import modbus_session, numato_board
from hardware.boards.board import Ack, BoardProtocol, BoardSettings, Identity, RelayBoard
from hardware.boards.codecs import kmtronic, lcus, waveshare
from hardware.boards.driver import Driver
from hardware.boards.lctech_board import LcTechDialect
from hardware.boards.numato_board import NumatoDialect
from hardware.boards.protocol import Dialect
from hardware.boards.status_board import KMTRONIC, LCUS, UnacknowledgedProtocol
from hardware.boards.waveshare_board import WaveshareDialect
from hardware.clock import Clock
from hardware.errors import BoardError, Trouble
from hardware.wire.port import Opener, open_port
from hardware.wire.wire import Trace, Wire, WireFrame, trace_nothing

__all__ = [
    "Ack",
    "BoardError",
    "BoardProtocol",
    "BoardSettings",
    "Identity",
    "RelayBoard",
    "Trace",
    "Trouble",
    "WireFrame",
    "open_board",
    "open_boards",
]

BUS_PROTOCOLS = frozenset({BoardProtocol.WAVESHARE, BoardProtocol.LCTECH})
"""Protocols with addresses: several such boards may share one wire."""


def open_board(settings: BoardSettings, clock: Clock, trace: Trace = trace_nothing) -> RelayBoard:
    """Return the board that `settings` describe, not yet connected. Raises BoardError(SETTINGS)."""
    return open_boards((settings,), clock, trace)[0]


def open_boards(
    settings: Sequence[BoardSettings],
    clock: Clock,
    trace: Trace = trace_nothing,
    opener: Opener = open_port,
) -> tuple[RelayBoard, ...]:
    """Return boards in the order of `settings`; boards with one URL share that wire.

    All boards of one wire must be used by one thread. `opener` makes the port of a URL (tests
    give one of their own). Raises BoardError(SETTINGS).
    """
    wires: dict[str, Wire] = {}
    boards: list[RelayBoard] = []
    for number, board in enumerate(settings):
        _check(board, settings[:number])
        if board.url not in wires:
            wires[board.url] = _wire(board, clock, trace, opener)
        wire = wires[board.url]
        boards.append(Driver(board, _dialect(board, wire, clock), wire, clock, f"board {number}"))
    return tuple(boards)


def _wire(board: BoardSettings, clock: Clock, trace: Trace, opener: Opener) -> Wire:
    return Wire(
        board.url,
        board.baud,
        clock,
        gap_s=_usual_gap_s(board) if board.gap_s is None else board.gap_s,
        local_echo=board.local_echo,
        trace=trace,
        opener=opener,
    )


def _usual_gap_s(board: BoardSettings) -> float:
    match board.protocol:
        case BoardProtocol.LCUS:
            return lcus.GAP_S
        case BoardProtocol.KMTRONIC:
            return kmtronic.GAP_S
        case BoardProtocol.NUMATO:
            return numato_board.GAP_S
        case BoardProtocol.WAVESHARE | BoardProtocol.LCTECH:
            return modbus_session.gap_s(board.baud)


def _dialect(board: BoardSettings, wire: Wire, clock: Clock) -> Dialect:
    match board.protocol:
        case BoardProtocol.LCUS:
            return UnacknowledgedProtocol(board, wire, LCUS)
        case BoardProtocol.KMTRONIC:
            return UnacknowledgedProtocol(board, wire, KMTRONIC)
        case BoardProtocol.NUMATO:
            return NumatoDialect(board, wire)
        case BoardProtocol.WAVESHARE:
            return WaveshareDialect(board, wire, clock)
        case BoardProtocol.LCTECH:
            return LcTechDialect(board, wire, clock)


MAX_RELAYS = {
    BoardProtocol.LCUS: lcus.RELAYS,
    BoardProtocol.KMTRONIC: kmtronic.RELAYS,
    BoardProtocol.NUMATO: 32,
    BoardProtocol.WAVESHARE: waveshare.RELAYS,
    BoardProtocol.LCTECH: 8,
}


def _check(board: BoardSettings, earlier: Sequence[BoardSettings]) -> None:
    """Raise BoardError(SETTINGS) for settings that no board can have."""
    for remedy in (*_wrong_alone(board), *_wrong_together(board, earlier)):
        raise BoardError(Trouble.SETTINGS, board.place, remedy)


def _wrong_alone(board: BoardSettings) -> list[str]:
    most = MAX_RELAYS[board.protocol]
    relays = most if board.relays is None else board.relays
    channels = {channel for group in board.interlock for channel in group}
    has_address = board.protocol in BUS_PROTOCOLS
    rules = (
        (1 <= relays <= most, f"relays: {relays} is not 1 to {most}"),
        (all(1 <= ch <= relays for ch in channels), f"interlock names a relay above {relays}"),
        (board.address is None or has_address, f"{board.protocol.value} boards have no address"),
        (1 <= (board.address or 1) <= 255, f"address: {board.address} is not 1 to 255"),
        (not board.silent or not has_address, "a Modbus board answers; silent: true is wrong"),
        (board.inputs in _possible_inputs(board), f"inputs: {board.inputs} is not possible"),
    )
    return [remedy for holds, remedy in rules if not holds]


def _possible_inputs(board: BoardSettings) -> set[int | None]:
    match board.protocol:
        case BoardProtocol.LCUS | BoardProtocol.KMTRONIC:
            return {None, 0}
        case BoardProtocol.NUMATO:
            return {None, *range(33)}
        case BoardProtocol.WAVESHARE | BoardProtocol.LCTECH:
            return {None, *range(9)}


def _wrong_together(board: BoardSettings, earlier: Sequence[BoardSettings]) -> list[str]:
    wrong = []
    for other in earlier:
        if other.url != board.url:
            continue
        if not {board.protocol, other.protocol} <= BUS_PROTOCOLS:
            wrong.append(f"{other.place} has the same port; only Modbus boards can share one")
        elif (board.baud, board.local_echo) != (other.baud, other.local_echo):
            wrong.append(f"baud and local_echo must be those of {other.place} on the same wire")
        elif _unit(board) == _unit(other):
            wrong.append(f"{other.place} has the same address {_unit(board)}")
    return wrong


def _unit(board: BoardSettings) -> int:
    usual = {BoardProtocol.WAVESHARE: 1, BoardProtocol.LCTECH: 255}
    return usual.get(board.protocol, 0) if board.address is None else board.address
