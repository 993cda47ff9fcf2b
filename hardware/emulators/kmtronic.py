"""An emulated KMTronic USB relay board. Written from the hardware facts, section 1.4."""

from hardware.emulators.bank import RelayBank


class KmtronicBoard:
    """One board of up to eight relays."""

    def __init__(self, relays: int = 4) -> None:
        self.relays = RelayBank(relays)
        self._frame = bytearray()

    @property
    def levels(self) -> tuple[bool, ...]:
        """No inputs."""
        return ()

    def set_input(self, channel: int, level: bool, now: float) -> None:
        """Refuse: the board has no inputs."""
        raise IndexError(f"a KMTronic board has no input {channel}")

    def take(self, byte: int, now: float) -> bytes:
        """Take a byte of a three-byte command."""
        if not self._frame and byte != 0xFF:
            return b""
        self._frame.append(byte)
        if len(self._frame) < 3:
            return b""
        _, channel, what = self._frame
        self._frame.clear()
        return self._command(channel, what, now)

    def silence(self, _now: float) -> bytes:
        """Nothing: this board does not time its frames."""
        return b""

    def tick(self, now: float) -> None:
        """Nothing: it has no timers."""

    def reset(self, now: float) -> None:
        """Release the relays."""
        self._frame.clear()
        self.relays.set_all(False, now)

    def show(self) -> str:
        """Return the kind."""
        return "kmtronic"

    def _command(self, channel: int, what: int, now: float) -> bytes:
        if (channel, what) == (9, 0):
            return bytes(self.relays.states)
        if not 1 <= channel <= self.relays.count:
            return b""
        if what == 3:
            return bytes((0xFF, channel, self.relays.states[channel - 1]))
        if what in (0, 1):
            self.relays.set(channel, what == 1, now)
        return b""
