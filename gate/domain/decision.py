"""What the rules answer for a passage: verdict, reason, plate, evidence. Frozen values; pure."""

from dataclasses import dataclass, field
from enum import StrEnum

from gate.domain.passage import PassageId


class Verdict(StrEnum):
    """What a decision comes to. There is no fourth way."""

    ADMIT = "admit"
    REFUSE = "refuse"
    ASK_GUARD = "ask_guard"


class Reason(StrEnum):
    """Why. Each has a text and a line to read aloud in gate/i18n/locale/*/lane.json
    (reasons).
    """

    RESIDENT = "resident"
    VISITOR = "visitor"
    LISTED = "listed"
    EMERGENCY = "emergency"
    SECOND_CAR_AS_VISITOR = "second_car_as_visitor"
    EXIT_FREE = "exit_free"
    EXIT_WITHOUT_ENTRY = "exit_without_entry"
    BY_HAND = "by_hand"
    GUARD_ADMITTED = "guard_admitted"
    VISITOR_UNCHECKED = "visitor_unchecked"
    IN_GRACE = "in_grace"
    BLOCKED = "blocked"
    BLOCKED_LEAVING = "blocked_leaving"
    WRONG_WAY = "wrong_way"
    REPEAT_ENTRY = "repeat_entry"
    GUARD_REFUSED = "guard_refused"
    UNKNOWN_PLATE = "unknown_plate"
    NEAR_MATCH = "near_match"
    UNSURE = "unsure"
    PICTURE_OLD = "picture_old"
    NO_PLATE = "no_plate"
    PLATE_WAS_THERE = "plate_was_there"
    MALFORMED = "malformed"
    COLOUR_CONTRADICTS = "colour_contradicts"
    SAME_NUMBER = "same_number"
    EXPIRED = "expired"
    NOT_YET = "not_yet"
    PASS_EXPIRED = "pass_expired"
    PASS_SPENT = "pass_spent"
    PASS_NOT_YET = "pass_not_yet"
    OUT_OF_HOURS = "out_of_hours"
    SPACE_TAKEN = "space_taken"
    FULL = "full"
    REGISTRY_AWAY = "registry_away"
    CLOCK_IN_DOUBT = "clock_in_doubt"


@dataclass(frozen=True, slots=True)
class CandidatePlate:
    """A plate that a guard may mean: its text, how sure (0..1), and whether it is registered.

    blocked: it stands on the block list, which a guard must see before choosing it, and why.
    standing: the register's word for it then, "" where that is not known.
    """

    text: str
    confidence: float
    registered: bool
    label: str = ""
    blocked: bool = False
    block_reason: str = ""
    standing: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """One answer for one passage.

    plate: the whole normalised key or "" where none was read. standing: the registry's word for
    it (resident, visitor, blocked, unknown, ...). household: label such as 3-2-501 or "".
    vehicle_kind: registry's kind. visitor_pass: the pass that an opening spends, or None.
    candidates: what the guard is shown, best first.
    evidence: JSON-able facts behind the answer (thresholds, votes).
    """

    verdict: Verdict
    reason: Reason
    plate: str = ""
    plate_class: str = ""
    standing: str = ""
    household: str = ""
    vehicle_kind: str = ""
    visitor_pass: int | None = None
    candidates: tuple[CandidatePlate, ...] = ()
    evidence: dict[str, object] = field(default_factory=dict, hash=False)


class Objection(StrEnum):
    """What speaks against letting a vehicle in as this plate, gravest first."""

    BLOCKED = "blocked"
    UNSUPPORTED = "unsupported"
    NOT_IN_ORDER = "not_in_order"


@dataclass(frozen=True, slots=True)
class Answer:
    """A guard's answer to a passage that asks, or that was refused.

    plate: corrects what was read, "" keeps it. told: what the guard was told against letting it in.
    """

    passage: PassageId
    actor: str
    admit: bool
    plate: str
    remark: str
    told: frozenset[Objection] = frozenset()
