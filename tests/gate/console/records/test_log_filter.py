"""The log's filter: what names somebody, what a part of a plate means, which days are meant."""

from datetime import date

import pytest

from gate.console.records.log_filter import Span, names_somebody, plate_pattern, span_of
from gate.reports.model import PassageFilter

TODAY = date(2026, 3, 15)


@pytest.mark.parametrize(
    ("typed", "pattern"),
    [
        ("", ""),
        ("吉A12345", "吉A12345"),
        ("吉a·12345", "吉A12345"),
        ("123", "*123*"),
        ("吉A*", "吉A*"),
        ("吉A12?45", "吉A12?45"),
        ("12%", "12*"),
    ],
)
def test_a_part_is_looked_for_anywhere(typed, pattern):
    assert plate_pattern(typed) == pattern


@pytest.mark.parametrize(
    ("which", "somebody"),
    [
        (PassageFilter(), False),
        (PassageFilter(plate="吉A12345"), True),
        (PassageFilter(plate="吉A1234?"), True),
        (PassageFilter(plate="吉A*"), False),
        (PassageFilter(household="3-2-501"), True),
        (PassageFilter(reasons=("resident",)), False),
    ],
)
def test_following_one_vehicle_or_household_is_a_look_up(which, somebody):
    assert names_somebody(which) is somebody


@pytest.mark.parametrize(
    ("period", "first", "last", "span"),
    [
        ("today", "", "", Span(TODAY, TODAY)),
        ("yesterday", "", "", Span(date(2026, 3, 14), date(2026, 3, 14))),
        ("week", "", "", Span(date(2026, 3, 9), TODAY)),
        ("days", "2026-03-01", "2026-03-05", Span(date(2026, 3, 1), date(2026, 3, 5))),
        ("days", "2026-03-05", "2026-03-01", Span(date(2026, 3, 1), date(2026, 3, 5))),
        ("days", "2026-03-05", "", Span(date(2026, 3, 5), date(2026, 3, 5))),
        ("days", "nonsense", "", Span(TODAY, TODAY)),
    ],
)
def test_a_choice_of_period_means_days(period, first, last, span):
    assert span_of(period, TODAY, first, last) == span
