"""How late a press reaches the service: a line that was dead delivers what was pressed meanwhile.

A press of a minute ago must move no arm. Each page tells now and then what its own clock says; the
smallest difference to ours is a message that was not held up, and a press is measured against that.
Both clocks only count seconds, so neither cares for the time of day. Pure.
"""

from collections import deque
from typing import Final

MOST: Final = 10.0
"""Seconds after which a press is no longer what the person wants now."""
_STAMPS: Final = 20


class Lateness:
    """The clocks of the pages that are open."""

    def __init__(self, most: float = MOST) -> None:
        self._most = most
        self._offsets: dict[str, deque[float]] = {}

    def stamp(self, page: str, sent: float, now: float) -> None:
        """Note what the page's clock said when it sent this. Both in seconds."""
        self._offsets.setdefault(page, deque(maxlen=_STAMPS)).append(now - sent)

    def late(self, page: str, sent: float, now: float) -> bool:
        """Whether a press was under way for too long; False while the page's clock is unknown."""
        offsets = self._offsets.get(page)
        return offsets is not None and now - sent - min(offsets) > self._most

    def forget(self, page: str) -> None:
        """The page is closed."""
        self._offsets.pop(page, None)
