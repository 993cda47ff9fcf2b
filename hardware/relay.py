"""Relay boards by configuration: the door through which the rest of the program gets a board.

The vocabulary lives in hardware.board and is named here again, so that callers import one file.
"""

from hardware.board import (
    Ack,
    BoardError,
    BoardProtocol,
    BoardSettings,
    Identity,
    RelayBoard,
    Trouble,
)

__all__ = [
    "Ack",
    "BoardError",
    "BoardProtocol",
    "BoardSettings",
    "Identity",
    "RelayBoard",
    "Trouble",
]
