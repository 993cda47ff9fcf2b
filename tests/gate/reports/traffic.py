"""Made-up traffic for the reports' tests: varied, repeatable, projected without the chain."""

import random
from datetime import timedelta

from sqlalchemy import Connection

from gate.domain.decision import Decision, Reason, Verdict
from gate.domain.entries import (
    AlarmRaised,
    Entry,
    OpeningEnded,
    OpeningOrdered,
    PassageDecided,
    PassageEnded,
    PassageRead,
    PassageStarted,
)
from gate.domain.passage import Direction, LaneId, OrderId, PassageEnd, PassageId, Picture, Trigger
from gate.journal.projections.dispatch import Projection
from gate.journal.projections.registry_effects import RegistryEffects
from tests.gate.journal.journal_cast import NOON, NORTH, SOUTH

STANDINGS = ("registered", "visitor", "unknown", "blocked")
CLASSES = ("civil", "nev_small", "police")
GUARDS = ("auto", "auto", "auto", "wang", "li")


class Traffic:
    """Entries with a clock of their own; `entries` counts as the journal would."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._projection = Projection(RegistryEffects())
        self.at = NOON
        self.entries = 0

    def drive(self, connection: Connection, passages: int) -> None:
        """Let so many vehicles come."""
        for number in range(passages):
            self.at += timedelta(seconds=self._chance.randrange(30, 3000))
            if self._chance.random() < 0.02:
                self.at -= timedelta(hours=2)
            for entry in self._passage(f"p{self.entries}-{number}"):
                self.write(connection, entry)

    def write(self, connection: Connection, entry: Entry) -> None:
        """Project one entry."""
        self.entries += 1
        self.at += timedelta(seconds=1)
        self._projection.apply(connection, self.entries, self.at, entry)

    def _passage(self, name: str) -> list[Entry]:
        chance = self._chance
        lane, direction = chance.choice([(SOUTH, Direction.IN), (NORTH, Direction.OUT)])
        of, order = PassageId(name), OrderId(f"o-{name}")
        plate = f"{chance.choice('吉辽')}{chance.choice('AB')}{chance.randrange(40):05d}"
        by = chance.choice(GUARDS)
        made: list[Entry] = [
            PassageStarted(of, lane, direction, chance.choice([Trigger.LOOP, Trigger.CAMERA]))
        ]
        if chance.random() < 0.9:
            made.append(self._read(of, lane, plate))
        else:
            plate = ""
        decision = self._decision(plate)
        if by != "auto":
            asking = Decision(Verdict.ASK_GUARD, Reason.UNSURE, plate=plate)
            made.append(PassageDecided(of, lane, asking, "auto"))
        wrong = f"{plate[:-1]}S" if by == "li" and plate else ""
        made.append(PassageDecided(of, lane, decision, by, corrected_from=wrong))
        if decision.verdict is Verdict.ADMIT:
            reason = decision.reason.value
            made.append(OpeningOrdered(order, of, lane, direction, by, reason, plate))
            outcome = chance.choice(["raised"] * 9 + ["failed"])
            made.append(OpeningEnded(order, of, lane, outcome))
        if chance.random() < 0.1:
            made.append(AlarmRaised(f"a-{name}", lane, "tailgating", {"passage": name}))
        if chance.random() < 0.97:
            made.append(PassageEnded(of, lane, chance.choice(list(PassageEnd))))
        return made

    def _read(self, of: PassageId, lane: LaneId, plate: str) -> PassageRead:
        confidence = self._chance.random()
        return PassageRead(of, lane, plate, confidence, 5, 4, "blue", (), (), Picture("f" * 64))

    def _decision(self, plate: str) -> Decision:
        chance = self._chance
        standing = chance.choice(STANDINGS)
        verdict = Verdict.REFUSE if standing == "blocked" else Verdict.ADMIT
        reason = {"registered": Reason.RESIDENT, "visitor": Reason.VISITOR}.get(standing)
        return Decision(
            verdict,
            reason or chance.choice([Reason.BLOCKED, Reason.BY_HAND, Reason.EXIT_FREE]),
            plate=plate,
            plate_class=chance.choice(CLASSES),
            standing=standing,
            household=f"{chance.randrange(1, 4)}-1-{chance.randrange(3)}01" if plate else "",
        )
