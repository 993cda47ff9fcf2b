"""Ids of passages, orders and alarms: unique for ever, and in the order of their making."""

import secrets

from gate.domain.ports import Clock

_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"


class Ids:
    """Makes ids of 26 characters as ULID does: 48 bits of milliseconds, 80 random bits."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def __call__(self) -> str:
        """Return a new id."""
        millis = int(self._clock.now().utc.timestamp() * 1000) & ((1 << 48) - 1)
        value = (millis << 80) | secrets.randbits(80)
        return "".join(_DIGITS[(value >> shift) & 31] for shift in range(125, -1, -5))
