"""Which relays are, or may be, energised, and which must be released when. Pure.

Rules: before a relay is energised its name is put down here, so that a lost answer leaves it
"may be energised". It leaves this list only when its time is over (boards that time a pulse
themselves) or when a release was seen to work. Of an interlock group at most one may be here.
"""

from collections.abc import Iterable
from math import inf

RETRY_S = 0.1


class Holding:
    """The relays of one board."""

    def __init__(self, interlock: tuple[frozenset[int], ...]) -> None:
        self._interlock = interlock
        self._until: dict[int, float] = {}
        self._release_at: dict[int, float] = {}
        self._unproven: dict[int, float] = {}

    def clear(self) -> None:
        """Forget everything: all relays were seen released."""
        self._until.clear()
        self._release_at.clear()
        self._unproven.clear()

    def energised(self, channel: int, until: float = inf) -> None:
        """Note that `channel` may be energised until then."""
        self._unproven.pop(channel, None)
        self._release_at.pop(channel, None)
        self._until[channel] = until

    def release_at(self, channel: int, at: float) -> None:
        """Note that `channel` must be released at that second."""
        self._release_at[channel] = at

    def told(self, channel: int, prove_at: float) -> None:
        """Note that a release was sent, but not answered."""
        self._release_at.pop(channel, None)
        self._unproven[channel] = prove_at

    def released(self, channel: int) -> None:
        """Note that `channel` was seen released."""
        self._until.pop(channel, None)
        self._release_at.pop(channel, None)
        self._unproven.pop(channel, None)

    def rivals(self, channel: int, now: float) -> tuple[int, ...]:
        """Return the channels that forbid energising `channel` now."""
        self._expire(now)
        groups = [group for group in self._interlock if channel in group]
        others = {other for group in groups for other in group} - {channel}
        return tuple(sorted(others & self._until.keys()))

    def may_be_energised(self, now: float) -> tuple[int, ...]:
        """Return every channel that is, or may be, energised."""
        self._expire(now)
        return tuple(sorted(self._until))

    def due(self, now: float) -> tuple[int, ...]:
        """Return the channels whose release is due."""
        return tuple(sorted(ch for ch, at in self._release_at.items() if at <= now))

    def to_prove(self, now: float) -> tuple[int, ...]:
        """Return the channels whose release should now be looked at."""
        return tuple(sorted(ch for ch, at in self._unproven.items() if at <= now))

    def unproven(self, channels: Iterable[int]) -> tuple[int, ...]:
        """Return those of `channels` whose release was sent but not seen to work."""
        return tuple(channel for channel in channels if channel in self._unproven)

    def next_due(self) -> float | None:
        """Return the second at which something is due."""
        return min([*self._release_at.values(), *self._unproven.values()], default=None)

    def _expire(self, now: float) -> None:
        for channel in [ch for ch, until in self._until.items() if until <= now]:
            if channel not in self._release_at:
                self.released(channel)
