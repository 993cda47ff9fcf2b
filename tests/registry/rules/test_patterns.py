"""Listed forms: what they match, and that none can let ordinary cars in."""

import pytest
from hypothesis import given

from registry.rules.kinds import ListedKind
from registry.rules.patterns import Pattern, PatternFault, compile_pattern
from tests.registry import strategies


@pytest.mark.parametrize(
    ("pattern", "plate", "matches"),
    [
        ("吉O????警", "吉O1234警", True),
        ("吉O????警", "吉A1234警", False),
        ("*应急", "吉X1234应急", True),
        ("wj*", "WJ吉12345", True),
        ("吉A1234?", "吉A12345", True),
        ("吉A1234?", "吉B12345", False),
    ],
)
def test_a_pattern_matches_whole_plates(pattern: str, plate: str, matches: bool) -> None:
    compiled = compile_pattern(pattern, ListedKind.EMERGENCY)
    assert isinstance(compiled, Pattern)
    assert compiled.matches(plate) is matches


@pytest.mark.parametrize("pattern", ["*", "吉A*", "???????", "吉A12*", ""])
def test_a_pattern_that_ordinary_cars_fit_is_refused(pattern: str) -> None:
    assert isinstance(compile_pattern(pattern, ListedKind.UTILITY), PatternFault)


@pytest.mark.parametrize("pattern", ["吉A[0-9]+", "吉A1234|苏B12345", "(吉A12345)", "吉A1234[5]"])
def test_a_pattern_is_no_regular_expression(pattern: str) -> None:
    assert compile_pattern(pattern, ListedKind.UTILITY) is PatternFault.FOREIGN_CHARACTER


@given(strategies.civil)
def test_special_endings_match_no_civil_plate(text: str) -> None:
    for pattern in ("*警", "*应急", "WJ*", "*使", "*领", "民航*"):
        compiled = compile_pattern(pattern, ListedKind.EMERGENCY)
        assert isinstance(compiled, Pattern)
        assert not compiled.matches(text)
