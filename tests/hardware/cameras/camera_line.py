"""The way of pictures from a camera to a reader, on told time: what waits where, and for how long.

The camera takes a picture every so often and stamps it by its own clock. The network holds pictures
back while it stalls and then brings them in a burst; what has come waits in `room` places until the
reader asks, and what finds no place is thrown away by the camera. A reader may be away, and works
on each picture for a while. A source that holds pictures hands one out when the next has come.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hardware.cameras.picture_age import PictureArrival, Timeline, follow


@dataclass(frozen=True, slots=True)
class Stall:
    """From `at` on nothing goes on for `lasts` seconds, in the network or in the reader."""

    at: float
    lasts: float
    where: str


@dataclass(repr=True)
class Line:
    """clock: stamps' seconds in one of ours. backlog: seconds that a server has kept from before.
    burst: seconds between pictures that were held back. missing: every so many has no stamp.
    shifts: (second, by how much) the camera's clock is set. gave_up: whether the stream was once
    beyond hope: `told` then opens it anew, and what was on its way is gone.
    """

    every: float
    clock: float = 1.0
    held: bool = False
    stamped: bool = True
    backlog: float = 0.0
    burst: float = 0.001
    work: float = 0.002
    jitter: float = 0.0
    room: int = 100
    stalls: Sequence[Stall] = ()
    shifts: Sequence[tuple[float, float]] = ()
    missing: int = 0
    seed: int = 0
    gave_up: bool = field(default=False, compare=False)

    def calm(self) -> "Line":
        """The same line when nothing goes wrong."""
        return replace(self, stalls=(), shifts=(), backlog=0.0, work=min(self.work, self.every / 4))

    def stamp(self, number: int, taken: float) -> float | None:
        if not self.stamped or (self.missing and number % self.missing == 0):
            return None
        return 40000.0 + taken * self.clock + sum(by for at, by in self.shifts if taken >= at)


@dataclass(frozen=True, slots=True)
class _Picture:
    number: int
    taken: float
    came: float


def _came(line: Line, seconds: float) -> list[_Picture]:
    """Pictures in their order, with the second at which each is at our door."""
    dice, found, free = random.Random(line.seed), [], -1.0
    first = -int(line.backlog / line.every)
    for number in range(first, int(seconds / line.every)):
        taken = number * line.every
        at = max(taken, 0.0) + 0.02 + dice.uniform(0.0, line.jitter)
        for stall in line.stalls:
            if stall.where == "network" and stall.at <= at < stall.at + stall.lasts:
                at = stall.at + stall.lasts
        at = max(at, free)
        free = at + line.burst
        found.append(_Picture(number - first, taken, at))
    return found


def told(line: Line, seconds: float) -> list[tuple[float, float | None]]:
    """Read the line: for each picture when it was taken and when it is told to have been taken."""
    coming, door = _came(line, seconds), []
    state, now, seen = Timeline(held=line.held), 0.0, []
    need = 2 if line.held else 1

    def arrive(until: float) -> None:
        while coming and coming[0].came <= until:
            picture = coming.pop(0)
            if len(door) < line.room + need:
                door.append(picture)

    while True:
        for stall in line.stalls:
            if stall.where == "reader" and stall.at <= now < stall.at + stall.lasts:
                now = stall.at + stall.lasts
        arrive(now)
        asked, waited = now, len(door) < need
        while len(door) < need and coming:
            now = max(now, coming[0].came)
            arrive(now)
        if len(door) < need:
            return seen
        picture = door.pop(0)
        stamp = line.stamp(picture.number, picture.taken)
        state = follow(state, PictureArrival(asked, now, stamp, waited))
        if state.hopeless(now):
            line.gave_up, state = True, Timeline(held=line.held)
            door.clear()
            coming[:] = [one for one in coming if one.taken >= now]
            continue
        seen.append((picture.taken, state.taken(now)))
        now += line.work
