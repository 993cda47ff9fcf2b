"""What an emulated device is to the wire that it hangs on."""

from typing import Protocol

from hardware.emulators.bank import RelayBank


class BoardModel(Protocol):
    """A device that takes bytes and answers bytes. Seconds are monotonic and given from outside."""

    relays: RelayBank

    @property
    def levels(self) -> tuple[bool, ...]:
        """Input levels, input 1 first."""
        ...

    def set_input(self, channel: int, level: bool, now: float) -> None:
        """Close (True) or open an input."""
        ...

    def take(self, byte: int, now: float) -> bytes:
        """Take one byte; return what the device answers to it, mostly nothing."""
        ...

    def silence(self, now: float) -> bytes:
        """The line has been silent for 3.5 characters; return what the device answers."""
        ...

    def tick(self, now: float) -> None:
        """Let time pass."""
        ...

    def reset(self, now: float) -> None:
        """Power off and on: relays released, half-received frames forgotten."""
        ...

    def show(self) -> str:
        """Return the device's face in one line, for people and for the control socket."""
        ...
