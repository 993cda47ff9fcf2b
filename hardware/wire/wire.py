"""One wire: turns, gaps, deadlines, echo and what became of the port. No protocol.

Rules:
- Every read and write has a deadline.
- What is worthless from some second on is looked at when the line is free for it, as the last thing
  before its first byte; a wire that is given up takes along what has not left yet.
- What lies in the input from before a request is thrown away: it cannot be its answer.
- After every turn, also a failed one, the line is left alone for the gap.
- The first error closes the port at once; while an old descriptor is held the kernel gives a
  replugged adapter another number. Opening again is the owner's decision (hardware.boards.driver).
- A wire may carry several boards of one bus. `generation` grows with each opening, so that each
  board sees that the wire has been away. All boards of a wire have one owner thread.
"""

import errno
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from math import inf
from typing import Generic, Protocol, TypeVar

from hardware.clock import Clock
from hardware.errors import BoardError, Trouble
from hardware.wire.port import FAULTS, Opener, Port, open_port

BITS_PER_BYTE = 10
WRITE_S = 0.5
ECHO_S = 0.1
DISCARD_MOST = 4096
QUIET_LIMIT = 64

T_co = TypeVar("T_co", covariant=True)
T = TypeVar("T")


class WireDirection(StrEnum):
    """Which way a frame went."""

    SENT = "sent"
    RECEIVED = "received"


@dataclass(frozen=True, slots=True)
class WireFrame:
    """Bytes as they went over the wire, with the monotonic second they were seen."""

    at: float
    direction: WireDirection
    data: bytes


Trace = Callable[[WireFrame], None]


class Decoder(Protocol[T_co]):
    """The reading half of a codec."""

    def feed(self, data: bytes) -> None:
        """Take bytes as they arrive."""
        ...

    def next(self) -> T_co | None:
        """Return the next message, or None."""
        ...


@dataclass(frozen=True, slots=True)
class Exchange(Generic[T]):
    """What one question brought: the message if there was one, and every byte that came."""

    message: T | None
    received: bytes


def trace_nothing(_frame: WireFrame) -> None:
    """Trace nothing."""


def trouble_of(error: Exception) -> Trouble:
    """Return what an error of the operating system means for a person at the port."""
    match getattr(error, "errno", None):
        case errno.ENOENT | errno.ENXIO | errno.ENODEV:
            return Trouble.NO_PORT
        case errno.EACCES | errno.EPERM:
            return Trouble.NOT_PERMITTED
        case errno.EBUSY | errno.EAGAIN:
            return Trouble.PORT_BUSY
        case _:
            return Trouble.LOST


REMEDIES = {
    Trouble.NO_PORT: "no such port; check the plug and the name, or list the ports",
    Trouble.NOT_PERMITTED: "the service's user may not use it; add the user to the dialout group",
    Trouble.PORT_BUSY: "another program holds the port; stop it (ModemManager, brltty, a terminal)",
    Trouble.LOST: "the wire broke; check plug, cable and power of the adapter",
    Trouble.LATE: "the wire was not free in time; nothing was sent",
}


class Wire:
    """A port by URL, with manners."""

    def __init__(
        self,
        url: str,
        baud: int,
        clock: Clock,
        *,
        gap_s: float,
        local_echo: bool = False,
        trace: Trace = trace_nothing,
        opener: Opener = open_port,
    ) -> None:
        self.url = url
        self.generation = 0
        self.heard_at = clock.monotonic()
        self._baud = baud
        self._clock = clock
        self._gap_s = gap_s
        self._local_echo = local_echo
        self._trace = trace
        self._opener = opener
        self._port: Port | None = None
        self._users: set[str] = set()
        self._free_at = clock.monotonic()

    @property
    def is_open(self) -> bool:
        """Tell whether the port is open and has not failed."""
        return self._port is not None

    def open(self, user: str) -> None:
        """Open the port for `user`, if it is not open already. Raises BoardError."""
        self._users.add(user)
        if self._port is not None:
            return
        try:
            self._port = self._opener(self.url, self._baud)
        except FAULTS as error:
            kind = trouble_of(error)
            raise BoardError(kind, self.url, REMEDIES[kind]) from error
        except ValueError as error:
            raise BoardError(Trouble.SETTINGS, self.url, str(error)) from error
        self.generation += 1
        self.heard_at = self._clock.monotonic()

    def leave(self, user: str) -> None:
        """Close the port when its last user leaves; what was written still goes out."""
        self._users.discard(user)
        if not self._users and self._port is not None:
            self._port.close()
            self._port = None

    def drop(self) -> None:
        """Close the port now, whoever uses it; what was written and has not left yet never does."""
        port, self._port = self._port, None
        if port is not None:
            port.abandon()

    def send(self, data: bytes, before: float = inf) -> None:
        """Write one frame that has no answer. Raises BoardError; LATE from second `before` on."""
        with self._turn(len(data)):
            self._discard()
            self._write(data, before)
            self._take_echo(data)

    def exchange(
        self, request: bytes, decoder: Decoder[T], reply_s: float, before: float = inf
    ) -> Exchange[T]:
        """Write a question and read until its answer is whole or `reply_s` has passed.

        Raises BoardError if the wire fails, or LATE from the monotonic second `before` on; silence
        is an Exchange without message.
        """
        with self._turn():
            self._discard()
            self._write(request, before)
            self._take_echo(request)
            deadline = self._clock.monotonic() + self._on_wire_s(len(request)) + reply_s
            return self._collect(decoder, deadline)

    def listen(self, seconds: float) -> bytes:
        """Return whatever arrives during `seconds`. Raises BoardError."""
        heard = bytearray()
        deadline = self._clock.monotonic() + seconds
        with self._traced(heard):
            while (left := deadline - self._clock.monotonic()) > 0:
                heard += self._read(left)
        return bytes(heard)

    def touch(self) -> None:
        """Look at the port without using the line. Raises BoardError if it is gone."""
        self._discard()

    def _on_wire_s(self, size: int) -> float:
        return size * BITS_PER_BYTE / self._baud

    @contextmanager
    def _turn(self, unanswered: int = 0) -> Iterator[None]:
        """Wait for the line to be free; afterwards keep it free for the gap.

        The kernel takes a frame at once and sends it at the baud rate, so a frame without an
        answer occupies the line for its own length first.
        """
        self._clock.sleep(self._free_at - self._clock.monotonic())
        try:
            yield
        finally:
            self._free_at = self._clock.monotonic() + self._on_wire_s(unanswered) + self._gap_s

    @contextmanager
    def _traced(self, heard: bytearray) -> Iterator[None]:
        """Trace what was heard as one frame, also when the wire breaks in the middle of it."""
        try:
            yield
        finally:
            if heard:
                self._trace(WireFrame(self.heard_at, WireDirection.RECEIVED, bytes(heard)))

    def _collect(self, decoder: Decoder[T], deadline: float) -> Exchange[T]:
        heard = bytearray()
        with self._traced(heard):
            while (left := deadline - self._clock.monotonic()) > 0:
                data = self._read(left)
                heard += data
                decoder.feed(data)
                message = decoder.next()
                if message is not None:
                    return Exchange(message, bytes(heard))
        return Exchange(None, bytes(heard))

    def _discard(self) -> None:
        """Throw away what came unasked; a line that never falls silent is a broken one."""
        heard = bytearray()
        with self._traced(heard):
            for _ in range(QUIET_LIMIT):
                data = self._read(0.0)
                heard += data
                if not data:
                    return
        raise self._broken(OSError("the line never falls silent"))

    def _take_echo(self, sent: bytes) -> None:
        if not self._local_echo:
            return
        echo = bytearray()
        deadline = self._clock.monotonic() + self._on_wire_s(len(sent)) + ECHO_S
        with self._traced(echo):
            while len(echo) < len(sent) and (left := deadline - self._clock.monotonic()) > 0:
                echo += self._read(left, len(sent) - len(echo))
        if bytes(echo) == sent:
            return
        kind = Trouble.BAD_REPLY if echo else Trouble.SILENT
        remedy = "no true echo of what was sent; check RS485 A and B, or set local_echo: false"
        raise BoardError(kind, self.url, remedy)

    def _open_port(self) -> Port:
        if self._port is None:
            raise BoardError(Trouble.LOST, self.url, REMEDIES[Trouble.LOST])
        return self._port

    def _read(self, wait_s: float, most: int = DISCARD_MOST) -> bytes:
        try:
            data = self._open_port().read(most, wait_s)
        except FAULTS as error:
            raise self._broken(error) from error
        if data:
            self.heard_at = self._clock.monotonic()
        return data

    def _write(self, data: bytes, before: float) -> None:
        port = self._open_port()
        # Nothing that takes time may come between this look at the clock and the write.
        now = self._clock.monotonic()
        if now >= before:
            raise BoardError(Trouble.LATE, self.url, REMEDIES[Trouble.LATE])
        try:
            port.write(data, WRITE_S)
        except FAULTS as error:
            raise self._broken(error) from error
        finally:
            self._trace(WireFrame(now, WireDirection.SENT, data))

    def _broken(self, error: Exception) -> BoardError:
        """Close the port before anything else and return what to raise."""
        self.drop()
        return BoardError(Trouble.LOST, self.url, f"{REMEDIES[Trouble.LOST]} ({error})")
