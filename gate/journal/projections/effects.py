"""What else must happen in the transaction that writes an entry: passes, visits, presence.

The journal calls `Effects`; gate/journal/projections/registry_effects.py is the real one,
`NoEffects` serves a journal without a registry (commands, benchmarks).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Connection

from gate.domain.entries import OpeningEnded, OpeningOrdered
from gate.domain.passage import LaneId, PassageId
from registry.rules.corrections import Correction
from registry.store.presence import EndedStay


@dataclass(frozen=True, slots=True)
class EndedPassage:
    """What effects need to know of a passage that ended."""

    passage: PassageId
    lane: LaneId
    direction: str
    plate: str
    colour: str
    standing: str
    reason: str
    visitor_pass: int | None
    actor: str
    opening: str
    outcome: str

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "EndedPassage":
        """Take what is needed from the passage's row."""
        return cls(**{name: row[name] for name in cls.__slots__})


class Effects(Protocol):
    """Called inside the write transaction; raises OpeningRefusedError where a pass is spent
    already.

    passage_ended: keeps who is inside, and returns the stay that this passage ended, if it did.
    corrected: a person saw who is, or is not, inside.
    """

    def ordered(self, connection: Connection, at: datetime, entry: OpeningOrdered) -> None: ...
    def opening_ended(self, connection: Connection, at: datetime, entry: OpeningEnded) -> None: ...
    def passage_ended(
        self, connection: Connection, at: datetime, row: EndedPassage, *, went_through: bool
    ) -> EndedStay | None: ...
    def corrected(
        self, connection: Connection, at: datetime, by: str, correction: Correction
    ) -> None: ...


class NoEffects:
    """Nothing else happens."""

    def ordered(self, connection: Connection, at: datetime, entry: OpeningOrdered) -> None:
        """No pass is spent."""

    def opening_ended(self, connection: Connection, at: datetime, entry: OpeningEnded) -> None:
        """No pass is given back."""

    def passage_ended(
        self, connection: Connection, at: datetime, row: EndedPassage, *, went_through: bool
    ) -> EndedStay | None:
        """Nobody is checked in or out."""

    def corrected(
        self, connection: Connection, at: datetime, by: str, correction: Correction
    ) -> None:
        """Nobody is counted."""
