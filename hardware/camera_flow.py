"""Whether a picture that has just come is new, or was waiting in a buffer. Pure.

Sockets and decoders hold pictures back while nobody fetches them, or while the network stalls, and
then hand them out in a burst; each of them would look as if it was taken now. Rules: after a
silence much longer than the camera's own interval, pictures count as taken before that silence,
until one has to be waited for again; at the latest when as much time has passed as the silence
took, since what waited is handed out faster than it was taken.
"""

from dataclasses import dataclass, replace

__all__ = ["Flow", "flow"]

_SILENCE_S = 0.5
_INTERVALS = 4.0  # So many intervals without a picture are a silence.
_WAITED = 0.4  # A picture that took this share of an interval to come was not waiting.
_LEARN = 0.1


@dataclass(frozen=True, slots=True)
class Flow:
    """interval: seconds between pictures, None before the second one. came: when the last one did.

    old: when the pictures that are coming were taken at the earliest, None while they are new;
    until: when they are new again at the latest.
    """

    interval: float | None = None
    came: float | None = None
    old: float | None = None
    until: float = 0.0

    def taken(self, now: float) -> float:
        """Return the time to write on the picture that came at `now`."""
        return now if self.old is None else self.old


def flow(before: Flow, asked: float, came: float) -> Flow:
    """Note that a picture was asked for at one second and came at another."""
    if before.came is None:
        return Flow(came=came)
    gap, waited = came - before.came, came - asked
    if before.interval is None:
        return replace(before, interval=gap, came=came)
    if gap > max(_SILENCE_S, _INTERVALS * before.interval):
        return replace(before, came=came, old=before.came, until=came + gap)
    if before.old is not None:
        drained = waited >= _WAITED * before.interval or came >= before.until
        return replace(before, came=came, old=None if drained else before.old)
    interval = (1 - _LEARN) * before.interval + _LEARN * gap
    return replace(before, interval=interval, came=came)
