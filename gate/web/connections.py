"""How many connections the web may hold, and how long one may keep it waiting.

Rules of this file:
- Whoever connects is waited for, never for ever: for the TLS handshake, the head of a request, its
  body, the next request, and for an answer to be taken. Who is late is cut off.
- One address holds at most `per_address` connections; the proxies of the configuration stand for
  many people and are let off.
- All together hold at most `most`: the descriptors above are for lanes and pictures.
- Where there is no room, the connection that has kept the web waiting longest makes way; where none
  does, the new one is not taken.
- Who was cut off has a descriptor until the event loop has closed it: no more than `GOING` of them
  are waited for before another connection is taken.

uvicorn knows a time for the next request only, and asyncio waits 60 s for a handshake: so that the
handshake counts as well, connections are counted where they are taken, by the listening socket.
"""

import asyncio
import socket
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum

GOING = 32


class ConnectionStage(IntEnum):
    """Who waits for whom; the higher makes way first."""

    GONE = -1  # Cut off.
    OURS = 0  # The web owes an answer, or a page's socket is open.
    IDLE = 1  # Nothing is going on.
    BODY = 2  # The rest of a request is to come.
    HEAD = 3  # A request is to come.
    HANDSHAKE = 4  # TLS is to be agreed upon.


@dataclass(frozen=True, slots=True)
class Patience:
    """Limits: connections, and seconds that one may keep the web waiting.

    body_pause_s: between two pieces of a body. body_s: for a whole one. take_s: until a part of an
    answer is taken.
    """

    most: int = 512
    per_address: int = 96
    handshake_s: float = 5.0
    head_s: float = 10.0
    body_pause_s: float = 10.0
    body_s: float = 180.0
    idle_s: float = 20.0
    take_s: float = 30.0


class Connection(socket.socket):
    """A connection that was taken. It tells the others when it goes, whoever closes it."""

    def __init__(self, handle: int, host: str, others: "Connections") -> None:
        super().__init__(fileno=handle)
        self.host = host
        self.stage = ConnectionStage.HANDSHAKE
        self.serial = 0
        self.gone = False
        self._others = others
        self._timer: asyncio.TimerHandle | None = None

    def enter(self, stage: ConnectionStage, seconds: float | None) -> None:
        """Note the stage; cut off after `seconds` unless another call comes first."""
        if self.stage is ConnectionStage.GONE:
            return
        self.stage = stage
        self.serial = self._others.next_serial()
        self.wait(seconds)

    def wait(self, seconds: float | None, late: Callable[[], None] | None = None) -> None:
        """Be cut off, or what `late` does, after `seconds`; None for no such time."""
        if self._timer is not None:
            self._timer.cancel()
        later = asyncio.get_running_loop().call_later
        self._timer = None if seconds is None or self.gone else later(seconds, late or self.cut)

    def cut(self) -> None:
        """End it: its transport sees the end and closes it."""
        self._others.cut_off(self)
        with suppress(OSError):
            self.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Free the descriptor."""
        if not self.gone:
            self.gone = True
            self._others.left(self)
            if self._timer is not None:
                self._timer.cancel()
        super().close()


class Connections:
    """All connections of the web. Lives on the event loop."""

    def __init__(self, patience: Patience, is_proxy: Callable[[str], bool]) -> None:
        self.patience = patience
        self._is_proxy = is_proxy
        self._held: dict[int, Connection] = {}
        self._going: set[int] = set()
        self._hosts: Counter[str] = Counter()
        self._serial = 0

    def __len__(self) -> int:
        """Return how many are held."""
        return len(self._held)

    def next_serial(self) -> int:
        """Return a number above all before: who has the lowest has waited longest."""
        self._serial += 1
        return self._serial

    @property
    def is_behind(self) -> bool:
        """Whether so many were cut off and not closed yet that nobody new is to be taken now."""
        return len(self._going) >= GOING

    def take(self, connection: Connection) -> bool:
        """Hold it, if need be in the place of one that is waited for; False where no room is."""
        host = connection.host
        crowded = self._hosts[host] >= self.patience.per_address and not self._is_proxy(host)
        if crowded and not self._make_room(host):
            return False
        if len(self._held) >= self.patience.most and not self._make_room(None):
            return False
        self._held[connection.fileno()] = connection
        self._hosts[host] += 1
        connection.enter(ConnectionStage.HANDSHAKE, self.patience.handshake_s)
        return True

    def cut_off(self, connection: Connection) -> None:
        """Hold it no more, and wait for its descriptor."""
        if self._forget(connection):
            connection.stage = ConnectionStage.GONE
            self._going.add(connection.fileno())

    def left(self, connection: Connection) -> None:
        """Count it no more: its descriptor is free now."""
        self._forget(connection)
        if connection.stage is ConnectionStage.GONE:
            self._going.discard(connection.fileno())

    def _forget(self, connection: Connection) -> bool:
        handle = connection.fileno()
        if self._held.get(handle) is not connection:
            return False
        del self._held[handle]
        self._hosts[connection.host] -= 1
        if not self._hosts[connection.host]:
            del self._hosts[connection.host]
        return True

    def of(self, handle: int) -> Connection | None:
        """Return the connection with this descriptor."""
        return self._held.get(handle)

    def _make_room(self, host: str | None) -> bool:
        """Cut off the one that has kept us waiting longest, of `host` if given; False for none."""
        waiting = [
            one
            for one in self._held.values()
            if one.stage is not ConnectionStage.OURS and host in (None, one.host)
        ]
        if not waiting:
            return False
        min(waiting, key=lambda one: (-min(one.stage, ConnectionStage.BODY), one.serial)).cut()
        return True


class Listener(socket.socket):
    """A listening socket that takes no more connections than there is room for."""

    others: Connections

    def accept(self) -> tuple[socket.socket, object]:
        """Take a connection. Raises BlockingIOError where there is none, or no room for it."""
        if self.others.is_behind:
            raise BlockingIOError
        taken, address = super().accept()
        host = str(address[0]) if isinstance(address, tuple) else ""
        connection = Connection(taken.detach(), host, self.others)
        if not self.others.take(connection):
            connection.close()
            raise BlockingIOError
        return connection, address
