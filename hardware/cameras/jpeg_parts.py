"""JPEG pictures out of what an MJPEG camera sends over HTTP. Pure: bytes in, pictures out.

Makers differ in everything around a picture: boundaries, their first one, lengths that are missing
or wrong, types such as image/jpg. So nothing around it is believed: a picture is what lies between
its own first and last marker (ITU T.81, annex B), thumbnails inside it included.
"""

import re

__all__ = ["MAX_BYTES", "JpegParts"]

MAX_BYTES = 16 << 20
"""Of one picture; more is no picture, and is thrown away."""

_START = b"\xff\xd8\xff"
_SOI, _SOS, _EOI = 0xD8, 0xDA, 0xD9
_ALONE = frozenset({0x01, *range(0xD0, 0xD9)})  # Markers without a length: TEM, RST0 to 7, SOI.
# In coded data a marker is FF and neither a stuffed 0, nor a restart, nor one more FF.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


class JpegParts:
    """The stream so far."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._at = (
            0  # Where the next marker of the picture at the buffer's beginning is looked for.
        )
        self._coded = False  # Whether that place is inside coded data.

    def feed(self, data: bytes) -> list[bytes]:
        """Take the next bytes, however they are cut; return the pictures that are now whole."""
        self._buffer += data
        found = []
        while self._begin():
            end = self._walk()
            if end is None:
                break
            if end > 0:
                found.append(bytes(self._buffer[:end]))
            self._drop(max(end, 2) if end >= 0 else -end)
        return found

    def _begin(self) -> bool:
        """Have a picture's first marker at the beginning of the buffer."""
        if self._at:
            return True
        start = self._buffer.find(_START)
        if start < 0:
            self._drop(max(0, len(self._buffer) - len(_START) + 1))
            return False
        self._drop(start)
        self._at = 2
        return True

    def _drop(self, count: int) -> None:
        del self._buffer[:count]
        self._at, self._coded = 0, False

    def _walk(self) -> int | None:
        """Return where the picture ends, None where it goes on, -n where another begins at n.

        0 where it is no picture.
        """
        while True:
            if len(self._buffer) > MAX_BYTES and self._at > MAX_BYTES:
                return 0
            if self._coded and not self._to_marker():
                return None
            if len(self._buffer) < self._at + 4:
                return self._short()
            if self._buffer[self._at] != 0xFF:
                return 0
            kind = self._buffer[self._at + 1]
            if kind == _EOI:
                return self._at + 2
            if kind == _SOI:
                return -self._at
            self._step(kind)

    def _short(self) -> int | None:
        """The last marker needs no more than its own two bytes."""
        tail = self._buffer[self._at : self._at + 2]
        return self._at + 2 if tail == bytes((0xFF, _EOI)) else None

    def _to_marker(self) -> bool:
        found = _MARKER.search(self._buffer, self._at)
        if found is None:
            self._at = max(self._at, len(self._buffer) - 1)
            return False
        self._at = found.start()
        return True

    def _step(self, kind: int) -> None:
        """Pass over a marker and what belongs to it."""
        if kind == 0xFF:
            self._at += 1
            return
        length = 0
        if kind not in _ALONE:
            length = max(2, int.from_bytes(self._buffer[self._at + 2 : self._at + 4], "big"))
        self._at += 2 + length
        self._coded = kind == _SOS
