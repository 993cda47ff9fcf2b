"""What a decision goes on record with: names of standings, whom it concerns, figures. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, assert_never

from gate.domain.policy import Policy
from recognition.reading import Consensus
from registry.rules.passes import ValidityPeriod
from registry.rules.standing import (
    Blocked,
    Blocking,
    Emergency,
    OutsidePeriod,
    PassRefused,
    Registered,
    Registration,
    SpaceTaken,
    Standing,
    Unknown,
    Utility,
    Visitor,
)

STANDING_NAMES: Final[Mapping[type, str]] = {
    Emergency: "emergency",
    Blocked: "blocked",
    Utility: "utility",
    Registered: "registered",
    SpaceTaken: "space_taken",
    Visitor: "visitor",
    OutsidePeriod: "outside_period",
    PassRefused: "pass_refused",
    Unknown: "unknown",
}
"""The word for each standing, as journal, pages and API use it."""


def registration_of(standing: Standing) -> Registration | None:
    """The vehicle's own registration, whatever hinders it now; None if it has none."""
    match standing:
        case Registered(registration) | SpaceTaken(registration) | OutsidePeriod(registration):
            return registration
        case _:
            return None


def blocking_of(standing: Standing) -> Blocking | None:
    """The entry of the block list that holds for the vehicle now; None if there is none."""
    match standing:
        case Blocked():
            return standing.blocking
        case Emergency():
            return standing.blocked
        case _:
            return None


def household_of(standing: Standing) -> str:
    """Whom the vehicle belongs to or visits: 3-2-501, an organisation, or ""."""
    match standing:
        case Registered(registration) | SpaceTaken(registration) | OutsidePeriod(registration):
            return registration.household
        case Visitor(visitor_pass) | PassRefused(visitor_pass):
            return visitor_pass.household
        case Emergency(_, organisation) | Utility(organisation):
            return organisation
        case Blocked() | Unknown():
            return ""
        case _:
            assert_never(standing)


def evidence_of(seen: Consensus, policy: Policy, standing: Standing) -> dict[str, object]:
    """What a person needs to see why the arm rose or stayed down; plain JSON values."""
    inside, valid = standing.inside_since, _period(standing)
    return {
        "text": seen.text,
        "confidence": round(seen.confidence, 4),
        "frames": seen.frames,
        "agreeing": seen.agreeing,
        "runner_up": seen.runner_up.text if seen.runner_up else "",
        "runner_up_confidence": round(seen.runner_up.confidence, 4) if seen.runner_up else 0.0,
        "colour": seen.colour.value,
        "colour_confidence": round(seen.colour_confidence, 4),
        "needed_colour": policy.colour_confidence,
        "needed_confidence": policy.open_confidence,
        "needed_frames": policy.min_frames,
        "needed_margin": policy.runner_up_margin,
        "inside_since": inside.isoformat() if inside else "",
        "valid_from": _iso(valid.start),
        "valid_until": _iso(valid.end),
    }


def _period(standing: Standing) -> ValidityPeriod:
    """The period that is over or has yet to begin; an open one where none hinders."""
    match standing:
        case OutsidePeriod():
            return standing.registration.valid
        case PassRefused():
            return standing.visitor_pass.valid
        case _:
            return ValidityPeriod()


def _iso(at: datetime | None) -> str:
    return at.isoformat() if at else ""
