"""What this page has answered for, and when: the second press of a doubled one is none. Pure."""

import math
from collections.abc import Hashable
from typing import Final

DOUBLED_S: Final = 1.5
"""Seconds after an answer in which another one to the same vehicle is the same press."""


class Answers:
    """Answers under way and just given, by what was answered."""

    def __init__(self) -> None:
        self._until: dict[Hashable, float] = {}

    def begin(self, of: Hashable, now: float) -> bool:
        """Return whether this is a press of its own; then it is under way until `end`."""
        if now < self._until.get(of, -math.inf):
            return False
        self._until[of] = math.inf
        return True

    def end(self, of: Hashable, now: float, *, done: bool) -> None:
        """Note what came of it; what was not done may be tried again at once."""
        if done:
            self._until[of] = now + DOUBLED_S
        else:
            self._until.pop(of, None)
