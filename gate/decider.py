"""From what was read to a decision: joins the plate's grammar, the register and the policy.

No rule lives here; the rules are `gate.decide.decide` and `registry.rules.standing`.
"""

from collections.abc import Callable
from dataclasses import replace

from gate.decide import Case, decide
from gate.events import CandidatePlate, Decision, Direction, Instant, Reason, Verdict
from gate.grounds import STANDING_NAMES, household_of, registration_of
from gate.policy import Policy
from gate.register import Register
from recognition.reading import Colour, Consensus
from registry.plates import EXPECTED_COLOURS, Malformed, Plate, parse
from registry.rules import Visitor
from registry.snapshot import Snapshot

SHOWN = 5
"""Candidates that a guard is shown at most."""


class RegisterDecider:
    """Decides from the register in memory. clock_sound tells whether the wall clock is trusted."""

    def __init__(self, register: Register, policy: Policy, clock_sound: Callable[[], bool]) -> None:
        self._register, self._policy, self._clock_sound = register, policy, clock_sound

    def decide(
        self, consensus: Consensus | None, direction: Direction, travel: Direction, at: Instant
    ) -> Decision:
        """Answer for what was read; None where nothing was."""
        snapshot = self._register.snapshot
        plate = parse(consensus.text) if consensus is not None else None
        case = Case(
            consensus=consensus,
            plate=plate,
            standing=snapshot.standing(plate, at.utc) if isinstance(plate, Plate) else None,
            direction=direction,
            travel=travel,
            occupancy=snapshot.occupancy,
            candidates=candidates(consensus, snapshot) if consensus is not None else (),
            now=at.utc,
            clock_sound=self._clock_sound(),
        )
        return decide(case, self._policy)

    def for_clean_reading(self, plate: Plate, direction: Direction, at: Instant) -> Decision:
        """Answer as for a plate read beyond doubt, in the colour of its class."""
        colours = EXPECTED_COLOURS[plate.plate_class]
        colour = Colour(next(iter(colours)).value) if len(colours) == 1 else Colour.UNKNOWN
        frames = self._policy.min_frames
        consensus = Consensus(
            text=plate.text,
            confidence=1.0,
            frames=frames,
            agreeing=frames,
            colour=colour,
            colour_confidence=0.0 if colour is Colour.UNKNOWN else 1.0,
            two_lines=False,
            runner_up=None,
            candidates=(),
        )
        return self.decide(consensus, direction, direction, at)

    def for_guard(self, text: str, seen: Decision, at: Instant) -> Decision:
        """What a guard's word comes to: admitted, with what the register knows of that plate."""
        plate = parse(text)
        if isinstance(plate, Malformed):
            return replace(
                seen,
                verdict=Verdict.ADMIT,
                reason=Reason.GUARD_ADMITTED,
                plate=plate.text,
                visitor_pass=None,
            )
        standing = self._register.standing(plate, at.utc)
        registration = registration_of(standing)
        return replace(
            seen,
            verdict=Verdict.ADMIT,
            reason=Reason.GUARD_ADMITTED,
            plate=plate.text,
            plate_class=plate.plate_class.value,
            standing=STANDING_NAMES[type(standing)],
            household=household_of(standing),
            vehicle_kind=registration.kind.value if registration else "",
            visitor_pass=int(standing.visitor_pass.id) if isinstance(standing, Visitor) else None,
        )


def candidates(consensus: Consensus, snapshot: Snapshot) -> tuple[CandidatePlate, ...]:
    """Return plates that a guard may mean, registered ones first, for a person's eyes only."""
    shown: dict[str, CandidatePlate] = {}
    confidences = {one.text: one.confidence for one in consensus.candidates}
    for text, confidence in confidences.items():
        dossier = snapshot.dossiers.get(text)
        label = dossier.registration.household if dossier and dossier.registration else ""
        shown[text] = CandidatePlate(text, confidence, dossier is not None, label)
    for near in snapshot.candidates(consensus.text):
        confidence = confidences.get(near.plate, 0.0)
        shown[near.plate] = CandidatePlate(near.plate, confidence, True, near.household)
    ranked = sorted(shown.values(), key=lambda one: (not one.registered, -one.confidence))
    return tuple(ranked[:SHOWN])
