"""An emulated LCUS USB relay board with each of its four kinds of status answer.

Written from the project's hardware facts, section 1.1: no answer to commands, frames that follow
another without a pause are lost, and the first status after a change may be the one before it.
"""

from enum import StrEnum

from hardware.emulators.bank import RelayBank

DEAF_AFTER_S = 0.01


class Status(StrEnum):
    """How the firmware answers FF."""

    SPACED = "spaced"
    TIGHT = "tight"
    RAW = "raw"
    NONE = "none"


class LcusBoard:
    """One board."""

    def __init__(
        self,
        relays: int = 4,
        status: Status = Status.SPACED,
        stale: bool = False,
        deaf_after_s: float = DEAF_AFTER_S,
    ) -> None:
        self.relays = RelayBank(relays)
        self.status = status
        self._stale = stale
        self._deaf_after_s = deaf_after_s
        self._old: tuple[bool, ...] | None = None
        self._frame = bytearray()
        self._deaf_until = 0.0

    @property
    def levels(self) -> tuple[bool, ...]:
        """No inputs."""
        return ()

    def set_input(self, channel: int, level: bool, now: float) -> None:
        """Refuse: the board has no inputs."""
        raise IndexError(f"an LCUS board has no input {channel}")

    def take(self, byte: int, now: float) -> bytes:
        """Take a byte of a command, or the status question."""
        if now < self._deaf_until:
            return b""
        if not self._frame:
            if byte == 0xFF:
                return self._tell()
            if byte != 0xA0:
                return b""
        self._frame.append(byte)
        if len(self._frame) == 4:
            self._command(bytes(self._frame), now)
            self._frame.clear()
        return b""

    def silence(self, _now: float) -> bytes:
        """Nothing: this board does not time its frames."""
        return b""

    def tick(self, now: float) -> None:
        """Nothing: it has no timers."""

    def reset(self, now: float) -> None:
        """Release the relays."""
        self._frame.clear()
        self._old = None
        self.relays.set_all(False, now)

    def show(self) -> str:
        """Return the kind of status."""
        return f"lcus status {self.status.value}"

    def _command(self, frame: bytes, now: float) -> None:
        _, channel, state, check = frame
        if (0xA0 + channel + state) % 256 == check and state in (0, 1):
            before = self.relays.states
            self.relays.set(channel, state == 1, now)
            self._old = before if self._stale else None
            self._deaf_until = now + self._deaf_after_s

    def _tell(self) -> bytes:
        states = self._old or self.relays.states
        self._old = None
        match self.status:
            case Status.SPACED:
                lines = (f"CH{n}: {'ON ' if on else 'OFF'}\r\n" for n, on in enumerate(states, 1))
                return "".join(lines).encode()
            case Status.TIGHT:
                lines = (f"CH{n}:{'ON' if on else 'OFF'} \r\n" for n, on in enumerate(states, 1))
                return "".join(lines).encode()
            case Status.RAW:
                return bytes(states)
            case Status.NONE:
                return b""
