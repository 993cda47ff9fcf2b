"""What the driver must know of a kind of board: one Protocol, its identification, its errors."""

from dataclasses import dataclass
from typing import Protocol

from hardware.boards.board import Ack
from hardware.errors import BoardError, Trouble


@dataclass(frozen=True, slots=True)
class Identification:
    """What a board answered when it was met. See hardware.boards.board.Identity for the fields."""

    confirmed: bool
    address: int | None = None
    version: str | None = None
    findings: tuple[str, ...] = ()


class Dialect(Protocol):
    """One kind of board on one wire. Every method may raise BoardError.

    timed: the board ends a pulse by itself. longest_ms: the longest pulse. An Ack that is not
    confirmed means that only read_relays() can show what became of the command, if that.
    """

    @property
    def relays(self) -> int: ...
    @property
    def inputs(self) -> int: ...
    @property
    def timed(self) -> bool: ...
    @property
    def longest_ms(self) -> int: ...

    def identify(self, tries: int) -> Identification:
        """Check, by reading, that the board is the configured one; set its modes to normal.

        tries: how often to ask the first question; a board that is away costs that many deadlines.
        """
        ...

    def inspect(self) -> None:
        """Raise BoardError if the board's modes are no longer what identify() left."""
        ...

    def ask_alive(self) -> tuple[bool, ...] | None:
        """Ask for the relays, once; None where the board never says. They may be a question old."""
        ...

    def energise(self, channel: int, ms: int, before: float) -> Ack:
        """Energise a relay, for `ms` where the board is timed; once, and LATE from `before` on."""
        ...

    def release(self, channel: int) -> Ack:
        """Release a relay."""
        ...

    def release_all(self) -> Ack:
        """Release every relay."""
        ...

    def read_relays(self) -> tuple[bool, ...] | None:
        """Return what the board says of its relays, None if it never says."""
        ...

    def read_inputs(self) -> tuple[bool, ...]:
        """Return the input levels."""
        ...


def no_answer(place: str, received: bytes, hint: str) -> BoardError:
    """Return the error for a question without an answer: nothing came, or not an answer."""
    if received:
        return BoardError(Trouble.BAD_REPLY, place, f"{received.hex(' ')} is not an answer; {hint}")
    return BoardError(Trouble.SILENT, place, f"no answer; {hint}")
