"""Forms of plates that are listed as a whole, such as "吉O????警". Pure.

`?` stands for one character, `*` for any number. A pattern that could let ordinary cars in is
refused: it must end or begin as special plates do, or name at least five characters.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

from registry.rules.kinds import ListedKind
from registry.rules.plates import normalise

_SPECIAL_ENDS = ("警", "应急", "学", "挂", "港", "澳", "使", "领")
_SPECIAL_STARTS = ("WJ", "应急", "民航")
_MIN_FIXED = 5


class PatternFault(StrEnum):
    """Why a pattern is refused."""

    TOO_WIDE = "too_wide"
    FOREIGN_CHARACTER = "foreign_character"


@dataclass(frozen=True, slots=True)
class Pattern:
    """A listed form. text: as entered, normalised."""

    text: str
    kind: ListedKind
    form: re.Pattern[str]

    def matches(self, key: str) -> bool:
        """Whether a whole key has this form."""
        return self.form.fullmatch(key) is not None


def compile_pattern(text: str, kind: ListedKind) -> Pattern | PatternFault:
    """The pattern, or why it is refused."""
    key = normalise(text)
    if not re.fullmatch(r"[\w?*]+", key):
        return PatternFault.FOREIGN_CHARACTER
    fixed = sum(character not in "?*" for character in key)
    special = key.endswith(_SPECIAL_ENDS) or key.startswith(_SPECIAL_STARTS)
    if not special and fixed < _MIN_FIXED:
        return PatternFault.TOO_WIDE
    form = "".join({"?": ".", "*": ".*"}.get(character, re.escape(character)) for character in key)
    return Pattern(key, kind, re.compile(form))
