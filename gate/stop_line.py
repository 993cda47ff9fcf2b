"""How wide plates are at a lane's stop line, learnt from the vehicles that passed there. Pure.

It is learnt from every vehicle that passed, whoever let it in, so that a camera that was moved or
zoomed is followed: the guard lets the first ones in.

A vehicle whose plate cannot be read may stand before the arm while a registered one waits close
behind it; the arm must not rise for the one behind. Rule: once enough vehicles have passed, a plate
decides only where it is as wide as plates at the stop line are, give or take where drivers stop.
Shares: with a camera 2.6 to 6.8 m from the line, a plate at the far end of a loop of 1.7 m is at
least 0.60 as wide as one at its near end, and one behind a car of 4.7 m and a gap of a metre less.
Narrower plates (two lines, 220 mm) get half.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from statistics import median

REMEMBERED = 64
ENOUGH = 12
SHARE = 0.6
SHARE_TWO_LINES = 0.3


@dataclass(frozen=True, slots=True)
class StopLine:
    """widths: of the plates of the last vehicles that passed, in pixels, oldest first."""

    widths: tuple[float, ...] = ()

    def learnt(self, width: float) -> "StopLine":
        """Return the line after one more vehicle. width: of the widest plate before it passed."""
        if width <= 0:
            return self
        return StopLine((*self.widths, width)[-REMEMBERED:])

    def least(self, floor: float, *, two_lines: bool) -> float:
        """Return the least width of a plate that decides; at least `floor`."""
        if len(self.widths) < ENOUGH:
            return floor
        share = SHARE_TWO_LINES if two_lines else SHARE
        return max(floor, share * median(self.widths))


def stop_line(widths: Iterable[float]) -> StopLine:
    """Return the line that these vehicles have taught, oldest first."""
    line = StopLine()
    for width in widths:
        line = line.learnt(width)
    return line
