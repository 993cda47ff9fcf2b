"""Numato Lab USB relay and GPIO modules: lines of text to and from messages. Pure.

A command ends with CR. The module echoes it, answers LF CR, the answer if there is one, LF CR and
the prompt ">". Relays and inputs count from 0 on the wire and from 1 here; from the eleventh on
the wire uses letters. Source: vendor samples and drivers (hardware facts, section 1.4).
"""

import string

RELAYS = 8
PROMPT = b">"
FLUSH = b"x\r"
"""Ends a half line left in the module. A bare CR would carry out a half line such as "relay on 0"
whose own CR was lost; the letter makes it wrong."""
VERSION = b"ver\r"
READ_ALL = b"relay readall\r"
MAX_RELAYS = 32
_DIGITS = (string.digits + string.ascii_uppercase)[:MAX_RELAYS]


def _digit(channel: int) -> str:
    if not 1 <= channel <= MAX_RELAYS:
        raise ValueError(f"Numato modules have channels 1 to {MAX_RELAYS}, not {channel}")
    return _DIGITS[channel - 1]


def command(channel: int, energised: bool) -> bytes:
    """Return the line that energises or releases one relay."""
    return f"relay {'on' if energised else 'off'} {_digit(channel)}\r".encode("ascii")


def release_all(relays: int) -> bytes:
    """Return the line that releases every relay; its mask has a digit for four relays."""
    return b"relay writeall " + b"0" * _mask_digits(relays) + b"\r"


def read_input(channel: int) -> bytes:
    """Return the line that asks for one GPIO level."""
    return f"gpio read {_digit(channel)}\r".encode("ascii")


def _mask_digits(relays: int) -> int:
    return max(2, -(-relays // 4))


def relays_from(answer: bytes, relays: int) -> tuple[bool, ...] | None:
    """Return the relay states of an answer to READ_ALL, or None if it is not a mask."""
    try:
        mask = int(answer, 16)
    except ValueError:
        return None
    if len(answer) != _mask_digits(relays) or mask >> relays:
        return None
    return tuple(bool(mask >> index & 1) for index in range(relays))


def level_from(answer: bytes) -> bool | None:
    """Return the level of an answer to read_input, or None if it is neither 0 nor 1."""
    return {b"0": False, b"1": True}.get(answer)


class AnswerDecoder:
    """Reads up to the prompt, checks the echo and returns the text between them."""

    def __init__(self, line: bytes) -> None:
        self._line = line.strip()
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        """Take bytes as they arrive."""
        self._buffer += data

    def next(self) -> bytes | None:
        """Return the answer ("" for a command that has none), or None while it is not there.

        For FLUSH any prompt will do: what it completes is not known.
        A prompt without this line's echo before it belongs to something older and is skipped.
        """
        while PROMPT in self._buffer:
            head, _, tail = bytes(self._buffer).partition(PROMPT)
            self._buffer = bytearray(tail)
            answer = self._after_echo(head)
            if answer is not None:
                return answer
        return None

    @property
    def pending(self) -> bytes:
        """Bytes that may still become an answer."""
        return bytes(self._buffer)

    def _after_echo(self, head: bytes) -> bytes | None:
        lines = [line.strip() for line in head.replace(b"\r", b"\n").split(b"\n")]
        words = [line for line in lines if line]
        if self._line == FLUSH.strip():
            return b""
        if self._line not in words:
            return None
        after = words[words.index(self._line) + 1 :]
        return after[0] if len(after) == 1 else b"" if not after else None
