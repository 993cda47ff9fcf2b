"""Waveshare Modbus RTU Relay: identification with its mode registers, hardware-timed pulses.

The (D) and IO 8CH are shipped with every input driving the relay of its number: a closed loop
would raise the arm. Where the board has inputs its modes are read at every connect, set to normal
if they are not, read again, and read every now and then afterwards.
"""

from hardware.boards.board import Ack, BoardSettings
from hardware.boards.codecs import modbus, waveshare
from hardware.boards.modbus_session import ModbusLine
from hardware.boards.protocol import Identification
from hardware.clock import Clock
from hardware.errors import BoardError, Trouble
from hardware.wire.wire import Wire

READ_TRIES = 3


class WaveshareDialect:
    """One Waveshare board."""

    timed = True
    longest_ms = waveshare.FLASH_MAX_MS

    def __init__(self, settings: BoardSettings, wire: Wire, clock: Clock) -> None:
        self.relays = waveshare.RELAYS if settings.relays is None else settings.relays
        self.inputs = waveshare.INPUTS if settings.inputs is None else settings.inputs
        self._place = settings.place
        self._unit = settings.address or waveshare.DEFAULT_ADDRESS
        self._line = ModbusLine(wire, clock, settings.reply_s)

    def identify(self, tries: int) -> Identification:
        """Check that relays, inputs, version and modes answer; set the modes to normal."""
        self._line.ask(waveshare.read_relays(self._unit, self.relays), tries=tries)
        version = self._version()
        if not self.inputs:
            return Identification(confirmed=True, address=self._unit, version=version)
        self._line.ask(waveshare.read_inputs(self._unit, self.inputs), tries=READ_TRIES)
        findings = self._set_modes_normal()
        return Identification(True, self._unit, version, findings)

    def inspect(self) -> None:
        """Raise BoardError(LINKAGE) if an input has come to drive a relay."""
        if self.inputs and (odd := self._odd_modes()):
            raise self._linkage(odd)

    def ask_alive(self) -> tuple[bool, ...]:
        """Ask for the relays."""
        return self.read_relays()

    def energise(self, channel: int, ms: int, before: float) -> Ack:
        """Let the board flash the relay."""
        return self._line.tell(waveshare.pulse(self._unit, channel, ms), before)

    def release(self, channel: int) -> Ack:
        """Release a relay, ending its flash."""
        return self._line.tell(waveshare.release(self._unit, channel))

    def release_all(self) -> Ack:
        """Release every relay."""
        return self._line.tell(waveshare.release_all(self._unit))

    def read_relays(self) -> tuple[bool, ...]:
        """Return the relays' states."""
        reply = self._line.ask(waveshare.read_relays(self._unit, self.relays))
        return modbus.bits(reply, self.relays)

    def read_inputs(self) -> tuple[bool, ...]:
        """Return the input levels."""
        if not self.inputs:
            return ()
        reply = self._line.ask(waveshare.read_inputs(self._unit, self.inputs))
        return modbus.bits(reply, self.inputs)

    def _version(self) -> str | None:
        """Return the firmware version, None for a firmware that has no such register."""
        try:
            reply = self._line.ask(waveshare.read_version(self._unit), tries=READ_TRIES)
        except BoardError as error:
            if error.kind is not Trouble.REFUSED:
                raise
            return None
        return waveshare.version_text(modbus.registers(reply)[0])

    def _odd_modes(self) -> tuple[str, ...]:
        reply = self._line.ask(waveshare.read_modes(self._unit, self.relays), tries=READ_TRIES)
        return tuple(
            f"input {channel} drove relay {channel} ({waveshare.mode_name(word)})"
            for channel, word in enumerate(modbus.registers(reply), 1)
            if word != waveshare.WaveshareMode.NORMAL
        )

    def _set_modes_normal(self) -> tuple[str, ...]:
        odd = self._odd_modes()
        if not odd:
            return ()
        self._line.tell(waveshare.all_modes_normal(self._unit, self.relays))
        if still := self._odd_modes():
            raise self._linkage(still)
        return tuple(f"{finding}; set to normal" for finding in odd)

    def _linkage(self, odd: tuple[str, ...]) -> BoardError:
        return BoardError(
            Trouble.LINKAGE, self._place, f"{'; '.join(odd)}; set all modes to normal"
        )
