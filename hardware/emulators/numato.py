"""An emulated Numato USB relay module with GPIO. Written from the hardware facts, section 1.4."""

from hardware.emulators.bank import RelayBank

NUMERALS = "0123456789ABCDEFGHIJKLMNOPQRSTUV"


def _number(numeral: str) -> int:
    """Return a channel's number on the wire; raise ValueError for anything but one numeral."""
    if len(numeral) != 1:
        raise ValueError(f"{numeral} is not a channel")
    return NUMERALS.index(numeral)


class NumatoModule:
    """One module."""

    def __init__(self, relays: int = 8, inputs: int = 8) -> None:
        self.relays = RelayBank(relays)
        self._levels = [False] * inputs
        self._line = ""

    @property
    def levels(self) -> tuple[bool, ...]:
        """GPIO levels."""
        return tuple(self._levels)

    def set_input(self, channel: int, level: bool, _now: float) -> None:
        """Change a GPIO level."""
        self._levels[channel - 1] = level

    def take(self, byte: int, now: float) -> bytes:
        """Echo a character; act on a carriage return."""
        if byte != 0x0D:
            self._line += chr(byte)
            return bytes((byte,))
        line, self._line = self._line, ""
        try:
            text = self._command(line.split(), now)
        except (ValueError, IndexError):
            text = "error"
        return f"\n\r{text}\n\r>".encode() if text else b"\n\r>"

    def silence(self, _now: float) -> bytes:
        """Nothing: lines end with a carriage return."""
        return b""

    def tick(self, now: float) -> None:
        """Nothing: it has no timers."""

    def reset(self, now: float) -> None:
        """Release the relays."""
        self._line = ""
        self.relays.set_all(False, now)

    def show(self) -> str:
        """Return the kind."""
        return "numato"

    def _command(self, words: list[str], now: float) -> str:
        digits = max(2, (self.relays.count + 3) // 4)
        match words:
            case ["ver"]:
                return "00000008"
            case ["id", "get"]:
                return "00000000"
            case ["relay", ("on" | "off") as state, numeral]:
                self.relays.set(_number(numeral) + 1, state == "on", now)
            case ["relay", "read", numeral]:
                return "on" if self.relays.states[_number(numeral)] else "off"
            case ["relay", "readall"]:
                mask = sum(1 << index for index, on in enumerate(self.relays.states) if on)
                return f"{mask:0{digits}x}"
            case ["relay", "writeall", mask_text]:
                for index in range(self.relays.count):
                    self.relays.set(index + 1, bool(int(mask_text, 16) >> index & 1), now)
            case ["gpio", "read", numeral]:
                return str(int(self._levels[_number(numeral)]))
            case _:
                pass
        return ""
