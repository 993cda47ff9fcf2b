"""Bytes of a lane's LED board, its traffic light and its voice module. Pure.

LED text: F5 C2 FF 01 0B 08 FF FF, the format "&N04&H04$1", the text in GBK, 1A. Traffic light:
FA 2C, light, colour, sum of the four. Both as one Chinese barrier system speaks them (hardware
facts, section 2.3); the meaning of the header's single bytes is not known, so they are constants.
Voice: SYN6288 and compatible modules: FD, two bytes of length, 01, encoding, text, XOR of all.

Texts are made harmless before they become bytes: no control characters and none of the two signs
that start a format on the LED board.
"""

from enum import IntEnum
from functools import reduce

from hardware.boards.codecs.checksums import sum8

TEXT_HEADER = bytes((0xF5, 0xC2, 0xFF, 0x01, 0x0B, 0x08, 0xFF, 0xFF))
TEXT_FORMAT = b"&N04&H04$1"
TEXT_END = bytes((0x1A,))
TEXT_MOST = 64
LIGHT_HEADER = bytes((0xFA, 0x2C))
SPEECH_HEAD = 0xFD
SPEECH_SAY = 0x01
SPEECH_GBK = 0x01
SPEECH_MOST = 200
_HARMLESS = str.maketrans({"&": "＆", "$": "＄"})


class SignColour(IntEnum):
    """What a traffic light shows; the number is its byte."""

    OFF = 0
    RED = 1
    GREEN = 2


def harmless(text: str) -> str:
    """Return `text` without control characters and without the board's format signs."""
    printable = "".join(sign if sign.isprintable() else " " for sign in text)
    return printable.translate(_HARMLESS)


def gbk(text: str, most: int) -> bytes:
    """Return a harmless text in GBK, cut before the character that would exceed `most` bytes."""
    encoded = b""
    for sign in harmless(text):
        added = encoded + sign.encode("gbk", "replace")
        if len(added) > most:
            break
        encoded = added
    return encoded


def show_text(text: str) -> bytes:
    """Return the frame that shows `text` (64 bytes of GBK at most)."""
    return TEXT_HEADER + TEXT_FORMAT + gbk(text, TEXT_MOST) + TEXT_END


def show_colour(light: int, colour: SignColour) -> bytes:
    """Return the frame that sets a traffic light (1 or 2)."""
    if light not in (1, 2):
        raise ValueError(f"there is no traffic light {light}; there are 1 and 2")
    body = LIGHT_HEADER + bytes((light, colour))
    # Facts give 27 to 29 for light 1 and 28 to 2A for light 2: the sum of the four bytes.
    return body + bytes((sum8(body),))


def say(text: str) -> bytes:
    """Return the frame that speaks `text` (200 bytes of GBK at most)."""
    spoken = gbk(text, SPEECH_MOST)
    length = len(spoken) + 3
    body = bytes((SPEECH_HEAD, length >> 8, length & 0xFF, SPEECH_SAY, SPEECH_GBK)) + spoken
    return body + bytes((reduce(lambda left, right: left ^ right, body),))
