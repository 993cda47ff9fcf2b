"""Visitor passes: when one may be used, and what using it does to it. Pure.

Rules of this file:
- A pass is claimed when the order to raise the arm is written, before anything moves (HELD).
- It is kept (SPENT) when the vehicle passed, and given back when the arm did not rise or the
  vehicle backed out. A use that was kept is never given back.
- One passage claims a pass at most once, however often the order is repeated.
- Held and kept uses together never exceed what the pass allows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import NewType

from registry.rules.kinds import PassKind, UseState
from registry.rules.plates import PlateColour

PassId = NewType("PassId", int)


@dataclass(frozen=True, slots=True)
class ValidityPeriod:
    """From start (included) to end (not included); None is open. Aware instants."""

    start: datetime | None = None
    end: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Whether the instant lies within."""
        return not self.before(at) and not self.over(at)

    def before(self, at: datetime) -> bool:
        """Whether the period has yet to begin."""
        return self.start is not None and at < self.start

    def over(self, at: datetime) -> bool:
        """Whether the period has ended."""
        return self.end is not None and at >= self.end


class PassFault(StrEnum):
    """Why a pass does not open the gate."""

    NOT_YET = "not_yet"
    EXPIRED = "expired"
    SPENT = "spent"


@dataclass(frozen=True, slots=True)
class Pass:
    """A visitor pass as deciding needs it. allowed: openings in all, None for a period pass."""

    id: PassId
    plate: str
    kind: PassKind
    allowed: int | None
    spent: int
    valid: ValidityPeriod
    household: str
    colour: PlateColour = PlateColour.UNKNOWN

    def fault(self, at: datetime) -> PassFault | None:
        """What keeps the pass from opening now, or None."""
        if self.valid.before(at):
            return PassFault.NOT_YET
        if self.valid.over(at):
            return PassFault.EXPIRED
        if self.allowed is not None and self.spent >= self.allowed:
            return PassFault.SPENT
        return None


@dataclass(frozen=True, slots=True)
class Ledger:
    """A pass and what each passage did with it."""

    of: Pass
    uses: Mapping[str, UseState] = field(default_factory=dict)


def spend(ledger: Ledger, passage: str, at: datetime) -> Ledger | PassFault:
    """The ledger with one use held for the passage; unchanged if the passage holds one already."""
    if ledger.uses.get(passage) in (UseState.HELD, UseState.SPENT):
        return ledger
    if (fault := ledger.of.fault(at)) is not None:
        return fault
    return _put(ledger, passage, UseState.HELD, +1)


def keep(ledger: Ledger, passage: str) -> Ledger:
    """The vehicle passed: what the passage held is gone for good."""
    if ledger.uses.get(passage) is not UseState.HELD:
        return ledger
    return _put(ledger, passage, UseState.SPENT, 0)


def give_back(ledger: Ledger, passage: str) -> Ledger:
    """The arm did not rise, or the vehicle backed out: what the passage held is free again."""
    if ledger.uses.get(passage) is not UseState.HELD:
        return ledger
    return _put(ledger, passage, UseState.GIVEN_BACK, -1)


def _put(ledger: Ledger, passage: str, state: UseState, step: int) -> Ledger:
    return Ledger(replace(ledger.of, spent=ledger.of.spent + step), {**ledger.uses, passage: state})
