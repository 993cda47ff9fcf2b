"""How many vehicles are inside, by class: entries minus exits since somebody last counted. Pure.

The balance is kept as it is, below zero too: a negative one tells that entries were missed, and
clamping it would turn every later count wrong. What people are shown is `inside`, never below 0.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from registry.rules.kinds import Occupant


@dataclass(frozen=True, slots=True)
class Occupancy:
    """Balances by class; a class that is not listed stands at zero."""

    balance: Mapping[Occupant, int] = field(default_factory=dict)

    def inside(self, occupant: Occupant) -> int:
        """Vehicles of the class inside, as people are shown it."""
        return max(0, self.balance.get(occupant, 0))

    def drifted(self) -> frozenset[Occupant]:
        """Classes whose balance is impossible, so that somebody should count."""
        return frozenset(occupant for occupant, count in self.balance.items() if count < 0)

    def entered(self, occupant: Occupant) -> "Occupancy":
        """One more came in."""
        return self._with(occupant, self.balance.get(occupant, 0) + 1)

    def left(self, occupant: Occupant) -> "Occupancy":
        """One went out."""
        return self._with(occupant, self.balance.get(occupant, 0) - 1)

    def recounted(self, occupant: Occupant, count: int) -> "Occupancy":
        """Somebody counted. count: at least 0, else ValueError."""
        if count < 0:
            raise ValueError(f"a recount of {occupant} cannot be {count}; count again")
        return self._with(occupant, count)

    def _with(self, occupant: Occupant, count: int) -> "Occupancy":
        return Occupancy(MappingProxyType({**self.balance, occupant: count}))


@dataclass(frozen=True, slots=True)
class Counts:
    """How many are inside. known: by plate, in each class; spaces, taken: of the parking."""

    occupancy: Occupancy
    known: Mapping[Occupant, int] = field(default_factory=dict)
    spaces: int = 0
    taken: int = 0

    def inside(self, occupant: Occupant) -> int:
        """How many of a class are inside, as people are shown it."""
        return self.occupancy.inside(occupant)

    def total(self) -> int:
        """How many are inside of all classes, as people are shown it."""
        return sum(self.inside(occupant) for occupant in Occupant)

    def is_short(self, occupant: Occupant) -> bool:
        """Whether fewer are counted than are known by plate, which cannot be right."""
        return self.occupancy.balance.get(occupant, 0) < self.known.get(occupant, 0)
