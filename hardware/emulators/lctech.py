"""An emulated LC Technology Modbus relay and opto board (4 or 8 relays), address FF or FE.

Written from the project's hardware facts, section 1.3. It stays silent where the real one does:
on a count that is not 8, and on functions it does not know.
"""

from hardware.emulators import rtu
from hardware.emulators.bank import RelayBank
from hardware.emulators.rtu import Call

UNIT_S = 0.1
BAUD_REGISTER = 0x03E9


class LcTechBoard:
    """One board. `linkage` is its switch: inputs then drive the relays whatever the wire says."""

    def __init__(self, address: int = 0xFF, relays: int = 8, linkage: bool = False) -> None:
        self.relays = RelayBank(relays)
        self.address = address
        self.linkage = linkage
        self._levels = [False] * 8
        self._frame = rtu.FrameBuffer()

    @property
    def levels(self) -> tuple[bool, ...]:
        """Input levels."""
        return tuple(self._levels)

    def set_input(self, channel: int, level: bool, now: float) -> None:
        """Change an input."""
        self._levels[channel - 1] = level
        self._link(now)

    def take(self, byte: int, _now: float) -> bytes:
        """Collect a byte."""
        self._frame.take(byte)
        return b""

    def silence(self, now: float) -> bytes:
        """Act on the frame that has ended."""
        call = self._frame.end()
        if call is None or call.unit not in (0, self.address):
            return b""
        try:
            body = self._act(call, now)
        except IndexError:
            return b""
        self._link(now)
        return rtu.answer(call.unit, call.function, body) if body else b""

    def tick(self, now: float) -> None:
        """Let pulses end."""
        self.relays.tick(now)

    def reset(self, now: float) -> None:
        """Lose the relays."""
        self._frame.clear()
        self.relays.set_all(False, now)

    def show(self) -> str:
        """Return address and switch."""
        return f"lctech address {self.address} linkage {self.linkage}"

    def _link(self, now: float) -> None:
        if self.linkage:
            for channel in range(1, self.relays.count + 1):
                self.relays.set(channel, self._levels[channel - 1], now)

    def _act(self, call: Call, now: float) -> bytes:
        match call.function:
            case 0x01 if call.word(1) in (self.relays.count, 8):
                spare = (False,) * (8 - self.relays.count)
                return rtu.packed((self.relays.states + spare)[: call.word(1)])
            case 0x02 if call.word(1) == 8:
                return rtu.packed(self.levels)
            case 0x03 if call.word(0) == 0:
                return bytes((2,)) + self.address.to_bytes(2)
            case 0x05 if call.word(1) in (0xFF00, 0):
                self.relays.set(call.word(0) + 1, call.word(1) == 0xFF00, now)
                return call.body
            case 0x0F:
                for index in range(self.relays.count):
                    self.relays.set(index + 1, bool(call.body[5] >> index & 1), now)
                return call.body[:4]
            case 0x10:
                return self._write(call, now)
            case _:
                return b""

    def _write(self, call: Call, now: float) -> bytes:
        register = call.word(0)
        if register == 0:
            self.address = call.body[-1]
            return call.body
        channel, rest = divmod(register - 3, 5)
        if rest == 0 and channel < self.relays.count and call.word(1) == 2:
            what = int.from_bytes(call.body[5:7])
            seconds = int.from_bytes(call.body[7:9]) * UNIT_S
            self.relays.flash(channel + 1, what == 4, now, seconds)
            return call.body[:4]
        return call.body[:4] if register == BAUD_REGISTER else b""
