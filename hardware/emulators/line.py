"""Where an emulated device can be reached: a pseudo-terminal behind a stable name, or TCP.

A pseudo-terminal must be raw, or it echoes and eats bytes; and one of its slave ends must be kept
open, or reading the master fails while no driver has it open.
"""

import contextlib
import os
import pty
import socket
import tty
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit


class SerialLine(Protocol):
    """The device's end of a wire."""

    def plug(self) -> None:
        """Make the device reachable."""
        ...

    def unplug(self) -> None:
        """Make it vanish; whoever has it open gets errors."""
        ...

    def waiting_on(self) -> tuple[int, ...]:
        """Return the descriptors that become readable when something happens."""
        ...

    def read(self) -> bytes:
        """Return the bytes that have arrived; does not wait."""
        ...

    def write(self, data: bytes) -> None:
        """Send bytes; what nobody takes is lost."""
        ...


class PtyLine:
    """A pseudo-terminal; `link` is a symbolic link that always leads to it."""

    def __init__(self, link: Path) -> None:
        self.link = link
        self._master: int | None = None
        self._slave: int | None = None

    def plug(self) -> None:
        """Make a terminal and let the link lead to it."""
        if self._master is not None:
            return
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        new = self.link.with_name(self.link.name + ".new")
        new.unlink(missing_ok=True)
        new.symlink_to(os.ttyname(self._slave))
        new.replace(self.link)

    def unplug(self) -> None:
        """Remove the link, then the terminal."""
        self.link.unlink(missing_ok=True)
        for end in (self._master, self._slave):
            if end is not None:
                os.close(end)
        self._master = self._slave = None

    def waiting_on(self) -> tuple[int, ...]:
        """Return the master's descriptor."""
        return () if self._master is None else (self._master,)

    def read(self) -> bytes:
        """Return the bytes that have arrived."""
        if self._master is None:
            return b""
        with contextlib.suppress(BlockingIOError):
            return os.read(self._master, 4096)
        return b""

    def write(self, data: bytes) -> None:
        """Send bytes; a full terminal loses them, as a wire that nobody reads does."""
        if self._master is not None:
            with contextlib.suppress(BlockingIOError):
                os.write(self._master, data)


class TcpLine:
    """A serial server in raw mode at "socket://host:port", for one client at a time."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._address = (parts.hostname or "127.0.0.1", parts.port or 0)
        self._listener: socket.socket | None = None
        self._client: socket.socket | None = None

    @property
    def url(self) -> str:
        """Where it listens, with the port that the kernel gave for port 0."""
        return f"socket://{self._address[0]}:{self._address[1]}"

    def plug(self) -> None:
        """Listen."""
        if self._listener is None:
            self._listener = socket.create_server(self._address)
            self._address = self._listener.getsockname()[:2]
            self._listener.setblocking(False)

    def unplug(self) -> None:
        """Close everything."""
        for end in (self._client, self._listener):
            if end is not None:
                end.close()
        self._client = self._listener = None

    def waiting_on(self) -> tuple[int, ...]:
        """Return the descriptors of the listener and the client."""
        return tuple(end.fileno() for end in (self._listener, self._client) if end is not None)

    def read(self) -> bytes:
        """Take a new client if there is one; return what the client sent."""
        self._accept()
        if self._client is None:
            return b""
        try:
            data = self._client.recv(4096)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""
        if not data:
            self._client.close()
            self._client = None
        return data

    def write(self, data: bytes) -> None:
        """Send bytes to the client, if there is one."""
        if self._client is not None:
            with contextlib.suppress(OSError):
                self._client.sendall(data)

    def _accept(self) -> None:
        if self._listener is None:
            return
        with contextlib.suppress(BlockingIOError):
            client, _ = self._listener.accept()
            client.setblocking(False)
            if self._client is not None:
                self._client.close()
            self._client = client
