"""Waveshare Modbus RTU Relay (8CH, B, D, IO 8CH): its map on top of Modbus RTU. Pure.

Channels count from 1 here, as printed on the board; the wire counts from 0. The board times a
pulse itself ("flash on"): coil address 0x0200 + channel, value in units of 100 ms. A plain write
to the channel ends a flash. Source: Waveshare wiki, Modbus RTU Relay (D), protocol V3.
"""

from enum import IntEnum

from hardware.boards.codecs import modbus

RELAYS = 8
INPUTS = 8
DEFAULT_ADDRESS = 1
FLASH_ON = 0x0200
FLASH_UNIT_MS = 100
FLASH_MAX_MS = 0x7FFF * FLASH_UNIT_MS
ALL_RELAYS = 0x00FF
MODES = 0x1000
VERSION = 0x8000


class WaveshareMode(IntEnum):
    """What an input does to the relay of its number (D and IO 8CH)."""

    NORMAL = 0
    LINKAGE = 1
    TOGGLE = 2
    EDGE = 3


def pulse(unit: int, channel: int, ms: int) -> modbus.Request:
    """Energise `channel` for `ms`, rounded up to 100 ms; 1 to 3276700 ms."""
    if not 1 <= ms <= FLASH_MAX_MS:
        raise ValueError(f"a pulse of {ms} ms is outside 1 to {FLASH_MAX_MS} ms")
    return modbus.write_coil(unit, FLASH_ON + channel - 1, -(-ms // FLASH_UNIT_MS))


def release(unit: int, channel: int) -> modbus.Request:
    """Release one relay and end its flash."""
    return modbus.write_coil(unit, channel - 1, modbus.RELEASE)


def release_all(unit: int) -> modbus.Request:
    """Release every relay of the board."""
    return modbus.write_coil(unit, ALL_RELAYS, modbus.RELEASE)


def read_relays(unit: int, relays: int = RELAYS) -> modbus.Request:
    """Ask which relays are energised."""
    return modbus.read_coils(unit, 0, relays)


def read_inputs(unit: int, inputs: int = INPUTS) -> modbus.Request:
    """Ask for the input levels."""
    return modbus.read_inputs(unit, 0, inputs)


def read_modes(unit: int, relays: int = RELAYS) -> modbus.Request:
    """Ask for the control mode of every channel."""
    return modbus.read_registers(unit, MODES, relays)


def all_modes_normal(unit: int, relays: int = RELAYS) -> modbus.Request:
    """Stop every input from driving a relay by itself."""
    return modbus.write_registers(unit, MODES, (WaveshareMode.NORMAL,) * relays)


def read_version(unit: int) -> modbus.Request:
    """Ask for the firmware version."""
    return modbus.read_registers(unit, VERSION, 1)


def version_text(word: int) -> str:
    """Return a version word as printed, 100 as "V1.00"."""
    return f"V{word // 100}.{word % 100:02d}"


def mode_name(word: int) -> str:
    """Return the name of a mode word, or its number where it has none."""
    try:
        return WaveshareMode(word).name.lower()
    except ValueError:
        return f"mode {word}"
