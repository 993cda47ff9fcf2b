"""From what was read to a decision: joins the plate's grammar, the register and the policy.

No rule lives here; the rules are `gate.access.decide.decide` and
`registry.rules.standing.standing`.
"""

from collections.abc import Callable
from dataclasses import replace

from gate.access.decide import case_of, decide
from gate.access.explain import STANDING_NAMES, household_of, registration_of
from gate.access.manual_admission import (
    colour_of,
    may_admit,
    names_check_is_passed_by,
    objections,
    says_more,
)
from gate.access.registry_cache import RegistryCache
from gate.domain.decision import Answer, Decision, Reason, Verdict
from gate.domain.passage import Direction, Instant
from gate.domain.policy import Policy
from recognition.reading import Colour, Consensus
from registry.rules.plates import EXPECTED_COLOURS, Malformed, Plate, PlateColour, parse
from registry.rules.standing import Visitor


class DecisionService:
    """Decides from the register in memory. clock_sound tells whether the wall clock is trusted."""

    def __init__(
        self, register: RegistryCache, policy: Policy, clock_sound: Callable[[], bool]
    ) -> None:
        self._register, self._policy, self._clock_sound = register, policy, clock_sound

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        return self._policy

    def retune(self, policy: Policy) -> None:
        """Decide by this policy from the next vehicle on. Any thread."""
        self._policy = policy

    def decide(
        self, consensus: Consensus | None, direction: Direction, travel: Direction, at: Instant
    ) -> Decision:
        """Answer for what was read; None where nothing was."""
        case = case_of(
            consensus,
            self._register.snapshot,
            direction,
            at.utc,
            travel=travel,
            clock_sound=self._clock_sound(),
            sure_colour=self._policy.colour_confidence,
        )
        return decide(case, self._policy)

    def for_clean_reading(
        self,
        plate: Plate,
        direction: Direction,
        at: Instant,
        ground: PlateColour = PlateColour.UNKNOWN,
    ) -> Decision:
        """Answer as for a plate read beyond doubt, in this colour or that of its class."""
        colours = EXPECTED_COLOURS[plate.plate_class]
        if ground is PlateColour.UNKNOWN and len(colours) == 1:
            ground = next(iter(colours))
        colour = Colour(ground.value)
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

    def for_guard(
        self, word: Answer, seen: Decision, direction: Direction, at: Instant
    ) -> Decision | None:
        """What a guard's word comes to: admitted, with what the register knows of that plate.

        None where it is not enough (gate.access.manual_admission). On the way out nobody is a
        visitor to check.
        """
        plate = parse(word.plate)
        standing = None
        if isinstance(plate, Plate):
            standing = self._register.standing(plate, at.utc, colour_of(seen))
        name = STANDING_NAMES[type(standing)] if standing is not None else ""
        against = objections(seen, plate.text, standing)
        unchecked = direction is Direction.IN and names_check_is_passed_by(word.remark, name)
        if not may_admit(against, word.told, word.remark):
            return None
        if unchecked and not says_more(word.remark):
            return None
        admitted = replace(
            seen,
            verdict=Verdict.ADMIT,
            reason=Reason.VISITOR_UNCHECKED if unchecked else Reason.GUARD_ADMITTED,
            plate=plate.text,
            visitor_pass=None,
        )
        if standing is None or isinstance(plate, Malformed):
            return admitted
        registration = registration_of(standing)
        return replace(
            admitted,
            plate_class=plate.plate_class.value,
            standing=name,
            household=household_of(standing),
            vehicle_kind=registration.kind.value if registration else "",
            visitor_pass=int(standing.visitor_pass.id) if isinstance(standing, Visitor) else None,
        )
