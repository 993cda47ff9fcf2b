"""Which relays are, or may be, energised, and which must be released when. Pure.

Rules: before a relay is energised its name is put down here, so that a lost answer leaves it
"may be energised". It leaves this list only when its time is over (boards that time a pulse
themselves) or when a release was answered or seen to work. Of an interlock group at most one may be
here. What has left it is looked at once more: a relay that is still energised comes back, and one
that resists its release several times is stuck until it is seen released.
"""

from collections import Counter
from collections.abc import Iterable
from math import inf

RETRY_S = 0.1
STUCK_RETRY_S = 1.0
TRIES = 3
"""Releases that were not seen to work before a relay counts as stuck."""


class EnergisedRelays:
    """The relays of one board."""

    def __init__(self, interlock: tuple[frozenset[int], ...]) -> None:
        self._interlock = interlock
        self._until: dict[int, float] = {}
        self._release_at: dict[int, float] = {}
        self._unproven: dict[int, float] = {}
        self._resisted: Counter[int] = Counter()

    @property
    def stuck(self) -> frozenset[int]:
        """The channels that do not let go, or of which nobody can see that they did."""
        return frozenset(channel for channel, tries in self._resisted.items() if tries >= TRIES)

    def clear(self) -> None:
        """Forget everything: all relays were seen released."""
        self._until.clear()
        self._release_at.clear()
        self._unproven.clear()
        self._resisted.clear()

    def energised(self, channel: int, until: float = inf) -> None:
        """Note that `channel` may be energised until then."""
        self._unproven.pop(channel, None)
        self._release_at.pop(channel, None)
        self._until[channel] = until

    def release_at(self, channel: int, at: float) -> None:
        """Note that `channel` must be released at that second."""
        self._release_at[channel] = at

    def told(self, channel: int, prove_at: float, *, answered: bool = False) -> None:
        """Note that a release was sent; one that the board answered is believed until looked at."""
        self._release_at.pop(channel, None)
        self._unproven[channel] = prove_at
        if answered and not self._resisted[channel]:
            self._until.pop(channel, None)

    def resisted(self, channel: int, now: float) -> None:
        """Note that `channel` was seen energised after its release, or that this went wrong."""
        self._unproven.pop(channel, None)
        self._until[channel] = inf
        self._resisted[channel] += 1
        self._release_at[channel] = now + (STUCK_RETRY_S if channel in self.stuck else RETRY_S)

    def released(self, channel: int) -> None:
        """Note that `channel` was seen released."""
        for notes in (self._until, self._release_at, self._unproven, self._resisted):
            notes.pop(channel, None)

    def group(self, channel: int) -> frozenset[int]:
        """Return the channels that must never be energised together with `channel`."""
        groups = [group for group in self._interlock if channel in group]
        return frozenset(other for group in groups for other in group) - {channel}

    def rivals(self, channel: int, now: float) -> tuple[int, ...]:
        """Return the channels that forbid energising `channel` now."""
        self._expire(now)
        return tuple(sorted(self.group(channel) & self._until.keys()))

    def may_be_energised(self, now: float) -> tuple[int, ...]:
        """Return every channel that is, or may be, energised."""
        self._expire(now)
        return tuple(sorted(self._until))

    def due(self, now: float) -> tuple[int, ...]:
        """Return the channels whose release is due."""
        return tuple(sorted(ch for ch, at in self._release_at.items() if at <= now))

    def to_prove(self, now: float) -> tuple[int, ...]:
        """Return the channels whose release, or the end of whose time, should now be looked at."""
        self._expire(now)
        return tuple(sorted(ch for ch, at in self._unproven.items() if at <= now))

    def unproven(self, channels: Iterable[int]) -> tuple[int, ...]:
        """Return those of `channels` whose release was sent but not seen to work."""
        return tuple(channel for channel in channels if channel in self._unproven)

    def next_due(self) -> float | None:
        """Return the second at which something is due."""
        ends = (until for until in self._until.values() if until < inf)
        return min([*self._release_at.values(), *self._unproven.values(), *ends], default=None)

    def _expire(self, now: float) -> None:
        for channel in [ch for ch, until in self._until.items() if until <= now]:
            if channel not in self._release_at:
                del self._until[channel]
                self._unproven.setdefault(channel, now)
