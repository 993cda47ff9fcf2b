"""Choosing a reason: buttons with digits, none of them pressed until a person presses one.

A reason that nobody chose is worse on record than none: no sheet of the console proposes one.
"""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from gate.console.ui import widgets
from gate.console.ui.page import PageContext
from gate.console.ui.reason_dialog import remark_of


class ReasonChoice:
    """Reasons as a group of buttons; `chosen` is the code, None before.

    reasons: code -> words, at most nine. label: what the group is called; "" for "Reason".
    """

    def __init__(self, visit: PageContext, reasons: Mapping[str, str], label: str = "") -> None:
        self._visit = visit
        self.chosen: str | None = None
        said = label or visit.say("shell.reason")
        widgets.words(said, "soft small")
        with widgets.div("choices").props(f'role=group aria-label="{escape(said)}"'):
            self._buttons = {
                code: widgets.button(words, self._chooser(code), key=str(number))
                for number, (code, words) in enumerate(reasons.items(), start=1)
            }
        for made in self._buttons.values():
            made.props("aria-pressed=false")

    @property
    def keys(self) -> dict[str, Callable[[], Any]]:
        """The digits, for the sheet that they stand in."""
        return {str(n): self._chooser(code) for n, code in enumerate(self._buttons, start=1)}

    def remark(self, note: str) -> str | None:
        """Return the code with what was typed beside it; None, and say so, where none is chosen."""
        if self.chosen is None:
            self._visit.warn("shell.choose_reason")
            return None
        return remark_of(self.chosen, note)

    def _chooser(self, code: str) -> Callable[[], None]:
        def choose() -> None:
            self.chosen = code
            widgets.press(self._buttons, code)

        return choose
