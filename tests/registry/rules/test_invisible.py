"""What nobody sees is dropped, and nothing else."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules import addresses, fields
from registry.rules.invisible import visible
from registry.rules.plates import normalise

MARKS = [chr(n) for n in range(0x110000) if unicodedata.category(chr(n)) == "Cf"]


def test_every_format_character_is_dropped() -> None:
    assert len(MARKS) > 100
    assert visible("".join(MARKS)) == ""


@given(st.text())
def test_nothing_that_is_seen_is_dropped(text: str) -> None:
    seen = "".join(c for c in text if unicodedata.category(c) != "Cf")
    left = visible(text)
    assert visible(left) == left
    assert set(seen) - set(left) <= set("\u034f\u115f\u1160\u2800\u3164\uffa0")


@pytest.mark.parametrize("mark", [*"\u200b\u200e\u202d\u202c\ufeff\u2060\u00ad"])
def test_a_mark_in_any_cell_changes_nothing(mark: str) -> None:
    def marked(text: str) -> str:
        return mark + mark.join(text) + mark

    assert normalise(marked("吉A12345")) == "吉A12345"
    assert fields.name(marked("张三")) == "张三"
    assert fields.phone(marked("13900001234")) == "13900001234"
    assert fields.spaces(marked("B-1")) == ("B-1",)
    assert addresses.parse(marked("3栋2单元501")) == addresses.parse("3-2-501")
    assert fields.is_nothing(marked("无"))
