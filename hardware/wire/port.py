"""The two kinds of byte pipe to a board: a serial port and a TCP serial server.

Rules: no call blocks past the wait it is given; DTR and RTS are put down before a port is opened;
a port is locked against a second user; closing always frees the descriptor; what lies here unsent
when a port is given up, or behind a network that is away, is thrown away: sent later, it would
raise an arm for whoever stands there then.

pyserial finds, opens and sets the serial port. Its read and write are not used: each sets the port
up anew for another deadline, five calls of the system between whose ends a busy program may hold
this thread up for seconds, and its write says that it timed out when all was sent. Nor does TCP go
through its socket handler: that one waits five seconds to connect, sleeps in close(), and keeps the
descriptor when the far end has already gone (pyserial 3.5).
"""

import contextlib
import os
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
        """Hand over `data`: its first byte at once or not at all, the rest within `wait_s`."""
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
        self._serial = serial.Serial()
        self._serial.port = url
        self._serial.baudrate = baud
        self._serial.timeout = 0
        self._serial.exclusive = True
        # A rising line resets boards of the Arduino kind and turns some RS485 drivers on.
        self._serial.dtr = False
        self._serial.rts = False
        self._serial.open()
        self._handle = int(self._serial.fileno())

    def read(self, most: int, wait_s: float) -> bytes:
        """Return what has arrived, up to `most` bytes; wait up to `wait_s` for the first."""
        if not _ready(self._handle, wait_s):
            return b""
        data = os.read(self._handle, most)
        if not data:
            raise serial.SerialException("ready to be read, but nothing comes: unplugged")
        return data

    def write(self, data: bytes, wait_s: float) -> None:
        """Hand over `data`: its first byte at once or not at all, the rest within `wait_s`."""
        _write_all(lambda rest: os.write(self._handle, rest), self._handle, data, wait_s)

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
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        # Else the kernel sends an unacknowledged pulse again and again, for a quarter of an hour.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, TCP_UNSEEN_MS)

    def read(self, most: int, wait_s: float) -> bytes:
        """Return what has arrived, up to `most` bytes; wait up to `wait_s` for the first."""
        if not _ready(self._socket.fileno(), wait_s):
            return b""
        data = self._socket.recv(most)
        if not data:
            raise ConnectionResetError("the serial server closed the connection")
        return data

    def write(self, data: bytes, wait_s: float) -> None:
        """Hand over `data`: its first byte at once or not at all, the rest within `wait_s`."""
        _write_all(self._socket.send, self._socket.fileno(), data, wait_s)

    def close(self) -> None:
        """Free the descriptor; what was written may still go out. Never raises."""
        with contextlib.suppress(OSError):
            self._socket.close()

    def abandon(self) -> None:
        """Free the descriptor and throw away what was written and has not left. Never raises."""
        with contextlib.suppress(OSError):
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close()


def _ready(handle: int, wait_s: float) -> bool:
    return bool(select.select([handle], [], [], max(0.0, wait_s))[0])


def _write_all(write: Callable[[bytes], int], handle: int, data: bytes, wait_s: float) -> None:
    """Write without a call before the first byte: what is late by then must not go."""
    sent = write(data)
    while sent < len(data):
        if not select.select([], [handle], [], wait_s)[1]:
            raise TimeoutError("the port takes no more bytes")
        sent += write(data[sent:])


def open_port(url: str, baud: int) -> Port:
    """Open the port that `url` names. Raises one of FAULTS, or ValueError for a bad URL or baud."""
    if url.startswith("socket://"):
        return SocketPort(url)
    if "://" in url:
        raise ValueError(f"{url} is neither a serial port (/dev/…) nor socket://host:port")
    return SerialPort(url, baud)
