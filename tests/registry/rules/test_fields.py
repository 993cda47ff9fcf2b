"""Single cells: days however they are written, words for nothing, numbers that lost digits."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from registry.rules import fields
from registry.rules.fields import RowFault

ZONE = ZoneInfo("Asia/Shanghai")
END = datetime(2027, 12, 31, 16, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2027-12-31",
        "2027/12/31",
        "2027.12.31",
        "2027年12月31日",
        "20271231",
        "２０２７－１２－３１",
        "2027-12-31 00:00:00",
        "2027-12-31T00:00:00",
        "2027/12/31 0:00",
        "2027-12-31 00:00:00.000",
        "2027-12-31 24:00",
        "2027-12-31\u200e",
    ],
)
def test_a_day_lasts_until_its_end_however_it_is_written(text: str) -> None:
    assert fields.ends(text, ZONE) == END
    assert fields.starts(text, ZONE) == datetime(2027, 12, 30, 16, 0, tzinfo=UTC)


def test_an_hour_that_is_written_counts() -> None:
    assert fields.ends("2027-12-31 18:30", ZONE) == datetime(2027, 12, 31, 10, 30, tzinfo=UTC)


def test_what_a_day_is_written_as_is_read_as_the_same_end() -> None:
    for end in (END, datetime(2027, 12, 31, 10, 30, tzinfo=UTC), None):
        assert fields.ends(fields.write_end(end, ZONE), ZONE) == end


@pytest.mark.parametrize(
    ("number", "since_1904", "day"),
    [
        ("46752", False, "2027-12-31"),
        ("45290", True, "2027-12-31"),
        ("36525", False, None),
        ("99999", False, None),
        ("501", False, None),
        ("20271231", False, None),
        ("46752.5", False, None),
    ],
)
def test_the_number_of_a_day_is_that_day(number: str, since_1904: bool, day: str | None) -> None:
    assert fields.day_of(number, since_1904=since_1904) == day


@pytest.mark.parametrize(
    "text",
    [
        *(
            "无",
            "暂无",
            "没有",
            "-",
            "--",
            "—",
            "——",
            "/",
            "\\",
            "／",
            "（无）",
            "N/A",
            "na",
            "None",
        ),
        *("空置", "未售", "空房", "...", "…", " 无 ", "\u200b无", "不详", "*"),
    ],
)
def test_words_for_nothing_are_nothing(text: str) -> None:
    assert fields.is_nothing(text)


@pytest.mark.parametrize("text", ["0", "吴", "无名路", "X", "A", "1", "空军", "未来", "B-1"])
def test_what_may_mean_something_is_not_nothing(text: str) -> None:
    assert not fields.is_nothing(text)


def test_a_remark_keeps_that_a_flat_is_vacant() -> None:
    assert not fields.is_nothing("空置", remark=True)
    assert fields.is_nothing("无", remark=True)


@pytest.mark.parametrize(
    ("text", "is_number", "found"),
    [
        ("13800000000", False, "13800000000"),
        ("13800000000", True, RowFault.PHONE_ROUNDED),
        ("1.38E+10", False, RowFault.PHONE_ROUNDED),
        ("1.38E10", False, RowFault.PHONE_ROUNDED),
        ("13800001234", True, "13800001234"),
        ("1380000 0000", False, "13800000000"),
        ("2026-03-12", False, RowFault.PHONE_FORM),
        ("0431-84501234", False, "043184501234"),
    ],
)
def test_only_a_number_can_have_lost_digits(text: str, is_number: bool, found: object) -> None:
    assert fields.phone(text, is_number=is_number) == found


@pytest.mark.parametrize(
    "text", ["2026-03-12", "2026-03-12T10:00:00", "03:12:00", "B-1、2026-03-12"]
)
def test_a_day_or_a_time_is_no_parking_space(text: str) -> None:
    assert fields.spaces(text) is RowFault.SPACE_FORM


def test_a_day_is_no_holder() -> None:
    assert fields.holder("2026-03-12") is RowFault.HOLDER_FORM
    assert fields.holder("某公司") == "某公司"
