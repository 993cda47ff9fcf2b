"""How much has come on a connection that FFmpeg holds, and nobody has read yet.

FFmpeg does not show its sockets. They are found among this process's own: what is connected after
an opening and was not there before it.
"""

import array
import fcntl
import os
import socket
import termios
from pathlib import Path

__all__ = ["Inlet", "sockets"]

_OWN = Path("/proc/self/fd")


def sockets() -> frozenset[int]:
    """Return the descriptors of all sockets of this process; empty where nobody can tell."""
    found = set()
    try:
        names = [entry.name for entry in _OWN.iterdir()]
    except OSError:
        return frozenset()
    for name in names:
        try:
            if str((_OWN / name).readlink()).startswith("socket:"):
                found.add(int(name))
        except OSError:  # Closed in the meantime, as that of the listing itself is.
            continue
    return frozenset(found)


class Inlet:
    """The one new connection to a port; nothing can be told where there are none or several."""

    def __init__(self, before: frozenset[int], port: int) -> None:
        new = [one for one in sockets() - before if _peer_port(one) == port]
        self._socket = new[0] if len(new) == 1 else None

    def waiting(self) -> int | None:
        """Return how many bytes have come and were not read; None where that cannot be told."""
        if self._socket is None:
            return None
        count = array.array("i", [0])
        try:
            fcntl.ioctl(self._socket, termios.FIONREAD, count)
        except OSError:
            return None
        return count[0]


def _peer_port(descriptor: int) -> int | None:
    try:
        with socket.socket(fileno=os.dup(descriptor)) as twin:
            name = twin.getpeername()
    except OSError:
        return None
    return int(name[1]) if isinstance(name, tuple) and len(name) > 1 else None
