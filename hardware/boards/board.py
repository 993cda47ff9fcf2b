"""What a relay board is to the rest of the program: settings, answers, troubles, one Protocol.

Rules that every driver of this package keeps:
- A relay is energised or released, never "opened"; channels count from 1, as printed on boards.
- The protocol and the address are configuration. No driver ever probes: the question byte of one
  board switches the relays of another on.
- Every call has a deadline. A write is never repeated blindly; a read may be.
- A board has one owner thread. Nothing here sleeps for the length of a pulse.
- When the wire is down a command fails at once. It is never queued, so it can never come late.
- An order's age is looked at when the wire is free for it, right before its first byte.
- Relays are released at connect, at close and after every reconnect.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import inf
from typing import Protocol

from hardware.errors import BoardError


class BoardProtocol(StrEnum):
    """The languages that relay boards speak here."""

    LCUS = "lcus"
    WAVESHARE = "waveshare"
    LCTECH = "lctech"
    KMTRONIC = "kmtronic"
    NUMATO = "numato"


@dataclass(frozen=True, slots=True)
class BoardSettings:
    """One board as configured.

    url: "/dev/serial/by-path/…", or a serial server in raw mode, "socket://10.0.0.9:4196".
    address: Modbus unit (Waveshare 1, LC Technology 255 or 254) or KMTronic board number (1).
    relays, inputs: None takes the protocol's usual number.
    interlock: groups of channels of which at most one may ever be energised.
    silent: the board is known to answer nothing at all (most LCUS-1), so it cannot be checked.
    local_echo: the adapter returns every byte that is sent (two-wire RS485 without echo gating).
    reply_s, gap_s: seconds; None takes the protocol's usual value.
    """

    protocol: BoardProtocol
    url: str
    name: str = ""
    address: int | None = None
    baud: int = 9600
    relays: int | None = None
    inputs: int | None = None
    interlock: tuple[frozenset[int], ...] = ()
    silent: bool = False
    local_echo: bool = False
    reply_s: float | None = None
    gap_s: float | None = None

    @property
    def place(self) -> str:
        """Return how messages name this board, e.g. "board south at /dev/…"."""
        return f"board {self.name} at {self.url}" if self.name else f"board at {self.url}"


@dataclass(frozen=True, slots=True)
class Identity:
    """What the board said it is when it was connected.

    confirmed: it answered in its own language; False only for boards declared silent.
    findings: what had to be put right, e.g. "input 1 drove relay 1 (linkage); set to normal".
    """

    protocol: BoardProtocol
    address: int | None
    relays: int
    inputs: int
    confirmed: bool
    version: str | None = None
    findings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ack:
    """One exchange on the wire. confirmed is False for boards that do not answer a command."""

    sent: bytes
    received: bytes
    confirmed: bool


class RelayBoard(Protocol):
    """A relay board. Synchronous; one owner thread; every call has a deadline."""

    @property
    def channels(self) -> int:
        """Number of relays, counted from 1."""
        ...

    @property
    def inputs(self) -> int:
        """Number of inputs, 0 where the board has none."""
        ...

    @property
    def place(self) -> str:
        """How messages name this board."""
        ...

    @property
    def identity(self) -> Identity | None:
        """What the last successful connect found; None while the board is not connected."""
        ...

    @property
    def stuck(self) -> frozenset[int]:
        """Relays that were told to let go several times and were not seen to; empty when down."""
        ...

    @property
    def trouble(self) -> BoardError | None:
        """Why the board is not connected; None while it is. Link up means `trouble is None`."""
        ...

    def connect(self) -> Identity:
        """Open the wire, check the board, set its modes to normal, release every relay.

        From then until close(), service() reconnects by itself, with a growing delay, and does
        the same checks and the same release each time. Raises BoardError if it fails now.
        """
        ...

    def close(self) -> None:
        """Release every relay where the wire allows it, then close. Never raises."""
        ...

    def pulse(self, channel: int, ms: int, before: float = inf) -> Ack:
        """Energise `channel` for `ms` milliseconds; return without waiting for its end.

        Worthless from the monotonic second `before` on: where its first byte would not be written
        by then it is refused (LATE) and nothing is sent, whatever the wire was waiting for.

        Refused (INTERLOCK) while another channel of its interlock group is, or may still be,
        energised: release that one first.

        Timed by the board where the board can, otherwise released by service(). Never repeated:
        a BoardError means that the relay may or may not have moved. A pulse on an energised
        channel restarts its time, so that holding is a pulse renewed before it ends.
        """
        ...

    def release(self, channel: int) -> Ack:
        """Release one relay now and forget its pulse.

        If the wire fails, service() goes on trying: releasing twice does no harm.
        """
        ...

    def release_all(self) -> Ack:
        """Release every relay now and forget all pulses."""
        ...

    def read_inputs(self) -> tuple[bool, ...]:
        """Return the raw levels, input 1 first; an empty tuple where the board has none."""
        ...

    def read_relays(self) -> tuple[bool, ...] | None:
        """Return the relays as the board reports them, or None where it cannot tell."""
        ...

    def service(self) -> float | None:
        """Do what is due (end of software pulses, reconnecting); never raises.

        Returns the seconds until there is something due again, None for nothing. Call it at
        least that often, and at once after a BoardError or a pulse(), which may bring it forward.
        """
        ...
