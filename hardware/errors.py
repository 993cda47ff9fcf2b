"""The one root of everything that `hardware` raises.

Expected outcomes are values; a HardwareError means that a wire or a device is broken, missing or
not the one that the configuration names. Its message names the place and the remedy.
"""

from enum import StrEnum


class HardwareError(Exception):
    """A wire or device that does not do what the site needs."""


class Trouble(StrEnum):
    """Why a board call failed; the console translates these."""

    NO_PORT = "no_port"  # The port does not exist: unplugged, or another name.
    PORT_BUSY = "port_busy"  # Another program holds the port.
    NOT_PERMITTED = "not_permitted"  # The service's user may not use the port.
    LOST = "lost"  # The wire broke, or is not connected yet.
    SILENT = "silent"  # No answer within the deadline.
    BAD_REPLY = "bad_reply"  # An answer that is not one: wrong checksum, address or shape.
    REFUSED = "refused"  # The board answered with an error of its own (Modbus exception).
    WRONG_BOARD = "wrong_board"  # The board answers, but not as the configured one.
    LINKAGE = "linkage"  # An input drives a relay by itself, and it could not be set to normal.
    STUCK = "stuck"  # A relay stayed energised after its release.
    INTERLOCK = "interlock"  # Raise and lower would have been energised together.
    BAD_ORDER = "bad_order"  # The caller asked for a channel or a time that does not exist.
    LATE = "late"  # The order grew too old while it waited for the wire; nothing was sent.
    SETTINGS = "settings"  # The configuration contradicts itself or the board's limits.


class BoardError(HardwareError):
    """A board call that failed: its kind, the place on the site and what a person can do."""

    def __init__(self, kind: Trouble, place: str, remedy: str) -> None:
        super().__init__(f"{place}: {kind.value}: {remedy}")
        self.kind = kind
        self.place = place
        self.remedy = remedy
