"""Who comes to which gate, in which order: a seeded plan over a list of made-up plates.

The plan starts with a fixed programme that shows every kind of passage within the first minutes;
after that vehicles come by lot. It never runs dry, whatever the gate does with them.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path

import numpy as np
from pydantic import TypeAdapter

from gate.demo.bodywork import BodyKind
from gate.demo.livery import Marking
from gate.demo.road import Fate


class DemoRole(StrEnum):
    """Why a vehicle comes."""

    RESIDENT = "resident"
    TAILGATER = "tailgater"
    VISITOR = "visitor"
    STRANGER = "stranger"
    LOOKALIKE = "lookalike"
    BLOCKED = "blocked"
    EXPIRED = "expired"
    SECOND_CAR = "second_car"
    AMBULANCE = "ambulance"
    FIRE = "fire"
    POLICE = "police"
    NO_PLATE = "no_plate"
    LEAVING = "leaving"


@dataclass(frozen=True, slots=True)
class Roster:
    """The plates of the demo by what they are in the register.

    lookalikes: not registered, one look-alike character away from a registered one. inside: known
    to be in the community when the demo starts.
    """

    residents: tuple[str, ...]
    inside: tuple[str, ...]
    visitors: tuple[str, ...]
    strangers: tuple[str, ...]
    lookalikes: tuple[str, ...]
    blocked: tuple[str, ...]
    expired: tuple[str, ...]
    second_cars: tuple[str, ...]
    ambulance: str
    fire: str
    police: str


def write_roster(roster: Roster, path: Path) -> None:
    """Keep a roster as JSON for the site's process."""
    path.write_text(json.dumps(asdict(roster), ensure_ascii=False), encoding="utf-8")


def read_roster(path: Path) -> Roster:
    """Read what `write_roster` wrote."""
    return TypeAdapter(Roster).validate_json(path.read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Arrival:
    """One vehicle to come. plate "" for none; gap: seconds of empty lane before it."""

    role: DemoRole
    plate: str
    kind: BodyKind
    marking: Marking
    paint: tuple[int, int, int]
    gap: float
    patience: float

    @property
    def tailgates(self) -> bool:
        """Whether it slips in behind the vehicle before it."""
        return self.role is DemoRole.TAILGATER


_PAINTS = (
    (236, 236, 234),
    (214, 212, 208),
    (120, 118, 116),
    (66, 64, 62),
    (30, 29, 28),
    (138, 66, 24),
    (96, 42, 20),
    (40, 34, 150),
    (58, 84, 104),
    (176, 190, 196),
)
_PROGRAMME_IN = (
    DemoRole.RESIDENT,
    DemoRole.VISITOR,
    DemoRole.STRANGER,
    DemoRole.RESIDENT,
    DemoRole.AMBULANCE,
    DemoRole.LOOKALIKE,
    DemoRole.RESIDENT,
    DemoRole.TAILGATER,
    DemoRole.BLOCKED,
    DemoRole.POLICE,
    DemoRole.NO_PLATE,
    DemoRole.RESIDENT,
    DemoRole.EXPIRED,
    DemoRole.FIRE,
    DemoRole.SECOND_CAR,
)
_BY_LOT = {
    DemoRole.RESIDENT: 0.60,
    DemoRole.VISITOR: 0.12,
    DemoRole.STRANGER: 0.07,
    DemoRole.LOOKALIKE: 0.04,
    DemoRole.SECOND_CAR: 0.04,
    DemoRole.TAILGATER: 0.03,
    DemoRole.EXPIRED: 0.02,
    DemoRole.BLOCKED: 0.02,
    DemoRole.NO_PLATE: 0.02,
    DemoRole.AMBULANCE: 0.015,
    DemoRole.POLICE: 0.015,
    DemoRole.FIRE: 0.01,
}
_PATIENCE = {DemoRole.BLOCKED: 9.0, DemoRole.STRANGER: 20.0, DemoRole.LOOKALIKE: 20.0}
_SHOWN = {
    DemoRole.AMBULANCE: (BodyKind.VAN, Marking.AMBULANCE, (236, 236, 236)),
    DemoRole.FIRE: (BodyKind.SUV, Marking.RESCUE, (32, 26, 176)),
    DemoRole.POLICE: (BodyKind.SALOON, Marking.POLICE, (238, 238, 238)),
}


@dataclass(slots=True)
class Town:
    """Both plans, and who is inside; a vehicle cannot leave before it came."""

    roster: Roster
    seed: int
    patience: float = 20.0
    outside: list[str] = field(default_factory=list)
    inside: list[str] = field(default_factory=list)
    _dice: np.random.Generator = field(init=False)
    _turn: dict[DemoRole, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Put everybody where the register says."""
        self._dice = np.random.default_rng(self.seed)
        known = set(self.roster.inside)
        self.inside = [plate for plate in self.roster.residents if plate in known]
        self.outside = [plate for plate in self.roster.residents if plate not in known]

    def arrivals_in(self) -> Iterator[Arrival]:
        """Vehicles for the entrance, without end."""
        for role in _PROGRAMME_IN:
            yield self._arrival(role, self._incoming(role))
        roles, shares = list(_BY_LOT), np.array(list(_BY_LOT.values()))
        while True:
            role = roles[int(self._dice.choice(len(roles), p=shares / shares.sum()))]
            yield self._arrival(role, self._incoming(role))

    def arrivals_out(self) -> Iterator[Arrival]:
        """Vehicles for the exit, without end."""
        while True:
            yield self._arrival(DemoRole.LEAVING, self._outgoing())

    def ended(self, arrival: Arrival, fate: Fate) -> None:
        """A vehicle left a lane: the town takes note of where it is now."""
        if fate is Fate.BACKED_OUT:
            if arrival.role is DemoRole.LEAVING:
                self.inside.append(arrival.plate)
            elif arrival.role is DemoRole.RESIDENT:
                self.outside.append(arrival.plate)
        elif arrival.role is DemoRole.LEAVING:
            if arrival.plate in self.roster.residents:
                self.outside.append(arrival.plate)
        elif arrival.plate:
            self.inside.append(arrival.plate)

    # --- who is next -----------------------------------------------------------------------------

    def _incoming(self, role: DemoRole) -> str:
        roster = self.roster
        fixed = {
            DemoRole.NO_PLATE: "",
            DemoRole.AMBULANCE: roster.ambulance,
            DemoRole.FIRE: roster.fire,
            DemoRole.POLICE: roster.police,
        }
        if role in fixed:
            return fixed[role]
        stock = {
            DemoRole.VISITOR: roster.visitors,
            DemoRole.LOOKALIKE: roster.lookalikes,
            DemoRole.BLOCKED: roster.blocked,
            DemoRole.EXPIRED: roster.expired,
            DemoRole.SECOND_CAR: roster.second_cars,
        }.get(role)
        if role is DemoRole.RESIDENT and self.outside:
            return self._drawn(self.outside)
        return self._next(role, stock) if stock else self._next(DemoRole.STRANGER, roster.strangers)

    def _outgoing(self) -> str:
        """Mostly residents; now and then a visitor who came during the demo."""
        return self._drawn(self.inside) or self._next(DemoRole.STRANGER, self.roster.strangers)

    def _drawn(self, plates: list[str]) -> str:
        return plates.pop(int(self._dice.integers(len(plates)))) if plates else ""

    def _next(self, role: DemoRole, plates: tuple[str, ...]) -> str:
        turn = self._turn.get(role, 0)
        self._turn[role] = turn + 1
        return plates[turn % len(plates)] if plates else ""

    def _arrival(self, role: DemoRole, plate: str) -> Arrival:
        kind, marking, paint = _SHOWN.get(role) or _looks(plate, self._dice)
        gap = 0.0 if role is DemoRole.TAILGATER else float(self._dice.uniform(0.5, 5.0))
        patience = min(_PATIENCE.get(role, self.patience), self.patience)
        return Arrival(role, plate, kind, marking, paint, gap, patience)


def _looks(plate: str, dice: np.random.Generator) -> tuple[BodyKind, Marking, tuple[int, int, int]]:
    """The same plate is always the same car; new-energy plates are on electric ones."""
    number = sum(ord(c) * (i + 3) for i, c in enumerate(plate)) or int(dice.integers(1000))
    paint = _PAINTS[number % len(_PAINTS)]
    electric = len(plate) == 8 and not plate.endswith("应急")
    kind = (
        BodyKind.VAN
        if number % 11 == 0 and not electric
        else (BodyKind.SALOON, BodyKind.SUV)[number // 7 % 2]
    )
    return kind, Marking.ELECTRIC if electric else Marking.PLAIN, paint
