"""An emulated Waveshare Modbus RTU Relay (D): 8 relays with timers, 8 inputs, mode registers.

Written from the project's hardware facts, section 1.2. It leaves the factory in linkage mode.
"""

from hardware.emulators import rtu
from hardware.emulators.bank import RelayBank
from hardware.emulators.rtu import Call, ModbusExceptionError

NORMAL, LINKAGE, TOGGLE, EDGE = range(4)
UNIT_S = 0.1
EVERY = 0xFF


class WaveshareBoard:
    """One board. `inputs=0` makes it the plain 8CH, which has no inputs and no modes."""

    def __init__(self, address: int = 1, inputs: int = 8, mode: int = NORMAL) -> None:
        self.relays = RelayBank(8)
        self.address = address
        self.modes = [mode] * 8
        self._levels = [False] * inputs
        self._frame = rtu.FrameBuffer()

    @property
    def levels(self) -> tuple[bool, ...]:
        """Input levels."""
        return tuple(self._levels)

    def set_input(self, channel: int, level: bool, now: float) -> None:
        """Change an input; what its mode makes of it happens at once."""
        changed = self._levels[channel - 1] != level
        self._levels[channel - 1] = level
        mode = self.modes[channel - 1]
        if changed and (mode == EDGE or (mode == TOGGLE and level)):
            self.relays.set(channel, not self.relays.states[channel - 1], now)
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
            return rtu.answer(self.address, call.function + 0x80, bytes((rtu.ILLEGAL_VALUE,)))
        except ModbusExceptionError as refusal:
            return rtu.answer(self.address, call.function + 0x80, bytes((refusal.code,)))
        self._link(now)
        return rtu.answer(self.address, call.function, body)

    def tick(self, now: float) -> None:
        """Let flashes end."""
        self.relays.tick(now)

    def reset(self, now: float) -> None:
        """Lose the relays, keep the modes: those are stored."""
        self._frame.clear()
        self.relays.set_all(False, now)
        self._link(now)

    def show(self) -> str:
        """Return address and modes."""
        return f"waveshare address {self.address} modes {self.modes}"

    def _link(self, now: float) -> None:
        for channel, level in enumerate(self._levels, 1):
            if self.modes[channel - 1] == LINKAGE:
                self.relays.set(channel, level, now)

    def _act(self, call: Call, now: float) -> bytes:
        match call.function:
            case 0x01:
                return rtu.packed(self._slice(self.relays.states, call))
            case 0x02:
                return rtu.packed(self._slice(self.levels, call))
            case 0x03:
                return self._registers(call)
            case 0x05:
                self._coil(call.word(0), call.word(1), now)
                return call.body
            case 0x06:
                self._store(call.word(0), call.word(1))
                return call.body
            case 0x0F:
                return self._coils(call, now)
            case 0x10:
                for index in range(call.word(1)):
                    self._store(
                        call.word(0) + index, int.from_bytes(call.body[5 + 2 * index :][:2])
                    )
                return call.body[:4]
            case _:
                raise ModbusExceptionError(rtu.ILLEGAL_FUNCTION)

    def _slice(self, states: tuple[bool, ...], call: Call) -> tuple[bool, ...]:
        first, count = call.word(0), call.word(1)
        if not 1 <= count <= len(states) - first:
            raise ModbusExceptionError(rtu.ILLEGAL_ADDRESS)
        return states[first : first + count]

    def _registers(self, call: Call) -> bytes:
        stored = {0x4000: self.address, 0x8000: 100}
        if self._levels:
            stored |= {0x1000 + index: mode for index, mode in enumerate(self.modes)}
        wanted = range(call.word(0), call.word(0) + call.word(1))
        if not set(wanted) <= stored.keys():
            raise ModbusExceptionError(rtu.ILLEGAL_ADDRESS)
        words = b"".join(stored[number].to_bytes(2) for number in wanted)
        return bytes((len(words),)) + words

    def _coil(self, coil: int, value: int, now: float) -> None:
        high, low = divmod(coil, 256)
        if high in (2, 4) and low < 8:
            self.relays.flash(low + 1, high == 2, now, value * UNIT_S)
            return
        channels = range(1, 9) if low == EVERY else (low + 1,)
        if high != 0 or (low >= 8 and low != EVERY):
            raise ModbusExceptionError(rtu.ILLEGAL_ADDRESS)
        for channel in channels:
            self._switch(channel, value, now)

    def _switch(self, channel: int, value: int, now: float) -> None:
        match value:
            case 0xFF00:
                self.relays.set(channel, True, now)
            case 0x0000:
                self.relays.set(channel, False, now)
            case 0x5500:
                self.relays.set(channel, not self.relays.states[channel - 1], now)
            case _:
                raise ModbusExceptionError(rtu.ILLEGAL_VALUE)

    def _coils(self, call: Call, now: float) -> bytes:
        first, count = call.word(0), call.word(1)
        if first + count > 8:
            raise ModbusExceptionError(rtu.ILLEGAL_ADDRESS)
        for index in range(count):
            self.relays.set(first + index + 1, bool(call.body[5] >> index & 1), now)
        return call.body[:4]

    def _store(self, register: int, value: int) -> None:
        if register == 0x4000 and 1 <= value <= 255:
            self.address = value
        elif self._levels and 0x1000 <= register < 0x1008 and value <= EDGE:
            self.modes[register - 0x1000] = value
        elif register != 0x2000:
            raise ModbusExceptionError(rtu.ILLEGAL_ADDRESS)
