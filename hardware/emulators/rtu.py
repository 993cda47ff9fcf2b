"""A Modbus RTU device's side of the wire, written from the standard for the emulators alone.

It shares nothing with the master's codec in hardware.boards.codecs.modbus: were both wrong in the
same way, the tests would not see it. A frame is what lies between two silences of 3.5 characters.
"""

from dataclasses import dataclass

_TABLE: list[int] = []
for _value in range(256):
    for _ in range(8):
        _value = _value // 2 ^ (0xA001 if _value % 2 else 0)
    _TABLE.append(_value)


def checksum(data: bytes) -> bytes:
    """Return the two CRC bytes as they go over the wire."""
    low, high = 0xFF, 0xFF
    for byte in data:
        entry = _TABLE[low ^ byte]
        low, high = high ^ entry % 256, entry // 256
    return bytes((low, high))


class ModbusExceptionError(Exception):
    """The device refuses: Modbus exception code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


ILLEGAL_FUNCTION = 1
ILLEGAL_ADDRESS = 2
ILLEGAL_VALUE = 3


@dataclass(frozen=True, slots=True)
class Call:
    """A frame with a right checksum. body: what follows the function code."""

    unit: int
    function: int
    body: bytes

    def word(self, index: int) -> int:
        """Return the 16-bit word number `index` of the body."""
        return self.body[2 * index] * 256 + self.body[2 * index + 1]


class FrameBuffer:
    """Collects bytes until the line falls silent."""

    def __init__(self) -> None:
        self._bytes = bytearray()

    def take(self, byte: int) -> None:
        """Take a byte."""
        self._bytes.append(byte)

    def clear(self) -> None:
        """Forget what was collected."""
        self._bytes.clear()

    def end(self) -> Call | None:
        """Return the frame that the silence has ended, None for rubbish."""
        frame = bytes(self._bytes)
        self._bytes.clear()
        if len(frame) < 4 or checksum(frame[:-2]) != frame[-2:]:
            return None
        return Call(frame[0], frame[1], frame[2:-2])


def answer(unit: int, function: int, body: bytes) -> bytes:
    """Return a whole answering frame."""
    frame = bytes((unit, function)) + body
    return frame + checksum(frame)


def packed(states: tuple[bool, ...]) -> bytes:
    """Return byte count and states, eight to a byte, the first one lowest."""
    octets = [states[at : at + 8] for at in range(0, len(states), 8)]
    return bytes((len(octets), *(sum(on << bit for bit, on in enumerate(o)) for o in octets)))
