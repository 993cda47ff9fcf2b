"""KMTronic USB relay boards (1 to 8 relays): bytes to and from messages. Pure.

FF nn 01 energises relay nn, FF nn 00 releases it, both without an answer. FF nn 03 asks for one
relay and is answered FF nn 00|01; FF 09 00 asks for all and is answered by one byte per relay.
Source: vendor's command list as used by public drivers (hardware facts, section 1.4).
"""

HEAD = 0xFF
RELAYS = 8
GAP_S = 0.05
READ_ALL = bytes((HEAD, 0x09, 0x00))
_STATES = {0x00: False, 0x01: True}


def command(channel: int, energised: bool) -> bytes:
    """Return the frame that energises or releases one relay (channel 1 to 8)."""
    if not 1 <= channel <= RELAYS:
        raise ValueError(f"KMTronic boards have channels 1 to {RELAYS}, not {channel}")
    return bytes((HEAD, channel, int(energised)))


class StatusDecoder:
    """Reads the answer to READ_ALL: exactly one 00 or 01 per relay, nothing else."""

    def __init__(self, relays: int) -> None:
        self._relays = relays
        self._buffer = bytearray()

    def feed(self, data: bytes) -> None:
        """Take bytes as they arrive."""
        self._buffer += data

    def next(self) -> tuple[bool, ...] | None:
        """Return the relay states once they are all there, else None."""
        head = bytes(self._buffer[: self._relays])
        if len(head) < self._relays or not _STATES.keys() >= set(head):
            return None
        del self._buffer[: self._relays]
        return tuple(_STATES[byte] for byte in head)

    @property
    def pending(self) -> bytes:
        """Bytes that are not part of a returned status."""
        return bytes(self._buffer)
