"""Cells that a spreadsheet would run, written so that it does not, and read back. Pure.

A cell that begins as a formula does is run when the file is opened: =HYPERLINK(…) sends what the
sheet holds to anybody. An apostrophe in front makes it text, as it does for people who type. What
begins a formula: OWASP, "CSV Injection"; Excel in Chinese takes the full-width signs too.
"""

from typing import Final

_BEGINS: Final = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "＝",
    "＋",
    "－",
    "＠",
    "﹢",
    "﹣",
    "﹦",
    "﹫",
)
_MARK: Final = "'"


def harmless(text: str) -> str:
    """A text that no spreadsheet runs. What begins with an apostrophe gets one more, to lose it."""
    return _MARK + text if text.startswith((*_BEGINS, _MARK)) or _hidden(text) else text


def _hidden(text: str) -> bool:
    """Whether only blanks stand before what would begin a formula: some programs trim them."""
    return text[:1].isspace() and text.lstrip().startswith(_BEGINS)


def restored(text: str) -> str:
    """The text without the apostrophe by which a spreadsheet, or `harmless`, marks it as text."""
    return text.removeprefix(_MARK)
