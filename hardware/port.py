"""The two kinds of byte pipe to a board: a serial port (pyserial) and a TCP serial server.

Rules: no call blocks past the wait it is given; DTR and RTS are put down before a port is opened;
a port is locked against a second user; closing always frees the descriptor; what lies here unsent
when a port is given up, or behind a network that is away, is thrown away: sent later, it would
raise an arm for whoever stands there then.

TCP does not go through pyserial's own socket handler: that one waits five seconds to connect,
sleeps in close(), and keeps the descriptor when the far end has already gone (pyserial 3.5).
"""

import contextlib
import select
import socket
import struct
import termios
from collections.abc import Callable
from typing import Protocol
from urllib.parse import urlsplit

import serial

TCP_CONNECT_S = 1.0
TCP_UNSEEN_MS = 500
"""How long a serial server may leave written bytes unacknowledged: then they are dropped."""
FAULTS = (serial.SerialException, OSError, termios.error)
"""Everything that a dying port was seen to raise; none of the three contains the others."""


class Port(Protocol):
    """An open byte pipe. Any method but close may raise one of FAULTS."""

    def read(self, most: int, wait_s: float) -> bytes:
        """Return what has arrived, up to `most` bytes; wait up to `wait_s` for the first."""
        ...

    def write(self, data: bytes, wait_s: float) -> None:
        """Hand over all of `data` within `wait_s`."""
        ...

    def close(self) -> None:
        """Free the descriptor; what was written may still go out. Never raises."""
        ...

    def abandon(self) -> None:
        """Free the descriptor and throw away what was written and has not left. Never raises."""
        ...


Opener = Callable[[str, int], Port]


class SerialPort:
    """A serial port, 8N1."""

    def __init__(self, url: str, baud: int) -> None:
        self._serial = serial.serial_for_url(url, do_not_open=True)
        self._serial.baudrate = baud
        self._serial.timeout = 0
        self._serial.exclusive = True
        # A rising line resets boards of the Arduino kind and turns some RS485 drivers on.
        self._serial.dtr = False
        self._serial.rts = False
        self._serial.open()

    def read(self, most: int, wait_s: float) -> bytes:
        """Return what has arrived, up to `most` bytes; wait up to `wait_s` for the first."""
        self._serial.timeout = max(0.0, wait_s)
        first = self._serial.read(1)
        if not first or most == 1:
            return bytes(first)
        waiting = min(most - 1, self._serial.in_waiting)
        return bytes(first + self._serial.read(waiting)) if waiting else bytes(first)

    def write(self, data: bytes, wait_s: float) -> None:
        """Hand over all of `data` within `wait_s`."""
        # Zero would mean "write what fits and say nothing".
        self._serial.write_timeout = max(0.001, wait_s)
        self._serial.write(data)

    def close(self) -> None:
        """Free the descriptor; what was written may still go out. Never raises."""
        with contextlib.suppress(*FAULTS):
            self._serial.close()

    def abandon(self) -> None:
        """Free the descriptor and throw away what was written and has not left. Never raises."""
        with contextlib.suppress(*FAULTS):
            self._serial.reset_output_buffer()
        self.close()


class SocketPort:
    """A TCP connection to a serial server in raw mode, by "socket://host:port"."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.hostname is None or parts.port is None:
            raise ValueError(f"{url} is not socket://host:port")
        self._socket = socket.create_connection((parts.hostname, parts.port), TCP_CONNECT_S)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Else the kernel sends an unacknowledged pulse again and again, for a quarter of an hour.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, TCP_UNSEEN_MS)

    def read(self, most: int, wait_s: float) -> bytes:
        """Return what has arrived, up to `most` bytes; wait up to `wait_s` for the first."""
        ready, _, _ = select.select([self._socket], [], [], max(0.0, wait_s))
        if not ready:
            return b""
        data = self._socket.recv(most)
        if not data:
            raise ConnectionResetError("the serial server closed the connection")
        return data

    def write(self, data: bytes, wait_s: float) -> None:
        """Hand over all of `data` within `wait_s`."""
        self._socket.settimeout(max(0.001, wait_s))
        self._socket.sendall(data)

    def close(self) -> None:
        """Free the descriptor; what was written may still go out. Never raises."""
        with contextlib.suppress(OSError):
            self._socket.close()

    def abandon(self) -> None:
        """Free the descriptor and throw away what was written and has not left. Never raises."""
        with contextlib.suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()


def open_port(url: str, baud: int) -> Port:
    """Open the port that `url` names. Raises one of FAULTS, or ValueError for a bad URL or baud."""
    if url.startswith("socket://"):
        return SocketPort(url)
    return SerialPort(url, baud)
