"""What was written to a port that is given up, or whose far end is away, never comes out later."""

import os
import pty
import socket
import tty
from collections.abc import Iterator

import pytest

from hardware.clock import SystemClock
from hardware.wire.port import SerialPort, SocketPort, open_port

MANY = b"\xa0\x01\x01\xa2" * 10_000
"""Far more than a serial server that has stopped to read lets in."""


@pytest.fixture
def far_end() -> Iterator[tuple[SocketPort, socket.socket]]:
    """A port, and the serial server behind it, which takes next to nothing before it reads."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = SocketPort(f"socket://127.0.0.1:{listener.getsockname()[1]}")
        server, _ = listener.accept()
        with server:
            server.settimeout(3.0)
            yield port, server
            port.close()


def all_that_comes(server: socket.socket) -> bytes:
    """Read until the connection ends, one way or the other."""
    heard = bytearray()
    try:
        while data := server.recv(65536):
            heard += data
    except ConnectionResetError:
        pass
    return bytes(heard)


def test_a_closed_connection_delivers_what_was_written(far_end) -> None:
    port, server = far_end
    port.write(MANY, 1.0)
    port.close()
    assert all_that_comes(server) == MANY


def test_a_connection_that_is_given_up_delivers_no_more(far_end) -> None:
    port, server = far_end
    port.write(MANY, 1.0)
    port.abandon()
    assert len(all_that_comes(server)) < len(MANY) / 4


def test_what_nobody_acknowledges_is_given_up_by_itself(far_end) -> None:
    """A network that comes back after minutes must not bring a pulse of then."""
    port, server = far_end
    port.write(MANY, 1.0)
    clock, found = SystemClock(), None
    while found is None:
        clock.sleep(0.02)
        try:
            port.read(1, 0.0)
        except OSError as error:
            found = error
    assert isinstance(found, TimeoutError)
    assert len(all_that_comes(server)) < len(MANY) / 4


def test_a_serial_port_that_is_given_up_delivers_no_more() -> None:
    """A pseudo-terminal's far end has a few kilobytes at hand at once; those have left already."""
    assert serial_bytes("close") > serial_bytes("abandon")


def test_a_serial_port_that_takes_nothing_at_once_sends_nothing_later() -> None:
    """What waits for room would go when there is some, however late that is."""
    master, slave = pty.openpty()
    try:
        tty.setraw(slave)
        port = SerialPort(os.ttyname(slave), 9600)
        with pytest.raises(TimeoutError):
            port.write(bytes(100_000), 0.01)
        with pytest.raises(BlockingIOError):
            port.write(b"x", 60.0)
        os.set_blocking(master, False)
        assert b"x" not in b"".join(iter(lambda: read_now(master), b""))
        port.close()
    finally:
        os.close(slave)
        os.close(master)


def serial_bytes(way: str) -> int:
    """Write 8 KB, end the port this way, and return how many bytes come out."""
    master, slave = pty.openpty()
    try:
        tty.setraw(slave)
        port = SerialPort(os.ttyname(slave), 9600)
        port.write(b"\xa0\x01\x01\xa2" * 2_000, 1.0)
        getattr(port, way)()
        os.set_blocking(master, False)
        return sum(map(len, iter(lambda: read_now(master), b"")))
    finally:
        os.close(slave)
        os.close(master)


def read_now(handle: int) -> bytes:
    try:
        return os.read(handle, 65536)
    except BlockingIOError:
        return b""


def test_another_kind_of_address_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"rfc2217://10\.0\.0\.9:4196 is neither a serial port"):
        open_port("rfc2217://10.0.0.9:4196", 9600)
