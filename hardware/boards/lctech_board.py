"""LC Technology Modbus relay and opto boards: hardware-timed pulses, always eight inputs asked.

The board's own linkage modes are set by its switches and cannot be read over the wire, so
identify() cannot check them; the commissioning page does.
"""

from hardware.boards.board import Ack, BoardSettings
from hardware.boards.codecs import lctech, modbus
from hardware.boards.modbus_session import ModbusLine
from hardware.boards.protocol import Identification
from hardware.clock import Clock
from hardware.wire.wire import Wire

READ_TRIES = 3


class LcTechDialect:
    """One LC Technology board."""

    timed = True
    longest_ms = lctech.PULSE_MAX_MS

    def __init__(self, settings: BoardSettings, wire: Wire, clock: Clock) -> None:
        self.relays = lctech.RELAYS if settings.relays is None else settings.relays
        self.inputs = lctech.INPUTS if settings.inputs is None else settings.inputs
        self._unit = settings.address or lctech.DEFAULT_ADDRESS
        self._line = ModbusLine(wire, clock, settings.reply_s)

    def identify(self, tries: int) -> Identification:
        """Check that relays and inputs answer at the configured address."""
        self._line.ask(lctech.read_relays(self._unit, self.relays), tries=tries)
        if self.inputs:
            self._line.ask(lctech.read_inputs(self._unit), tries=READ_TRIES)
        return Identification(confirmed=True, address=self._unit)

    def inspect(self) -> None:
        """Do nothing: this board's modes are switches."""

    def ask_alive(self) -> tuple[bool, ...]:
        """Ask for the relays."""
        return self.read_relays()

    def energise(self, channel: int, ms: int, before: float) -> Ack:
        """Let the board pulse the relay."""
        return self._line.tell(lctech.pulse(self._unit, channel, ms), before)

    def release(self, channel: int) -> Ack:
        """Release a relay."""
        return self._line.tell(lctech.release(self._unit, channel))

    def release_all(self) -> Ack:
        """Release every relay."""
        return self._line.tell(lctech.release_all(self._unit, self.relays))

    def read_relays(self) -> tuple[bool, ...]:
        """Return the relays' states."""
        return modbus.bits(self._line.ask(lctech.read_relays(self._unit, self.relays)), self.relays)

    def read_inputs(self) -> tuple[bool, ...]:
        """Return the input levels."""
        if not self.inputs:
            return ()
        return modbus.bits(self._line.ask(lctech.read_inputs(self._unit)), self.inputs)
