"""The name check: match, near or none, and never the name itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry import names
from registry.kinds import NameMatch


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("张明华", NameMatch.MATCH),
        (" 张 明华 ", NameMatch.MATCH),
        ("张明华先生", NameMatch.MATCH),
        ("章明华", NameMatch.NEAR),
        ("张铭花", NameMatch.NEAR),
        ("張明華", NameMatch.NEAR),
        ("明华", NameMatch.NEAR),
        ("張", NameMatch.NONE),
        ("张先生", NameMatch.NONE),
        ("华", NameMatch.NONE),
        ("李明华", NameMatch.NONE),
        ("", NameMatch.NONE),
        ("先生", NameMatch.NONE),
        ("张明", NameMatch.NONE),
    ],
)
def test_what_visitors_say(said: str, outcome: NameMatch) -> None:
    assert names.check(said, ["张明华"]) is outcome


def test_a_long_surname_may_be_missing_as_a_whole() -> None:
    assert names.check("明华", ["欧阳明华"]) is NameMatch.NEAR
    assert names.check("阳明华", ["欧阳明华"]) is NameMatch.NONE


def test_anybody_of_the_household_counts_and_the_best_fit_wins() -> None:
    assert names.check("李娜", ["张明华", "李娜"]) is NameMatch.MATCH
    assert names.check("章明华", ["李娜", "张明华"]) is NameMatch.NEAR


def test_a_household_without_names_matches_nobody() -> None:
    assert names.check("张明华", []) is NameMatch.NONE
    assert names.check("张明华", [""]) is NameMatch.NONE


def test_latin_names_need_no_case() -> None:
    assert names.check("john smith", ["John Smith"]) is NameMatch.MATCH
    assert names.check("smith", ["John Smith"]) is NameMatch.NONE


@given(st.text(max_size=12), st.text(max_size=12))
def test_any_text_gets_an_answer(said: str, name: str) -> None:
    assert names.check(said, [name]) in NameMatch


@given(st.text("张王李明华伟娜刚欧阳", min_size=2, max_size=4))
def test_a_name_matches_itself(name: str) -> None:
    assert names.check(name, [name]) is NameMatch.MATCH


def test_initials_know_every_reading() -> None:
    assert names.initials("张三") == {"zs"}
    assert {"zgf", "cgf"} <= names.initials("曾国藩")


@pytest.mark.parametrize(
    ("name", "shown"), [("张三", "张*"), ("欧阳明华", "欧***"), ("", ""), ("李", "李*")]
)
def test_masked_names(name: str, shown: str) -> None:
    assert names.mask(name) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [("13900001234", "139****1234"), ("84501234", "845*1234"), ("110", "***"), ("", "")],
)
def test_masked_phones(phone: str, shown: str) -> None:
    assert names.mask_phone(phone) == shown
