"""What no page may set: each property of test_settings on a mutant of the bounds, red."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from gate.settings import runtime as gate_settings
from gate.settings import tunables
from gate.settings.tunables import SettingFault
from tests.gate.settings import test_runtime as properties
from tests.mutants import seen_red

MUTANTS: dict[str, tuple[Callable[..., Any], Callable[..., Any], str, str]] = {
    "a number is not held to its lower bound": (
        properties.test_no_page_makes_the_entrance_open_on_a_guess,
        tunables._number,
        "not tunable.low <= value <= tunable.high",
        "not value <= tunable.high",
    ),
    "a number is not held to its upper bound": (
        properties.test_no_page_makes_the_entrance_open_on_a_guess,
        tunables._number,
        "not tunable.low <= value <= tunable.high",
        "not tunable.low <= value",
    ),
    "a value that is no number is taken": (
        properties.test_no_page_makes_the_entrance_open_on_a_guess,
        tunables._number,
        "not isfinite(value) or not tunable.low <= value <= tunable.high",
        "value < tunable.low or value > tunable.high",
    ),
    "a count is not held to bounds": (
        properties.test_no_page_lets_one_picture_open_the_entrance,
        tunables._count,
        "value = _number(tunable, text)",
        "value = float(text)",
    ),
    "half a picture is taken": (
        properties.test_a_count_is_whole,
        tunables._count,
        "if value != int(value):",
        "if False:",
    ),
    "any name may stand in a text": (
        partial(properties.test_what_no_sign_may_show, "欢迎 {name}", SettingFault.NAMES),
        tunables._text,
        "if names is None or not names <= allowed:",
        "if False:",
    ),
    "a sign may speak of debts": (
        partial(properties.test_what_no_sign_may_show, "{plate} 欠费请缴费", SettingFault.DEBT),
        tunables._text,
        "if any(word in text.lower() for word in _DEBT):",
        "if False:",
    ),
    "a text may be as long as it likes": (
        properties.test_a_text_that_is_taken_can_be_said_with_a_plate,
        tunables._text,
        "if len(text) > tunable.longest:",
        "if False:",
    ),
    "anything may change": (
        properties.test_nothing_but_what_is_listed_may_change,
        gate_settings.tunable_of,
        "raise SettingRefusedError(SettingFault.UNKNOWN)",
        'return Tunable(key, SettingKind.TEXT, original="")',
    ),
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", MUTANTS)
def test_each_property_is_red_on_a_mutant(name: str) -> None:
    seen_red(*MUTANTS[name], properties)


@pytest.mark.parametrize(
    ("key", "bounds"),
    [
        ("policy.open_confidence", {"low": 0.5}),
        ("policy.open_confidence", {"high": 1.0}),
        ("policy.min_frames", {"low": 1}),
        ("policy.order_expires_s", {"high": 60}),
        ("policy.emergency_confidence", {"low": 0.1}),
    ],
)
def test_a_wider_bound_is_noticed(
    key: str, bounds: dict[str, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    wider = {**tunables.POLICY, key: replace(tunables.POLICY[key], **bounds)}  # type: ignore[arg-type]  # only numbers
    monkeypatch.setattr(properties, "POLICY", wider)
    with pytest.raises(AssertionError):
        properties.test_the_bounds_of_the_page_are_these()
