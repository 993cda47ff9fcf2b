"""LCUS-1/2/4/8 USB relays: bytes to and from messages. Pure.

A command is A0 channel state checksum and has no answer. A status question is the byte FF; boards
answer it in four ways: two ASCII spellings, one raw byte per relay, or not at all. Raw bytes carry
no frame, so only 00, 01 and FF are believed. Source: seller sheets and drivers for real boards,
as collected in the project's hardware facts, section 1.1.
"""

import re

from hardware.boards.codecs.checksums import sum8

HEAD = 0xA0
STATUS = bytes((0xFF,))
RELAYS = 8
GAP_S = 0.05
RAW_STATES = {0x00: False, 0x01: True, 0xFF: True}
_TEXT_START = ord("C")
_LINE = re.compile(rb"CH(\d+):\s*(ON|OFF)\s*")


def command(channel: int, energised: bool) -> bytes:
    """Return the frame that energises or releases one relay (channel 1 to 8)."""
    if not 1 <= channel <= RELAYS:
        raise ValueError(f"LCUS boards have channels 1 to {RELAYS}, not {channel}")
    body = bytes((HEAD, channel, int(energised)))
    return body + bytes((sum8(body),))


class StatusDecoder:
    """Reads the answer to one status question, whichever of the kinds it is."""

    def __init__(self, relays: int) -> None:
        self._relays = relays
        self._buffer = bytearray()
        self._done = False

    def feed(self, data: bytes) -> None:
        """Take bytes as they arrive."""
        self._buffer += data

    def next(self) -> tuple[bool, ...] | None:
        """Return the relay states once they are all there, once; None before and after."""
        if self._done or not self._buffer:
            return None
        states = self._text() if self._buffer[0] == _TEXT_START else self._raw()
        self._done = states is not None
        return states

    @property
    def pending(self) -> bytes:
        """Bytes that are not part of a returned status."""
        return bytes(self._buffer)

    def _raw(self) -> tuple[bool, ...] | None:
        head = bytes(self._buffer[: self._relays])
        if len(head) < self._relays or not RAW_STATES.keys() >= set(head):
            return None
        del self._buffer[: self._relays]
        return tuple(RAW_STATES[byte] for byte in head)

    def _text(self) -> tuple[bool, ...] | None:
        """Take `relays` whole lines, in order; a line is whole when its LF has come."""
        lines = bytes(self._buffer).split(b"\n", self._relays)
        if len(lines) <= self._relays:
            return None
        matches = [_LINE.fullmatch(line) for line in lines[: self._relays]]
        states = [match[2] == b"ON" for match in matches if match]
        order = [int(match[1]) for match in matches if match]
        if order != list(range(1, self._relays + 1)):
            return None
        self._buffer = bytearray(lines[-1])
        return tuple(states)
