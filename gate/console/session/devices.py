"""Browsers that a user has logged in with: a signed cookie for each name.

It lets nobody in. It only says that wrong tries of this browser are counted by themselves, so that
somebody who guesses elsewhere, even at the same address, cannot keep the user out.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

LASTS: Final = timedelta(days=180)


class Devices:
    """Makes and reads the cookies."""

    def __init__(self, secret: bytes) -> None:
        self._key = hashlib.sha256(b"gate console device\0" + secret).digest()

    def cookie(self, name: str) -> str:
        """Return the name of this user's cookie."""
        return f"gate_device_{hashlib.sha256(name.encode()).hexdigest()[:16]}"

    def issue(self, name: str) -> str:
        """Return the value of a fresh cookie for a user who has just logged in."""
        number = secrets.token_urlsafe(12)
        return f"{number}.{self._sign(number, name)}"

    def known(self, name: str, cookies: Mapping[str, str]) -> str:
        """Return the browser's number, "" where this user has not used it before."""
        number, _, signature = cookies.get(self.cookie(name), "").partition(".")
        good = hmac.compare_digest(signature.encode(), self._sign(number, name).encode())
        return number if good else ""

    def _sign(self, number: str, name: str) -> str:
        return hmac.new(self._key, f"{number}\0{name}".encode(), hashlib.sha256).hexdigest()
