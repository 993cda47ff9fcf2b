"""One passage, one decision: what was read, what the register says, and the site's policy. Pure.

Rules of this file, first to last:
1. Nothing legible: ask the guard, on the way in and on the way out.
2. Emergency vehicles: admit, whatever else holds (full, blocked, wrong way, out of hours).
3. Wrong way.
4. A doubtful reading never opens: colours that contradict, too few frames, too little confidence,
   a runner-up too close. A plate that is merely *near* a registered one is a doubtful reading. A
   number that a blue and a yellow vehicle share needs a colour that was surely seen (ADR 0030).
5. Out: everybody may leave, on record; a blocked vehicle is the guard's to deal with.
6. In: block list, own right, visitor pass; for the rest the guard.

A machine refuses only where a person said so before: block list, wrong way, repeat entry. There is
no rule about payments (ADR 0031). Every threshold behind an answer is in its evidence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, assert_never

from gate.access.explain import (
    STANDING_NAMES,
    blocking_of,
    evidence_of,
    household_of,
    registration_of,
)
from gate.domain.decision import CandidatePlate, Decision, Reason, Verdict
from gate.domain.passage import Direction
from gate.domain.policy import Hours, Policy, RepeatEntry, SecondCar
from gate.domain.schedule import ALWAYS
from recognition.reading import Consensus
from registry.rules.kinds import Occupant, VehicleKind
from registry.rules.occupancy import Occupancy
from registry.rules.passes import PassFault
from registry.rules.plates import Malformed, Plate, PlateColour, colour_fits, parse, same_ground
from registry.rules.snapshot import RegistrySnapshot
from registry.rules.standing import (
    Blocked,
    Emergency,
    OutsidePeriod,
    PassRefused,
    Registered,
    Registration,
    SpaceTaken,
    SpecialBy,
    Standing,
    Unknown,
    Utility,
    Visitor,
)

_SURE_COLOUR: Final = Policy().colour_confidence


@dataclass(frozen=True, slots=True)
class DecisionCase:
    """All that is known of one vehicle before one arm.

    consensus: None where nothing was read. standing: None where the register cannot say. travel:
    the way the vehicle goes, direction: the way the lane leads. candidates: best first. now: UTC.
    shared: vehicles of different colours are on record under this number.
    """

    consensus: Consensus | None
    plate: Plate | Malformed | None
    standing: Standing | None
    direction: Direction
    travel: Direction
    occupancy: Occupancy
    candidates: tuple[CandidatePlate, ...]
    now: datetime
    clock_sound: bool = True
    shared: bool = False


@dataclass(frozen=True, slots=True)
class _Read:
    """A case whose plate is legible."""

    case: DecisionCase
    seen: Consensus
    plate: Plate
    standing: Standing
    policy: Policy


def case_of(
    consensus: Consensus | None,
    register: RegistrySnapshot | None,
    direction: Direction,
    now: datetime,
    *,
    travel: Direction | None = None,
    clock_sound: bool = True,
    sure_colour: float = _SURE_COLOUR,
) -> DecisionCase:
    """What the register in memory adds to what was read. travel: None if it goes the lane's way.

    sure_colour: from which confidence on the colour that was seen tells vehicles apart.
    """
    plate = parse(consensus.text) if consensus else None
    standing, shared = None, False
    if consensus and register and isinstance(plate, Plate):
        plate_record = register.plate_record(plate.text)
        standing = register.standing_by(plate_record, plate, now, _colour(consensus, sure_colour))
        shared = plate_record.is_shared()
    return DecisionCase(
        consensus=consensus,
        plate=plate,
        standing=standing,
        direction=direction,
        travel=travel or direction,
        occupancy=register.occupancy if register else Occupancy(),
        candidates=_candidates(consensus, register, now, sure_colour) if consensus else (),
        now=now,
        clock_sound=clock_sound,
        shared=shared,
    )


def _colour(seen: Consensus, sure: float) -> PlateColour:
    """The colour that was seen, if the camera is sure of it."""
    return PlateColour(seen.colour.value) if seen.colour_confidence >= sure else PlateColour.UNKNOWN


def _candidates(
    seen: Consensus, register: RegistrySnapshot | None, now: datetime, sure_colour: float
) -> tuple[CandidatePlate, ...]:
    """What a guard may choose from, the most probable first: other texts that fit the pictures,
    and plates nearby.

    Being on record makes no plate more probable: a look-alike of a registered plate is a stranger,
    or a copy. A plate on record that was read clearly has no neighbours worth a person's time.
    """
    texts = {candidate.text: candidate.confidence for candidate in seen.candidates}
    if register is None:
        found = [CandidatePlate(text, sure, False) for text, sure in texts.items()]
        return tuple(sorted(found, key=lambda one: -one.confidence))
    clear = seen.confidence >= _CLEAR and seen.text in register.plate_records
    near = () if clear else register.candidates(seen.text)
    colour = _colour(seen, sure_colour)
    keys = dict.fromkeys((*texts, *(found.plate for found in near)))
    found = [_candidate(key, texts.get(key, 0.0), register, now, colour) for key in keys]
    return tuple(sorted(found, key=lambda one: (-one.confidence, not one.registered)))


def _candidate(
    text: str, sure: float, register: RegistrySnapshot, now: datetime, colour: PlateColour
) -> CandidatePlate:
    known, plate = register.on_record(text), parse(text)
    if known is None or isinstance(plate, Malformed):
        return CandidatePlate(text, sure, registered=False)
    standing = register.standing(plate, now, colour)
    blocking = blocking_of(standing)
    return CandidatePlate(
        text,
        sure,
        known.registered,
        known.household,
        blocked=blocking is not None,
        block_reason=blocking.reason.value if blocking else "",
        standing=STANDING_NAMES[type(standing)],
    )


_CLEAR: Final = 0.9
Answer = tuple[Verdict, Reason]
_ADMIT: Final = Verdict.ADMIT
_ASK: Final = Verdict.ASK_GUARD
_REFUSE: Final = Verdict.REFUSE


def decide(case: DecisionCase, policy: Policy) -> Decision:
    """The answer for this passage. The same case and policy give the same answer."""
    if case.consensus is None or case.plate is None:
        return _unread(case, Reason.NO_PLATE)
    if isinstance(case.plate, Malformed):
        return _unread(case, Reason.MALFORMED)
    if case.standing is None:
        return _unread(case, Reason.REGISTRY_AWAY)
    read = _Read(case, case.consensus, case.plate, case.standing, policy)
    verdict, reason = _emergency(read) or _wrong_way(read) or _doubt(read) or _by_direction(read)
    return _decision(read, verdict, reason)


def _emergency(read: _Read) -> Answer | None:
    """Emergency vehicles first: a false opening costs little, a late one may cost a life.

    The form alone counts only on a white plate: AD12345 is a military plate, and it is also what is
    left of 吉AD12345 when a reader loses its first character.
    """
    if not isinstance(read.standing, Emergency):
        return None
    if read.standing.blocked and not read.policy.blocked_emergency:
        return _doubt(read) or _blocked(read)
    if read.standing.by is SpecialBy.LIST:
        return _doubt(read) or (_ADMIT, Reason.EMERGENCY)
    white = read.seen.colour == PlateColour.WHITE.value
    if not white or read.seen.colour_confidence < read.policy.colour_confidence:
        return (_ASK, Reason.COLOUR_CONTRADICTS)
    if read.seen.confidence < read.policy.emergency_confidence:
        return (_ASK, Reason.UNSURE)
    return (_ADMIT, Reason.EMERGENCY)


def _wrong_way(read: _Read) -> Answer | None:
    if read.case.travel is read.case.direction:
        return None
    return (read.policy.wrong_way, Reason.WRONG_WAY)


def _doubt(read: _Read) -> Answer | None:
    """Why this reading must not open by itself, if it must not."""
    if _colour_contradicts(read):
        return (_ASK, Reason.COLOUR_CONTRADICTS)
    seen, policy = read.seen, read.policy
    leaving = read.case.direction is Direction.OUT
    runner_up = seen.runner_up.confidence if seen.runner_up else 0.0
    if leaving:
        return (_ASK, Reason.UNSURE) if seen.confidence < policy.exit_confidence else None
    if read.case.shared and _colour(seen, policy.colour_confidence) is PlateColour.UNKNOWN:
        return (_ASK, Reason.SAME_NUMBER)
    sure = (
        seen.confidence >= policy.open_confidence
        and seen.agreeing >= policy.min_frames
        and seen.confidence - runner_up >= policy.runner_up_margin
    )
    return None if sure else (_ASK, Reason.UNSURE)


def _colour_contradicts(read: _Read) -> bool:
    seen = _colour(read.seen, read.policy.colour_confidence)
    if not colour_fits(read.plate, seen):
        return True
    registration = registration_of(read.standing)
    return registration is not None and not same_ground(registration.colour, seen)


def _by_direction(read: _Read) -> Answer:
    return _leaving(read) if read.case.direction is Direction.OUT else _entering(read)


def _leaving(read: _Read) -> Answer:
    """Nobody is locked in; who is on the block list is not let slip away unseen either."""
    if isinstance(read.standing, Blocked):
        return _blocked(read)
    if read.standing.inside_since is None:
        return (_ADMIT, Reason.EXIT_WITHOUT_ENTRY)
    return (_ADMIT, Reason.EXIT_FREE)


def _entering(read: _Read) -> Answer:
    match read.standing:
        case Blocked():
            return _blocked(read)
        case Registered(registration):
            return _hours(read, _HOURS[registration.kind]) or _inside(read, Reason.RESIDENT)
        case Utility():
            return _hours(read, Hours.UTILITY) or _inside(read, Reason.LISTED)
        case SpaceTaken(registration):
            return _second_car(read, registration)
        case Visitor():
            return _as_visitor(read, Reason.VISITOR)
        case OutsidePeriod():
            return _outside_period(read, read.standing)
        case PassRefused(_, fault):
            return (_ASK, _PASS_REASONS[fault])
        case Unknown():
            known = any(candidate.registered for candidate in read.case.candidates)
            return (_ASK, Reason.NEAR_MATCH if known else Reason.UNKNOWN_PLATE)
        case Emergency():  # answered by _emergency, which never leaves one to the rules below it
            return (_ASK, Reason.UNSURE)
        case _:
            assert_never(read.standing)


def _blocked(read: _Read) -> Answer:
    if read.case.direction is Direction.OUT:
        return (_ASK, Reason.BLOCKED_LEAVING)
    return (_REFUSE, Reason.BLOCKED)


def _inside(read: _Read, reason: Reason) -> Answer:
    """Admit, unless the plate is inside already and the site minds."""
    if read.standing.inside_since is None:
        return (_ADMIT, reason)
    refuse = read.policy.repeat_entry is RepeatEntry.REFUSE
    return (_REFUSE if refuse else _ADMIT, Reason.REPEAT_ENTRY)


def _second_car(read: _Read, registration: Registration) -> Answer:
    match read.policy.second_car:
        case SecondCar.GUARD:
            return (_ASK, Reason.SPACE_TAKEN)
        case SecondCar.ADMIT:
            return _hours(read, _HOURS[registration.kind]) or _inside(read, Reason.RESIDENT)
        case SecondCar.VISITOR:
            return _as_visitor(read, Reason.SECOND_CAR_AS_VISITOR)


def _as_visitor(read: _Read, reason: Reason) -> Answer:
    capacity = read.policy.visitor_capacity
    if not read.case.clock_sound:
        return (_ASK, Reason.CLOCK_IN_DOUBT)
    if capacity is not None and read.case.occupancy.inside(Occupant.VISITOR) >= capacity:
        return (_ASK, Reason.FULL)
    return _hours(read, Hours.VISITOR) or _inside(read, reason)


def _outside_period(read: _Read, standing: OutsidePeriod) -> Answer:
    """In its days of grace a vehicle is let in as before: at its hours, if it has a space."""
    if standing.since is None:
        return (_ASK, Reason.NOT_YET)
    if not read.case.clock_sound:
        return (_ASK, Reason.CLOCK_IN_DOUBT)
    if read.case.now - standing.since >= read.policy.grace:
        return (_ASK, Reason.EXPIRED)
    if standing.space_taken:
        return _second_car(read, standing.registration)
    hours = _hours(read, _HOURS[standing.registration.kind])
    return hours or _inside(read, Reason.IN_GRACE)


def _hours(read: _Read, who: Hours | None) -> Answer | None:
    schedule = read.policy.hours.get(who, ALWAYS) if who else ALWAYS
    local = read.case.now.astimezone(read.policy.zone)
    return None if schedule.holds(local) else (_ASK, Reason.OUT_OF_HOURS)


def _decision(read: _Read, verdict: Verdict, reason: Reason) -> Decision:
    registration = registration_of(read.standing)
    asks = verdict is not Verdict.ADMIT
    return Decision(
        verdict=verdict,
        reason=reason,
        plate=read.plate.text,
        plate_class=read.plate.plate_class.value,
        standing=STANDING_NAMES[type(read.standing)],
        household=household_of(read.standing),
        vehicle_kind=registration.kind.value if registration else "",
        visitor_pass=_pass_to_spend(read, verdict),
        candidates=read.case.candidates if asks else (),
        evidence={
            **evidence_of(read.seen, read.policy, read.standing),
            "direction": read.case.direction.value,
            "travel": read.case.travel.value,
            "clock_sound": read.case.clock_sound,
            **({"unusual_form": True} if read.plate.unusual else {}),
        },
    )


def _unread(case: DecisionCase, reason: Reason) -> Decision:
    text = case.consensus.text if case.consensus else ""
    return Decision(
        verdict=Verdict.ASK_GUARD,
        reason=reason,
        plate=case.plate.text if isinstance(case.plate, Plate) else "",
        candidates=case.candidates,
        evidence={"text": text},
    )


def _pass_to_spend(read: _Read, verdict: Verdict) -> int | None:
    if verdict is not Verdict.ADMIT or read.case.direction is Direction.OUT:
        return None
    return read.standing.visitor_pass.id if isinstance(read.standing, Visitor) else None


_HOURS: Final[Mapping[VehicleKind, Hours | None]] = {
    VehicleKind.OWNER: None,
    VehicleKind.LONG_RENT: Hours.LONG_RENT,
    VehicleKind.STAFF: Hours.STAFF,
    VehicleKind.SERVICE: Hours.SERVICE,
}
_PASS_REASONS: Final[Mapping[PassFault, Reason]] = {
    PassFault.NOT_YET: Reason.PASS_NOT_YET,
    PassFault.EXPIRED: Reason.PASS_EXPIRED,
    PassFault.SPENT: Reason.PASS_SPENT,
}
