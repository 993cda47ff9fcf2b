"""How the arm's position changes: the whole table, and nothing changes it but this table.

A pair that is not listed changes nothing. FAULT is left only by a person (FAULT_RESET).
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from hardware.barrier.model import AlarmKind, Position

__all__ = ["MOVES", "SURPRISES", "TransitionTrigger", "moved"]


class TransitionTrigger(StrEnum):
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


def _rows(
    step: TransitionTrigger, sources: tuple[Position, ...], to: Position
) -> dict[tuple[_P, TransitionTrigger], _P]:
    return {(source, step): to for source in sources if source is not to}


MOVES: Mapping[tuple[Position, TransitionTrigger], Position] = MappingProxyType(
    _rows(
        TransitionTrigger.RAISE_ORDERED, (_P.UNKNOWN, _P.CLOSED, _P.CLOSING, _P.STOPPED), _P.OPENING
    )
    | _rows(TransitionTrigger.LOWER_ORDERED, (_P.UNKNOWN, _P.OPEN, _P.STOPPED), _P.CLOSING)
    | _rows(TransitionTrigger.STOP_ORDERED, (_P.OPENING, _P.CLOSING), _P.STOPPED)
    | _rows(TransitionTrigger.EITHER_ORDERED, (_P.CLOSED, _P.STOPPED), _P.UNKNOWN)
    | _rows(TransitionTrigger.PULSE_FAILED, (_P.OPENING, _P.CLOSING, _P.STOPPED), _P.UNKNOWN)
    | _rows(TransitionTrigger.UP_SEEN, _ANYWHERE, _P.OPEN)
    | _rows(TransitionTrigger.DOWN_SEEN, _ANYWHERE, _P.CLOSED)
    | _rows(TransitionTrigger.LEFT_UP, (_P.OPEN,), _P.UNKNOWN)
    | _rows(TransitionTrigger.LEFT_DOWN, (_P.CLOSED,), _P.UNKNOWN)
    | _rows(TransitionTrigger.SELF_CLOSING, (_P.OPEN,), _P.CLOSING)
    | _rows(TransitionTrigger.TRAVELLED, (_P.OPENING,), _P.OPEN)
    | _rows(TransitionTrigger.TRAVELLED, (_P.CLOSING,), _P.CLOSED)
    | _rows(TransitionTrigger.SELF_CLOSED, (_P.OPEN,), _P.CLOSED)
    | _rows(TransitionTrigger.UNWATCHED, (_P.OPEN,), _P.UNKNOWN)
    | _rows(TransitionTrigger.RAISE_TIMED_OUT, (_P.OPENING,), _P.FAULT)
    | _rows(TransitionTrigger.LOWER_TIMED_OUT, (_P.CLOSING,), _P.FAULT)
    | _rows(TransitionTrigger.SWITCHES_DISAGREE, _ANYWHERE, _P.FAULT)
    | _rows(TransitionTrigger.LINK_LOST, _ANYWHERE, _P.UNKNOWN)
    | _rows(TransitionTrigger.INPUTS_LOST, _ANYWHERE, _P.UNKNOWN)
    | _rows(TransitionTrigger.RELAY_STUCK, _ANYWHERE, _P.FAULT)
    | _rows(TransitionTrigger.STATED_OPEN, (_P.UNKNOWN, _P.STOPPED), _P.OPEN)
    | _rows(TransitionTrigger.STATED_CLOSED, (_P.UNKNOWN, _P.STOPPED), _P.CLOSED)
    | _rows(TransitionTrigger.FAULT_RESET, (_P.FAULT,), _P.UNKNOWN)
)

# Moves that nobody here ordered: reported, never fought (hardware facts, rule 5).
SURPRISES: Mapping[tuple[Position, TransitionTrigger], AlarmKind] = MappingProxyType(
    {
        (_P.CLOSED, TransitionTrigger.LEFT_DOWN): AlarmKind.ARM_FORCED,
        (_P.CLOSED, TransitionTrigger.UP_SEEN): AlarmKind.ARM_FORCED,
        (_P.OPEN, TransitionTrigger.LEFT_UP): AlarmKind.ARM_DROPPED,
        (_P.OPEN, TransitionTrigger.DOWN_SEEN): AlarmKind.ARM_DROPPED,
        (_P.OPENING, TransitionTrigger.DOWN_SEEN): AlarmKind.ARM_DROPPED,
        (_P.CLOSING, TransitionTrigger.UP_SEEN): AlarmKind.ARM_REVERSED,
    }
    | {(p, TransitionTrigger.SWITCHES_DISAGREE): AlarmKind.SWITCHES_DISAGREE for p in _ANYWHERE}
)


def moved(position: Position, step: TransitionTrigger) -> Position:
    """Return the position after `step`; the same position where the table has no such row."""
    return MOVES.get((position, step), position)
