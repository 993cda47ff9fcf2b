"""Where plates are, and how wide, at a lane's stop line, learnt from vehicles that passed. Pure.

It is learnt from every vehicle that passed, whoever let it in, so that a camera that was moved or
zoomed is followed: the guard lets the first ones in.

A vehicle whose plate cannot be read may stand before the arm while a registered one waits close
behind it, parks beside it or drives by in the next lane; the arm must not rise for any of those.
Rule: once enough vehicles have passed, a plate decides only where plates at the stop line are and
as wide as they are there, give or take where drivers stop. Shares: with a camera 2.6 to 6.8 m from
the line, a plate at the far end of a loop of 1.7 m is at least 0.60 as wide as one at its near end,
and one behind a car of 4.7 m and a gap of a metre less. Narrower plates (two lines, 220 mm) get
half. Reach: a plate is 0.44 m wide, so that 2.5 widths are 1.1 m to each side of the usual place;
the middle of the next lane is at least 2.5 m away.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import hypot
from statistics import median

REMEMBERED = 64
ENOUGH = 12
SHARE = 0.6
SHARE_TWO_LINES = 0.3
REACH = 2.5

Spot = tuple[float, float, float]
"""Middle x and y of a plate in pixels of the picture, and its width; x and y are 0 if not known."""


@dataclass(frozen=True, slots=True)
class _Usual:
    """Where plates at the line are, and how wide, in pixels; None until enough have taught it."""

    width: float | None
    place: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class StopLine:
    """spots: of the plates of the last vehicles that passed, oldest first.

    What is usual follows from them once for each line: every plate that is seen asks for it.
    """

    spots: tuple[Spot, ...] = ()
    _usual: _Usual = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_usual", _usual(self.spots))

    def learnt(self, spot: Spot) -> "StopLine":
        """Return the line after one more vehicle. spot: of its plate, or the widest one seen."""
        if spot[2] <= 0:
            return self
        return StopLine((*self.spots, spot)[-REMEMBERED:])

    def least(self, floor: float, *, two_lines: bool) -> float:
        """Return the least width in pixels of a plate that decides; at least `floor`."""
        if self._usual.width is None:
            return floor
        share = SHARE_TWO_LINES if two_lines else SHARE
        return max(floor, share * self._usual.width)

    @property
    def is_known(self) -> bool:
        """Whether enough vehicles have passed to tell where plates at the line are."""
        return self._usual.place is not None

    def is_at(self, spot: Spot) -> bool:
        """Return whether a plate is where plates at the line are, as far as that is known yet."""
        width, place = self._usual.width, self._usual.place
        if width is None or place is None:
            return True
        reach = REACH * width
        return hypot(spot[0] - place[0], spot[1] - place[1]) <= reach


def _usual(spots: Sequence[Spot]) -> _Usual:
    places = [(x, y) for x, y, _ in spots if x or y]
    width = median(width for _, _, width in spots) if len(spots) >= ENOUGH else None
    if len(places) < ENOUGH:
        return _Usual(width, None)
    return _Usual(width, (median(x for x, _ in places), median(y for _, y in places)))


def stop_line(spots: Iterable[Spot]) -> StopLine:
    """Return the line that these vehicles have taught, oldest first."""
    measured = tuple(spot for spot in spots if spot[2] > 0)
    return StopLine(measured[-REMEMBERED:])
