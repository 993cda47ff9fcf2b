"""Modbus RTU, the master's side: requests to bytes, bytes to replies. Pure.

Only what relay boards need: functions 01 02 03 05 06 0F 10 and exceptions. Rules:
- A reply is taken only if address, function, length and CRC are all those of the request's reply;
  for the writes the echoed fields too. Anything else is noise and is skipped byte by byte.
- The length of the expected reply is known before the first byte arrives, so feeding bytes one by
  one gives the same replies as feeding them at once.
- Addresses run from 1 to 255: relay boards use 254 and 255, which the Modbus rules reserve.

Source: Modbus Application Protocol V1.1b3 section 6; Modbus over serial line V1.02 section 2.5.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from hardware.boards.codecs.checksums import CRC_SIZE, crc_holds, with_crc

EXCEPTION_FLAG = 0x80
EXCEPTION_SIZE = 5
ECHO_SIZE = 8
ENERGISE = 0xFF00
RELEASE = 0x0000


class Function(IntEnum):
    """The function codes in use."""

    READ_COILS = 0x01
    READ_INPUTS = 0x02
    READ_REGISTERS = 0x03
    WRITE_COIL = 0x05
    WRITE_REGISTER = 0x06
    WRITE_COILS = 0x0F
    WRITE_REGISTERS = 0x10


class ExceptionCode(IntEnum):
    """What a board means when it refuses (V1.1b3 section 7)."""

    ILLEGAL_FUNCTION = 1
    ILLEGAL_ADDRESS = 2
    ILLEGAL_VALUE = 3
    DEVICE_FAILURE = 4


@dataclass(frozen=True, slots=True)
class Request:
    """One request: its frame, and how its reply starts and ends."""

    frame: bytes
    reply_start: bytes
    reply_size: int

    @property
    def unit(self) -> int:
        """Address of the board, 1 to 255."""
        return self.frame[0]

    @property
    def function(self) -> int:
        """Function code."""
        return self.frame[1]


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply that belongs to its request. data: what follows the function, without the CRC."""

    frame: bytes
    data: bytes


@dataclass(frozen=True, slots=True)
class Refusal:
    """An exception reply."""

    frame: bytes
    code: int

    @property
    def meaning(self) -> str:
        """Name of the code, e.g. "illegal address"."""
        try:
            return ExceptionCode(self.code).name.lower().replace("_", " ")
        except ValueError:
            return f"code {self.code}"


def _word(value: int) -> bytes:
    if not 0 <= value <= 0xFFFF:
        raise ValueError(f"{value} does not fit a Modbus word (0 to 65535)")
    return value.to_bytes(2, "big")


def _head(unit: int, function: Function) -> bytes:
    if not 1 <= unit <= 0xFF:
        raise ValueError(f"{unit} is not a board address (1 to 255)")
    return bytes((unit, function))


def _read(unit: int, function: Function, start: int, count: int, payload: int) -> Request:
    head = _head(unit, function)
    frame = with_crc(head + _word(start) + _word(count))
    return Request(frame, head + bytes((payload,)), len(head) + 1 + payload + CRC_SIZE)


def read_coils(unit: int, start: int, count: int) -> Request:
    """Ask for `count` relay states (1 to 2000)."""
    return _read(unit, Function.READ_COILS, start, count, (count + 7) // 8)


def read_inputs(unit: int, start: int, count: int) -> Request:
    """Ask for `count` input levels (1 to 2000)."""
    return _read(unit, Function.READ_INPUTS, start, count, (count + 7) // 8)


def read_registers(unit: int, start: int, count: int) -> Request:
    """Ask for `count` holding registers (1 to 125)."""
    return _read(unit, Function.READ_REGISTERS, start, count, 2 * count)


def _echoed(body: bytes) -> Request:
    return Request(with_crc(body), body, ECHO_SIZE)


def write_coil(unit: int, coil: int, value: int) -> Request:
    """Write one coil word: ENERGISE, RELEASE, or what a board defines (a flash time)."""
    return _echoed(_head(unit, Function.WRITE_COIL) + _word(coil) + _word(value))


def write_register(unit: int, register: int, value: int) -> Request:
    """Write one holding register."""
    return _echoed(_head(unit, Function.WRITE_REGISTER) + _word(register) + _word(value))


def write_coils(unit: int, start: int, states: Sequence[bool]) -> Request:
    """Write several relays at once, the first state to coil `start`."""
    head = _head(unit, Function.WRITE_COILS) + _word(start) + _word(len(states))
    packed = pack_bits(states)
    return Request(with_crc(head + bytes((len(packed),)) + packed), head, ECHO_SIZE)


def write_registers(unit: int, start: int, values: Sequence[int]) -> Request:
    """Write several holding registers at once."""
    head = _head(unit, Function.WRITE_REGISTERS) + _word(start) + _word(len(values))
    words = b"".join(_word(value) for value in values)
    return Request(with_crc(head + bytes((len(words),)) + words), head, ECHO_SIZE)


def pack_bits(states: Sequence[bool]) -> bytes:
    """Pack states as Modbus does: the first in bit 0 of the first byte."""
    number = sum(1 << index for index, state in enumerate(states) if state)
    return number.to_bytes((len(states) + 7) // 8, "little")


def bits(reply: Reply, count: int) -> tuple[bool, ...]:
    """Return the first `count` states of a reply to read_coils or read_inputs."""
    number = int.from_bytes(reply.data[1:], "little")
    return tuple(bool(number >> index & 1) for index in range(count))


def registers(reply: Reply) -> tuple[int, ...]:
    """Return the words of a reply to read_registers."""
    words = reply.data[1:]
    return tuple(int.from_bytes(words[at : at + 2], "big") for at in range(0, len(words), 2))


class ReplyDecoder:
    """Finds the reply to one request in what the wire delivers."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._refusal_start = bytes((request.unit, request.function | EXCEPTION_FLAG))
        self._buffer = bytearray()
        self.skipped = bytearray()

    def feed(self, data: bytes) -> None:
        """Take bytes as they arrive, in pieces of any size."""
        self._buffer += data

    def next(self) -> Reply | Refusal | None:
        """Return the next reply, or None while it is not complete.

        What was not part of a reply is kept in `skipped`: it tells a silent wire from a bad one.
        """
        while self._buffer:
            size = self._candidate_size()
            if size > len(self._buffer):
                return None
            frame = bytes(self._buffer[:size])
            if size and crc_holds(frame):
                del self._buffer[:size]
                return self._message(frame)
            self.skipped.append(self._buffer.pop(0))
        return None

    @property
    def pending(self) -> bytes:
        """Bytes that may still become a reply."""
        return bytes(self._buffer)

    def _candidate_size(self) -> int:
        """Return the size of the frame that may start here, 0 if none can."""
        for start, size in (
            (self._request.reply_start, self._request.reply_size),
            (self._refusal_start, EXCEPTION_SIZE),
        ):
            seen = bytes(self._buffer[: len(start)])
            if start.startswith(seen):
                return size
        return 0

    def _message(self, frame: bytes) -> Reply | Refusal:
        if frame[1] & EXCEPTION_FLAG:
            return Refusal(frame, frame[2])
        return Reply(frame, frame[2:-CRC_SIZE])
