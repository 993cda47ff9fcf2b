"""Weekly hours: days, wall-clock times, windows over midnight, and texts that are none."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.domain.schedule import ALWAYS, Schedule, ScheduleError, parse_schedule

SUNDAY = datetime(2026, 11, 22)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of the week; day 1 is Monday."""
    return SUNDAY + timedelta(days=day - 7, hours=hour, minutes=minute)


@pytest.mark.parametrize(
    ("text", "instant", "holds"),
    [
        ("1-5 07:00-19:00", at(1, 7), True),
        ("1-5 07:00-19:00", at(5, 18, 59), True),
        ("1-5 07:00-19:00", at(5, 19), False),
        ("1-5 07:00-19:00", at(6, 12), False),
        ("1-5 07:00-19:00; 6,7 09:00-18:00", at(7, 9), True),
        ("5 22:00-06:00", at(5, 23), True),
        ("5 22:00-06:00", at(6, 5, 59), True),
        ("5 22:00-06:00", at(5, 5), False),
        ("7 22:00-06:00", at(1, 1), True),
        ("1-7 00:00-24:00", at(3, 23, 59), True),
        ("1 8:00-9:00", at(1, 8), True),
    ],
)
def test_windows(text: str, instant: datetime, holds: bool) -> None:
    assert parse_schedule(text).holds(instant) is holds


@pytest.mark.parametrize(
    "text", ["8 07:00-19:00", "1 7-19", "1 25:00-26:00", "Mon 07:00-08:00", "5-1 07:00-08:00"]
)
def test_what_is_no_schedule_is_said(text: str) -> None:
    with pytest.raises(ScheduleError):
        parse_schedule(text)


@given(st.datetimes())
def test_no_windows_is_never_and_no_schedule_is_always(instant: datetime) -> None:
    assert ALWAYS.holds(instant)
    assert not Schedule(()).holds(instant)
    assert parse_schedule("1-7 00:00-24:00").holds(instant)
