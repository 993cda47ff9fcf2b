"""How often one address may try to log in: what keeps guessing slow and the slow hash unflooded.

`guesses` counts wrong passwords by guesser and name; this counts tries per address, whatever the
name. Pure: the caller says when it is.
"""

from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Final

TRIES: Final = 20
WITHIN: Final = timedelta(minutes=1)
_MAX_ADDRESSES: Final = 4096


class Throttle:
    """Tries per address within the last minute. Not thread-safe: one event loop owns it."""

    def __init__(self, tries: int = TRIES, within: timedelta = WITHIN) -> None:
        self._tries, self._within = tries, within
        self._seen: OrderedDict[str, list[datetime]] = OrderedDict()

    def allows(self, address: str, at: datetime) -> bool:
        """Note a try; return whether it may go on. A refused try is not counted."""
        recent = [one for one in self._seen.pop(address, []) if self._counts(one, at)]
        allowed = len(recent) < self._tries
        if allowed:
            recent.append(at)
        self._seen[address] = recent
        while len(self._seen) > _MAX_ADDRESSES:
            self._seen.popitem(last=False)
        return allowed

    def wait(self, address: str, at: datetime) -> timedelta:
        """Return how long an address that was refused has to wait for its next try."""
        recent = [one for one in self._seen.get(address, ()) if self._counts(one, at)]
        if len(recent) < self._tries:
            return timedelta()
        return recent[0] + self._within - at

    def _counts(self, tried: datetime, at: datetime) -> bool:
        """A try from the future counts no more: the clock was set back."""
        return timedelta() <= at - tried < self._within
