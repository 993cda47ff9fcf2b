"""Keys mean one thing at a time: a sheet's keys lie over the page's."""

import pytest

from gate.console.ui.keys import Keys, key_name


@pytest.mark.parametrize(
    ("name", "code", "shift", "wanted"),
    [
        ("1", "Digit1", False, "1"),
        ("!", "Digit1", True, "shift+1"),
        ("1", "Numpad1", False, "1"),
        ("A", "KeyA", True, "a"),
        ("?", "Slash", True, "?"),
    ],
)
def test_a_key_has_one_name_wherever_it_is(name, code, shift, wanted):
    assert key_name(name, code, shift=shift) == wanted


def test_the_newest_layer_is_heard_first_and_the_page_below_it():
    keys = Keys()
    page, sheet = (lambda: "page"), (lambda: "sheet")
    keys.lay({"1": page, "2": page})
    lift = keys.lay({"1": sheet})
    assert keys.find("1") is sheet
    assert keys.find("2") is page
    lift()
    assert keys.find("1") is page


def test_under_a_sheet_the_page_is_silent():
    keys = Keys()
    keys.lay({"1": lambda: "raise the arm"})
    lift = keys.lay({}, alone=True)
    assert keys.find("1") is None
    lift()
    assert keys.find("1") is not None


def test_lifting_twice_or_out_of_order_takes_away_only_its_own():
    keys = Keys()
    first = keys.lay({"1": lambda: 1})
    second = keys.lay({"2": lambda: 2})
    first()
    first()
    assert keys.find("2") is not None
    second()
    assert keys.find("2") is None
