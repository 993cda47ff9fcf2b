"""When a picture was taken, from the stream's own time stamps and from when it arrived. Pure.

A picture that is fetched now may have waited: in this program, in the kernel, in the network, in
the camera. Rules:

- A stream's stamps say how far apart its pictures were taken. Which second of our clock belongs to
  a stamp is learned from the pictures that were the quickest to arrive (`offset`), and only while
  nothing waits: a stream that is behind from its first picture on is not believed.
- An offset falls at once and rises by at most `DRIFT`, and only with pictures that did not wait, so
  that a stream that falls behind is not taken for one whose clock is slow.
- Stamps that run ahead are pictures that were thrown away, or a clock that was set while pictures
  waited: nobody can tell, so the offset is learned anew.
- Where a picture has no stamp, it counts as taken one interval after the one before: after a
  silence it is old until pictures come as regularly as they are taken.
- While nothing is known, no time is told, and the picture is not to be used.

What cannot be seen from here: the time from the lens to the first byte on the wire, a delay in the
network of less than `BEHIND_S` that never changes, and pictures that a server without stamps has
kept from before it was asked.
"""

from dataclasses import dataclass, replace
from math import inf

__all__ = ["BEHIND_S", "TOLERANCE_S", "PictureArrival", "Timeline", "follow"]

DRIFT = 0.015
"""Seconds a second by which a camera's clock may be slower than ours."""
BEHIND_S = 0.3
"""A picture that comes so much later than the quickest ones is behind."""
TOLERANCE_S = 0.5
"""No picture is told to be younger than it is by more than this, however the network behaves; where
a stream has no stamps, by one and a half intervals where those are more.
"""

_JUMP_S = 0.3  # Stamps that run ahead by so much at once are a clock that was set.
_SAME_S = 0.05  # Pictures that come quicker by less than this are as quick as those before them.
_SETTLED_S = 0.25
_WAITED = 2  # So many pictures at least had to be waited for.
_WAITED_SHARE = 0.25  # A picture that took this share of an interval was waited for.
_SILENCE_S, _SILENT_INTERVALS = 0.5, 1.5
_LEARN = 0.1
_BEHIND_FOR_S = 3.0
_UNKNOWN_FOR_S, _UNKNOWN_INTERVALS = 10.0, 8.0


@dataclass(frozen=True, slots=True)
class PictureArrival:
    """One picture was asked for and came; both in seconds of our monotonic clock.

    stamp: the stream's own second, None where it has none. waited: whether it was not there yet
    when it was asked for; None where nobody can tell.
    """

    asked: float
    came: float
    stamp: float | None = None
    waited: bool | None = None


@dataclass(frozen=True, slots=True)
class Settling:
    """Whether pictures still come quicker than they are taken, as what waited does.

    A sample is a second of ours less the stream's own of one picture. lowest: the least of all;
    peak: the highest since none was much quicker or slower, which is since `since`; waited: how
    many pictures had to be waited for since then.
    """

    lowest: float = inf
    peak: float = inf
    since: float = 0.0
    waited: int = 0

    def after(self, sample: float, now: float, *, waited: bool) -> "Settling":
        """Note one more picture."""
        lowest = min(self.lowest, sample)
        if abs(sample - self.peak) > _SAME_S:
            return Settling(lowest, sample, now)
        return Settling(lowest, max(self.peak, sample), self.since, self.waited + waited)

    def done(self, now: float) -> bool:
        """Whether nothing waits any more."""
        return self.waited >= _WAITED and now - self.since >= _SETTLED_S


@dataclass(frozen=True, slots=True)
class Timeline:
    """What is known of a stream's time.

    held: the source hands a picture out when the next one begins to arrive (H.264 and H.265 by RTP:
    only then is it known to be whole). offset: our second less the stream's, None while unknown.
    settling: what is being learned, None while nothing is; count: pictures since it began.
    lag: seconds by which the newest picture came later than the quickest ones. behind_since: since
    when it is more than BEHIND_S or the offset unknown, None while all is well.
    """

    held: bool = False
    last: PictureArrival | None = None
    interval: float | None = None
    stamp: float = 0.0
    offset: float | None = None
    settling: Settling | None = None
    count: int = 0
    lag: float = 0.0
    behind_since: float | None = None

    def taken(self, now: float, stamp: float | None = None) -> float | None:
        """Return when the picture with that stamp (or the newest) was taken; None: unknown."""
        if self.offset is None:
            return None
        return min(now, self.offset + (self.stamp if stamp is None else stamp))

    def hopeless(self, now: float) -> bool:
        """Whether the stream will not come up to the present any more: open it anew."""
        if self.behind_since is None:
            return False
        patience = _BEHIND_FOR_S
        if self.offset is None:
            patience = max(_UNKNOWN_FOR_S, _UNKNOWN_INTERVALS * (self.interval or 0.0))
        return now - self.behind_since > patience


def follow(before: Timeline, arrival: PictureArrival) -> Timeline:
    """Note the next picture."""
    if before.last is None:
        return replace(before, last=arrival, stamp=arrival.stamp or 0.0)
    stamp = arrival.stamp if arrival.stamp is not None else before.stamp + _step(before, arrival)
    after = replace(before, last=arrival, stamp=stamp, interval=_interval(before, arrival, stamp))
    evidence = before.last if before.held else arrival
    sample, waited = evidence.came - stamp, _was_waited_for(evidence, before.interval)
    if _leapt(before, arrival):
        before = replace(before, offset=None, settling=None)
    if before.offset is None:
        return _learned(after, before, sample, evidence.came, waited=waited)
    if arrival.stamp is None:
        after = _counted(after, before, sample, waited=waited)
    elif sample > before.offset and waited:
        grown = before.offset + DRIFT * min(_since(before, arrival), _SILENCE_S)
        after = replace(after, offset=min(sample, grown))
    return _judged(after, sample)


def _learned(
    after: Timeline, before: Timeline, sample: float, now: float, *, waited: bool
) -> Timeline:
    """Believe the offset once nothing waits and no picture is quicker than those before it."""
    so_far = before.settling if before.offset is None else None
    settling = (so_far or Settling()).after(sample, now, waited=waited)
    if settling.done(now):
        return replace(after, offset=settling.lowest, settling=None, lag=0.0, behind_since=None)
    since = now if before.behind_since is None else before.behind_since
    return replace(after, offset=None, settling=settling, lag=0.0, behind_since=since)


def _counted(after: Timeline, before: Timeline, sample: float, *, waited: bool) -> Timeline:
    """Without stamps: after a silence pictures are old until they come as often as before it."""
    now = sample + after.stamp
    silent = before.last is not None and now - before.last.came > _silence(before)
    if silent or before.settling is None:
        return replace(after, settling=Settling() if silent else None, count=0)
    settling = before.settling.after(
        now - (before.count + 1) * (before.interval or 0.0), now, waited=waited
    )
    if settling.done(now):
        return replace(after, offset=sample, settling=None, count=0)
    return replace(after, settling=settling, count=before.count + 1, interval=before.interval)


def _judged(after: Timeline, sample: float) -> Timeline:
    """Note how far behind the stream is; what comes quicker than all before lowers the offset."""
    offset = sample if after.offset is None else min(sample, after.offset)
    lag = sample - offset
    since = after.behind_since
    if lag > BEHIND_S:
        since = since if since is not None else sample + after.stamp
    return replace(after, offset=offset, lag=lag, behind_since=since if lag > BEHIND_S else None)


def _leapt(before: Timeline, arrival: PictureArrival) -> bool:
    """Whether the stamps ran ahead."""
    step = 0.0 if arrival.stamp is None else arrival.stamp - before.stamp
    return step > (before.interval or 0.0) + _JUMP_S


def _was_waited_for(arrival: PictureArrival, interval: float | None) -> bool:
    if arrival.waited is not None:
        return arrival.waited
    return arrival.came - arrival.asked >= _WAITED_SHARE * (interval or 0.0)


def _since(before: Timeline, arrival: PictureArrival) -> float:
    return arrival.came - (arrival if before.last is None else before.last).came


def _silence(before: Timeline) -> float:
    return max(_SILENCE_S, _SILENT_INTERVALS * (before.interval or 0.0))


def _step(before: Timeline, arrival: PictureArrival) -> float:
    """Seconds by which a picture without a stamp counts as taken after the one before it."""
    gap = _since(before, arrival)
    return gap if before.interval is None or gap <= _silence(before) else before.interval


def _interval(before: Timeline, arrival: PictureArrival, stamp: float) -> float | None:
    gap = stamp - before.stamp if arrival.stamp is not None else _since(before, arrival)
    if gap <= 0.0:
        return before.interval
    if before.interval is None:
        return min(gap, 10.0)
    return (1 - _LEARN) * before.interval + _LEARN * min(gap, _silence(before))
