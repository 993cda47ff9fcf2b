"""Passwords: argon2id with pwdlib's recommended parameters, few at a time.

Rules of this file:
- Checking the password of a name that nobody has takes the same work as a wrong one.
- A hash takes 64 MiB and a good part of a core while it is made: at most `AT_ONCE` are, whoever
  asks, so that wrong log-ins take neither the memory nor the cores that the lanes need.
"""

import os
import threading
from base64 import b64encode
from typing import Final

import argon2
from pwdlib import PasswordHash

AT_ONCE: Final = 2
_turns = threading.BoundedSemaphore(AT_ONCE)


class Passwords:
    """Makes and checks hashes. Slow on purpose; thread-safe."""

    def __init__(self) -> None:
        self._hash = PasswordHash.recommended()
        self._nobodys = _of_nobody()

    def hash(self, password: str) -> str:
        """Return what is kept of a password."""
        with _turns:
            return self._hash.hash(password)

    def right(self, password: str, kept: str | None) -> bool:
        """Check a password against what is kept of it; None: nobody has that name."""
        with _turns:
            same = self._hash.verify(password, kept or self._nobodys)
        return same and kept is not None


def _of_nobody() -> str:
    """Return a hash that no password has: making a true one would cost each start its time."""
    salt, digest = (
        b64encode(os.urandom(size)).decode().rstrip("=")
        for size in (argon2.DEFAULT_RANDOM_SALT_LENGTH, argon2.DEFAULT_HASH_LENGTH)
    )
    costs = (
        f"m={argon2.DEFAULT_MEMORY_COST},t={argon2.DEFAULT_TIME_COST},"
        f"p={argon2.DEFAULT_PARALLELISM}"
    )
    return f"$argon2id$v=19${costs}${salt}${digest}"
