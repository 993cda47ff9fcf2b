"""Every character that a Chinese number plate can carry, in the order that the weights know.

The order is part of every weight file (see manifest.py): append only, never reorder. Index 0 is
the blank that fills the slots after the last character. There is no letter I on any plate; O is
the province office's second character (GA 36-2018, appendix A), never part of a serial.
"""

BLANK = "-"
PROVINCES = "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新"
DIGITS = "0123456789"
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"
SPECIALS = "使领警学挂港澳应急民航"

ALPHABET = BLANK + PROVINCES + DIGITS + LETTERS + "O" + SPECIALS
SLOTS = 8

_INDEX = {character: index for index, character in enumerate(ALPHABET)}


def encode(text: str) -> tuple[int, ...]:
    """Indices of the text in SLOTS slots, blanks at the end.

    Raises ValueError where the text is longer than SLOTS or holds a character of no plate.
    """
    if len(text) > SLOTS:
        raise ValueError(f"{len(text)} characters: a plate has at most {SLOTS}")
    try:
        indices = [_INDEX[character] for character in text]
    except KeyError as unknown:
        raise ValueError(f"{unknown} is on no plate; known: {ALPHABET[1:]}") from None
    return tuple(indices + [0] * (SLOTS - len(text)))


def decode(indices: tuple[int, ...], alphabet: str = ALPHABET) -> str:
    """The text of one index per slot; blanks are dropped wherever they stand."""
    return "".join(alphabet[index] for index in indices if index)
