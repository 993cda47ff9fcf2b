"""How often one guesser may be wrong about one name, whether or not somebody has that name.

A guesser is an address; or a browser that this user has logged in with before (gate/console/
devices.py), which nobody else can use up. Counting by the name alone would tell which names there
are, and let anybody keep an account locked. Pure: the caller says when it is.
Source: OWASP Authentication Cheat Sheet, "Account Lockout"; OWASP, "Slow Down Online Guessing
Attacks with Device Cookies".
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Final

FAILURES: Final = 5
WAIT: Final = timedelta(minutes=5)
_MOST: Final = 8192


@dataclass(frozen=True, slots=True)
class Guesser:
    """Who tries which name. device: the browser's number, where this user has used it before."""

    name: str
    address: str
    device: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        """What its tries are counted by."""
        return ("device", self.device) if self.device else ("address", self.name, self.address)


class Guesses:
    """Wrong tries by guesser. Not thread-safe: one event loop owns it."""

    def __init__(self) -> None:
        self._tries: OrderedDict[tuple[str, ...], tuple[int, datetime]] = OrderedDict()

    def wait(self, guesser: Guesser, at: datetime) -> timedelta:
        """Return how long this guesser has to wait; zero for not at all."""
        tries, last = self._tries.get(guesser.key, (0, at))
        if tries < FAILURES or not timedelta() <= at - last < WAIT:
            return timedelta()
        return last + WAIT - at

    def begin(self, guesser: Guesser, at: datetime) -> None:
        """Count a try before it is judged: many at once must not all pass as the first."""
        tries, last = self._tries.pop(guesser.key, (0, at))
        fresh = timedelta() <= at - last < WAIT
        self._tries[guesser.key] = (tries + 1 if fresh else 1, at)
        while len(self._tries) > _MOST:
            self._tries.popitem(last=False)

    def right(self, guesser: Guesser) -> None:
        """Forget the tries: the password was right."""
        self._tries.pop(guesser.key, None)


def network(address: str) -> str:
    """Return what counts as one address: of IPv6 the network that one customer has, /64."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address):
        if parsed.ipv4_mapped is not None:
            return str(parsed.ipv4_mapped)
        return str(IPv6Address(int(parsed) >> 64 << 64))
    return str(parsed)
