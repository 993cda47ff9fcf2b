"""The check sums of the wires in this package. Pure.

CRC-16 as the Modbus serial line guide defines it: polynomial 0xA001 reflected, start 0xFFFF, low
byte first on the wire.
"""

CRC_SIZE = 2


def crc16(data: bytes) -> int:
    """Return the Modbus CRC of `data`, 0 to 0xFFFF."""
    crc = 0xFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ 0xA001 if crc & 1 else crc >> 1
    return crc


def with_crc(body: bytes) -> bytes:
    """Return `body` followed by its CRC, low byte first."""
    return body + crc16(body).to_bytes(CRC_SIZE, "little")


def crc_holds(frame: bytes) -> bool:
    """Tell whether the last two bytes of `frame` are the CRC of what precedes them."""
    return len(frame) > CRC_SIZE and with_crc(frame[:-CRC_SIZE]) == frame


def sum8(data: bytes) -> int:
    """Return the sum of the bytes, modulo 256 (LCUS boards, traffic lights)."""
    return sum(data) & 0xFF
