"""Plates drawn as plates: the right ground, differing characters marked, all text escaped."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.console.components.plate_chip import MISSING, plate_chip


@pytest.mark.parametrize(
    ("plate", "seen", "ground"),
    [
        ("吉A12345", "", "blue"),
        ("吉A12345", "yellow", "yellow"),
        ("吉A12345", "green", "blue"),
        ("吉AD12345", "", "green"),
        ("吉A12345D", "green", "yellow_green"),
        ("吉A1234警", "", "white"),
        ("粤Z1234港", "", "black"),
        ("吉A1234挂", "", "yellow"),
        ("吉X1234应急", "", "white"),
        ("nonsense", "", "unknown"),
    ],
)
def test_the_ground_is_that_of_the_form(plate, seen, ground):
    assert f"plate-{ground}" in plate_chip(plate, seen)


def test_a_trailer_has_two_lines():
    assert "plate-stacked" in plate_chip("吉A1234挂")
    assert "plate-stacked" not in plate_chip("吉A12345")


def test_no_plate_is_drawn_as_none():
    assert "plate-none" in plate_chip("")


def marked(html: str) -> list[str]:
    return re.findall(r'<b class="[^"]*plate-differs[^"]*">(.)</b>', html)


def test_what_differs_is_marked():
    assert marked(plate_chip("吉AK510F", against="吉AK510E")) == ["F"]
    assert marked(plate_chip("吉AK510E", against="吉AK510E")) == []


def test_a_lost_character_is_marked_where_it_was():
    assert marked(plate_chip("苏AF9421", against="苏AF94211")) == [MISSING]


def test_the_text_alternative_spells_the_plate():
    assert 'aria-label="吉 A 1 2 3 4 5"' in plate_chip("吉A12345")


@given(st.text(max_size=12), st.text(max_size=12))
def test_no_text_escapes_its_element(text, against):
    html = plate_chip(text, against=against)
    inner = re.sub(r"<(/?)(span|b|i)( [a-z-]+=\"[^\"<>]*\")*>", "", html)
    assert "<" not in inner
