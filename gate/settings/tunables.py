"""Which settings may change while the gate runs, and within what bounds. Pure.

The bounds are narrower than those of config.yaml: whoever may press a button at night must not be
able to make the gate open on a guess. What lies beyond them is for the file, and who may edit it.
"""

import string
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from math import isfinite
from typing import Final

from gate.domain.errors import GateError
from gate.domain.schedule import ScheduleError, parse_schedule

Value = float | int | bool | str | None


class SettingKind(StrEnum):
    """How a setting is typed and shown."""

    SHARE = "share"
    SECONDS = "seconds"
    COUNT = "count"
    CHOICE = "choice"
    SWITCH = "switch"
    HOURS = "hours"
    TEXT = "text"


class SettingFault(StrEnum):
    """Why a value is not taken; the words are in the catalogue `settings`, under `fault`."""

    UNKNOWN = "unknown"
    NUMBER = "number"
    WHOLE = "whole"
    RANGE = "range"
    CHOICE = "choice"
    HOURS = "hours"
    EMPTY = "empty"
    LONG = "long"
    NAMES = "names"
    CHARACTER = "character"
    DEBT = "debt"
    SAME = "same"
    RACED = "raced"
    WHY = "why"


class SettingRefusedError(GateError):
    """A change was not made. values: what the fault's text names, such as low and high."""

    def __init__(self, fault: SettingFault, **values: object) -> None:
        named = ", ".join(f"{name} {value}" for name, value in values.items())
        super().__init__(f"{fault.value}: {named}" if named else fault.value)
        self.fault, self.values = fault, values


@dataclass(frozen=True, slots=True)
class Tunable:
    """A setting that may change. low, high: both included. longest: characters of a text.

    original: the program's own text; a changed one may use the same {names} and no others.
    """

    key: str
    kind: SettingKind
    low: float = 0
    high: float = 0
    choices: tuple[str, ...] = ()
    optional: bool = False
    longest: int = 200
    original: str = ""
    group: str = ""


def _of(group: str, *tunables: Tunable) -> dict[str, Tunable]:
    return {one.key: replace(one, group=group) for one in tunables}


POLICY: Final[Mapping[str, Tunable]] = {
    **_of(
        "sureness",
        Tunable("policy.open_confidence", SettingKind.SHARE, 0.9, 0.9999),
        Tunable("policy.min_frames", SettingKind.COUNT, 2, 20),
        Tunable("policy.exit_confidence", SettingKind.SHARE, 0.5, 0.9999),
        Tunable("policy.emergency_confidence", SettingKind.SHARE, 0.6, 0.9999),
    ),
    **_of(
        "times",
        Tunable("policy.decide_within_s", SettingKind.SECONDS, 1, 30),
        Tunable("policy.order_expires_s", SettingKind.SECONDS, 0.5, 5),
        Tunable("policy.wait_for_passing_s", SettingKind.SECONDS, 10, 600),
    ),
    **_of(
        "cases",
        Tunable("policy.second_car", SettingKind.CHOICE, choices=("guard", "visitor", "admit")),
        Tunable("policy.repeat_entry", SettingKind.CHOICE, choices=("warn", "refuse")),
        Tunable("policy.wrong_way", SettingKind.CHOICE, choices=("refuse", "ask")),
        Tunable("policy.visitor_capacity", SettingKind.COUNT, 0, 9999, optional=True),
        Tunable("policy.expired_grace_days", SettingKind.COUNT, 0, 60),
        Tunable("policy.blocked_emergency", SettingKind.SWITCH),
    ),
    **_of(
        "hours",
        Tunable("policy.visitor_hours", SettingKind.HOURS),
        Tunable("policy.staff_hours", SettingKind.HOURS),
    ),
}
# Access must not depend on payments (ADR 0031), and a sign must not shame anybody.
_DEBT: Final = ("欠费", "欠缴", "缴费", "交费", "物业费", "arrears", "overdue", "unpaid", "debt")


def read(tunable: Tunable, typed: object) -> Value:
    """Return what was typed as a value of this setting. Raises SettingRefusedError."""
    text = unicodedata.normalize("NFKC", str(typed)).strip() if typed is not None else ""
    match tunable.kind:
        case SettingKind.SHARE | SettingKind.SECONDS:
            return _number(tunable, text)
        case SettingKind.COUNT:
            return _count(tunable, text)
        case SettingKind.CHOICE:
            return _choice(tunable.choices, text)
        case SettingKind.SWITCH:
            return _choice(("false", "true"), text.lower()) == "true"
        case SettingKind.HOURS:
            return _hours(text)
        case SettingKind.TEXT:
            return _text(tunable, "" if typed is None else str(typed).strip())


def _number(tunable: Tunable, text: str) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise SettingRefusedError(SettingFault.NUMBER) from error
    if not isfinite(value) or not tunable.low <= value <= tunable.high:
        raise SettingRefusedError(SettingFault.RANGE, low=tunable.low, high=tunable.high)
    return value


def _count(tunable: Tunable, text: str) -> int | None:
    if not text and tunable.optional:
        return None
    value = _number(tunable, text)
    if value != int(value):
        raise SettingRefusedError(SettingFault.WHOLE)
    return int(value)


def _choice(choices: tuple[str, ...], text: str) -> str:
    if text not in choices:
        raise SettingRefusedError(SettingFault.CHOICE)
    return text


def _hours(text: str) -> str:
    try:
        parse_schedule(text)
    except ScheduleError as error:
        raise SettingRefusedError(SettingFault.HOURS) from error
    return text


def _text(tunable: Tunable, text: str) -> str:
    if not text:
        raise SettingRefusedError(SettingFault.EMPTY)
    if len(text) > tunable.longest:
        raise SettingRefusedError(SettingFault.LONG, longest=tunable.longest)
    if any(unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co"} for character in text):
        raise SettingRefusedError(SettingFault.CHARACTER)
    if any(word in text.lower() for word in _DEBT):
        raise SettingRefusedError(SettingFault.DEBT)
    allowed = _names(tunable.original) or set()
    names = _names(text)
    if names is None or not names <= allowed:
        shown = " ".join(f"{{{name}}}" for name in sorted(allowed)) or "—"
        raise SettingRefusedError(SettingFault.NAMES, names=shown)
    return text


def _names(text: str) -> set[str] | None:
    """Return the {names} in a text; None where a brace is not closed or asks for more."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        return None
    if any(spec or conversion for _, name, spec, conversion in parts if name is not None):
        return None
    return {name for _, name, _, _ in parts if name is not None}
