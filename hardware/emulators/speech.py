"""An emulated speech module (SYN6288 frames): keeps what it was told to say."""

from hardware.emulators.bank import RelayBank

START = 0xFD
SAY = 0x01
RECEIVED = b"A"
WRONG = b"E"


class SpeechModule:
    """One module. `spoken` holds its texts; a frame with a wrong checksum is answered with E."""

    def __init__(self) -> None:
        self.relays = RelayBank(0)
        self.spoken: list[str] = []
        self._frame = bytearray()

    @property
    def levels(self) -> tuple[bool, ...]:
        """No inputs."""
        return ()

    def set_input(self, channel: int, level: bool, now: float) -> None:
        """Refuse: the module has no inputs."""
        raise IndexError(f"a speech module has no input {channel}")

    def take(self, byte: int, _now: float) -> bytes:
        """Take a byte of a frame; answer when it is whole."""
        if not self._frame and byte != START:
            return b""
        self._frame.append(byte)
        size = int.from_bytes(self._frame[1:3]) + 3
        if len(self._frame) < 3 or len(self._frame) < size:
            return b""
        frame = bytes(self._frame)
        self._frame.clear()
        return self._act(frame)

    def silence(self, _now: float) -> bytes:
        """Nothing: frames have a length."""
        return b""

    def tick(self, now: float) -> None:
        """Nothing: speaking takes no time here."""

    def reset(self, _now: float) -> None:
        """Forget a half frame."""
        self._frame.clear()

    def show(self) -> str:
        """Return the last text."""
        return f"speech [{self.spoken[-1] if self.spoken else ''}]"

    def _act(self, frame: bytes) -> bytes:
        check = 0
        for byte in frame:
            check ^= byte
        if check != 0 or frame[3] != SAY:
            return WRONG
        self.spoken.append(frame[5:-1].decode("gbk", "replace"))
        return RECEIVED
