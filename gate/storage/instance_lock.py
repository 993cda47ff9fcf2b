"""One gate per data folder: the service holds a lock, and a restore refuses while it does.

The lock is the kernel's (flock on a file in the folder), so it ends with the process however that
ends; nothing has to be cleaned up after a crash.
"""

import fcntl
import os
from pathlib import Path

from gate.domain.errors import GateError

FILE = "gate.lock"


class FolderInUseError(GateError):
    """Another process is the gate of this folder."""


class Tenancy:
    """Holds the folder from `take` to `leave`."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._handle: int | None = None

    def take(self) -> None:
        """Take the folder. Raises FolderInUseError."""
        if self._handle is not None:
            return
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(handle)
            raise FolderInUseError(
                f"{self._path.parent} is in use by a running gate: stop it first"
            ) from error
        self._handle = handle

    def leave(self) -> None:
        """Let the folder go."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
