"""How the arm's position changes: the whole table, and nothing changes it but this table.

A pair that is not listed changes nothing. FAULT is left only by a person (FAULT_RESET).
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from hardware.barrier.model import AlarmKind, Position

__all__ = ["MOVES", "SURPRISES", "Step", "moved"]


class Step(StrEnum):
    """Why a position changes."""

    RAISE_ORDERED = "raise ordered"
    LOWER_ORDERED = "lower ordered"
    STOP_ORDERED = "stop ordered"
    EITHER_ORDERED = "one-button pulse, direction unknown"
    PULSE_FAILED = "pulse failed"
    UP_SEEN = "up switch on"
    DOWN_SEEN = "down switch on"
    LEFT_UP = "up switch off"
    LEFT_DOWN = "down switch off"
    SELF_CLOSING = "up switch off, closes by itself"
    TRAVELLED = "travel time over, no switch"
    SELF_CLOSED = "closed by itself, no switch"
    UNWATCHED = "may have closed by itself, nothing tells"
    RAISE_TIMED_OUT = "not up in time, twice"
    LOWER_TIMED_OUT = "not down in time"
    SWITCHES_DISAGREE = "both switches on"
    LINK_LOST = "link lost"
    INPUTS_LOST = "inputs not read"
    RELAY_STUCK = "a relay stays energised"
    STATED_OPEN = "a person says open"
    STATED_CLOSED = "a person says closed"
    FAULT_RESET = "a person takes the fault back"


_P = Position
_ANYWHERE = tuple(p for p in Position if p is not Position.FAULT)


def _rows(step: Step, sources: tuple[Position, ...], to: Position) -> dict[tuple[_P, Step], _P]:
    return {(source, step): to for source in sources if source is not to}


MOVES: Mapping[tuple[Position, Step], Position] = MappingProxyType(
    _rows(Step.RAISE_ORDERED, (_P.UNKNOWN, _P.CLOSED, _P.CLOSING, _P.STOPPED), _P.OPENING)
    | _rows(Step.LOWER_ORDERED, (_P.UNKNOWN, _P.OPEN, _P.STOPPED), _P.CLOSING)
    | _rows(Step.STOP_ORDERED, (_P.OPENING, _P.CLOSING), _P.STOPPED)
    | _rows(Step.EITHER_ORDERED, (_P.CLOSED, _P.STOPPED), _P.UNKNOWN)
    | _rows(Step.PULSE_FAILED, (_P.OPENING, _P.CLOSING, _P.STOPPED), _P.UNKNOWN)
    | _rows(Step.UP_SEEN, _ANYWHERE, _P.OPEN)
    | _rows(Step.DOWN_SEEN, _ANYWHERE, _P.CLOSED)
    | _rows(Step.LEFT_UP, (_P.OPEN,), _P.UNKNOWN)
    | _rows(Step.LEFT_DOWN, (_P.CLOSED,), _P.UNKNOWN)
    | _rows(Step.SELF_CLOSING, (_P.OPEN,), _P.CLOSING)
    | _rows(Step.TRAVELLED, (_P.OPENING,), _P.OPEN)
    | _rows(Step.TRAVELLED, (_P.CLOSING,), _P.CLOSED)
    | _rows(Step.SELF_CLOSED, (_P.OPEN,), _P.CLOSED)
    | _rows(Step.UNWATCHED, (_P.OPEN,), _P.UNKNOWN)
    | _rows(Step.RAISE_TIMED_OUT, (_P.OPENING,), _P.FAULT)
    | _rows(Step.LOWER_TIMED_OUT, (_P.CLOSING,), _P.FAULT)
    | _rows(Step.SWITCHES_DISAGREE, _ANYWHERE, _P.FAULT)
    | _rows(Step.LINK_LOST, _ANYWHERE, _P.UNKNOWN)
    | _rows(Step.INPUTS_LOST, _ANYWHERE, _P.UNKNOWN)
    | _rows(Step.RELAY_STUCK, _ANYWHERE, _P.FAULT)
    | _rows(Step.STATED_OPEN, (_P.UNKNOWN, _P.STOPPED), _P.OPEN)
    | _rows(Step.STATED_CLOSED, (_P.UNKNOWN, _P.STOPPED), _P.CLOSED)
    | _rows(Step.FAULT_RESET, (_P.FAULT,), _P.UNKNOWN)
)

# Moves that nobody here ordered: reported, never fought (hardware facts, rule 5).
SURPRISES: Mapping[tuple[Position, Step], AlarmKind] = MappingProxyType(
    {
        (_P.CLOSED, Step.LEFT_DOWN): AlarmKind.ARM_FORCED,
        (_P.CLOSED, Step.UP_SEEN): AlarmKind.ARM_FORCED,
        (_P.OPEN, Step.LEFT_UP): AlarmKind.ARM_DROPPED,
        (_P.OPEN, Step.DOWN_SEEN): AlarmKind.ARM_DROPPED,
        (_P.OPENING, Step.DOWN_SEEN): AlarmKind.ARM_DROPPED,
        (_P.CLOSING, Step.UP_SEEN): AlarmKind.ARM_REVERSED,
    }
    | {(p, Step.SWITCHES_DISAGREE): AlarmKind.SWITCHES_DISAGREE for p in _ANYWHERE}
)


def moved(position: Position, step: Step) -> Position:
    """Return the position after `step`; the same position where the table has no such row."""
    return MOVES.get((position, step), position)
