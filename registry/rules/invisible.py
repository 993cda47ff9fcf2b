"""Characters that nobody sees; they come with what is pasted from chats and web pages. Pure.

A name or a number with one of them looks right and is found by nobody who types it.
"""

import re
import unicodedata
from typing import Final

# Blank for the eye, though Unicode calls them letters or symbols: Hangul fillers, empty braille.
_BLANK: Final = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0")
_PLAIN: Final = re.compile("[\x00-\x7f\u4e00-\u9fff\u3000-\u3029\uff01-\uff5e]*")


def visible(text: str) -> str:
    """The text without format characters (Unicode's Cf: marks of direction, joiners, BOM)."""
    if _PLAIN.fullmatch(text):
        return text
    return "".join(
        character
        for character in text
        if character not in _BLANK and unicodedata.category(character) != "Cf"
    )
