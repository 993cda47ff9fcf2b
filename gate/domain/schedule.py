"""Weekly hours, such as "1-5 07:00-19:00; 6,7 09:00-18:00". Pure.

Days are 1 (Monday) to 7, as in ISO 8601. A window whose end is not after its start runs over
midnight and belongs to the day it starts on. Times are wall-clock times of the site.
"""

import re
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final

_WINDOW: Final = re.compile(r"([1-7](?:[-,][1-7])*)\s+(\d{1,2}:\d{2})-(\d{1,2}:\d{2})")


class ScheduleError(ValueError):
    """The text is no schedule."""


@dataclass(frozen=True, slots=True)
class Window:
    """Some days of the week, from start (included) to end (not included)."""

    days: frozenset[int]
    start: time
    end: time

    def holds(self, local: datetime) -> bool:
        """Whether a wall-clock instant lies within."""
        day, now = local.isoweekday(), local.time()
        if self.start < self.end:
            return day in self.days and self.start <= now < self.end
        yesterday = 7 if day == 1 else day - 1
        return (day in self.days and now >= self.start) or (
            yesterday in self.days and now < self.end
        )


@dataclass(frozen=True, slots=True)
class Schedule:
    """Windows of the week; within any of them it holds. None means always."""

    windows: tuple[Window, ...] | None = None

    def holds(self, local: datetime) -> bool:
        """Whether a wall-clock instant lies within one of the windows."""
        return self.windows is None or any(window.holds(local) for window in self.windows)


ALWAYS: Final = Schedule()


def parse_schedule(text: str) -> Schedule:
    """The schedule that the text spells; raises ScheduleError with what is wrong and an example."""
    return Schedule(tuple(_window(part.strip()) for part in text.split(";") if part.strip()))


def _window(text: str) -> Window:
    found = _WINDOW.fullmatch(text)
    if found is None:
        raise ScheduleError(f"{text!r} is no window of hours; write for example 1-5 07:00-19:00")
    try:
        start, end = time.fromisoformat(found[2].zfill(5)), _end(found[3])
    except ValueError as error:
        raise ScheduleError(f"{text!r}: {error}; write times as 07:00") from error
    return Window(_days(found[1]), start, end)


def _end(text: str) -> time:
    """24:00 is the midnight after, which a window that runs to 00:00 means too."""
    return time(0) if text == "24:00" else time.fromisoformat(text.zfill(5))


def _days(text: str) -> frozenset[int]:
    days: set[int] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        days.update(range(int(first), int(last or first) + 1))
    if not days:
        raise ScheduleError(f"{text!r} names no day; write days as 1-5 or 6,7")
    return frozenset(days)
