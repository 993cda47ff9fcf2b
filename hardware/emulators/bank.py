"""The relays of an emulated board: states, timers, a history, and who is told of a change.

The bank also remembers which relays were ever energised together, so that a test can ask whether
raise and lower ever were.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RelayChange:
    """One relay changed at a monotonic second. Channels count from 1."""

    at: float
    channel: int
    energised: bool


Listener = Callable[[RelayChange], None]


class RelayBank:
    """Relays 1 to `count`, all released."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.history: list[RelayChange] = []
        self.together: set[frozenset[int]] = set()
        self.listeners: list[Listener] = []
        self.welded: set[int] = set()
        """Channels whose relay, once energised, does not let go."""
        self._on: set[int] = set()
        self._ends: dict[int, tuple[float, bool]] = {}

    @property
    def states(self) -> tuple[bool, ...]:
        """The relays' states, relay 1 first."""
        return tuple(channel in self._on for channel in range(1, self.count + 1))

    def set(self, channel: int, energised: bool, now: float) -> None:
        """Set one relay and forget its timer."""
        self._ends.pop(channel, None)
        self._apply(channel, energised, now)

    def set_all(self, energised: bool, now: float) -> None:
        """Set every relay."""
        for channel in range(1, self.count + 1):
            self.set(channel, energised, now)

    def flash(self, channel: int, energised: bool, now: float, seconds: float) -> None:
        """Set one relay, and back after `seconds`; a second flash restarts the time."""
        self._apply(channel, energised, now)
        self._ends[channel] = (now + seconds, not energised)

    def tick(self, now: float) -> None:
        """Let the timers that have run out act."""
        for channel, (at, energised) in sorted(self._ends.items(), key=lambda item: item[1][0]):
            if at <= now:
                self.set(channel, energised, at)

    def due(self) -> float | None:
        """Return the second at which a timer runs out."""
        return min((at for at, _ in self._ends.values()), default=None)

    def energised_for(self, channel: int) -> list[float]:
        """Return the lengths, in seconds, of the finished pulses of a relay."""
        changes = [change for change in self.history if change.channel == channel]
        pairs = zip(changes[::2], changes[1::2], strict=False)
        return [end.at - start.at for start, end in pairs]

    def _apply(self, channel: int, energised: bool, now: float) -> None:
        if not 1 <= channel <= self.count or (channel in self._on) == energised:
            return
        if not energised and channel in self.welded:
            return
        self._on ^= {channel}
        if len(self._on) > 1:
            self.together.add(frozenset(self._on))
        change = RelayChange(now, channel, energised)
        self.history.append(change)
        for listener in self.listeners:
            listener(change)
