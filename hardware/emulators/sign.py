"""An emulated LED board with a traffic light: shows what a driver would read at the lane.

Written from the project's hardware facts, section 2.3. Text frames start F5 C2 and end 1A; light
frames are FA 2C, light, colour, checksum. A frame that follows another within 300 ms is lost.
"""

from hardware.emulators.bank import RelayBank

TEXT_START = bytes((0xF5, 0xC2))
TEXT_END = 0x1A
LIGHT_START = bytes((0xFA, 0x2C))
LIGHT_SIZE = 5
COLOURS = {0: "off", 1: "red", 2: "green"}
FORMAT = b"&N04&H04$1"
HEADER_SIZE = 8
REST_S = 0.25


class SignBoard:
    """One LED board. `text` is what it shows, `lights` the colour of each light."""

    def __init__(self) -> None:
        self.relays = RelayBank(0)
        self.text = ""
        self.shown: list[str] = []
        self.lights = {1: "off", 2: "off"}
        self.lost = 0
        self._frame = bytearray()
        self._rests_until = 0.0

    @property
    def levels(self) -> tuple[bool, ...]:
        """No inputs."""
        return ()

    def set_input(self, channel: int, level: bool, now: float) -> None:
        """Refuse: the board has no inputs."""
        raise IndexError(f"a sign has no input {channel}")

    def take(self, byte: int, now: float) -> bytes:
        """Take a byte of a frame."""
        self._frame.append(byte)
        head = bytes(self._frame[:2])
        if not any(start.startswith(head) for start in (TEXT_START, LIGHT_START)):
            del self._frame[:-1]
        elif self._is_whole(head, byte):
            self._end(now)
        return b""

    def _is_whole(self, head: bytes, last: int) -> bool:
        if head == LIGHT_START:
            return len(self._frame) == LIGHT_SIZE
        return last == TEXT_END and len(self._frame) > HEADER_SIZE

    def silence(self, _now: float) -> bytes:
        """Nothing: frames have an end of their own."""
        return b""

    def tick(self, now: float) -> None:
        """Nothing: the text stays."""

    def reset(self, _now: float) -> None:
        """Go dark."""
        self._frame.clear()
        self.text = ""
        self.lights = {1: "off", 2: "off"}

    def show(self) -> str:
        """Return the text and the lights."""
        return f"sign [{self.text}] lights {self.lights[1]} {self.lights[2]}"

    def _end(self, now: float) -> None:
        frame = bytes(self._frame)
        self._frame.clear()
        if now < self._rests_until:
            self.lost += 1
            return
        self._rests_until = now + REST_S
        if frame.startswith(LIGHT_START):
            self._light(frame)
        else:
            self._write(frame)

    def _light(self, frame: bytes) -> None:
        light, colour, check = frame[2:]
        if sum(frame[:4]) % 256 == check and light in self.lights and colour in COLOURS:
            self.lights[light] = COLOURS[colour]

    def _write(self, frame: bytes) -> None:
        body = frame[HEADER_SIZE:-1]
        if body.startswith(FORMAT):
            self.text = body[len(FORMAT) :].decode("gbk", "replace")
            self.shown.append(self.text)
