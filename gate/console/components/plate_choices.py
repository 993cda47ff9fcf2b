"""What a guard may let a waiting vehicle in as, and what speaks against each. Pure but for the
register that is asked.

Rules of this file:
- The order is the decision's own: the most probable first. Being registered moves nothing up.
- A plate with nothing against it is one press. Any other asks first; a blocked one has no key.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gate.access.manual_admission import colour_of, objections, support
from gate.console.dependencies import Services
from gate.domain.decision import CandidatePlate, Objection
from gate.domain.ports import LaneView
from registry.rules.plates import Malformed, parse
from registry.rules.standing import Standing

MAX_SHOWN, MIN_SURE = 5, 0.01


@dataclass(frozen=True, slots=True)
class Choice:
    """One plate. standing: the register's word now, None for none. against: what speaks against."""

    candidate: CandidatePlate
    standing: Standing | None
    against: frozenset[Objection]

    @property
    def text(self) -> str:
        """The plate, "" for a vehicle that is let in without one."""
        return self.candidate.text

    @property
    def has_key(self) -> bool:
        """Whether a digit may choose it."""
        return Objection.BLOCKED not in self.against


def choices_of(services: Services, view: LaneView) -> list[Choice]:
    """Return what may be chosen, the most probable first; none where no plate was read."""
    return [choice_of(services, view, one) for one in worth_showing(view)]


def choice_of(services: Services, view: LaneView, candidate: CandidatePlate) -> Choice:
    """Return a plate with what speaks against letting this vehicle in as it."""
    plate = parse(candidate.text)
    seen = view.decision
    if seen is None:
        return Choice(candidate, None, frozenset({Objection.NOT_IN_ORDER}))
    standing = None
    if not isinstance(plate, Malformed):
        now = services.clock.now().utc
        standing = services.registry.standing(plate, now, colour_of(seen))
    return Choice(candidate, standing, objections(seen, candidate.text, standing))


def typed(services: Services, view: LaneView, text: str) -> Choice:
    """Return a plate that a person typed, "" for none."""
    known = {one.text: one for one in (view.decision.candidates if view.decision else ())}
    sure = support(view.decision, text) if view.decision else None
    candidate = known.get(text) or CandidatePlate(text, sure or 0.0, registered=False)
    return choice_of(services, view, candidate)


def worth_showing(view: LaneView) -> list[CandidatePlate]:
    """Return the candidates, best first: the registered, and whatever is likely at all."""
    seen = view.decision
    if seen is None:
        return []
    likely = [one for one in seen.candidates if one.registered or one.confidence >= MIN_SURE]
    if seen.plate and seen.plate not in {one.text for one in likely}:
        sure = support(seen, seen.plate) or 0.0
        likely.append(CandidatePlate(seen.plate, sure, registered=False))
        likely.sort(key=lambda one: -one.confidence)
    return likely[:MAX_SHOWN]


def hotkeys(choices: Sequence[Choice]) -> Iterator[tuple[str, Choice]]:
    """Return the digit of each choice that has one: its place in the list."""
    for number, choice in enumerate(choices, start=1):
        if choice.has_key:
            yield str(number), choice


def is_a_list(choices: Sequence[Choice], read: str) -> bool:
    """Whether there is something to choose between: not where all there is is what was read."""
    return [choice.text for choice in choices] != [read] if choices else False
